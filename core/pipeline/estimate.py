"""What a generation will take, before it starts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from core.judges import Classification
from core.providers.base import parse_model_id
from core.providers.pricing import cost_usd, estimate_tokens, find_price
from core.settings import BUNDLED_PROMPTS
from core.strategies import Condition, Strategy, calls_per_prompt, get_strategy
from core.taxonomy import Category, Taxonomy
from core.templates import TemplateSource
from core.types import Message, Usage

# Used until a model has answered in this study. Nobody knows a reply's length beforehand; a few
# paragraphs is the middle of what models write, and these are the speeds of a busy hosted model.
ASSUMED_OUTPUT_TOKENS = 300
ASSUMED_TOKENS_PER_S = 60.0
ASSUMED_WAIT_S = 1.0
# The key of a category.
_CLASSIFICATION_OUTPUT_TOKENS = 5


@dataclass(frozen=True, slots=True)
class PlannedPrompt:
    """A prompt to be asked.

    category: the best known one, or None. truth: the true one, or None. n_paraphrases: how many
    came with it.
    """

    text: str
    category: str | None
    truth: str | None = None
    n_paraphrases: int = 0


@dataclass(frozen=True, slots=True)
class Experience:
    """How a model has answered so far when asked in one way.

    output_tokens: mean per response; call_s: mean seconds per call; None where unknown.
    """

    output_tokens: float | None
    call_s: float | None


@dataclass(frozen=True, slots=True)
class Estimate:
    """What conditions take if nothing of them is stored yet.

    Attributes:
        calls: generation calls, without `classification_calls` and `paraphrase_calls`.
        classification_calls: needed first, because anchored strategies go by a category.
        paraphrase_calls: needed first, where prompts bring too few paraphrases.
        left_out: prompts a mismatched strategy is not about, by condition and prompt.
        cost_usd: None where a model's price is not listed.
        batch_cost_usd: through the batch APIs; None where a price or its discount is not listed.
        elapsed_s: with all calls in flight that the settings allow.
        assumed_models: models of which no response is stored, so lengths and speeds are assumed.
    """

    responses: int
    calls: int
    classification_calls: int
    input_tokens: int
    output_tokens: int
    cost_usd: float | None
    elapsed_s: float
    assumed_models: tuple[str, ...]
    paraphrase_calls: int = 0
    left_out: int = 0
    batch_cost_usd: float | None = 0.0


@dataclass(frozen=True, slots=True)
class Planner:
    """What an estimate goes by.

    Attributes:
        experience: (model id, strategy id) -> how that went so far.
        unclassified: model id -> prompts it has not classified; a model not named has classified
            none.
        concurrency: calls in flight.
        prices: the price file.
    """

    taxonomy: Taxonomy
    templates: TemplateSource
    experience: Mapping[tuple[str, str], Experience]
    unclassified: Mapping[str, int]
    concurrency: int
    prices: Path = BUNDLED_PROMPTS / "prices.toml"

    def estimate(
        self, conditions: Sequence[Condition], prompts: Sequence[PlannedPrompt]
    ) -> Estimate:
        """Counts calls exactly, tokens and time roughly.

        Raises:
            UserError: the price file or a template cannot be used.
        """
        total = Estimate(0, 0, 0, 0, 0, 0.0, 0.0, ())
        for condition in conditions:
            total = _sum(total, self._one(condition, prompts))
        for model_id in self._classifiers(conditions):
            total = _sum(total, self._classification(model_id, prompts))
        return total

    def _one(self, condition: Condition, every: Sequence[PlannedPrompt]) -> Estimate:
        strategy, n = self._strategy(condition), condition.n
        prompts = [prompt for prompt in every if _is_asked(condition, strategy, prompt)]
        known = self._known(condition)
        is_exact = (condition.model_id, condition.strategy) in self.experience
        per_response = known.output_tokens or ASSUMED_OUTPUT_TOKENS
        # What was measured with this very strategy holds all it writes beside its responses.
        extra = 0 if is_exact and known.output_tokens else strategy.extra_tokens
        per_call = 1 if strategy.kind == "set" else n
        preparing = sum(
            calls_per_prompt(strategy, n, n_paraphrases=prompt.n_paraphrases) - per_call
            for prompt in prompts
        )
        prepared = self._preparation(strategy, n, prompts)
        calls = per_call * len(prompts)
        tokens_in = prepared[0] + sum(
            self._input_tokens(strategy, n, prompt, per_response) for prompt in prompts
        )
        tokens_out = prepared[1] + round(len(prompts) * n * per_response) + calls * extra
        call_s = known.call_s
        if call_s is None:
            length = extra + per_response * (n if strategy.kind == "set" else 1)
            call_s = ASSUMED_WAIT_S + length / ASSUMED_TOKENS_PER_S
        one_after_another = n if strategy.kind == "chain" else 1
        rounds = max(calls / self.concurrency, one_after_another) if calls else 0.0
        before = max(preparing / self.concurrency, 1) if preparing else 0.0
        return Estimate(
            responses=n * len(prompts),
            calls=calls,
            classification_calls=0,
            input_tokens=tokens_in,
            output_tokens=tokens_out,
            cost_usd=self._cost(condition.model_id, tokens_in, tokens_out),
            elapsed_s=(rounds + before) * call_s,
            assumed_models=() if known.output_tokens else (condition.model_id,),
            paraphrase_calls=preparing,
            left_out=len(every) - len(prompts),
            batch_cost_usd=self._cost(condition.model_id, tokens_in, tokens_out, batch=True),
        )

    def _strategy(self, condition: Condition) -> Strategy:
        return get_strategy(condition.strategy, self.templates.overrides)

    def _preparation(
        self, strategy: Strategy, n: int, prompts: Sequence[PlannedPrompt]
    ) -> tuple[int, int]:
        """Tokens in and out of the calls for paraphrases; each is about as long as its prompt."""
        tokens_in = tokens_out = 0
        for prompt in prompts:
            if prompt.n_paraphrases < n:
                asked = strategy.preparation(prompt.text, n=n, templates=self.templates)
                tokens_in += _tokens(asked)
                tokens_out += n * estimate_tokens(prompt.text) if asked else 0
        return tokens_in, tokens_out

    def _known(self, condition: Condition) -> Experience:
        """Experience with this strategy; without it, the length of the model's other responses."""
        exact = self.experience.get((condition.model_id, condition.strategy))
        if exact is not None:
            return exact
        lengths = [
            one.output_tokens
            for (model_id, _), one in self.experience.items()
            if model_id == condition.model_id and one.output_tokens
        ]
        if parse_model_id(condition.model_id).provider == "replay":
            return Experience(sum(lengths) / len(lengths) if lengths else None, 0.0)
        return Experience(sum(lengths) / len(lengths) if lengths else None, None)

    def _input_tokens(
        self, strategy: Strategy, n: int, prompt: PlannedPrompt, per_response: float
    ) -> int:
        """Tokens read by all calls for one prompt; each turn of a chain reads the earlier ones."""
        turns = {"independent": [0] * n, "set": [0], "chain": list(range(n))}[strategy.kind]
        category = self._category(prompt.category)
        tokens = 0
        for turn in turns:
            messages = strategy.messages(
                prompt.text,
                n=n,
                category=category,
                earlier=[""] * turn,
                templates=self.templates,
            )
            tokens += _tokens(messages) + round(turn * per_response)
        return tokens

    def _category(self, key: str | None) -> Category:
        """The category; for a prompt that has none yet, one with an instruction like any other."""
        if key is not None and key in self.taxonomy:
            return self.taxonomy[key]
        speaking = [one for one in self.taxonomy.values() if one.kind != "none"]
        return (speaking or list(self.taxonomy.values()))[0]

    def _classifiers(self, conditions: Sequence[Condition]) -> list[str]:
        sources = {
            condition.model_id if condition.category_from == "model" else condition.category_from
            for condition in conditions
            if self._strategy(condition).anchored and condition.category_from != "truth"
        }
        return sorted(sources)

    def _classification(self, model_id: str, prompts: Sequence[PlannedPrompt]) -> Estimate:
        n = min(self.unclassified.get(model_id, len(prompts)), len(prompts))
        asking = Classification.open(self.taxonomy, self.templates)
        tokens = sum(_tokens(asking.request("", prompt.text).messages) for prompt in prompts)
        tokens_in = round(tokens * n / len(prompts)) if prompts else 0
        tokens_out = n * _CLASSIFICATION_OUTPUT_TOKENS
        replayed = parse_model_id(model_id).provider == "replay"
        return Estimate(
            responses=0,
            calls=0,
            classification_calls=n,
            input_tokens=tokens_in,
            output_tokens=tokens_out,
            cost_usd=self._cost(model_id, tokens_in, tokens_out) if n else 0.0,
            elapsed_s=0.0 if replayed else n / self.concurrency * ASSUMED_WAIT_S,
            assumed_models=(),
            batch_cost_usd=self._cost(model_id, tokens_in, tokens_out, batch=True) if n else 0.0,
        )

    def _cost(
        self, model_id: str, tokens_in: int, tokens_out: int, *, batch: bool = False
    ) -> float | None:
        price = find_price(model_id, self.prices)
        return cost_usd(Usage(tokens_in, tokens_out), price, batch=batch) if price else None


def _tokens(messages: Sequence[Message]) -> int:
    return sum(estimate_tokens(message.content) for message in messages)


def _sum(first: Estimate, second: Estimate) -> Estimate:
    def add(a: float | None, b: float | None) -> float | None:
        return None if a is None or b is None else a + b

    return replace(
        first,
        responses=first.responses + second.responses,
        calls=first.calls + second.calls,
        classification_calls=first.classification_calls + second.classification_calls,
        input_tokens=first.input_tokens + second.input_tokens,
        output_tokens=first.output_tokens + second.output_tokens,
        cost_usd=add(first.cost_usd, second.cost_usd),
        batch_cost_usd=add(first.batch_cost_usd, second.batch_cost_usd),
        elapsed_s=first.elapsed_s + second.elapsed_s,
        assumed_models=tuple(dict.fromkeys((*first.assumed_models, *second.assumed_models))),
        paraphrase_calls=first.paraphrase_calls + second.paraphrase_calls,
        left_out=first.left_out + second.left_out,
    )


def _is_asked(condition: Condition, strategy: Strategy, prompt: PlannedPrompt) -> bool:
    """As `core.pipeline.anchors.is_asked`, of a prompt that is only planned."""
    return not strategy.mismatched or prompt.truth != condition.wrong_category

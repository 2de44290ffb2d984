"""What asking judges will take, before anything is asked.

Calls are counted as if nothing had been answered yet. Where answers decide what is asked next, the
least and the most are given: adaptive judging takes few questions when a judge finds all responses
the same, and accuracy none where rules decide.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from math import comb
from pathlib import Path

from core.diversity.adaptive import AUDITED_SHARE
from core.judges import ChecklistWriter, Equivalence, QualityScorer, Usefulness
from core.judges.reference import CHECKED_CATEGORIES, ReferenceJudge
from core.pipeline.estimate import ASSUMED_TOKENS_PER_S, ASSUMED_WAIT_S, Experience
from core.pipeline.specs import ADAPTIVE_MODES, PAIR_QUESTIONS, JudgeSpec
from core.providers.base import parse_model_id
from core.providers.pricing import cost_usd, estimate_tokens, find_price
from core.settings import BUNDLED_PROMPTS
from core.taxonomy import Taxonomy
from core.templates import TemplateSource
from core.types import CompletionRequest, Usage

# Until a judge has answered here: one word; an explained answer to each of some four questions.
ASSUMED_REPLY_TOKENS: Mapping[str, int] = {
    "equivalence": 5, "usefulness": 5, "quality": 220, "accuracy": 5,
}  # fmt: skip
CHECKLIST_TOKENS = 100
NONE_CATEGORY = "N"


@dataclass(frozen=True, slots=True)
class SetSize:
    """A prompt's usable responses under one condition, as far as questions about them go.

    Attributes:
        n: responses; n_texts of them differ, character for character.
        tokens: of all of them together, roughly.
        category: it goes by; is_confirmed: a person said so.
        has_reference: whether the prompt has a reference answer.
    """

    prompt_id: int
    condition: str
    category: str | None
    n: int
    n_texts: int
    tokens: int
    prompt_tokens: int
    has_reference: bool
    model: str = ""
    strategy: str = ""
    is_confirmed: bool = True


def category_remarks(sets: Sequence[SetSize], specs: Sequence[JudgeSpec]) -> list[str]:
    """By which definition pairs are judged where no person has said what a prompt is."""
    if not any(spec.question == "equivalence" and spec.definition != "general" for spec in specs):
        return []
    prompts = {one.prompt_id for one in sets}
    without = {one.prompt_id for one in sets if one.category is None}
    unconfirmed = {one.prompt_id for one in sets if not one.is_confirmed} - without
    said = []
    if unconfirmed:
        said.append(
            f"{len(unconfirmed)} of {len(prompts)} prompts have no category from a person: pairs "
            "go by the one their model used or gave, marked unconfirmed."
        )
    if without:
        said.append(
            f"{len(without)} of {len(prompts)} prompts have no category at all, or models name "
            "different ones: such pairs are judged by the general definition. Classify the "
            "prompts, or set their categories, before judging."
        )
    return said


@dataclass(frozen=True, slots=True)
class Load:
    """Calls with their tokens in and out."""

    calls: int
    input_tokens: int
    output_tokens: int

    def __add__(self, other: Load) -> Load:
        return Load(
            self.calls + other.calls,
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
        )

    @property
    def tokens(self) -> int:
        return self.input_tokens + self.output_tokens


NOTHING = Load(0, 0, 0)
Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class JudgingEstimate:
    """What runs take if nothing of them is answered yet.

    Attributes:
        least, most: the same unless answers decide what is asked.
        cost_usd: (least, most); None where a judge's price is not listed.
        batch_cost_usd: the same through the batch APIs; None where a price or discount is not
            listed, or a run cannot be one batch.
        elapsed_s: of the most, with all calls in flight that the settings allow.
        assumed: judges that have not answered such a question here, so that lengths are assumed.
    """

    least: Load
    most: Load
    cost_usd: Range | None
    batch_cost_usd: Range | None
    elapsed_s: float
    assumed: tuple[str, ...]


@dataclass(frozen=True)
class JudgePlanner:
    """What an estimate goes by.

    Attributes:
        sets: everything in the study that could be judged.
        experience: (judge's model id, question) -> how that went so far.
        concurrency: calls in flight.
        prices: the price file.
    """

    taxonomy: Taxonomy
    templates: TemplateSource
    sets: Sequence[SetSize]
    experience: Mapping[tuple[str, str], Experience]
    concurrency: int
    prices: Path = BUNDLED_PROMPTS / "prices.toml"

    def estimate(self, specs: Sequence[JudgeSpec]) -> JudgingEstimate:
        """The sum over runs.

        Raises:
            UserError: the price file or a template cannot be used.
        """
        least = most = NOTHING
        costs: list[Range | None] = []
        batched: list[Range | None] = []
        elapsed_s = 0.0
        for spec in specs:
            low, high = self._loads(spec)
            least, most = least + low, most + high
            costs.append(self._costs(spec, low, high, batch=False))
            batched.append(
                self._costs(spec, low, high, batch=True)
                if spec.pairs not in ADAPTIVE_MODES
                else None
            )
            elapsed_s += high.calls * self._call_s(spec) / self.concurrency
        silent = [spec.model_id for spec in specs if not self._known(spec).output_tokens]
        return JudgingEstimate(
            least, most, _sum(costs), _sum(batched), elapsed_s, tuple(dict.fromkeys(silent))
        )

    def _loads(self, spec: JudgeSpec) -> tuple[Load, Load]:
        wanted = [
            one for one in self.sets if spec.conditions is None or one.condition in spec.conditions
        ]
        per_reply = self._known(spec).output_tokens or ASSUMED_REPLY_TOKENS[spec.question]
        if spec.question in PAIR_QUESTIONS:
            return self._pairs(spec, wanted, per_reply)
        if spec.question == "quality":
            load = self._scores(wanted, per_reply)
            return load, load
        return NOTHING, self._accuracy(wanted, per_reply)

    def _pairs(
        self, spec: JudgeSpec, wanted: Sequence[SetSize], per_reply: float
    ) -> tuple[Load, Load]:
        times = len(spec.orders) * spec.repeats
        if spec.pairs == "across":
            load = self._across(spec, wanted, times, per_reply)
            return load, load
        loads = [NOTHING, NOTHING]
        for one in wanted:
            words = self._words_of_pair(spec, one.category)
            per_pair = words + one.prompt_tokens + (2 * one.tokens / one.n if one.n else 0.0)
            for place, n_pairs in enumerate(_pair_counts(spec, one)):
                calls = times * n_pairs
                loads[place] += Load(calls, round(calls * per_pair), round(calls * per_reply))
        return loads[0], loads[1]

    def _across(
        self, spec: JudgeSpec, wanted: Sequence[SetSize], times: int, per_reply: float
    ) -> Load:
        """The sampled pairs of every two conditions of one strategy and different models."""
        groups: dict[tuple[int, str], list[SetSize]] = defaultdict(list)
        for one in wanted:
            if one.n:
                groups[one.prompt_id, one.strategy].append(one)
        load = NOTHING
        for sets in groups.values():
            for first, second in combinations(sets, 2):
                if first.model == second.model:
                    continue
                calls = times * min(spec.per_two, first.n * second.n)
                words = self._words_of_pair(spec, first.category)
                texts = first.tokens / first.n + second.tokens / second.n
                per_pair = words + first.prompt_tokens + texts
                load += Load(calls, round(calls * per_pair), round(calls * per_reply))
        return load

    def _words_of_pair(self, spec: JudgeSpec, category: str | None) -> int:
        """Tokens of a question about two empty responses."""
        if spec.question == "usefulness":
            return self._usefulness_words
        return self._pair_words[spec.definition == "general", category or NONE_CATEGORY]

    @cached_property
    def _usefulness_words(self) -> int:
        return _tokens(
            Usefulness.open(self.templates).request(
                "", prompt="", response_1="", response_2="", strategy="", index=""
            )
        )

    @cached_property
    def _pair_words(self) -> Mapping[tuple[bool, str], int]:
        """(general definition, category) -> tokens of a question about two empty responses."""
        asking = {
            False: Equivalence.open(self.taxonomy, self.templates),
            True: Equivalence.open_general(self.templates),
        }
        words = {
            (general, category.key): _tokens(
                judge.request(
                    "", prompt="", response_1="", response_2="", category=category, strategy="",
                    index="",
                )
            )
            for general, judge in asking.items()
            for category in self.taxonomy.values()
        }  # fmt: skip
        # Categories of another taxonomy are asked about in words of much the same length.
        return defaultdict(lambda: max(words.values()), words)

    def _scores(self, wanted: Sequence[SetSize], per_reply: float) -> Load:
        """One checklist per prompt, then one score per response."""
        writer = ChecklistWriter.open(self.templates)
        scorer = QualityScorer.open(self.templates)
        prompts = {one.prompt_id: one.prompt_tokens for one in wanted if one.n}
        writing = _tokens(writer.request("", prompt=""))
        load = Load(
            len(prompts),
            sum(prompts.values()) + len(prompts) * writing,
            len(prompts) * CHECKLIST_TOKENS,
        )
        words = CHECKLIST_TOKENS + _tokens(
            scorer.request(
                "", prompt="", checklist=["", "", ""], response="", strategy="", index=""
            )
        )
        return load + _each_response(wanted, words, per_reply)

    def _accuracy(self, wanted: Sequence[SetSize], per_reply: float) -> Load:
        judge = ReferenceJudge.open(self.templates)
        words = _tokens(
            judge.request("", prompt="", reference="", response="", strategy="", index="")
        )
        checked = [
            one for one in wanted if one.has_reference and one.category in CHECKED_CATEGORIES
        ]
        return _each_response(checked, words, per_reply)

    def _known(self, spec: JudgeSpec) -> Experience:
        return self.experience.get((spec.model_id, spec.question), Experience(None, None))

    def _call_s(self, spec: JudgeSpec) -> float:
        known = self._known(spec)
        if known.call_s is not None:
            return known.call_s
        if parse_model_id(spec.model_id).provider == "replay":
            return 0.0
        return ASSUMED_WAIT_S + ASSUMED_REPLY_TOKENS[spec.question] / ASSUMED_TOKENS_PER_S

    def _costs(self, spec: JudgeSpec, low: Load, high: Load, *, batch: bool) -> Range | None:
        price = find_price(spec.model_id, self.prices)
        if price is None:
            return None
        costs = [
            cost_usd(Usage(load.input_tokens, load.output_tokens), price, batch=batch)
            for load in (low, high)
        ]
        return None if costs[0] is None or costs[1] is None else (costs[0], costs[1])


def _pair_counts(spec: JudgeSpec, one: SetSize) -> tuple[int, int]:
    """The least and the most pairs of a set that are asked about.

    Adaptively at best all responses are found the same, which n - 1 answers settle; a tenth of
    what transitive judging infers is asked as an audit. At worst every pair of texts is asked.
    """
    if spec.pairs == "all":
        n_pairs = comb(one.n, 2)
        return n_pairs, n_pairs
    most = comb(one.n_texts, 2)
    least = max(0, one.n_texts - 1)
    audited = math.ceil(AUDITED_SHARE * (most - least)) if spec.pairs == "transitive" else 0
    return least + audited, most


def _each_response(wanted: Sequence[SetSize], words: int, per_reply: float) -> Load:
    calls = sum(one.n for one in wanted)
    tokens = sum(one.tokens + one.n * (one.prompt_tokens + words) for one in wanted)
    return Load(calls, tokens, round(calls * per_reply))


def _tokens(request: CompletionRequest) -> int:
    return sum(estimate_tokens(message.content) for message in request.messages)


def _sum(ranges: Sequence[Range | None]) -> Range | None:
    known = [one for one in ranges if one is not None]
    if len(known) < len(ranges):
        return None
    return sum(low for low, _ in known), sum(high for _, high in known)

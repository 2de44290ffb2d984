"""The work an experiment needs, as ordinary runs, and what it takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb

from core.errors import UserError
from core.pipeline.specs import ClassifySpec, GenerateSpec, JudgeSpec, RunSpec
from core.providers.pricing import cost_usd, estimate_tokens, find_price
from core.settings import BUNDLED_PROMPTS
from core.strategies import Condition, find_strategy
from core.types import Usage

# What a judge's template, the definition and the reply add to the texts, in tokens.
_JUDGE_WORDS = 260
_JUDGE_REPLY = {"equivalence": 5, "quality": 220}
_RESPONSE_TOKENS = 300
_CLASSIFY_WORDS = 900

# (models, strategies, temperature) -> conditions, with the settings of the caller.
MakeConditions = Callable[[Sequence[str], Sequence[str], float | None], tuple[Condition, ...]]


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """What a researcher chooses.

    Attributes:
        models: that generate or classify.
        judges: that judge equivalence and quality.
        make_conditions: as `core.pipeline.conditions.plan_conditions`, with n chosen.
        temperatures: for the sweep.
        prompt_texts: of the study, for the estimate.
        labels: conditions that are there already, for experiments that judge what is stored.
        stored: those conditions themselves, for experiments that run them again.
    """

    models: tuple[str, ...]
    judges: tuple[str, ...]
    make_conditions: MakeConditions
    temperatures: tuple[float, ...] = (0.0, 0.5, 1.0)
    prompt_texts: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    stored: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One run, and why it is needed."""

    spec: RunSpec
    why: str

    @property
    def command(self) -> str:
        """The run in words, as the terminal would be asked for it."""
        match self.spec:
            case ClassifySpec(model_id=model):
                return f"classify with {model}"
            case GenerateSpec(conditions=conditions):
                models = ", ".join(dict.fromkeys(one.model_id for one in conditions))
                return f"generate {len(conditions)} conditions with {models}"
            case JudgeSpec(model_id=model, pairs="across"):
                return f"judge pairs of two models with {model}"
            case JudgeSpec(model_id=model, question=question):
                return f"judge {question} with {model}"


@dataclass(frozen=True, slots=True)
class PlannedWork:
    """A step with what it takes if nothing of it is stored yet.

    Attributes:
        tokens: in and out, roughly: nobody knows a reply's length beforehand.
        cost_usd: None where the model's price is not listed.
    """

    step: Step
    calls: int
    tokens: int
    cost_usd: float | None


def judging(judges: Sequence[str], labels: tuple[str, ...] | None, why: str) -> list[Step]:
    """Each judge asked about pairs and about quality."""
    return [
        Step(JudgeSpec(judge, question, conditions=labels), why)
        for judge in judges
        for question in ("equivalence", "quality")
    ]


def estimate(steps: Sequence[Step], request: PlanRequest) -> list[PlannedWork]:
    """What each step takes.

    Raises:
        UserError: the price file cannot be read.
    """
    n_prompts = len(request.prompt_texts)
    prompt_tokens = sum(map(estimate_tokens, request.prompt_texts))
    generated = [
        condition
        for step in steps
        if isinstance(step.spec, GenerateSpec)
        for condition in step.spec.conditions
    ]
    planned = []
    for step in steps:
        calls, tokens_in, tokens_out = _size(
            step.spec, n_prompts, prompt_tokens, generated or request.stored
        )
        planned.append(
            PlannedWork(
                step,
                calls,
                tokens_in + tokens_out,
                _cost(step.spec, calls, tokens_in, tokens_out),
            )
        )
    return planned


def require(values: Sequence[str], what: str, option: str, least: int = 1) -> None:
    """Raises:
    UserError: fewer than `least` were given.
    """
    if len(values) < least:
        raise UserError(
            f"This experiment needs at least {least} {what}, and {len(values)} were given. "
            f"Add {option} PROVIDER:MODEL."
        )


def _size(
    spec: RunSpec, n_prompts: int, prompt_tokens: int, conditions: Sequence[Condition]
) -> tuple[int, int, int]:
    if isinstance(spec, ClassifySpec):
        return n_prompts, prompt_tokens + n_prompts * _CLASSIFY_WORDS, n_prompts * 5
    if isinstance(spec, GenerateSpec):
        calls = tokens_in = tokens_out = 0
        for one in spec.conditions:
            strategy = find_strategy(one.strategy)
            per_prompt = 1 if strategy is not None and strategy.kind == "set" else one.n
            calls += per_prompt * n_prompts
            tokens_in += per_prompt * prompt_tokens
            tokens_out += one.n * n_prompts * _RESPONSE_TOKENS
        return calls, tokens_in, tokens_out
    pairs = spec.question == "equivalence"
    if spec.pairs == "across":
        per_prompt = len(spec.orders) * sum(
            min(spec.per_two, first.n * second.n)
            for first, second in combinations(conditions, 2)
            if first.strategy == second.strategy and first.model_id != second.model_id
        )
    else:
        per_prompt = sum(
            comb(one.n, 2) * len(spec.orders) if pairs else one.n for one in conditions
        )
    calls = per_prompt * n_prompts + (0 if pairs else n_prompts)
    texts = 2 if pairs else 1
    tokens_in = calls * (_JUDGE_WORDS + texts * _RESPONSE_TOKENS) + per_prompt * prompt_tokens
    return calls, tokens_in, calls * _JUDGE_REPLY.get(spec.question, 5)


def _cost(spec: RunSpec, calls: int, tokens_in: int, tokens_out: int) -> float | None:
    if calls == 0:
        return 0.0
    models = (
        [one.model_id for one in spec.conditions]
        if isinstance(spec, GenerateSpec)
        else [spec.model_id]
    )
    total = 0.0
    for model in models:
        price = find_price(model, BUNDLED_PROMPTS / "prices.toml")
        if price is None:
            return None
        cost = cost_usd(Usage(tokens_in, tokens_out), price)
        if cost is None:
            return None
        total += cost / len(models)
    return total

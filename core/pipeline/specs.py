"""What a run is asked to do, as values that can be stored and read back by another process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from core.errors import UserError
from core.strategies.condition import Condition

Order = Literal["ab", "ba"]
JudgeQuestion = Literal["equivalence", "usefulness", "quality", "accuracy"]
# Asked of pairs, so in an order.
PAIR_QUESTIONS = frozenset[JudgeQuestion]({"equivalence", "usefulness"})
PairsMode = Literal["all", "adaptive", "transitive", "across"]
# Modes in which a question depends on the answers before it.
ADAPTIVE_MODES = frozenset({"adaptive", "transitive"})
Definition = Literal["anchored", "general"]


@dataclass(frozen=True, slots=True)
class ClassifySpec:
    """Ask a model for the category of every prompt. batch: through the provider's batch API."""

    model_id: str
    retry_failed: bool = False
    batch: bool = False

    kind = "classify"


@dataclass(frozen=True, slots=True)
class GenerateSpec:
    """Fill the response slots of conditions. batch: through the provider's batch API."""

    conditions: tuple[Condition, ...]
    retry_failed: bool = False
    batch: bool = False

    kind = "generate"


@dataclass(frozen=True, slots=True)
class JudgeSpec:
    """Ask a judge a question about every item.

    Attributes:
        question: equivalence of pairs; usefulness of a second response to who has read the first;
            quality of responses; accuracy of responses to prompts of A and D that have a reference
            answer.
        orders: for pairs, which response is shown first; both for order effects, and for usefulness
            both directions.
        conditions: labels to judge, or None for all.
        pairs: all; adaptive leaves out those that cannot change the count; transitive infers more
            and is another estimator (see `core.diversity.adaptive`); across asks about pairs of two
            models' responses instead (see `core.pipeline.judge_across`).
        definition: anchored asks by the category's definition of "equivalent", general whether
            two responses are the same, whatever the task.
        repeats: how often each pair is asked in the same order; more than once measures noise.
        batch: through the provider's batch API.
        per_two: with across, pairs drawn for each prompt, strategy and two models.
        seed: of that draw.
    """

    model_id: str
    question: JudgeQuestion
    orders: tuple[Order, ...] = ("ab",)
    conditions: tuple[str, ...] | None = None
    retry_failed: bool = False
    pairs: PairsMode = "all"
    definition: Definition = "anchored"
    repeats: int = 1
    batch: bool = False
    per_two: int = 5
    seed: int = 0

    kind = "judge"


def check_judge_spec(spec: JudgeSpec) -> None:
    """Refuses combinations that make no sense.

    Raises:
        UserError: options for pairs with a question about responses, repeats of what is not asked
            in full, or a batch of questions that depend on each other.
    """
    of_pairs = {"both orders": len(spec.orders) > 1, "repeats": spec.repeats != 1}
    of_equivalence = {
        f"{spec.pairs} pairs": spec.pairs != "all",
        "the general definition": spec.definition != "anchored",
    }
    for fitting, options in (
        (("equivalence",), of_equivalence),
        (("equivalence", "usefulness"), of_pairs),
    ):
        wrong = [name for name, used in options.items() if used]
        if wrong and spec.question not in fitting:
            raise UserError(
                f"{' and '.join(wrong).capitalize()} apply to the question "
                f"{' or '.join(fitting)} only; the question is {spec.question}. Leave them out, "
                "or ask about equivalence."
            )
    if spec.repeats < 1:
        raise UserError(f"Repeats are {spec.repeats}; expected 1 (ask once) or more.")
    if spec.per_two < 1:
        raise UserError(f"{spec.per_two} pairs of two models are to be drawn; expected 1 or more.")
    if spec.pairs in ADAPTIVE_MODES and spec.repeats > 1:
        raise UserError(
            f"Repeats measure noise on pairs that are all asked; the pairs are {spec.pairs}. "
            "Ask about all pairs, or once."
        )
    if spec.pairs in ADAPTIVE_MODES and spec.batch:
        raise UserError(
            f"With {spec.pairs} pairs each question depends on the answers before it, so they "
            "cannot be sent as one batch. Ask about all pairs, or without a batch."
        )


RunSpec = ClassifySpec | GenerateSpec | JudgeSpec


def spec_as_dict(spec: RunSpec) -> dict[str, Any]:
    """A JSON value from which `spec_from_dict` makes an equal spec."""
    if isinstance(spec, GenerateSpec):
        return {
            "kind": spec.kind,
            "conditions": [condition.as_dict() for condition in spec.conditions],
            "retry_failed": spec.retry_failed,
            "batch": spec.batch,
        }
    return {"kind": spec.kind, **asdict(spec)}


def spec_from_dict(values: Mapping[str, Any]) -> RunSpec:
    """Reads what `spec_as_dict` wrote.

    Raises:
        UserError: a kind of run this version does not know.
    """
    fields = {name: value for name, value in values.items() if name != "kind"}
    match values.get("kind"):
        case "classify":
            return ClassifySpec(**fields)
        case "generate":
            conditions = tuple(Condition.from_dict(one) for one in fields["conditions"])
            return GenerateSpec(conditions, fields["retry_failed"], fields.get("batch", False))
        case "judge":
            labels = fields["conditions"]
            return JudgeSpec(
                **{
                    **fields,
                    "orders": tuple(fields["orders"]),
                    "conditions": None if labels is None else tuple(labels),
                }
            )
    raise UserError(
        f"This run is of kind {values.get('kind')!r}, which this version does not know; expected "
        "classify, generate or judge. Start the worker from the version that planned it."
    )

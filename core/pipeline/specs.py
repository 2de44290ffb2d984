"""What a run is asked to do, as values that can be stored and read back by another process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from core.errors import UserError
from core.strategies.condition import Condition

Order = Literal["ab", "ba"]


@dataclass(frozen=True, slots=True)
class ClassifySpec:
    """Ask a model for the category of every prompt."""

    model_id: str
    retry_failed: bool = False

    kind = "classify"


@dataclass(frozen=True, slots=True)
class GenerateSpec:
    """Fill the response slots of conditions."""

    conditions: tuple[Condition, ...]
    retry_failed: bool = False

    kind = "generate"


@dataclass(frozen=True, slots=True)
class JudgeSpec:
    """Ask a judge a question about every item.

    Attributes:
        question: equivalence or quality.
        orders: for pairs, which response is shown first; both for order effects.
        conditions: labels to judge, or None for all.
    """

    model_id: str
    question: Literal["equivalence", "quality"]
    orders: tuple[Order, ...] = ("ab",)
    conditions: tuple[str, ...] | None = None
    retry_failed: bool = False

    kind = "judge"


RunSpec = ClassifySpec | GenerateSpec | JudgeSpec


def spec_as_dict(spec: RunSpec) -> dict[str, Any]:
    """A JSON value from which `spec_from_dict` makes an equal spec."""
    if isinstance(spec, GenerateSpec):
        return {
            "kind": spec.kind,
            "conditions": [condition.as_dict() for condition in spec.conditions],
            "retry_failed": spec.retry_failed,
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
            return GenerateSpec(conditions, fields["retry_failed"])
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

"""Conditions with what came of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import comb
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.pipeline.slots import current_slots
from core.strategies import strategy_kind
from db.models import Condition, Response


@dataclass(frozen=True, slots=True)
class ConditionOverview:
    """What a condition holds, in slots that count: a slot asked again counts once.

    Attributes:
        n_ok: answered slots among the first n of each set.
        n_pairs: pairs of answered slots within a set; what an equivalence judge is asked about.
        failed: reason -> slots; flagged: flag -> responses; both the most frequent first.
        dropped_parameters: those the model refused, so that responses were made without them.
        wrong_category: of a mismatched condition, whose instruction it gives, or the seed of that
            choice; "" otherwise. The label does not say it.
    """

    id: int
    hash: str
    label: str
    strategy: str
    model: str
    n: int
    n_ok: int
    n_pairs: int
    failed: dict[str, int]
    flagged: dict[str, int]
    dropped_parameters: tuple[str, ...]
    wrong_category: str = ""


def list_condition_overviews(session: Session, study_id: int) -> list[ConditionOverview]:
    """Conditions in the order they were added, without loading any text."""
    conditions = session.scalars(
        select(Condition).where(Condition.study_id == study_id).order_by(Condition.id)
    ).all()
    rows = session.execute(
        select(
            Response.condition_id,
            Response.prompt_id,
            Response.sample_index,
            Response.replicate,
            Response.status,
            Response.reason,
            Response.flags,
            Response.parameters_dropped,
        )
        .join(Condition)
        .where(Condition.study_id == study_id)
    )
    sets: dict[int, dict[int, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        sets[row.condition_id][row.prompt_id].append(row)
    return [_overview(condition, sets[condition.id]) for condition in conditions]


def _overview(condition: Condition, sets: Mapping[int, Sequence[Any]]) -> ConditionOverview:
    failed, flagged, dropped = Counter[str](), Counter[str](), set[str]()
    n_ok = n_pairs = 0
    kind = strategy_kind(condition.strategy, condition.spec)
    for slots in sets.values():
        answered = 0
        for index, slot in current_slots(slots, kind).items():
            if slot.status != "ok":
                failed[slot.reason or "failed"] += index < condition.n
            elif index < condition.n:
                answered += 1
            flagged.update(slot.flags or [])
            dropped.update(slot.parameters_dropped or {})
        n_ok += answered
        n_pairs += comb(answered, 2)
    return ConditionOverview(
        id=condition.id,
        hash=condition.hash,
        label=condition.label,
        strategy=condition.strategy,
        model=condition.model,
        n=condition.n,
        n_ok=n_ok,
        n_pairs=n_pairs,
        failed=dict((+failed).most_common()),
        flagged=dict(flagged.most_common()),
        dropped_parameters=tuple(sorted(dropped)),
        wrong_category=condition.spec.get("wrong_category", ""),
    )

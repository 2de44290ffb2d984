"""How many people an item is with: what claims, late answers and the monitor all count by."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, func, select
from sqlalchemy.orm import Session

from core.work import WorkPurpose, WorkState
from db.models import Assignment, Item, Participation, Sample
from db.queries.tasks import execute


def is_taken() -> ColumnElement[bool]:
    """Whether an assignment uses up one of the ratings its item is to get."""
    return and_(
        Assignment.purpose == WorkPurpose.RATING,
        Assignment.repeat == 0,
        Assignment.state.in_([WorkState.OPEN, WorkState.DONE]),
    )


def _counting(*counted: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Counts by item and question over a study's assignments that fulfil all conditions.

    Not counted: work of researchers trying out, of the withdrawn, and of people who were excluded.
    """
    return (
        select(
            Assignment.item_id,
            Assignment.question,
            func.count().label("n"),
            func.sum(case((Assignment.left == "a", 1), else_=0)).label("n_a"),
            func.sum(case((Assignment.left == "b", 1), else_=0)).label("n_b"),
        )
        .join(Item, Assignment.item_id == Item.id)
        .outerjoin(Participation, Participation.rater_id == Assignment.rater_id)
        .where(
            Item.study_id == bindparam("study_id"),
            is_taken(),
            Participation.excluded_at.is_(None),
            *counted,
        )
        .group_by(Assignment.item_id, Assignment.question)
    )


# Built once: everybody waits for who asks these, and making them costs as much as running them.
TAKEN = _counting()
_TAKEN_OF = _counting(Assignment.item_id.in_(bindparam("item_ids", expanding=True)))
_DONE = _counting(Assignment.state == WorkState.DONE.value)
_taken = TAKEN.subquery()
N_TAKEN = func.coalesce(_taken.c.n, 0)
N_LEFT_A, N_LEFT_B = func.coalesce(_taken.c.n_a, 0), func.coalesce(_taken.c.n_b, 0)
_IS_THIS_ITEM = and_(_taken.c.item_id == Sample.item_id, _taken.c.question == Sample.question)
_LEFT = (
    select(
        Sample.arm,
        func.sum(case((Sample.ratings_wanted > N_TAKEN, Sample.ratings_wanted - N_TAKEN), else_=0)),
    )
    .outerjoin(_taken, _IS_THIS_ITEM)
    .where(Sample.study_id == bindparam("study_id"), Sample.ratings_wanted.is_not(None))
    .group_by(Sample.arm)
)
_SURPLUS = (
    select(Assignment.id.label("assignment_id"), Assignment.state)
    .join(
        Sample,
        and_(Sample.item_id == Assignment.item_id, Sample.question == Assignment.question),
    )
    .join(_taken, _IS_THIS_ITEM)
    .where(
        Sample.study_id == bindparam("study_id"),
        Assignment.rater_id == bindparam("rater_id"),
        is_taken(),
        Sample.ratings_wanted < N_TAKEN,
    )
)


def count_taken(
    session: Session, study_id: int, item_ids: Collection[int] | None = None
) -> dict[tuple[int, str], tuple[int, int, int]]:
    """(item, question) -> people who have it, of these seeing member a first, b first."""
    values: dict[str, Any] = {"study_id": study_id}
    if item_ids is not None:
        values["item_ids"] = list(item_ids)
    rows = execute(session, TAKEN if item_ids is None else _TAKEN_OF, values)
    return {
        (item_id, question): (int(n), int(n_a), int(n_b)) for item_id, question, n, n_a, n_b in rows
    }


def count_done(session: Session, study_id: int) -> dict[tuple[int, str], int]:
    """(item, question) -> people of `count_taken` who have answered."""
    rows = execute(session, _DONE, {"study_id": study_id})
    return {(item_id, question): int(n) for item_id, question, n, *_ in rows}


def list_surplus(session: Session, study_id: int, rater_id: int) -> Sequence[Any]:
    """(assignment_id, state) of a person's work on items more people have than are wanted."""
    return execute(session, _SURPLUS, {"study_id": study_id, "rater_id": rater_id}).all()


def count_left(session: Session, study_id: int) -> dict[str, int]:
    """Arm -> ratings that nobody has given or is about to give."""
    return {arm: int(n) for arm, n in execute(session, _LEFT, {"study_id": study_id})}


def joined_with_taken(
    samples: Select[*tuple[Any, ...]],
) -> Select[*tuple[Any, ...]]:
    """A query of samples beside which `N_TAKEN`, `N_LEFT_A` and `N_LEFT_B` can be asked for."""
    return samples.outerjoin(_taken, _IS_THIS_ITEM)

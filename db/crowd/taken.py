"""How many people an item is with: what claims, late answers and the monitor all count by."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session

from core.work import WorkPurpose, WorkState
from db.models import Assignment, Item, Participation


def count_taken(
    session: Session, study_id: int, item_ids: Collection[int] | None = None
) -> dict[tuple[int, str], tuple[int, int, int]]:
    """(item, question) -> people who have it, of these seeing member a first, b first.

    Not counted: work of researchers trying out, of the withdrawn, and of people who were excluded.
    """
    query = (
        select(
            Assignment.item_id,
            Assignment.question,
            func.count(),
            func.sum(case((Assignment.left == "a", 1), else_=0)),
            func.sum(case((Assignment.left == "b", 1), else_=0)),
        )
        .join(Item, Assignment.item_id == Item.id)
        .outerjoin(Participation, Participation.rater_id == Assignment.rater_id)
        .where(Item.study_id == study_id, is_taken(), Participation.excluded_at.is_(None))
        .group_by(Assignment.item_id, Assignment.question)
    )
    if item_ids is not None:
        query = query.where(Assignment.item_id.in_(item_ids))
    return {
        (item_id, question): (int(n), int(n_a), int(n_b))
        for item_id, question, n, n_a, n_b in session.execute(query)
    }


def is_taken() -> ColumnElement[bool]:
    """Whether an assignment uses up one of the ratings its item is to get."""
    return and_(
        Assignment.purpose == WorkPurpose.RATING,
        Assignment.repeat == 0,
        Assignment.state.in_([WorkState.OPEN, WorkState.DONE]),
    )

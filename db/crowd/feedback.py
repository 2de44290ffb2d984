"""What a person is told after a practice item."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.crowd.answers import as_shown, shown_order
from core.types import Question
from core.work import WorkPurpose, WorkState
from db.crowd.gold import GoldView, find_gold
from db.models import Assignment, Item
from db.queries.tasks import members_of


def find_feedback(session: Session, rater_id: int, assignment_id: int) -> GoldView | None:
    """The known answer to a practice item, in the order the person saw its members.

    None unless the item is theirs, for practice, and answered: nobody reads the answer first.
    """
    row = session.execute(
        select(Assignment.item_id, Assignment.question, Assignment.member_order, Item.content)
        .join(Item, Assignment.item_id == Item.id)
        .where(
            Assignment.id == assignment_id,
            Assignment.rater_id == rater_id,
            Assignment.purpose == WorkPurpose.PRACTICE,
            Assignment.state == WorkState.DONE,
        )
    ).one_or_none()
    gold = None if row is None else find_gold(session, row.item_id, row.question)
    if row is None or gold is None or row.question != Question.GROUPING:
        return gold
    order = shown_order(row.member_order, members_of(row.content))
    return GoldView(as_shown(gold.value, order), gold.explanation)

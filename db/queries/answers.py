"""What a person answers, written down."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.orm import Session

from core.crowd.answers import CANNOT_TELL, parse_answer, rearranged, shown_order
from core.crowd.plan import QuestionPlan
from core.errors import UserError
from core.types import Question
from db.crowd.groupings import add_pair_verdicts
from db.models import Assignment, Item, Rating, Study
from db.queries.tasks import CLOSED, TICKS, execute, latest_rating, members_of

# The lock makes two tabs of one person take turns, so that revisions stay in a row.
_OWN_ASSIGNMENT = (
    select(
        Assignment.item_id,
        Assignment.question,
        Assignment.repeat,
        Assignment.left,
        Assignment.purpose,
        Assignment.member_order,
        Item.category,
        Item.content,
        Study.status,
    )
    .join(Item, Assignment.item_id == Item.id)
    .join(Study, Item.study_id == Study.id)
    .where(
        Assignment.id == bindparam("assignment_id"), Assignment.rater_id == bindparam("rater_id")
    )
    .with_for_update(of=Assignment)
)
# On the tables, since nothing of the ORM's bookkeeping is needed here.
_assignment = cast(Table, Assignment.__table__)
_ADD_RATING = insert(cast(Table, Rating.__table__))
_MARK_DONE = (
    update(_assignment).where(_assignment.c.id == bindparam("assignment_id")).values(state="done")
)


@dataclass(frozen=True, slots=True)
class Given:
    """What a person answers, and how it came about.

    Attributes:
        raw: the answer, or `cannot_tell`; of a grouping, the group of each member as shown.
        template: name@hash of the words the person answered to.
        elapsed_ms: from drawing to answering; None when that is not known.
        confidence: from 0, guessing, to 1, very sure; None where that was not asked.
        ticks: lines of the checklist that hold.
    """

    raw: str
    template: str
    elapsed_ms: int | None = None
    confidence: float | None = None
    ticks: tuple[str, ...] = ()
    meta: Mapping[str, Any] = field(default_factory=dict)


def add_answer(
    session: Session,
    rater_id: int,
    assignment_id: int,
    given: Given,
    *,
    question_plan: QuestionPlan | None = None,
    categories: Collection[str] | None = None,
) -> None:
    """Records an answer; a changed one is a new revision, the same one again changes nothing.

    Args:
        question_plan: how the study asks the question; None without a plan.
        categories: keys of the taxonomy, for `category`.

    Raises:
        UserError: not this person's assignment, no answer to its question, or a closed study.
    """
    own = {"rater_id": rater_id, "assignment_id": assignment_id}
    row = execute(session, _OWN_ASSIGNMENT, own).one_or_none()
    if row is None:
        raise UserError("This item is not one of yours. Open your personal link again.")
    if row.status == CLOSED:
        raise UserError("The study is closed and takes no more answers.")
    members = members_of(row.content)
    value = parse_answer(
        row.question,
        given.raw,
        question_plan=question_plan,
        n_members=len(members),
        categories=categories,
    )
    if row.question == Question.GROUPING and value is not None:
        value = rearranged(value, shown_order(row.member_order, members))
    latest = latest_rating(session, rater_id, row.item_id, row.question, row.repeat)
    if latest is not None and _is_same(latest, value, given):
        return
    rating = {
        "rater_id": rater_id,
        "item_id": row.item_id,
        "question": row.question,
        "value": value,
        "reason": CANNOT_TELL if value is None else "",
        "confidence": given.confidence,
        "order": {"a": "ab", "b": "ba"}.get(row.left, ""),
        "template": given.template,
        "repeat": row.repeat,
        "revision": 0 if latest is None else latest.revision + 1,
        "category_used": row.category,
        "elapsed_ms": given.elapsed_ms,
        "purpose": row.purpose,
        "meta": {**given.meta, **({TICKS: list(given.ticks)} if given.ticks else {})},
    }
    execute(session, _ADD_RATING, rating)
    execute(session, _MARK_DONE, {"assignment_id": assignment_id})
    if row.question == Question.GROUPING and row.purpose == "rating" and not row.repeat:
        add_pair_verdicts(session, rating)


def _is_same(latest: Any, value: str | None, given: Given) -> bool:
    before = (latest.value, latest.confidence, tuple(latest.meta.get(TICKS, ())))
    return before == (value, given.confidence, given.ticks)

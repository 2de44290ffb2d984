"""What a person answers, written down."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.orm import Session

from core.crowd import Phase
from core.crowd.answers import CANNOT_TELL, parse_answer, rearranged, shown_order
from core.crowd.plan import QuestionPlan
from core.errors import AnswerRefusedError
from core.types import Question
from core.work import CLIENT_ID, LATE_MARK, WorkPurpose, WorkState
from db.crowd.groupings import add_pair_verdicts
from db.crowd.rows import lock_study
from db.crowd.taken import count_taken
from db.models import Assignment, Item, Participation, Rating, Sample, Study, now
from db.queries.tasks import CLOSED, TICKS, execute, list_revisions, members_of, not_yours

LONGEST_CLIENT_ID = 64

# The lock makes two tabs of one person take turns, so that revisions stay in a row.
_OWN_ASSIGNMENT = (
    select(
        Assignment.item_id,
        Assignment.question,
        Assignment.repeat,
        Assignment.left,
        Assignment.purpose,
        Assignment.member_order,
        Assignment.state,
        Item.category,
        Item.content,
        Item.study_id,
        Study.status,
        Participation.phase,
        Participation.last_seen_at,
    )
    .join(Item, Assignment.item_id == Item.id)
    .join(Study, Item.study_id == Study.id)
    .outerjoin(Participation, Participation.rater_id == Assignment.rater_id)
    .where(
        Assignment.id == bindparam("assignment_id"), Assignment.rater_id == bindparam("rater_id")
    )
    .with_for_update(of=Assignment)
)
# On the tables, since nothing of the ORM's bookkeeping is needed here.
_assignment = cast(Table, Assignment.__table__)
_ADD_RATING = insert(cast(Table, Rating.__table__))
_MARK_DONE = (
    update(_assignment)
    .where(_assignment.c.id == bindparam("assignment_id"))
    .values(state=WorkState.DONE.value, purpose=bindparam("given_purpose"))
)
_participation = cast(Table, Participation.__table__)
_MARK_SEEN = (
    update(_participation)
    .where(_participation.c.rater_id == bindparam("seen_rater_id"))
    .values(last_seen_at=bindparam("seen_at"))
)
# Being seen is written down no more often than this: a lease is a minute long at least.
SEEN_EVERY = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class Given:
    """What a person answers, and how it came about.

    Attributes:
        raw: the answer, or `cannot_tell`; of a grouping, the group of each member as shown.
        template: name@hash of the words the person answered to.
        elapsed_ms: from drawing to answering; None when that is not known.
        confidence: from 0, guessing, to 1, very sure; None where that was not asked.
        ticks: lines of the checklist that hold.
        client_id: made by the browser for one answer, so that an answer that arrives twice is
            one, however late the second time; "" where nothing makes one.
    """

    raw: str
    template: str
    elapsed_ms: int | None = None
    confidence: float | None = None
    ticks: tuple[str, ...] = ()
    client_id: str = ""
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

    An answer to an item that was given back meanwhile is kept and marked. It counts while the item
    still needs one, and otherwise is filed as late.

    Args:
        question_plan: how the study asks the question; None without a plan.
        categories: keys of the taxonomy, for `category`.

    Raises:
        AnswerRefusedError: not this person's assignment, no answer to its question, a closed
            study, or a person who has withdrawn.
    """
    own = {"rater_id": rater_id, "assignment_id": assignment_id}
    row = execute(session, _OWN_ASSIGNMENT, own).one_or_none()
    if row is None:
        raise not_yours()
    if row.status == CLOSED:
        raise AnswerRefusedError("study_closed", "The study is closed and takes no more answers.")
    if row.phase == Phase.WITHDRAWN:
        raise AnswerRefusedError(
            "withdrawn", "You have withdrawn from this study, and no answer of yours is kept."
        )
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
    before = list_revisions(session, rater_id, row.item_id, row.question, row.repeat)
    if before and (_is_same(before[0], value, given) or _is_known(before, given)):
        return
    is_late = row.state == WorkState.RELEASED
    _mark_seen(session, rater_id, row, is_late)
    purpose = _late_purpose(session, row) if is_late else row.purpose
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
        "revision": before[0].revision + 1 if before else 0,
        "category_used": row.category,
        "elapsed_ms": given.elapsed_ms,
        "purpose": purpose,
        "meta": _meta(given, is_late),
    }
    execute(session, _ADD_RATING, rating)
    execute(session, _MARK_DONE, {"assignment_id": assignment_id, "given_purpose": purpose})
    if row.question == Question.GROUPING and purpose == WorkPurpose.RATING and not row.repeat:
        add_pair_verdicts(session, rating)


def _meta(given: Given, is_late: bool) -> dict[str, Any]:
    more: dict[str, Any] = {TICKS: list(given.ticks)} if given.ticks else {}
    if given.client_id:
        more[CLIENT_ID] = given.client_id[:LONGEST_CLIENT_ID]
    if is_late:
        more[LATE_MARK] = True
    return {**given.meta, **more}


def _mark_seen(session: Session, rater_id: int, row: Any, is_late: bool) -> None:
    """Renews the lease on all a person has; before any lock of the study (`db.crowd.rows`)."""
    at = now()
    if row.last_seen_at is not None and (is_late or row.last_seen_at < at - SEEN_EVERY):
        execute(session, _MARK_SEEN, {"seen_rater_id": rater_id, "seen_at": at})


def _late_purpose(session: Session, row: Any) -> str:
    """What an answer counts as whose item was given back: what it was while there is room."""
    if row.purpose != WorkPurpose.RATING:
        return str(row.purpose)
    lock_study(session, row.study_id)
    key = (row.item_id, row.question)
    n_taken = count_taken(session, row.study_id, [row.item_id]).get(key, (0, 0, 0))[0]
    wanted = session.scalar(
        select(Sample.ratings_wanted).where(
            Sample.study_id == row.study_id,
            Sample.item_id == row.item_id,
            Sample.question == row.question,
        )
    )
    is_free = wanted is None or n_taken < wanted
    return (WorkPurpose.RATING if is_free else WorkPurpose.LATE).value


def _is_known(before: Sequence[Any], given: Given) -> bool:
    """Whether this very answer came before, though another may have followed it."""
    sent = given.client_id[:LONGEST_CLIENT_ID]
    return bool(sent) and any(one.meta.get(CLIENT_ID) == sent for one in before)


def _is_same(latest: Any, value: str | None, given: Given) -> bool:
    before = (latest.value, latest.confidence, tuple(latest.meta.get(TICKS, ())))
    return before == (value, given.confidence, given.ticks)

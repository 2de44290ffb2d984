"""One person's own work: what is put before them, and how far they are.

Nothing here selects a model, a strategy, a condition or another rater's answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from sqlalchemy import (
    BindParameter,
    Executable,
    Result,
    bindparam,
    func,
    select,
)
from sqlalchemy.orm import Session, aliased

from core.crowd import CrowdPlan, read_plan
from core.crowd.answers import CANNOT_TELL, as_shown, shown_order
from core.errors import AnswerRefusedError
from core.types import Question
from core.work import WorkPurpose, WorkState
from db.models import Assignment, Item, Prompt, Rater, Rating, Response, Study

CLOSED = "closed"
# Where a rating's meta keeps the ticked lines of a checklist.
TICKS = "ticks"
# A person's pace is that of their latest answers: people speed up.
PACE_WINDOW = 20
PACE_MINIMUM = 3

# Built once: making such statements anew costs more than running them, on every answer.
_rater_id: BindParameter[int] = bindparam("rater_id")
_STUDY_STATUS = (
    select(Study.status)
    .join(Rater, Rater.study_id == Study.id)
    .where(Rater.id == _rater_id, Rater.kind == "human")
)
_SETTINGS = (
    select(Study.settings).join(Rater, Rater.study_id == Study.id).where(Rater.id == _rater_id)
)
_COUNTED = select(Assignment.question, Assignment.state, func.count()).where(
    Assignment.rater_id == _rater_id, Assignment.state != WorkState.RELEASED.value
)
_COUNTS = _COUNTED.where(Assignment.purpose != WorkPurpose.PRACTICE.value).group_by(
    Assignment.question, Assignment.state
)
# Of the present round: every further try is a repeat with a higher number.
_PRACTICE_COUNTS = _COUNTED.where(
    Assignment.purpose == WorkPurpose.PRACTICE.value,
    Assignment.repeat
    == select(func.max(Assignment.repeat))
    .where(Assignment.rater_id == _rater_id, Assignment.purpose == WorkPurpose.PRACTICE.value)
    .correlate(None)
    .scalar_subquery(),
).group_by(Assignment.question, Assignment.state)
_PACE = (
    select(Rating.question, Rating.elapsed_ms)
    .where(Rating.rater_id == _rater_id, Rating.elapsed_ms.is_not(None))
    .order_by(Rating.id.desc())
    .limit(PACE_WINDOW)
)
_member_a, _member_b = aliased(Response), aliased(Response)
_TASKS = (
    select(
        Assignment.id,
        Assignment.item_id,
        Assignment.question,
        Assignment.repeat,
        Assignment.position,
        Assignment.left,
        Assignment.state,
        Assignment.purpose,
        Assignment.member_order,
        Item.kind,
        Item.category,
        Item.content,
        Prompt.text.label("prompt"),
        _member_a.text.label("text_a"),
        _member_b.text.label("text_b"),
    )
    .join(Item, Assignment.item_id == Item.id)
    .outerjoin(Prompt, Item.prompt_id == Prompt.id)
    .outerjoin(_member_a, Item.response_a_id == _member_a.id)
    .outerjoin(_member_b, Item.response_b_id == _member_b.id)
    .where(Assignment.rater_id == _rater_id)
)
_OPEN_TASKS = (
    _TASKS.where(Assignment.state == "open")
    .order_by(Assignment.position, Assignment.id)
    .limit(bindparam("limit", 1))
)
_TASK_AT = _TASKS.where(Assignment.position == bindparam("position"))
_OWN_TASK = _TASKS.where(Assignment.id == bindparam("assignment_id"))
_BEFORE = select(func.count(), func.max(Assignment.position)).where(
    Assignment.rater_id == _rater_id,
    Assignment.position < bindparam("position"),
    Assignment.state != WorkState.RELEASED.value,
    Assignment.purpose != WorkPurpose.PRACTICE.value,
)
_MEMBERS = select(Response.id, Response.text).where(
    Response.id.in_(bindparam("response_ids", expanding=True))
)
_REVISIONS = (
    select(Rating.value, Rating.revision, Rating.confidence, Rating.meta)
    .where(
        Rating.item_id == bindparam("item_id"),
        Rating.rater_id == _rater_id,
        Rating.question == bindparam("question"),
        Rating.repeat == bindparam("repeat"),
        # Not what was derived of a pair from how a person grouped its set.
        Rating.source == "direct",
    )
    .order_by(Rating.revision.desc())
)
_LATEST_RATING = _REVISIONS.limit(1)


@dataclass(frozen=True, slots=True)
class Task:
    """One assignment with all a person may see of it.

    Attributes:
        position: counts from 0 over all of this person's assignments.
        texts: of a response, a pair or a set, in the order shown; none for a prompt.
        value: their present answer; None when unanswered, `cannot_tell` when they could not. A
            grouping is told of the members as they are shown.
        confidence, ticks: given with the present answer.
        item_id, purpose: what the item is, and why it is before the person (`WorkPurpose`).
    """

    assignment_id: int
    position: int
    question: str
    prompt: str
    texts: tuple[str, ...]
    category: str | None
    value: str | None
    confidence: float | None = None
    ticks: tuple[str, ...] = ()
    item_id: int = 0
    purpose: str = WorkPurpose.RATING.value


@dataclass(frozen=True, slots=True)
class TaskProgress:
    """How far a person is.

    Attributes:
        done_by_question, open_by_question: question -> assignments answered, still to answer.
        pace_s: question -> median seconds of their latest answers; absent before the third.
    """

    done_by_question: Mapping[str, int]
    open_by_question: Mapping[str, int]
    pace_s: Mapping[str, float]

    @property
    def done(self) -> int:
        return sum(self.done_by_question.values())

    @property
    def open(self) -> int:
        return sum(self.open_by_question.values())

    @property
    def total(self) -> int:
        return self.done + self.open

    def asks(self, question: str) -> bool:
        """Whether this person answers the question at all."""
        return question in self.done_by_question or question in self.open_by_question


@dataclass(frozen=True, slots=True)
class Place:
    """Where a task stands in a person's work, practice and what was given back left out.

    Attributes:
        number: from 1. previous: position of the task before; None for the first.
    """

    number: int
    previous: int | None


def find_study_status(session: Session, rater_id: int) -> str | None:
    """Status of the study a person works for; None when there is no such person."""
    return execute(session, _STUDY_STATUS, {"rater_id": rater_id}).scalar()


def get_progress(
    session: Session, rater_id: int, *, purpose: str = WorkPurpose.RATING
) -> TaskProgress:
    """Counts of a person's work, and their pace.

    Args:
        purpose: `practice` counts the present round of practice; anything else all but practice.
    """
    counted = _PRACTICE_COUNTS if purpose == WorkPurpose.PRACTICE else _COUNTS
    counts = execute(session, counted, {"rater_id": rater_id}).all()
    latest = execute(session, _PACE, {"rater_id": rater_id}).all()
    seconds: dict[str, list[float]] = {}
    for question, elapsed_ms in latest:
        seconds.setdefault(question, []).append((elapsed_ms or 0) / 1000)
    return TaskProgress(
        done_by_question={question: n for question, state, n in counts if state == "done"},
        open_by_question={question: n for question, state, n in counts if state != "done"},
        pace_s={
            question: median(values)
            for question, values in seconds.items()
            if len(values) >= PACE_MINIMUM
        },
    )


def find_plan(session: Session, rater_id: int) -> CrowdPlan | None:
    """The plan of the study a person works for; None where it has none.

    Raises:
        UserError: the study's settings hold something that is no plan.
    """
    settings = execute(session, _SETTINGS, {"rater_id": rater_id}).scalar()
    return read_plan(settings or {})


def find_task(session: Session, rater_id: int, position: int | None = None) -> Task | None:
    """The task at a position, or for None the first that is not answered yet."""
    if position is None:
        return next(iter(list_open_tasks(session, rater_id, 1)), None)
    at = {"rater_id": rater_id, "position": position}
    row = execute(session, _TASK_AT, at).one_or_none()
    return None if row is None else _task(session, rater_id, row)


def find_own_task(session: Session, rater_id: int, assignment_id: int) -> Task | None:
    """The task of an assignment; None when there is none, or it is another person's."""
    own = {"rater_id": rater_id, "assignment_id": assignment_id}
    row = execute(session, _OWN_TASK, own).one_or_none()
    return None if row is None else _task(session, rater_id, row)


def find_place(session: Session, rater_id: int, position: int) -> Place:
    """Where the task at a position stands in a person's work."""
    at = {"rater_id": rater_id, "position": position}
    n_before, previous = execute(session, _BEFORE, at).one()
    return Place(n_before + 1, previous)


def list_open_tasks(session: Session, rater_id: int, limit: int) -> tuple[Task, ...]:
    """The next tasks that are not answered yet, in their order; at most `limit`."""
    rows = execute(session, _OPEN_TASKS, {"rater_id": rater_id, "limit": limit}).all()
    return tuple(_task(session, rater_id, row) for row in rows)


def _task(session: Session, rater_id: int, row: Any) -> Task:
    latest = None
    if row.state != "open":
        latest = latest_rating(session, rater_id, row.item_id, row.question, row.repeat)
    return Task(
        assignment_id=row.id,
        position=row.position,
        question=row.question,
        prompt=row.content.get("prompt", "") if row.prompt is None else row.prompt,
        texts=_texts(session, row),
        category=row.category,
        value=None if latest is None else _present(latest.value, row),
        confidence=None if latest is None else latest.confidence,
        ticks=() if latest is None else tuple(latest.meta.get(TICKS, ())),
        item_id=row.item_id,
        purpose=row.purpose,
    )


def members_of(content: Mapping[str, Any]) -> list[Any]:
    """A set's members in the item's own order: ids of responses, or texts that came with it."""
    return list(content.get("response_ids") or content.get("responses") or ())


def _texts(session: Session, row: Any) -> tuple[str, ...]:
    """What is rated, in the order shown."""
    if row.kind == "set":
        return _set_texts(session, row)
    members = (
        row.content.get("response_a") if row.text_a is None else row.text_a,
        row.content.get("response_b") if row.text_b is None else row.text_b,
    )
    texts = tuple(text for text in members if text is not None)
    return texts[::-1] if row.left == "b" else texts


def _set_texts(session: Session, row: Any) -> tuple[str, ...]:
    members: Sequence[Any] = members_of(row.content)
    if "response_ids" in row.content:
        found = execute(session, _MEMBERS, {"response_ids": members})
        texts = {row.id: row.text for row in found}
        members = [texts[response_id] for response_id in members]
    order = shown_order(row.member_order, members_of(row.content))
    return tuple(members[place] for place in order)


def _present(value: str | None, row: Any) -> str:
    """A stored answer as the person gave it."""
    if value is None:
        return CANNOT_TELL
    if row.question == Question.GROUPING:
        return as_shown(value, shown_order(row.member_order, members_of(row.content)))
    return value


def latest_rating(
    session: Session, rater_id: int, item_id: int, question: str, repeat: int
) -> Any | None:
    """(value, revision, confidence, meta) of a person's newest answer."""
    key = {"rater_id": rater_id, "item_id": item_id, "question": question, "repeat": repeat}
    return execute(session, _LATEST_RATING, key).first()


def list_revisions(
    session: Session, rater_id: int, item_id: int, question: str, repeat: int
) -> Sequence[Any]:
    """(value, revision, confidence, meta) of all of a person's answers, the newest first."""
    key = {"rater_id": rater_id, "item_id": item_id, "question": question, "repeat": repeat}
    return execute(session, _REVISIONS, key).all()


def not_yours() -> AnswerRefusedError:
    """About an assignment that is not of the person who sent something."""
    return AnswerRefusedError(
        "not_yours", "This item is not one of yours. Open your personal link again."
    )


def execute(
    session: Session, statement: Executable, values: Mapping[str, Any]
) -> Result[*tuple[Any, ...]]:
    """Past the ORM, whose bookkeeping nothing here needs and every answer would pay for."""
    return session.connection().execute(statement, values)

"""One person's own work: what is put before them, how far they are, what they answer.

Nothing here selects a model, a strategy, a condition or another rater's answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any, cast

from sqlalchemy import (
    BindParameter,
    Executable,
    Result,
    Table,
    bindparam,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Session, aliased

from core.errors import UserError
from core.types import Question
from db.models import Assignment, Item, Prompt, Rater, Rating, Response, Study

CANNOT_TELL = "cannot_tell"
ANSWERS = {
    Question.EQUIVALENCE: frozenset({"equivalent", "different", CANNOT_TELL}),
    Question.QUALITY: frozenset({"1", "2", "3", "4", "5"}),
}
CLOSED = "closed"
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
_COUNTS = (
    select(Assignment.question, Assignment.state, func.count())
    .where(Assignment.rater_id == _rater_id)
    .group_by(Assignment.question, Assignment.state)
)
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
_OPEN_TASK = _TASKS.where(Assignment.state == "open").order_by(Assignment.position).limit(1)
_TASK_AT = _TASKS.where(Assignment.position == bindparam("position"))
# The lock makes two tabs of one person take turns, so that revisions stay in a row.
_OWN_ASSIGNMENT = (
    select(
        Assignment.item_id,
        Assignment.question,
        Assignment.repeat,
        Assignment.left,
        Item.category,
        Study.status,
    )
    .join(Item, Assignment.item_id == Item.id)
    .join(Study, Item.study_id == Study.id)
    .where(Assignment.id == bindparam("assignment_id"), Assignment.rater_id == _rater_id)
    .with_for_update(of=Assignment)
)
_LATEST_RATING = (
    select(Rating.value, Rating.revision)
    .where(
        Rating.item_id == bindparam("item_id"),
        Rating.rater_id == _rater_id,
        Rating.question == bindparam("question"),
        Rating.repeat == bindparam("repeat"),
    )
    .order_by(Rating.revision.desc())
    .limit(1)
)
# On the tables, since nothing of the ORM's bookkeeping is needed here.
_assignment = cast(Table, Assignment.__table__)
_ADD_RATING = insert(cast(Table, Rating.__table__))
_MARK_DONE = (
    update(_assignment).where(_assignment.c.id == bindparam("assignment_id")).values(state="done")
)


@dataclass(frozen=True, slots=True)
class Task:
    """One assignment with all a person may see of it.

    Attributes:
        position: counts from 0 over all of this person's assignments.
        texts: one for a response, two for a pair, in the order shown.
        value: their present answer; None when unanswered, `cannot_tell` when they could not.
    """

    assignment_id: int
    position: int
    question: str
    prompt: str
    texts: tuple[str, ...]
    category: str | None
    value: str | None


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


def find_study_status(session: Session, rater_id: int) -> str | None:
    """Status of the study a person works for; None when there is no such person."""
    return _execute(session, _STUDY_STATUS, {"rater_id": rater_id}).scalar()


def get_progress(session: Session, rater_id: int) -> TaskProgress:
    """Counts of a person's assignments, and their pace."""
    counts = _execute(session, _COUNTS, {"rater_id": rater_id}).all()
    latest = _execute(session, _PACE, {"rater_id": rater_id}).all()
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


def find_task(session: Session, rater_id: int, position: int | None = None) -> Task | None:
    """The task at a position, or for None the first that is not answered yet."""
    if position is None:
        row = _execute(session, _OPEN_TASK, {"rater_id": rater_id}).one_or_none()
    else:
        at = {"rater_id": rater_id, "position": position}
        row = _execute(session, _TASK_AT, at).one_or_none()
    if row is None:
        return None
    members = (
        row.content.get("response_a") if row.text_a is None else row.text_a,
        row.content.get("response_b") if row.text_b is None else row.text_b,
    )
    texts = tuple(text for text in members if text is not None)
    latest = None
    if row.state != "open":
        latest = _latest_rating(session, rater_id, row.item_id, row.question, row.repeat)
    return Task(
        assignment_id=row.id,
        position=row.position,
        question=row.question,
        prompt=row.content.get("prompt", "") if row.prompt is None else row.prompt,
        texts=texts[::-1] if row.left == "b" else texts,
        category=row.category,
        value=None if latest is None else latest.value or CANNOT_TELL,
    )


def add_answer(
    session: Session,
    rater_id: int,
    assignment_id: int,
    answer: str,
    *,
    template: str,
    elapsed_ms: int | None,
    meta: Mapping[str, Any],
) -> None:
    """Records an answer; a changed one is a new revision, the same one again changes nothing.

    Args:
        template: name@hash of the words the person answered to.
        elapsed_ms: from drawing to answering; None when that is not known.

    Raises:
        UserError: not this person's assignment, no answer to its question, or a closed study.
    """
    own = {"rater_id": rater_id, "assignment_id": assignment_id}
    row = _execute(session, _OWN_ASSIGNMENT, own).one_or_none()
    if row is None:
        raise UserError("This item is not one of yours. Open your personal link again.")
    if row.status == CLOSED:
        raise UserError("The study is closed and takes no more answers.")
    allowed = ANSWERS.get(Question(row.question), frozenset())
    if answer not in allowed:
        raise UserError(
            f"{answer!r} is no answer to {row.question!r}; expected one of "
            f"{', '.join(sorted(allowed))}."
        )
    value = None if answer == CANNOT_TELL else answer
    latest = _latest_rating(session, rater_id, row.item_id, row.question, row.repeat)
    if latest is not None and latest.value == value:
        return
    rating = {
        "rater_id": rater_id,
        "item_id": row.item_id,
        "question": row.question,
        "value": value,
        "reason": CANNOT_TELL if value is None else "",
        "order": {"a": "ab", "b": "ba"}.get(row.left, ""),
        "template": template,
        "repeat": row.repeat,
        "revision": 0 if latest is None else latest.revision + 1,
        "category_used": row.category,
        "elapsed_ms": elapsed_ms,
        "meta": dict(meta),
    }
    _execute(session, _ADD_RATING, rating)
    _execute(session, _MARK_DONE, {"assignment_id": assignment_id})


def _latest_rating(
    session: Session, rater_id: int, item_id: int, question: str, repeat: int
) -> Any | None:
    """(value, revision) of a person's newest answer."""
    key = {"rater_id": rater_id, "item_id": item_id, "question": question, "repeat": repeat}
    return _execute(session, _LATEST_RATING, key).first()


def _execute(
    session: Session, statement: Executable, values: Mapping[str, Any]
) -> Result[*tuple[Any, ...]]:
    """Past the ORM, whose bookkeeping nothing here needs and every answer would pay for."""
    return session.connection().execute(statement, values)

"""The people of a crowd study, for the researcher: how far, how carefully, what they answered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.crowd import CrowdPlan, read_plan
from core.crowd.plan import ExclusionRules
from core.crowd.quality import Signal, apply_rules, signals
from core.errors import UserError
from core.work import LATE_MARK, WorkPurpose, WorkState
from db.crowd.answer_rows import answers_by_item, current_answers
from db.crowd.leases import own_open, release
from db.crowd.rows import lock_participation, lock_study
from db.crowd.taken import list_surplus
from db.models import Assignment, Item, Note, Participation, Rater, Rating, Study, now
from db.queries.notes import NoteRow
from db.queries.studies import add_event, touch


@dataclass(frozen=True, slots=True)
class ParticipantRow:
    """One person.

    Attributes:
        name: as invited, else the pseudonym.
        answered, assigned: without practice; work that went back is not assigned.
        minutes: spent on answers, practice included.
        proposals: rules set beforehand that the person breaks, in words.
        excluded_reason: "" for people who are not excluded.
    """

    rater_id: int
    name: str
    arm: str
    phase: str
    answered: int
    assigned: int
    minutes: float
    signals: tuple[Signal, ...]
    proposals: tuple[str, ...]
    is_test: bool
    excluded_reason: str
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class HistoryAnswer:
    """One answer with its place in time; revisions are answers of their own."""

    rating_id: int
    item_key: str
    question: str
    purpose: str
    repeat: int
    revision: int
    value: str | None
    confidence: float | None
    seconds: float | None
    is_late: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class History:
    """Everything a study knows of one person, but who they are.

    Attributes:
        phases: phase -> when it was first entered, in ISO form.
        captured: names of the parameters they came with.
        practice_rounds: (right, asked) of each.
        closing: answers to the questions at the end.
    """

    row: ParticipantRow
    phases: Mapping[str, str]
    consent: Mapping[str, Any]
    captured: tuple[str, ...]
    practice_rounds: tuple[tuple[int, int], ...]
    closing: Mapping[str, str]
    answers: tuple[HistoryAnswer, ...]
    notes: tuple[NoteRow, ...]


def list_participants(session: Session, study_id: int) -> list[ParticipantRow]:
    """Everybody who came, in the order they came, with figures about their work."""
    plan = _plan(session, study_id)
    people = session.execute(
        select(Participation, Rater)
        .join(Rater, Participation.rater_id == Rater.id)
        .where(Participation.study_id == study_id)
        .order_by(Participation.id)
    ).all()
    answers = current_answers(session, study_id)
    said = answers_by_item(
        answers, {row.Rater.id for row in people if not row.Participation.is_test}
    )
    assigned = _count_assigned(session, study_id)
    minutes = _minutes(session, study_id)
    rules = plan.exclusion if plan else ExclusionRules()
    found = []
    for row, rater in people:
        own = answers.get(rater.id, [])
        others = {
            key: [value for rater_id, value in values if rater_id != rater.id]
            for key in {(one.item_id, one.question) for one in own}
            for values in [said.get(key, [])]
        }
        figures = signals(own, others)
        found.append(
            ParticipantRow(
                rater_id=rater.id,
                name=rater.name or rater.identity,
                arm=row.arm,
                phase=row.phase,
                answered=assigned.get(rater.id, {}).get(WorkState.DONE, 0),
                assigned=sum(assigned.get(rater.id, {}).values()),
                minutes=minutes.get(rater.id, 0.0),
                signals=figures,
                proposals=apply_rules(rules, figures),
                is_test=row.is_test,
                excluded_reason=row.excluded_reason,
                last_seen_at=row.last_seen_at,
            )
        )
    return found


def participant_history(session: Session, rater_id: int) -> History:
    """Everything about one person on one page.

    Raises:
        UserError: nobody of a study with steps.
    """
    row = session.scalar(select(Participation).where(Participation.rater_id == rater_id))
    if row is None:
        raise UserError(f"There is no participant {rater_id}. Choose one of the list.")
    people = list_participants(session, row.study_id)
    rater = session.get_one(Rater, rater_id)
    answers = session.execute(
        select(Rating, Item.key)
        .join(Item, Rating.item_id == Item.id)
        .where(Rating.rater_id == rater_id, Rating.source == "direct")
        .order_by(Rating.id)
    )
    notes = session.execute(
        select(Note, Item.key)
        .outerjoin(Item, Note.item_id == Item.id)
        .where(Note.rater_id == rater_id)
        .order_by(Note.id)
    )
    name = rater.name or rater.identity
    return History(
        row=next(one for one in people if one.rater_id == rater_id),
        phases=row.phases,
        consent=row.consent,
        captured=tuple(name for name in row.captured if name != "earlier"),
        practice_rounds=tuple((right, asked) for right, asked in row.practice.get("rounds", ())),
        closing=row.answers,
        answers=tuple(_history_answer(rating, key) for rating, key in answers),
        notes=tuple(
            NoteRow(name, key or "", one.question, one.kind, one.text, one.created_at)
            for one, key in notes
        ),
    )


def exclude(session: Session, rater_id: int, *, reason: str, actor: str = "") -> None:
    """Leaves a person's answers out of what is reported without them; the answers stay.

    Their items become free again for others.

    Raises:
        UserError: no reason, or nobody of a study with steps.
    """
    said = reason.strip()[:1_000]
    if not said:
        raise UserError("Excluding somebody needs a reason. Write why, then exclude.")
    row, study, _ = lock_participation(session, rater_id)
    row.excluded_reason, row.excluded_by, row.excluded_at = said, actor, now()
    session.flush()
    _note_exclusion(session, study, rater_id, "participant_excluded", {"reason": said}, actor)


def include(session: Session, rater_id: int, *, reason: str = "", actor: str = "") -> int:
    """Takes an exclusion back; that there was one stays among the study's events.

    Their answers count again. Meanwhile others may have taken their places: what they have not
    answered of such items is given back, what they have answered stays, beyond the ratings wanted.

    Returns:
        How many items now have more ratings than wanted because of this person.
    """
    row, study, _ = lock_participation(session, rater_id)
    if row.excluded_at is None:
        return 0
    lock_study(session, study.id)
    row.excluded_reason, row.excluded_by, row.excluded_at = "", "", None
    session.flush()
    surplus = list_surplus(session, study.id, rater_id)
    unanswered = [one.assignment_id for one in surplus if one.state == WorkState.OPEN]
    # One that is being answered at this moment is theirs.
    own = own_open(rater_id).where(Assignment.id.in_(unanswered))
    release(session, session.scalars(own.with_for_update(skip_locked=True)).all())
    n_beyond = len([one for one in surplus if one.state == WorkState.DONE])
    said: dict[str, Any] = {"reason": reason.strip()}
    if n_beyond:
        said["items_beyond_wanted"] = n_beyond
    _note_exclusion(session, study, rater_id, "participant_included", said, actor)
    return n_beyond


def excluded_raters(session: Session, study_id: int) -> frozenset[str]:
    """Identities of excluded people, as reports name them."""
    return frozenset(
        session.scalars(
            select(Rater.identity)
            .join(Participation, Participation.rater_id == Rater.id)
            .where(Participation.study_id == study_id, Participation.excluded_at.is_not(None))
        )
    )


def find_rater(session: Session, study_id: int, name: str) -> int:
    """The person of that name, pseudonym or number.

    Raises:
        UserError: nobody or several.
    """
    query = select(Rater.id).where(Rater.study_id == study_id, Rater.kind == "human")
    of_name = (Rater.name == name) | (Rater.identity == name)
    found = session.scalars(
        query.where(of_name | (Rater.id == int(name)) if name.isdigit() else of_name)
    ).all()
    if len(found) != 1:
        many = "Several people are" if found else "Nobody is"
        raise UserError(
            f"{many} called {name!r} in this study. Give a number or pseudonym as "
            "taskanchor people status --json lists them."
        )
    return found[0]


def _note_exclusion(
    session: Session, study: Study, rater_id: int, kind: str, said: dict[str, Any], actor: str
) -> None:
    add_event(session, study.id, kind, {"rater_id": rater_id, **said}, actor)
    touch(session, study.id)


def _plan(session: Session, study_id: int) -> CrowdPlan | None:
    return read_plan(session.get_one(Study, study_id).settings)


def _count_assigned(session: Session, study_id: int) -> dict[int, dict[str, int]]:
    counts: dict[int, dict[str, int]] = defaultdict(dict)
    for rater_id, state, n in session.execute(
        select(Assignment.rater_id, Assignment.state, func.count())
        .join(Participation, Participation.rater_id == Assignment.rater_id)
        .where(
            Participation.study_id == study_id,
            Assignment.purpose != WorkPurpose.PRACTICE,
            Assignment.state != WorkState.RELEASED,
        )
        .group_by(Assignment.rater_id, Assignment.state)
    ):
        counts[rater_id][state] = n
    return counts


def _minutes(session: Session, study_id: int) -> dict[int, float]:
    rows = session.execute(
        select(Rating.rater_id, func.sum(Rating.elapsed_ms))
        .join(Participation, Participation.rater_id == Rating.rater_id)
        .where(Participation.study_id == study_id)
        .group_by(Rating.rater_id)
    )
    return {rater_id: (total or 0) / 60_000 for rater_id, total in rows}


def _history_answer(rating: Rating, key: str) -> HistoryAnswer:
    return HistoryAnswer(
        rating_id=rating.id,
        item_key=key,
        question=rating.question,
        purpose=rating.purpose,
        repeat=rating.repeat,
        revision=rating.revision,
        value=rating.value,
        confidence=rating.confidence,
        seconds=None if rating.elapsed_ms is None else rating.elapsed_ms / 1000,
        is_late=bool(rating.meta.get(LATE_MARK)),
        created_at=rating.created_at,
    )

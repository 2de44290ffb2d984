"""A person's way through a crowd study, step by step; every step may be asked for twice."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Text, bindparam, cast, select, update
from sqlalchemy.orm import Session

from core.crowd import (
    ENDS,
    CrowdPlan,
    Outcome,
    Phase,
    PracticeResult,
    after,
    after_practice,
    first_phase,
    outcome_of,
    read_plan,
)
from core.crowd.closing import check_closing
from core.work import StudyStatus, WorkState
from db.crowd.claims import advance
from db.crowd.places import is_full, next_arm
from db.crowd.practice import finish_round, read_result, start_round
from db.crowd.rows import lock_participation, lock_study, move
from db.crowd.taken import count_left
from db.models import Assignment, Participation, Study, now
from db.queries.answers import SEEN_EVERY
from db.queries.tasks import execute

# Built once, and past the ORM: it is asked on every answer.
_PARTICIPATION = (
    select(
        Participation.study_id,
        Participation.arm,
        Participation.phase,
        Participation.phases,
        Participation.practice,
        Participation.answers,
        Participation.is_test,
        Study.title,
        Study.status,
        cast(Study.settings, Text).label("settings"),
    )
    .join(Study, Participation.study_id == Study.id)
    .where(Participation.rater_id == bindparam("rater_id"))
)
_ON_THE_WAY = (Phase.CONSENT, Phase.INSTRUCTIONS, Phase.PRACTICE, Phase.RATING)


@dataclass(frozen=True, slots=True)
class ParticipationView:
    """Where a person stands, and in which study.

    Attributes:
        outcome: of the present phase; empty before the end.
        answers: to the questions at the end.
        phases: phase -> when it was first entered, in ISO form.
    """

    rater_id: int
    study_id: int
    study_title: str
    study_status: str
    arm: str
    phase: Phase
    plan: CrowdPlan
    practice: PracticeResult
    is_test: bool
    outcome: Outcome
    answers: Mapping[str, str]
    phases: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PracticeOutcome:
    """How a round of practice went, and where it leads."""

    result: PracticeResult
    phase: Phase


def find_participation(session: Session, rater_id: int) -> ParticipationView | None:
    """Where a person stands; None for people invited to a study without a plan."""
    row = execute(session, _PARTICIPATION, {"rater_id": rater_id}).one_or_none()
    plan = None if row is None else _plan(row.settings)
    if row is None or plan is None:
        return None
    phase = Phase(row.phase)
    return ParticipationView(
        rater_id=rater_id,
        study_id=row.study_id,
        study_title=row.title,
        study_status=row.status,
        arm=row.arm,
        phase=phase,
        plan=plan,
        practice=read_result(row.practice),
        is_test=row.is_test,
        outcome=outcome_of(plan, phase),
        answers=row.answers,
        phases=row.phases,
    )


@lru_cache(maxsize=64)
def _plan(settings: str) -> CrowdPlan | None:
    """The plan in a study's settings as they are stored: checked once, not on every answer."""
    return read_plan(json.loads(settings))


def agree(session: Session, rater_id: int, *, text_hash: str) -> Phase:
    """Keeps that, when and to what a person agreed.

    Args:
        text_hash: of the text they saw.
    """
    row, study, plan = lock_participation(session, rater_id)
    if row.phase == Phase.CONSENT:
        at = now()
        row.consent = {
            "version": plan.consent.version,
            "text_hash": text_hash,
            "at": at.isoformat(),
        }
        enter(session, row, study, plan, after(plan, Phase.CONSENT), at)
    return Phase(row.phase)


def decline(session: Session, rater_id: int) -> Phase:
    """Ends the way of a person who does not agree."""
    row, *_ = lock_participation(session, rater_id)
    if row.phase == Phase.CONSENT:
        move(row, Phase.DECLINED, now())
        session.flush()
    return Phase(row.phase)


def finish_instructions(session: Session, rater_id: int) -> Phase:
    """Leads on to practice, or to the work itself."""
    row, study, plan = lock_participation(session, rater_id)
    if row.phase == Phase.INSTRUCTIONS:
        enter(session, row, study, plan, after(plan, Phase.INSTRUCTIONS), now())
    return Phase(row.phase)


def finish_practice_round(session: Session, rater_id: int) -> PracticeOutcome:
    """Marks a finished round of practice: on, once more, or out.

    Raises:
        UserError: practice items are not answered yet.
    """
    row, study, plan = lock_participation(session, rater_id)
    if row.phase == Phase.PRACTICE:
        result = finish_round(session, row)
        enter(session, row, study, plan, after_practice(plan, result), now())
    return PracticeOutcome(read_result(row.practice), Phase(row.phase))


def finish_closing(session: Session, rater_id: int, answers: Mapping[str, str]) -> Phase:
    """Keeps what a person answers at the end.

    Raises:
        UserError: a required question is not answered, or an answer is none of its options.
    """
    row, study, plan = lock_participation(session, rater_id)
    if row.phase == Phase.CLOSING:
        row.answers = check_closing(plan.closing, answers)
        enter(session, row, study, plan, after(plan, Phase.CLOSING), now())
    return Phase(row.phase)


def touch(session: Session, rater_id: int, *, at: datetime | None = None) -> Phase | None:
    """Notes that a person is there, so that they keep what is before them.

    Whoever comes back to find that their work went to others gets new work, or their way's end;
    whoever was told that the study is full is let in where there is a place by now.

    Returns:
        Their phase; None for people invited without a plan.
    """
    moment = at or now()
    seen = session.execute(
        select(Participation.phase, Participation.last_seen_at).where(
            Participation.rater_id == rater_id
        )
    ).one_or_none()
    if seen is None:
        return None
    if seen.phase == Phase.FULL:
        return _let_in(session, rater_id, moment)
    if seen.phase in (Phase.PRACTICE, Phase.RATING) and not _has_open(session, rater_id):
        row, study, plan = lock_participation(session, rater_id)
        return enter(session, row, study, plan, Phase(row.phase), moment)
    if seen.phase not in ENDS and seen.last_seen_at < moment - SEEN_EVERY:
        session.execute(
            update(Participation)
            .where(Participation.rater_id == rater_id)
            .values(last_seen_at=moment)
        )
    return Phase(seen.phase)


def enter(
    session: Session,
    row: Participation,
    study: Study,
    plan: CrowdPlan,
    phase: Phase,
    at: datetime,
) -> Phase:
    """Brings a locked person into a phase with all it needs; passes over what is empty."""
    move(row, phase, at)
    session.flush()
    if phase == Phase.PRACTICE and not start_round(session, row, plan, at):
        return enter(session, row, study, plan, after(plan, Phase.PRACTICE), at)
    if phase == Phase.RATING:
        if row.test_outcome == Phase.SCREENED_OUT:
            move(row, Phase.SCREENED_OUT, at)
        else:
            advance(session, row, study, plan, at)
    session.flush()
    return Phase(row.phase)


def _let_in(session: Session, rater_id: int, at: datetime) -> Phase:
    """Where somebody who came too late goes on, if a place has come free.

    Who has read an arm's instructions stays in it; those of another arm would carry over.
    """
    row, study, plan = lock_participation(session, rater_id)
    status = lock_study(session, study.id)
    if row.phase != Phase.FULL or row.is_test or status != StudyStatus.OPEN:
        return Phase(row.phase)
    left = count_left(session, study.id)
    reached = [phase for phase in _ON_THE_WAY if phase in row.phases]
    knows_arm = any(phase != Phase.CONSENT for phase in reached)
    if is_full(session, study.id, plan, left, at, arm=row.arm if knows_arm else ""):
        return Phase.FULL
    if not knows_arm:
        row.arm = next_arm(session, study.id, plan, left).name
    return enter(session, row, study, plan, reached[-1] if reached else first_phase(plan), at)


def _has_open(session: Session, rater_id: int) -> bool:
    query: Any = select(Assignment.id).where(
        Assignment.rater_id == rater_id, Assignment.state == WorkState.OPEN
    )
    return session.scalar(query.limit(1)) is not None

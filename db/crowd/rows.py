"""A person's row of a crowd study: found, locked, moved on."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.crowd import CrowdPlan, Phase, read_plan
from core.errors import UserError
from db.models import Participation, Study


def lock_participation(session: Session, rater_id: int) -> tuple[Participation, Study, CrowdPlan]:
    """The row for changing it, with its study and plan.

    Locks are taken in one order everywhere, so that no two people wait for each other: own
    assignment, own participation, study. Who holds the study passes over locked assignments.

    Raises:
        UserError: the person takes part in no study with a plan.
    """
    row = session.scalar(
        select(Participation)
        .where(Participation.rater_id == rater_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    study = None if row is None else session.get(Study, row.study_id)
    plan = None if study is None else read_plan(study.settings)
    if row is None or study is None or plan is None:
        raise UserError("This link belongs to no study with steps. Open your personal link again.")
    return row, study, plan


def lock_study(session: Session, study_id: int) -> str:
    """Makes everybody who gives out work take turns; returns the study's present status.

    SQLite has one writer anyway. On PostgreSQL the row is locked, though not against rows that
    merely refer to it.
    """
    return session.execute(
        select(Study.status).where(Study.id == study_id).with_for_update(key_share=True)
    ).scalar_one()


def move(row: Participation, phase: Phase, at: datetime) -> Phase:
    """Puts a person into a phase, and notes when they first came there."""
    row.phase = phase.value
    row.phases = {phase.value: at.isoformat()} | row.phases
    row.last_seen_at = max(at, row.last_seen_at)
    return phase


def number_of(session: Session, row: Participation) -> int:
    """The person's place among all who came, which with the seed decides what they get."""
    return (
        session.scalar(
            select(func.count()).where(
                Participation.study_id == row.study_id, Participation.id <= row.id
            )
        )
        or 0
    )

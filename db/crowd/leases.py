"""Leases: what people have open, and taking it back from those who are gone.

A lease runs from the last time a person was seen, so that one row says it of all they have. All
functions here are called with the study's lock held (`db.crowd.rows`), and pass over assignments
an answer is being written for.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from core.crowd import CrowdPlan, read_plan
from core.work import WorkPurpose, WorkState
from db.crowd.rows import lock_study
from db.models import Assignment, Participation, Rating, Study
from db.models import now as moment

PART = 500


def release_lapsed(session: Session, study_id: int, *, now: datetime | None = None) -> int:
    """Takes back what people left lying; returns the number of assignments."""
    lock_study(session, study_id)
    plan = read_plan(session.get_one(Study, study_id).settings)
    return 0 if plan is None else release_lapsed_of(session, study_id, plan, now or moment())


def release_lapsed_of(session: Session, study_id: int, plan: CrowdPlan, at: datetime) -> int:
    """`release_lapsed` by a plan that is read already."""
    lease = timedelta(minutes=plan.work.lease_minutes)
    lapsed = session.execute(
        select(Assignment.id, Assignment.rater_id)
        .join(Participation, Participation.rater_id == Assignment.rater_id)
        .where(
            Participation.study_id == study_id,
            Participation.last_seen_at < at - lease,
            Assignment.state == WorkState.OPEN,
            Assignment.purpose != WorkPurpose.PRACTICE,
            or_(Assignment.lease_until.is_(None), Assignment.lease_until < at),
        )
        .order_by(Assignment.id)
        # An answer that is being stored at this moment keeps its item.
        .with_for_update(of=Assignment, skip_locked=True)
    ).all()
    release(session, [one.id for one in lapsed])
    if lapsed and not plan.work.partial_work_counts:
        set_aside(session, sorted({one.rater_id for one in lapsed}))
    return len(lapsed)


def release(session: Session, assignment_ids: Sequence[int]) -> None:
    """Gives assignments back."""
    for start in range(0, len(assignment_ids), PART):
        session.execute(
            update(Assignment)
            .where(Assignment.id.in_(assignment_ids[start : start + PART]))
            .values(state=WorkState.RELEASED.value),
            execution_options={"synchronize_session": False},
        )


def set_aside(session: Session, rater_ids: Sequence[int]) -> None:
    """Marks finished work of people who dropped out, where a study does not count it."""
    done = session.execute(
        select(Assignment.id, Assignment.rater_id, Assignment.item_id, Assignment.question)
        .where(
            Assignment.rater_id.in_(rater_ids),
            Assignment.state == WorkState.DONE,
            Assignment.purpose == WorkPurpose.RATING,
        )
        .order_by(Assignment.id)
        .with_for_update(skip_locked=True)
    ).all()
    aside = {"purpose": WorkPurpose.PARTIAL.value}
    quiet = {"synchronize_session": False}
    for one in done:
        session.execute(
            update(Assignment).where(Assignment.id == one.id).values(**aside),
            execution_options=quiet,
        )
        session.execute(
            update(Rating)
            .where(
                Rating.rater_id == one.rater_id,
                Rating.item_id == one.item_id,
                Rating.question == one.question,
                Rating.purpose == WorkPurpose.RATING,
            )
            .values(**aside),
            execution_options=quiet,
        )


def own_open(rater_id: int) -> Any:
    """Selects the ids of what a person has still to do, practice aside."""
    return select(Assignment.id).where(
        Assignment.rater_id == rater_id,
        Assignment.state == WorkState.OPEN,
        Assignment.purpose != WorkPurpose.PRACTICE,
    )

"""Whether a study has room for one more person, and in which arm. With the study's lock held."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.crowd import CrowdPlan, Phase
from core.crowd.plan import Arm
from db.models import Participation

# Where people are before their items are theirs.
_BEFORE_WORK = (Phase.CONSENT, Phase.INSTRUCTIONS, Phase.PRACTICE)
# Ends of people whose place is free again.
_FREED = (Phase.FULL, Phase.DECLINED, Phase.SCREENED_OUT, Phase.WITHDRAWN)


def next_arm(session: Session, study_id: int, plan: CrowdPlan, left: Mapping[str, int]) -> Arm:
    """The arm with work left that is furthest behind its share of the people who are still in."""
    rows = session.execute(
        select(Participation.arm, func.count().label("n"))
        .where(
            Participation.study_id == study_id,
            Participation.is_test.is_(False),
            Participation.phase.not_in(_FREED),
        )
        .group_by(Participation.arm)
    )
    counts = {row.arm: row.n for row in rows}
    able = [arm for arm in plan.arms if left.get(arm.name, 0) > 0] or list(plan.arms)
    return min(able, key=lambda arm: (counts.get(arm.name, 0) + 1) / arm.weight)


def is_full(
    session: Session,
    study_id: int,
    plan: CrowdPlan,
    left: Mapping[str, int],
    at: datetime,
    *,
    arm: str = "",
) -> bool:
    """Whether everything is spoken for, counting the needs of people who are on their way in.

    Args:
        left: arm -> ratings that nobody has given or is about to give.
        arm: the only one that would do; "" for any.
    """
    here = session.execute(
        select(Participation.phase, Participation.arm, Participation.last_seen_at).where(
            Participation.study_id == study_id, Participation.is_test.is_(False)
        )
    ).all()
    gone = at - timedelta(minutes=plan.work.lease_minutes)
    waiting = [one for one in here if one.phase in _BEFORE_WORK and one.last_seen_at > gone]
    if plan.work.max_people:
        inside = [
            one
            for one in here
            if one.phase not in _FREED
            and not (one.phase in _BEFORE_WORK and one.last_seen_at <= gone)
            and not (one.phase == Phase.RATING and one.last_seen_at <= gone)
        ]
        if len(inside) >= plan.work.max_people:
            return True
    free = dict(left)
    for one in waiting:
        wanted = plan.work.items_per_person or free.get(one.arm, 0)
        free[one.arm] = free.get(one.arm, 0) - wanted
    return all(n <= 0 for name, n in free.items() if arm in ("", name))

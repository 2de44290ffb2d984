"""Giving out work: never more people per item than wanted, and back what was left lying.

An item is taken by people who have answered it and by those who have it open. All who give out or
take back work hold the study's lock (`db.crowd.rows`), so that of any number of people who ask for
the last place exactly as many are served as there are places.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from sqlalchemy import BindParameter, and_, bindparam, case, func, insert, select, update
from sqlalchemy.orm import Session

from core.crowd import CrowdPlan, Phase, after
from core.crowd.allotment import Placed, Slot, arrange, choose
from core.crowd.answers import FORMS
from core.types import Question
from core.work import TEST_ITEMS, StudyStatus, WorkPurpose, WorkState
from db.crowd.gold import has_failed_checks
from db.crowd.leases import own_open, release, release_lapsed_of, set_aside
from db.crowd.rows import lock_participation, lock_study, move, number_of
from db.crowd.taken import N_LEFT_A, N_LEFT_B, N_TAKEN, joined_with_taken
from db.models import Assignment, Gold, Item, Participation, Rating, Sample, Study
from db.models import now as moment
from db.queries.tasks import execute, members_of

_GIVEN = (
    WorkPurpose.RATING, WorkPurpose.LATE, WorkPurpose.PARTIAL, WorkPurpose.TEST,
)  # fmt: skip
# Built once: making such statements anew costs more than running them, on every answer.
_rater_id: BindParameter[int] = bindparam("rater_id")
_WHERE_TO = select(
    Participation.phase,
    Participation.test_outcome,
    select(func.count())
    .select_from(Assignment)
    .where(
        Assignment.rater_id == _rater_id,
        Assignment.state == WorkState.OPEN.value,
        Assignment.purpose != WorkPurpose.PRACTICE.value,
    )
    .scalar_subquery(),
    select(Rating.purpose)
    .where(Rating.rater_id == _rater_id, Rating.source == "direct")
    .order_by(Rating.id.desc())
    .limit(1)
    .scalar_subquery(),
).where(Participation.rater_id == _rater_id)
_OWN = (
    select(
        Assignment.id,
        Assignment.item_id,
        Assignment.question,
        Assignment.state,
        Assignment.purpose,
        Assignment.position,
        Sample.stratum,
    )
    .outerjoin(
        Sample,
        and_(
            Sample.item_id == Assignment.item_id,
            Sample.question == Assignment.question,
            Sample.study_id == bindparam("study_id"),
        ),
    )
    .where(Assignment.rater_id == _rater_id)
)
_ALL_SLOTS = (
    joined_with_taken(
        select(
            Sample.item_id,
            Sample.question,
            Sample.stratum,
            # Only a set's content says something, and it may be long.
            case((Item.kind == "set", Item.content)).label("content"),
            N_TAKEN.label("n"),
            N_LEFT_A.label("n_a"),
            N_LEFT_B.label("n_b"),
        ).join(Item, Sample.item_id == Item.id)
    )
    .where(
        Sample.study_id == bindparam("study_id"),
        Sample.arm == bindparam("arm"),
        Sample.question.in_(bindparam("questions", expanding=True)),
        Sample.ratings_wanted.is_not(None),
    )
    # As drawn, so that the same seed gives the same work whatever the ids.
    .order_by(Sample.id)
)
_OPEN_SLOTS = _ALL_SLOTS.where(Sample.ratings_wanted > N_TAKEN)
_MIXED_IN = (WorkPurpose.ATTENTION, WorkPurpose.REPEAT)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where new work goes. start: the first free position; until: when its lease ends."""

    start: int
    at: datetime
    until: datetime


def ensure_work(session: Session, rater_id: int, *, now: datetime | None = None) -> int:
    """Fills up what a rating person has to do, up to their quota; returns the items open.

    Without anything left to give, those who have done something go on to the end, and latecomers
    are told that the study is full; in a pause they wait.
    """
    row, study, plan = lock_participation(session, rater_id)
    return advance(session, row, study, plan, now or moment())


def after_answer(session: Session, rater_id: int, *, now: datetime | None = None) -> Phase:
    """Where an answer leads; to be called in the transaction that stores it."""
    found = execute(session, _WHERE_TO, {"rater_id": rater_id}).one()
    phase, outcome, n_open, purpose = found
    is_to_fail = outcome == Phase.FAILED_ATTENTION
    may_fail = purpose == WorkPurpose.ATTENTION or is_to_fail
    if phase != Phase.RATING or (n_open and not may_fail):
        return Phase(phase)
    row, study, plan = lock_participation(session, rater_id)
    at = now or moment()
    if may_fail and (is_to_fail or has_failed_checks(session, rater_id, plan)):
        return fail_attention(session, row, plan, at)
    advance(session, row, study, plan, at)
    return Phase(row.phase)


def advance(
    session: Session, row: Participation, study: Study, plan: CrowdPlan, at: datetime
) -> int:
    """`ensure_work` for a row that is locked already."""
    if row.phase != Phase.RATING:
        return 0
    row.last_seen_at = max(at, row.last_seen_at)
    session.flush()
    n_open = _fill(session, row, study, plan, at)
    if n_open:
        return n_open
    n_done = session.scalar(
        select(func.count()).where(
            Assignment.rater_id == row.rater_id,
            Assignment.state == WorkState.DONE,
            Assignment.purpose != WorkPurpose.PRACTICE,
        )
    )
    if n_done:
        move(row, after(plan, Phase.RATING), at)
    elif study.status != StudyStatus.PAUSED:
        move(row, Phase.FULL, at)
    session.flush()
    return 0


def fail_attention(session: Session, row: Participation, plan: CrowdPlan, at: datetime) -> Phase:
    """Ends a person's way because of failed checks; what they had open goes back at once."""
    lock_study(session, row.study_id)
    ids = session.scalars(
        own_open(row.rater_id).order_by(Assignment.id).with_for_update(skip_locked=True)
    ).all()
    release(session, ids)
    if not plan.work.partial_work_counts:
        set_aside(session, [row.rater_id])
    move(row, Phase.FAILED_ATTENTION, at)
    session.flush()
    return Phase.FAILED_ATTENTION


def _fill(session: Session, row: Participation, study: Study, plan: CrowdPlan, at: datetime) -> int:
    status = lock_study(session, study.id)
    release_lapsed_of(session, study.id, plan, at)
    if status == StudyStatus.OPEN:
        _give(session, row, plan, at)
    return session.scalar(own_open(row.rater_id).with_only_columns(func.count())) or 0


def _give(session: Session, row: Participation, plan: CrowdPlan, at: datetime) -> None:
    arm = plan.arm(row.arm)
    own = execute(session, _OWN, {"rater_id": row.rater_id, "study_id": row.study_id}).all()
    given = [one for one in own if one.purpose in _GIVEN and one.state != WorkState.RELEASED]
    quota = plan.work.items_per_person
    if quota and len(given) >= quota:
        return  # Most who come here have just finished, and everybody else waits meanwhile.
    # What they gave back may come to them again, unless they are answering it at this moment.
    free = set(
        session.scalars(
            select(Assignment.id)
            .where(Assignment.rater_id == row.rater_id, Assignment.state == WorkState.RELEASED)
            .with_for_update(skip_locked=True)
        )
    )
    held = {(one.item_id, one.question) for one in own if one.id not in free}
    slots = [
        slot
        for slot in _open_slots(session, row, plan)
        if (slot.item_id, slot.question) not in held
    ]
    quota = quota or len(given) + len(slots)
    size = min(TEST_ITEMS, quota) if row.is_test else quota
    rng = np.random.default_rng([plan.items.seed, number_of(session, row)])
    chosen = choose(
        slots,
        max(0, size - len(given)),
        rng,
        held=Counter((one.question, one.stratum or "") for one in given),
        seen_items=frozenset(one.item_id for one in given),
    )
    is_first = not any(one.purpose in (*_GIVEN, WorkPurpose.ATTENTION) for one in own)
    checks = _checks(session, row, plan, rng) if is_first and chosen and not row.is_test else []
    placed = arrange(
        chosen,
        rng,
        questions=[one.question for one in arm.questions],
        order=plan.work.order,
        checks=checks,
        n_repeats=plan.work.repeats_per_person if is_first and not row.is_test else 0,
    )
    returned = {(one.item_id, one.question): one.id for one in own if one.id in free}
    place = _Place(
        start=max((one.position for one in own), default=-1) + 1,
        at=at,
        until=at + timedelta(minutes=plan.work.lease_minutes),
    )
    _put(session, row, placed, returned, place)
    if placed:
        _reopen(
            session, [one.id for one in own if one.id in free and one.purpose in _MIXED_IN], place
        )


def _put(
    session: Session,
    row: Participation,
    placed: Sequence[Placed],
    returned: dict[tuple[int, str], int],
    place: _Place,
) -> None:
    """Writes the work down behind what the person has; what they once gave back is opened anew.

    Checks and repeats are nobody else's: whoever comes back to more work has them again.
    """
    rows = []
    for offset, one in enumerate(placed):
        purpose = one.purpose
        if row.is_test and purpose == WorkPurpose.RATING:
            purpose = WorkPurpose.TEST
        values = {
            "position": place.start + offset,
            "left": one.left,
            "state": WorkState.OPEN.value,
            "purpose": purpose.value,
            "lease_until": place.until,
            "member_order": list(one.member_order),
        }
        known = None if one.repeat else returned.pop((one.item_id, one.question), None)
        if known is not None:
            session.execute(update(Assignment).where(Assignment.id == known).values(**values))
        else:
            key = {"rater_id": row.rater_id, "item_id": one.item_id, "question": one.question}
            rows.append({**key, "repeat": one.repeat, "created_at": place.at, **values})
    if rows:
        session.execute(insert(Assignment), rows)


def _reopen(session: Session, assignment_ids: Sequence[int], place: _Place) -> None:
    session.execute(
        update(Assignment)
        .where(Assignment.id.in_(assignment_ids))
        .values(state=WorkState.OPEN.value, lease_until=place.until),
        execution_options={"synchronize_session": False},
    )


def _open_slots(session: Session, row: Participation, plan: CrowdPlan) -> list[Slot]:
    """Items of the person's arm that still need answers, as the plan now stands."""
    arm = plan.arm(row.arm)
    kinds = {one.question.value: FORMS[one.question].kind for one in arm.questions}
    values = {"study_id": row.study_id, "arm": arm.name, "questions": list(kinds)}
    found = execute(session, _ALL_SLOTS if row.is_test else _OPEN_SLOTS, values)
    return [
        Slot(
            one.item_id,
            one.question,
            one.stratum,
            int(one.n),
            int(one.n_a),
            int(one.n_b),
            kinds[one.question] == "pair",
            len(members_of(one.content)) if one.content else 0,
        )
        for one in found
    ]


def _checks(
    session: Session, row: Participation, plan: CrowdPlan, rng: np.random.Generator
) -> list[Slot]:
    """The person's attention checks, drawn from those marked for the questions of their arm."""
    if not plan.work.attention_checks:
        return []
    questions = [one.question.value for one in plan.arm(row.arm).questions]
    found = session.execute(
        select(Gold.item_id, Gold.question, Item.kind, Item.content)
        .join(Item, Gold.item_id == Item.id)
        .where(
            Gold.study_id == row.study_id,
            Gold.purpose == WorkPurpose.ATTENTION,
            Gold.question.in_(questions),
        )
        .order_by(Gold.id)
    ).all()
    picked = rng.permutation(len(found))[: plan.work.attention_checks]
    return [
        Slot(
            found[index].item_id,
            found[index].question,
            is_sided=FORMS[Question(found[index].question)].kind == "pair",
            n_members=len(members_of(found[index].content)) if found[index].kind == "set" else 0,
        )
        for index in picked
    ]

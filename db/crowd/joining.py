"""How people come in: from a recruiting platform, or by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.crowd import CrowdPlan, Phase, first_phase, read_plan
from core.errors import UserError
from core.security import pseudonym
from core.work import StudyStatus
from db.crowd.participation import enter
from db.crowd.places import is_full, next_arm
from db.crowd.rows import lock_study, move
from db.crowd.taken import count_left
from db.models import Identity, Participation, Rater, Study, now
from db.queries.people import new_raters
from db.queries.studies import add_event

LONGEST_ID = 200
LONGEST_CAPTURED = 500
EARLIER = "earlier"


class StudyNotOpen(UserError):
    """The study has not begun to take people."""


def join(
    session: Session,
    study: Study,
    *,
    platform_id: str,
    captured: Mapping[str, str],
    test_outcome: str = "",
    key: bytes,
) -> int:
    """The rater behind a recruiting platform's id; made on the first visit, found on any later.

    Whoever comes when the study takes no more people is told so, under a rater of their own, so
    that a reload or another device tells them the same.

    Args:
        captured: parameters of the address, of which the plan names those to keep. The newest
            visit's are current; older ones stay.
        test_outcome: the end a researcher tries out; "" for real people.
        key: makes the pseudonym, the only trace of the id outside the table of identities.

    Raises:
        UserError: no id, or a study without a plan; StudyNotOpen before it was opened.
    """
    plan = read_plan(study.settings)
    if plan is None:
        raise UserError(f"Study {study.slug!r} takes nobody in yet. Set it up on the People page.")
    person = platform_id.strip()
    if not person or len(person) > LONGEST_ID:
        raise UserError(
            f"The address lacks {plan.recruiting.id_parameter}, or it is too long. Open the study "
            "from the platform again."
        )
    kept = {
        name: captured[name][:LONGEST_CAPTURED]
        for name in plan.recruiting.captured
        if captured.get(name)
    }
    identity = pseudonym(key, study.slug, f"{test_outcome}\0{person}" if test_outcome else person)
    identity = f"test-{identity}" if test_outcome else identity
    known = _find(session, study.id, identity)
    if known is not None:
        _note_visit(session, known, kept)
        return known
    status = lock_study(session, study.id)
    known = _find(session, study.id, identity)
    if known is not None:
        return known
    if status == StudyStatus.DRAFT and not test_outcome:
        raise StudyNotOpen("This study is not open yet. Come back later.")
    rater = Rater(study_id=study.id, kind="human", identity=identity, name="")
    session.add(rater)
    session.flush()
    platform = plan.recruiting.platform
    session.add(Identity(rater_id=rater.id, platform=platform, platform_id=person))
    left = count_left(session, study.id)
    no_room = status != StudyStatus.OPEN or is_full(session, study.id, plan, left, now())
    if test_outcome:
        no_room = test_outcome == Phase.FULL
    row = _new_row(session, study, plan, rater.id, left, captured=kept, test_outcome=test_outcome)
    if no_room:
        move(row, Phase.FULL, now())
        session.flush()
    else:
        enter(session, row, study, plan, first_phase(plan), now())
    return rater.id


def add_invited(session: Session, study: Study, names: Sequence[str]) -> list[int]:
    """Adds people who come by personal links; returns rater ids in the order of the names.

    Raises:
        UserError: the study has no plan.
    """
    plan = read_plan(study.settings)
    if plan is None:
        raise UserError(
            f"Study {study.slug!r} has no plan yet, so nobody can be invited to it. Set it up on "
            "the People page."
        )
    lock_study(session, study.id)
    raters = new_raters(session, study.id, names)
    left = count_left(session, study.id)
    for rater in raters:
        # Work is given out when they open their link (`touch`): a lease would run out before.
        move(_new_row(session, study, plan, rater.id, left), first_phase(plan), now())
    session.flush()
    add_event(session, study.id, "people_added", {"people": len(raters)})
    return [rater.id for rater in raters]


def _new_row(
    session: Session,
    study: Study,
    plan: CrowdPlan,
    rater_id: int,
    left: Mapping[str, int],
    *,
    captured: Mapping[str, str] = MappingProxyType({}),
    test_outcome: str = "",
) -> Participation:
    row = Participation(
        rater_id=rater_id,
        study_id=study.id,
        arm=next_arm(session, study.id, plan, left).name,
        phase=first_phase(plan).value,
        phases={},
        captured=dict(captured),
        is_test=bool(test_outcome),
        test_outcome=test_outcome,
        last_seen_at=now(),
    )
    session.add(row)
    session.flush()
    return row


def _find(session: Session, study_id: int, identity: str) -> int | None:
    return session.scalar(
        select(Rater.id).where(Rater.study_id == study_id, Rater.identity == identity)
    )


def _note_visit(session: Session, rater_id: int, captured: Mapping[str, str]) -> None:
    row = session.scalar(
        select(Participation).where(Participation.rater_id == rater_id).with_for_update()
    )
    if row is None or row.phase == Phase.WITHDRAWN:
        return
    before = {name: value for name, value in row.captured.items() if name != EARLIER}
    if captured and captured != before:
        earlier = [*row.captured.get(EARLIER, ()), before] if before else []
        row.captured = {**captured, **({EARLIER: earlier[-20:]} if earlier else {})}
        session.flush()

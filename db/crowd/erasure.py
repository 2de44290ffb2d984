"""Withdrawing: what a person said is emptied, that they took part stays (measurement.md 23).

Every erasure is noted outside the database as well. A backup taken before it still holds what was
erased; whoever restores one applies the notes again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from core.crowd import Phase
from core.errors import UserError
from core.work import WorkPurpose, WorkState
from db.crowd.rows import lock_study, move
from db.models import Assignment, Identity, Note, Participation, Rater, Rating, Study, now
from db.queries.studies import add_event, touch

LOG_NAME = "erasures.jsonl"
REASON = "withdrawn"
EVENT = "withdrawn"


@dataclass(frozen=True, slots=True)
class Erasure:
    """Whose answers are gone. joined_at tells two people apart whom two databases name alike."""

    study: str
    rater: str
    joined_at: str


def withdraw(session: Session, rater_id: int, *, log: Path | None) -> Phase:
    """Empties all a person has said and forgets who they are; their place becomes free.

    Args:
        log: where erasures are noted, `LOG_NAME` in the data folder. It is written first: better
            a note too many than an answer that comes back.

    Raises:
        UserError: no such person, or the note cannot be written.
    """
    # Own assignments before the own row, as everywhere (`db.crowd.rows`).
    session.execute(
        select(Assignment.id)
        .where(Assignment.rater_id == rater_id)
        .order_by(Assignment.id)
        .with_for_update()
    )
    row = session.scalar(
        select(Participation)
        .where(Participation.rater_id == rater_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    rater = session.get(Rater, rater_id)
    if rater is None or rater.kind != "human":
        raise UserError(f"There is no person {rater_id} in this study.")
    if row is not None and row.phase == Phase.WITHDRAWN:
        return Phase.WITHDRAWN
    study = session.get_one(Study, rater.study_id)
    if log is not None:
        _note(log, _describe(study, rater))
    lock_study(session, study.id)
    _empty(session, rater, row)
    add_event(session, study.id, EVENT, {"rater_id": rater_id})
    touch(session, study.id)
    return Phase.WITHDRAWN


def read_log(log: Path) -> list[Erasure]:
    """Erasures noted so far; none where nobody has withdrawn.

    Raises:
        UserError: a line that is no such note.
    """
    if not log.exists():
        return []
    try:
        lines = log.read_text(encoding="utf-8").splitlines()
        return [Erasure(**json.loads(line)) for line in lines if line.strip()]
    except (OSError, ValueError, TypeError) as error:
        raise UserError(
            f"{log} cannot be read ({error}); expected one JSON object a line. Mend it: it says "
            "whose answers must not come back."
        ) from error


def list_erasures(session: Session) -> list[Erasure]:
    """Erasures this database knows of."""
    rows = session.execute(
        select(Study, Rater)
        .join(Rater, Rater.study_id == Study.id)
        .join(Participation, Participation.rater_id == Rater.id)
        .where(Participation.phase == Phase.WITHDRAWN)
    )
    return [_describe(study, rater) for study, rater in rows]


def reapply(session: Session, erasures: Iterable[Erasure]) -> int:
    """Erases again what a restored database has brought back; returns the number of people."""
    found = _find_missing(session, erasures)
    for rater in found:
        row = session.scalar(select(Participation).where(Participation.rater_id == rater.id))
        _empty(session, rater, row)
        add_event(session, rater.study_id, EVENT, {"rater_id": rater.id, "after": "restore"})
        touch(session, rater.study_id)
    return len(found)


def find_missing(session: Session, erasures: Iterable[Erasure]) -> int:
    """How many of these people's answers the database holds in spite of their withdrawal."""
    return len(_find_missing(session, erasures))


def _find_missing(session: Session, erasures: Iterable[Erasure]) -> list[Rater]:
    found = []
    for one in dict.fromkeys(erasures):
        rater = session.scalar(
            select(Rater)
            .join(Study, Rater.study_id == Study.id)
            .where(Study.slug == one.study, Rater.identity == one.rater)
        )
        if rater is None or rater.created_at.isoformat() != one.joined_at:
            continue
        is_left = select(Rating.id).where(
            Rating.rater_id == rater.id, Rating.purpose != WorkPurpose.WITHDRAWN
        )
        row = session.scalar(select(Participation).where(Participation.rater_id == rater.id))
        is_inside = row is not None and row.phase != Phase.WITHDRAWN
        if is_inside or session.scalar(is_left.limit(1)) is not None:
            found.append(rater)
    return found


def _describe(study: Study, rater: Rater) -> Erasure:
    return Erasure(study.slug, rater.identity, rater.created_at.isoformat())


def _note(log: Path, erasure: Erasure) -> None:
    """Appends a line that survives a power cut; appending is atomic between processes."""
    line = json.dumps(asdict(erasure)) + "\n"
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, line.encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise UserError(
            f"{log} cannot be written: {error.strerror}. Make its folder writable."
        ) from error


def _empty(session: Session, rater: Rater, row: Participation | None) -> None:
    quiet = {"synchronize_session": False}
    session.execute(
        update(Rating)
        .where(Rating.rater_id == rater.id)
        .values(
            value=None,
            reason=REASON,
            rationale="",
            confidence=None,
            raw_reply=None,
            meta={},
            purpose=WorkPurpose.WITHDRAWN.value,
        ),
        execution_options=quiet,
    )
    session.execute(
        update(Assignment)
        .where(Assignment.rater_id == rater.id, Assignment.state == WorkState.OPEN)
        .values(state=WorkState.RELEASED.value),
        execution_options=quiet,
    )
    session.execute(
        update(Assignment)
        .where(Assignment.rater_id == rater.id)
        .values(purpose=WorkPurpose.WITHDRAWN.value),
        execution_options=quiet,
    )
    session.execute(delete(Note).where(Note.rater_id == rater.id), execution_options=quiet)
    session.execute(delete(Identity).where(Identity.rater_id == rater.id), execution_options=quiet)
    rater.name, rater.meta = "", {}
    if row is not None:
        row.captured, row.answers, row.practice = {}, {}, {}
        move(row, Phase.WITHDRAWN, now())
    session.flush()

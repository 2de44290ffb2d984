"""What people write about an item beside their answer: comments, and reports of a problem."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import AnswerRefusedError
from db.models import Assignment, Item, Note, Rater
from db.queries.tasks import not_yours

NoteKind = Literal["comment", "problem"]
LONGEST_NOTE = 4_000


@dataclass(frozen=True, slots=True)
class NoteRow:
    """One note, for the researcher. item: its key."""

    rater: str
    item: str
    question: str
    kind: str
    text: str
    created_at: datetime


def add_note(
    session: Session, rater_id: int, assignment_id: int, kind: NoteKind, text: str
) -> None:
    """Keeps a note about what is put before a person; their answer is another matter.

    Raises:
        AnswerRefusedError: not this person's assignment, or nothing was written.
    """
    written = text.replace("\0", "").strip()[:LONGEST_NOTE]
    if not written:
        raise AnswerRefusedError(
            "note_empty", "The note is empty. Write a few words, or go on without it."
        )
    assignment = session.scalar(
        select(Assignment).where(Assignment.id == assignment_id, Assignment.rater_id == rater_id)
    )
    if assignment is None:
        raise not_yours()
    session.add(
        Note(
            rater_id=rater_id,
            item_id=assignment.item_id,
            question=assignment.question,
            kind=kind,
            text=written,
        )
    )
    session.flush()


def list_notes(session: Session, study_id: int) -> list[NoteRow]:
    """All notes of a study, newest first."""
    rows = session.execute(
        select(Rater.identity, Item.key, Note.question, Note.kind, Note.text, Note.created_at)
        .join(Rater, Note.rater_id == Rater.id)
        .outerjoin(Item, Note.item_id == Item.id)
        .where(Rater.study_id == study_id)
        .order_by(Note.id.desc())
    )
    return [
        NoteRow(row.identity, row.key or "", row.question, row.kind, row.text, row.created_at)
        for row in rows
    ]

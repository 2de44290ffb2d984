"""Settling what raters part on: adjudicated answers, and words for why they parted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from core.errors import UserError
from db.models import Item, Rater, Rating, Tag
from db.queries.studies import add_event, touch

ADJUDICATOR = "adjudicator"
ADJUDICATION = "adjudication"
JUDGES_SEEN = "judges_seen"
SUGGESTED_TAGS = ("definition unclear", "judge missed the twist", "slip", "both readings hold")
_WORD = re.compile(r"[^\x00-\x1f\x7f]{1,60}")


@dataclass(frozen=True, slots=True)
class Adjudication:
    """A researcher's answer.

    Attributes:
        judges_seen: whether judges' verdicts were shown before it; then it is barred as a
            reference (measurement.md 5).
    """

    item_key: str
    value: str
    comment: str
    judges_seen: bool
    adjudicator: str
    at: datetime


@dataclass(frozen=True, slots=True)
class TagRow:
    """A word on an item."""

    item_key: str
    prompt: str
    category: str
    question: str
    word: str
    at: datetime


def adjudicate(
    session: Session,
    study_id: int,
    item_key: str,
    question: str,
    value: str,
    *,
    actor: str,
    judges_seen: bool,
    comment: str = "",
) -> None:
    """Keeps a researcher's answer as that of a rater of its own kind; a changed one is a revision.

    Once an adjudicator has seen judges' verdicts on an item, later revisions are barred too.

    Raises:
        UserError: no such item.
    """
    item_id = _item_id(session, study_id, item_key)
    rater_id = _adjudicator(session, study_id, actor)
    earlier = session.execute(
        select(Rating.revision, Rating.value, Rating.rationale, Rating.parameters)
        .where(Rating.rater_id == rater_id, Rating.item_id == item_id)
        .where(Rating.question == question, Rating.source == ADJUDICATION)
        .order_by(Rating.revision.desc())
    ).first()
    seen = judges_seen or (earlier is not None and earlier.parameters.get(JUDGES_SEEN, False))
    if earlier is not None and (earlier.value, earlier.rationale) == (value, comment):
        return
    session.add(
        Rating(
            rater_id=rater_id,
            item_id=item_id,
            question=question,
            value=value,
            rationale=comment,
            source=ADJUDICATION,
            parameters={JUDGES_SEEN: seen},
            revision=0 if earlier is None else earlier.revision + 1,
        )
    )
    session.flush()
    touch(session, study_id)


def list_adjudications(session: Session, study_id: int, question: str) -> dict[str, Adjudication]:
    """Item key -> the newest adjudicated answer."""
    rows = session.execute(
        select(
            Item.key,
            Rating.value,
            Rating.rationale,
            Rating.parameters,
            Rating.created_at,
            Rater.identity,
        )
        .join(Item, Rating.item_id == Item.id)
        .join(Rater, Rating.rater_id == Rater.id)
        .where(Rater.study_id == study_id, Rater.kind == ADJUDICATOR)
        .where(Rating.question == question, Rating.value.is_not(None))
        .order_by(Rating.id)
    )
    return {
        row.key: Adjudication(
            row.key,
            row.value,
            row.rationale,
            bool(row.parameters.get(JUDGES_SEEN, False)),
            row.identity,
            row.created_at,
        )
        for row in rows
    }


def add_tag(
    session: Session, study_id: int, item_key: str, question: str, word: str, *, actor: str = ""
) -> None:
    """Puts a word on an item; one that is there stays as it is.

    Raises:
        UserError: no such item, or no word of up to 60 characters.
    """
    cleaned = " ".join(word.split())
    if not _WORD.fullmatch(cleaned):
        raise UserError(f"{word[:80]!r} is no tag; expected 1 to 60 characters on one line.")
    item_id = _item_id(session, study_id, item_key)
    known = select(Tag.id).where(
        Tag.item_id == item_id, Tag.question == question, Tag.word == cleaned
    )
    if session.scalar(known) is None:
        session.add(
            Tag(study_id=study_id, item_id=item_id, question=question, word=cleaned, actor=actor)
        )
        session.flush()
        touch(session, study_id)


def remove_tag(session: Session, study_id: int, item_key: str, question: str, word: str) -> None:
    """Takes a word off an item, and notes that."""
    item_id = _item_id(session, study_id, item_key)
    gone = session.execute(
        delete(Tag).where(Tag.item_id == item_id, Tag.question == question, Tag.word == word)
    )
    if gone.rowcount:  # type: ignore[attr-defined]
        add_event(session, study_id, "tag_removed", {"item": item_key, "word": word})
        touch(session, study_id)


def list_tags(session: Session, study_id: int, question: str | None = None) -> list[TagRow]:
    """Words on items, in the order they were put there."""
    query = (
        select(Item.key, Item.cluster, Item.category, Tag.question, Tag.word, Tag.created_at)
        .join(Item, Tag.item_id == Item.id)
        .where(Tag.study_id == study_id)
        .order_by(Tag.id)
    )
    if question is not None:
        query = query.where(Tag.question == question)
    return [
        TagRow(row.key, row.cluster, row.category or "", row.question, row.word, row.created_at)
        for row in session.execute(query)
    ]


def count_adjudications(session: Session, study_id: int) -> int:
    """Items with an adjudicated answer."""
    return (
        session.scalar(
            select(func.count(Rating.item_id.distinct()))
            .join(Rater, Rating.rater_id == Rater.id)
            .where(Rater.study_id == study_id, Rater.kind == ADJUDICATOR)
        )
        or 0
    )


def _adjudicator(session: Session, study_id: int, actor: str) -> int:
    identity = f"{ADJUDICATOR}:{actor or 'researcher'}"
    rater = session.scalar(
        select(Rater).where(Rater.study_id == study_id, Rater.identity == identity)
    )
    if rater is None:
        rater = Rater(study_id=study_id, kind=ADJUDICATOR, identity=identity, name=actor)
        session.add(rater)
        session.flush()
    return rater.id


def _item_id(session: Session, study_id: int, item_key: str) -> int:
    found = session.scalar(select(Item.id).where(Item.study_id == study_id, Item.key == item_key))
    if found is None:
        raise UserError(f"There is no item {item_key!r} in this study. Reload the page.")
    return found

"""Answers of a crowd study as the figures about people read them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from core.crowd.quality import AnswerRow
from core.work import WorkPurpose
from db.crowd.gold import list_item_texts
from db.models import Gold, Participation, Rating
from db.queries.ratings import current_ratings

PART = 500


def current_answers(session: Session, study_id: int) -> dict[int, list[AnswerRow]]:
    """Rater id -> their current answers, in the order they were first given."""
    rows = session.execute(
        select(
            Rating.id,
            Rating.rater_id,
            Rating.item_id,
            Rating.question,
            Rating.purpose,
            Rating.repeat,
            Rating.revision,
            Rating.value,
            Rating.order,
            Rating.elapsed_ms,
            Gold.value.label("expected"),
        )
        .join(Participation, Participation.rater_id == Rating.rater_id)
        .outerjoin(
            Gold,
            and_(
                Gold.item_id == Rating.item_id,
                Gold.question == Rating.question,
                Gold.purpose == Rating.purpose,
            ),
        )
        .where(
            Participation.study_id == study_id,
            Rating.source == "direct",
            Rating.purpose.in_([WorkPurpose.RATING, WorkPurpose.ATTENTION, WorkPurpose.REPEAT]),
        )
        .order_by(Rating.id)
    ).all()
    newest = current_ratings(
        rows,
        key=lambda row: (row.rater_id, row.item_id, row.question, row.repeat),
        revision=lambda row: int(row.revision),
    ).values()
    words = _words(session, {row.item_id for row in newest})
    answers: dict[int, list[AnswerRow]] = defaultdict(list)
    for row in newest:
        answers[row.rater_id].append(
            AnswerRow(
                rating_id=row.id,
                item_id=row.item_id,
                question=row.question,
                purpose=row.purpose,
                value=row.value,
                left=row.order[:1],
                seconds=None if row.elapsed_ms is None else row.elapsed_ms / 1000,
                words=words.get(row.item_id, 0),
                is_right=None if row.expected is None else row.value == row.expected,
            )
        )
    return answers


def _words(session: Session, item_ids: set[int]) -> dict[int, int]:
    """Item id -> words of its responses; a prompt of its own counts where there are none."""
    ids = sorted(item_ids)
    words: dict[int, int] = {}
    for start in range(0, len(ids), PART):
        found = list_item_texts(session, ids[start : start + PART])
        for item_id, (prompt, texts) in found.items():
            words[item_id] = sum(len(text.split()) for text in texts or (prompt,))
    return words


def answers_by_item(
    answers: Mapping[int, Sequence[AnswerRow]], people: set[int]
) -> dict[tuple[int, str], list[tuple[int, str]]]:
    """(item, question) -> who answered what, of these people."""
    said: dict[tuple[int, str], list[tuple[int, str]]] = defaultdict(list)
    for rater_id in people:
        for one in answers.get(rater_id, ()):
            if one.purpose == WorkPurpose.RATING and one.value is not None:
                said[one.item_id, one.question].append((rater_id, one.value))
    return said

"""Items with what people said of them, one row each."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from db.models import Item, Participation, Prompt, Rater, Rating, Sample
from db.queries.ratings import current_ratings

# Of a prompt, as much as a row shows.
_OPENING = 160


@dataclass(frozen=True, slots=True)
class PersonsAnswer:
    """What one person says of an item now. value: None for "can't tell" and what was withdrawn."""

    rater_id: int
    name: str
    value: str | None
    is_excluded: bool


@dataclass(frozen=True, slots=True)
class RatedItem:
    """An item that is put before people for one question.

    Attributes:
        opening: how its prompt begins.
        wanted: ratings it is to get; None for people invited by name.
        probability: of being drawn; None where unknown.
        answers: of people, without practice, checks, repeats and tests.
    """

    item_id: int
    key: str
    category: str
    opening: str
    wanted: int | None
    probability: float | None
    answers: tuple[PersonsAnswer, ...]


def list_human_questions(session: Session, study_id: int) -> list[str]:
    """Questions that were put before people or answered by them, in alphabetical order."""
    asked = select(Sample.question).where(Sample.study_id == study_id)
    answered = (
        select(Rating.question)
        .join(Rater, Rating.rater_id == Rater.id)
        .where(Rater.study_id == study_id, Rater.kind == "human", Rating.source != "grouping")
    )
    return sorted(set(session.scalars(asked.union(answered))))


def find_item_id(session: Session, study_id: int, key: str) -> int | None:
    """The id of an item by its key."""
    return session.scalar(select(Item.id).where(Item.study_id == study_id, Item.key == key))


def list_rated_items(session: Session, study_id: int, question: str) -> list[RatedItem]:
    """Items drawn for a question, or answered by people, in the order of their ids."""
    answers = _answers(session, study_id, question)
    rows = session.execute(
        select(
            Item.id,
            Item.key,
            Item.category,
            Item.content,
            func.substr(Prompt.text, 1, _OPENING).label("opening"),
            Sample.ratings_wanted,
            Sample.inclusion_probability,
        )
        .outerjoin(Prompt, Item.prompt_id == Prompt.id)
        .outerjoin(Sample, (Sample.item_id == Item.id) & (Sample.question == question))
        .where(
            Item.study_id == study_id,
            or_(Sample.id.is_not(None), Item.id.in_(_answered(study_id, question))),
        )
        .order_by(Item.id)
    )
    return [
        RatedItem(
            row.id,
            row.key,
            row.category or "",
            row.opening or str(row.content.get("prompt") or "")[:_OPENING],
            row.ratings_wanted,
            row.inclusion_probability,
            tuple(answers.get(row.id, ())),
        )
        for row in rows
    ]


def _answered(study_id: int, question: str) -> Select[int]:
    """Ids of items people have answered the question about, in earnest."""
    return (
        select(Rating.item_id)
        .join(Rater, Rating.rater_id == Rater.id)
        .where(
            Rater.study_id == study_id,
            Rater.kind == "human",
            Rating.question == question,
            Rating.purpose == "rating",
            Rating.repeat == 0,
            Rating.source != "grouping",
        )
    )


def _answers(session: Session, study_id: int, question: str) -> dict[int, list[PersonsAnswer]]:
    """Item id -> what each person says of it now."""
    rows = session.execute(
        _answered(study_id, question)
        .outerjoin(Participation, Participation.rater_id == Rater.id)
        .where(or_(Participation.id.is_(None), Participation.is_test.is_(False)))
        .add_columns(
            Rater.id.label("rater_id"),
            Rater.name,
            Rater.identity,
            Rating.value,
            Rating.revision,
            Participation.excluded_at,
        )
        .order_by(Rater.id)
    ).all()
    newest = current_ratings(
        rows, key=lambda row: (row.item_id, row.rater_id), revision=lambda row: int(row.revision)
    )
    found: dict[int, list[PersonsAnswer]] = defaultdict(list)
    for row in newest.values():
        said = PersonsAnswer(
            row.rater_id, row.name or row.identity, row.value, row.excluded_at is not None
        )
        found[row.item_id].append(said)
    return found

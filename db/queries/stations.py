"""How far a study is on the way from prompts to a report."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.types import Question
from db.models import Assignment, Event, Item, Prompt, Rater, Rating
from db.queries.conditions import list_condition_overviews
from db.queries.ratings import counts


@dataclass(frozen=True, slots=True)
class Station:
    """One step of a study.

    Attributes:
        name: as people call it.
        page: name of the page where it is done.
        done: how much is there.
        planned: how much there would be as things stand; None where that has no number.
        unit: what is counted.
    """

    name: str
    page: str
    done: int
    planned: int | None
    unit: str

    @property
    def share(self) -> float:
        """From 0 to 1; 1 for something that is there and has no planned number."""
        if self.planned is None:
            return 1.0 if self.done else 0.0
        return min(1.0, self.done / self.planned) if self.planned else 0.0


def list_stations(session: Session, study_id: int) -> tuple[Station, ...]:
    """The seven stations of a study, in order."""
    conditions = list_condition_overviews(session, study_id)
    n_prompts = _count_prompts(session, study_id)
    n_pairs = sum(one.n_pairs for one in conditions)
    assigned, answered = _count_assignments(session, study_id)
    ratings = _count_ratings(session, study_id)
    judged = _count_judged(session, study_id, "pair" if n_pairs else "external")
    exports = (
        select(func.count())
        .select_from(Event)
        .where(Event.study_id == study_id, Event.kind == "exported")
    )
    return (
        Station("Prompts", "prompts", n_prompts, None, "prompts"),
        Station("Categories", "prompts", _count_categories(session, study_id), n_prompts, "known"),
        Station(
            "Responses",
            "generate",
            sum(one.n_ok for one in conditions),
            sum(one.n for one in conditions) * n_prompts if conditions else None,
            "responses",
        ),
        Station("Judges", "judges", judged, n_pairs or None, "pairs" if n_pairs else "items"),
        Station(
            "Ratings",
            "people",
            answered if assigned else ratings,
            assigned or None,
            "by people",
        ),
        Station("Agreement", "agreement", _count_both(session, study_id), None, "items by both"),
        Station("Report", "export", session.scalar(exports) or 0, None, "exports"),
    )


def _count_prompts(session: Session, study_id: int) -> int:
    query = select(func.count()).select_from(Prompt).where(Prompt.study_id == study_id)
    return session.scalar(query) or 0


def _count_categories(session: Session, study_id: int) -> int:
    """Prompts with a ground truth, or at least a model's classification."""
    classified = (
        select(Item.prompt_id)
        .join(Rating, Rating.item_id == Item.id)
        .where(
            Item.study_id == study_id,
            Rating.question == Question.CATEGORY,
            Rating.value.is_not(None),
        )
    )
    query = (
        select(func.count())
        .select_from(Prompt)
        .where(Prompt.study_id == study_id)
        .where(Prompt.category.is_not(None) | Prompt.id.in_(classified))
    )
    return session.scalar(query) or 0


def _count_judged(session: Session, study_id: int, kind: str) -> int:
    """Items of a kind about which some judge gave a readable answer."""
    query = (
        select(func.count(Item.id.distinct()))
        .join(Rating, Rating.item_id == Item.id)
        .join(Rater, Rating.rater_id == Rater.id)
        .where(Item.study_id == study_id, Item.kind == kind)
        .where(Rater.kind == "judge", Rating.value.is_not(None))
    )
    return session.scalar(query) or 0


def _count_assignments(session: Session, study_id: int) -> tuple[int, int]:
    """(put before people, answered)."""
    query = (
        select(func.count(), func.count().filter(Assignment.state == "done"))
        .select_from(Assignment)
        .join(Rater, Assignment.rater_id == Rater.id)
        .where(Rater.study_id == study_id)
    )
    assigned, answered = session.execute(query).one()
    return assigned, answered


def _count_ratings(session: Session, study_id: int) -> int:
    query = (
        select(func.count())
        .select_from(Rating)
        .join(Rater, Rating.rater_id == Rater.id)
        .where(Rater.study_id == study_id, Rater.kind == "human", Rating.value.is_not(None))
        .where(Rating.source != "grouping", counts())
    )
    return session.scalar(query) or 0


def _count_both(session: Session, study_id: int) -> int:
    """Items where a person and a judge answered the same question."""
    asked = (
        select(Rating.item_id, Rating.question)
        .join(Rater, Rating.rater_id == Rater.id)
        .where(Rater.study_id == study_id, Rating.value.is_not(None))
        .where(Rating.source != "grouping", counts())
        .group_by(Rating.item_id, Rating.question)
        .having(func.count(Rater.kind.distinct()) == 2)
        .subquery()
    )
    return session.scalar(select(func.count(asked.c.item_id.distinct()))) or 0

"""Judges' answers merged by the database: one row per pair or response instead of one per answer.

A large study has tens of thousands of verdicts; fetching each takes longer than everything else a
page of results does. What comes out equals `core.results.majority_verdicts` and `mean_scores` over
the judges' current answers, which a test holds it to.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Float,
    Select,
    and_,
    case,
    cast,
    exists,
    func,
    not_,
    or_,
    select,
)
from sqlalchemy.orm import Session, aliased

from core.types import Question, Verdict
from db.models import Item, Rater, Rating
from db.queries.analysis import judge_key

# A third is not exact in binary; a tie must not be decided by rounding.
_TIE = 1e-9
Judge = tuple[int, str]


def list_judges(
    session: Session, study_id: int, question: str, default_template: str
) -> dict[str, Judge]:
    """Judge key -> (rater id, template) of every judge that answered a question."""
    rows = session.execute(
        select(Rater.id, Rater.identity, Rating.template)
        .join(Rating, Rating.rater_id == Rater.id)
        .where(Rater.study_id == study_id, Rater.kind == "judge", Rating.question == question)
        .distinct()
    )
    return {
        judge_key(identity, template, default_template): (rater_id, template)
        for rater_id, identity, template in rows
    }


def load_majority(
    session: Session, study_id: int, judges: Collection[Judge] | None = None
) -> dict[tuple[int, int], bool | None]:
    """(smaller response id, larger id) -> what most judges say; None for a tie or unscored.

    Args:
        judges: (rater id, template) of those that are merged; None for all.
    """
    same = case((Rating.value == Verdict.EQUIVALENT, 1.0), (Rating.value.is_not(None), 0.0))
    answer = func.avg(same) - 0.5
    vote = _current(session, study_id, Question.EQUIVALENCE, judges, answer).subquery()
    rows = session.execute(
        select(Item.response_a_id, Item.response_b_id, func.sum(vote.c.answer))
        .join(vote, vote.c.item_id == Item.id)
        .where(Item.response_b_id.is_not(None), Item.response_a_id.is_not(None))
        .group_by(Item.response_a_id, Item.response_b_id)
    )
    balances: dict[tuple[int, int], float] = {}
    for first, second, balance in rows:
        pair = (first, second) if first < second else (second, first)
        balances[pair] = balances.get(pair, 0.0) + (balance or 0.0)
    return {
        pair: None if abs(balance) < _TIE else balance > 0 for pair, balance in balances.items()
    }


def load_mean_quality(
    session: Session, study_id: int, judges: Collection[Judge] | None = None
) -> dict[int, float]:
    """Response id -> mean over judges of each judge's mean score; unscored ones are absent."""
    answer = func.avg(cast(Rating.value, Float))
    score = _current(session, study_id, Question.QUALITY, judges, answer).subquery()
    rows = session.execute(
        select(Item.response_a_id, func.avg(score.c.answer))
        .join(score, score.c.item_id == Item.id)
        .where(Item.response_a_id.is_not(None), score.c.answer.is_not(None))
        .group_by(Item.response_a_id)
    )
    return {response: float(mean) for response, mean in rows}


def _current(
    session: Session,
    study_id: int,
    question: str,
    judges: Collection[Judge] | None,
    answer: Any,
) -> Select[Any]:
    """One answer per item and judge, over its newest revisions in all orders."""
    query = (
        select(Rating.item_id, Rating.rater_id, answer.label("answer"))
        .join(Rater, Rating.rater_id == Rater.id)
        .where(
            Rater.study_id == study_id,
            Rater.kind == "judge",
            Rating.question == question,
            Rating.repeat == 0,
            Rating.source != "grouping",
        )
        .group_by(Rating.item_id, Rating.rater_id, Rating.template)
    )
    if _any_revised(session, study_id, question):
        query = query.where(not_(_superseded()))
    if judges is not None:
        query = query.where(
            or_(False, *(and_(Rating.rater_id == one, Rating.template == t) for one, t in judges))
        )
    return query


def _any_revised(session: Session, study_id: int, question: str) -> bool:
    """Judges hardly ever revise; then nothing has to be looked up for each of their answers."""
    revised = (
        select(Rating.id)
        .join(Rater, Rating.rater_id == Rater.id)
        .where(Rater.study_id == study_id, Rater.kind == "judge")
        .where(Rating.question == question, Rating.revision > 0)
    )
    return session.scalar(revised.limit(1)) is not None


def _superseded() -> ColumnElement[bool]:
    """Whether there is a newer revision of the same answer."""
    newer = aliased(Rating)
    return exists().where(
        newer.item_id == Rating.item_id,
        newer.rater_id == Rating.rater_id,
        newer.question == Rating.question,
        newer.template == Rating.template,
        newer.order == Rating.order,
        newer.repeat == Rating.repeat,
        newer.source != "grouping",
        newer.revision > Rating.revision,
    )

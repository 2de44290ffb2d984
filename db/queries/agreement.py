"""What an agreement report is made of, for its methods line and its pickers."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.results import ENSEMBLE, transitive_raters
from core.types import Question
from db.models import Item, Rater, Rating
from db.queries.analysis import judge_key
from db.queries.judged_sets import load_adaptive_sets
from db.queries.ratings import counts


def list_templates(session: Session, study_id: int, question: str) -> list[str]:
    """name@hash of the words a question was asked with, judges and people alike."""
    return list(
        session.scalars(
            select(Rating.template)
            .join(Rater, Rating.rater_id == Rater.id)
            .where(Rater.study_id == study_id, Rating.question == question, Rating.template != "")
            .where(counts())
            .distinct()
            .order_by(Rating.template)
        )
    )


def list_result_raters(
    session: Session, study_id: int, default_templates: dict[str, str]
) -> list[str]:
    """Raters whose verdicts or scores of stored responses results can be seen by.

    Args:
        default_templates: question -> name@hash, by which judges are named.

    Returns:
        The ensemble where there is any judge, then judges (with "~transitive" where they were
        asked in that mode), then people.
    """
    rows = session.execute(
        select(Rater.identity, Rater.kind, Rating.template, Rating.question)
        .join(Rating, Rating.rater_id == Rater.id)
        .join(Item, Rating.item_id == Item.id)
        .where(
            Rater.study_id == study_id,
            Rating.question.in_([Question.EQUIVALENCE, Question.QUALITY]),
            Item.response_a_id.is_not(None),
            Rating.source != "grouping",
            counts(),
        )
        .distinct()
    ).all()
    judges = {
        judge_key(row.identity, row.template, default_templates[row.question])
        for row in rows
        if row.kind == "judge"
    }
    people = {row.identity for row in rows if row.kind == "human"}
    adaptive = load_adaptive_sets(session, study_id, default_templates[Question.EQUIVALENCE])
    return [
        *([ENSEMBLE] if judges else []),
        *sorted([*judges, *transitive_raters(adaptive)]),
        *sorted(people),
    ]

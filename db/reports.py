"""The two reports of a study, from its database to the values of `core`.

Pages and commands both call these, so that a page never shows another number than the terminal.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from core.judges import judge_template
from core.results import results_report
from core.settings import Settings
from core.taxonomy import load_taxonomy
from core.templates import TemplateSource
from core.types import Level, Question
from db.models import Study
from db.queries.analysis import (
    load_pair_texts,
    load_ratings,
    load_response_rows,
    load_scores,
    load_verdicts,
)
from db.queries.judged_sets import load_adaptive_sets

if TYPE_CHECKING:
    from core.agreement import AgreementReport

QUALITY_OPTIONS = (1.0, 2.0, 3.0, 4.0, 5.0)


def default_template(question: str, settings: Settings) -> str:
    """name@hash of the words judges are asked a question with at present; "" if there are none."""
    return judge_template(question, TemplateSource(settings.prompts_dir))


def options_of(question: str, settings: Settings) -> Sequence[str | float] | None:
    """The declared answers of a question, in order; None for one only imports know."""
    match question:
        case Question.EQUIVALENCE:
            return ("different", "equivalent")
        case Question.QUALITY:
            return QUALITY_OPTIONS
        case Question.CATEGORY:
            return tuple(load_taxonomy(settings.prompts_dir).keys())
    return None


def make_agreement_report(
    session: Session,
    settings: Settings,
    study: Study,
    question: str,
    *,
    level: Level | None = None,
    seed: int = 0,
    exclude: Collection[str] = (),
) -> AgreementReport:
    """Agreement of people and judges on one question (see `core.agreement`).

    Args:
        exclude: identities of people to leave out (`db.crowd.people.excluded_raters`).
    """
    from core.agreement import agreement_report

    ratings = load_ratings(session, study.id, question, default_template(question, settings))
    ratings = ratings[~ratings["rater_id"].isin(list(exclude))] if exclude else ratings
    texts = load_pair_texts(session, study.id) if question == Question.EQUIVALENCE else None
    return agreement_report(
        ratings,
        study=study.slug,
        question=question,
        level=level,
        options=options_of(question, settings),
        seed=seed,
        texts=texts,
    )


def make_results_report(
    session: Session, settings: Settings, study: Study, *, rater: str, seed: int = 0
) -> dict[str, Any]:
    """Diversity and quality per condition and category (see `core.results`)."""
    return results_report(
        study=study.slug,
        rater=rater,
        responses=load_response_rows(session, study.id),
        verdicts=load_verdicts(session, study.id, default_template(Question.EQUIVALENCE, settings)),
        adaptive=load_adaptive_sets(
            session, study.id, default_template(Question.EQUIVALENCE, settings)
        ),
        scores=load_scores(session, study.id, default_template(Question.QUALITY, settings)),
        seed=seed,
    )

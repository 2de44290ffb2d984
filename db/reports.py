"""The two reports of a study, from its database to the values of `core`.

Pages and commands both call these, so that a page never shows another number than the terminal.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from core.judges import judge_template
from core.results import results_report
from core.settings import Settings
from core.taxonomy import load_taxonomy
from core.templates import TemplateSource
from core.types import Level, Question
from db.models import Study
from db.queries.agreement import list_excluded, load_item_facts
from db.queries.analysis import (
    load_pair_texts,
    load_ratings,
    load_response_rows,
    load_scores,
    load_verdicts,
)
from db.queries.judged_sets import load_adaptive_sets

if TYPE_CHECKING:
    from core.agreement import AgreementReport, AltTestPlan
    from core.evidence import AgreementData

QUALITY_OPTIONS = (1.0, 2.0, 3.0, 4.0, 5.0)


def default_template(question: str, settings: Settings) -> str:
    """name@hash of the words judges are asked a question with at present; "" if there are none."""
    return judge_template(question, TemplateSource(settings.prompts_dir))


def options_of(question: str, settings: Settings) -> Sequence[str | float] | None:
    """The declared answers of a question, in order; None for one only imports know."""
    match question:
        case Question.EQUIVALENCE | Question.SAME:
            return ("different", "equivalent")
        case Question.QUALITY:
            return QUALITY_OPTIONS
        case Question.CATEGORY:
            return tuple(load_taxonomy(settings.prompts_dir).keys())
    return None


def load_agreement(
    session: Session, settings: Settings, study: Study, question: str
) -> AgreementData:
    """The ratings of one question and what is known of its items; reports are made of it."""
    from core.evidence import AgreementData

    is_pair = question in (Question.EQUIVALENCE, Question.SAME, Question.USEFULNESS)
    return AgreementData(
        study=study.slug,
        question=question,
        ratings=load_ratings(session, study.id, question, default_template(question, settings)),
        facts=load_item_facts(session, study.id, question),
        texts=load_pair_texts(session, study.id, question) if is_pair else {},
        options=options_of(question, settings),
        excluded=list_excluded(session, study.id),
    )


def make_agreement_report(
    session: Session,
    settings: Settings,
    study: Study,
    question: str,
    *,
    level: Level | None = None,
    seed: int = 0,
    alternative: AltTestPlan | None = None,
    with_excluded: bool = False,
) -> AgreementReport:
    """Agreement of people and judges on one question (see `core.agreement`).

    Args:
        alternative: adds the alternative annotator test.
        with_excluded: whether answers of people a researcher excluded count.
    """
    from core.evidence import Selection

    return load_agreement(session, settings, study, question).report(
        Selection(with_excluded=with_excluded), level=level, seed=seed, alternative=alternative
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

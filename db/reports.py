"""The two reports of a study, from its database to the values of `core`.

Pages and commands both call these, so that a page never shows another number than the terminal.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from core.diversity.embedders import TFIDF
from core.judges import judge_template
from core.results import DEFAULT_METRICS, SetMeasures, contrast_difference, summarize
from core.settings import Settings
from core.taxonomy import load_taxonomy
from core.templates import TemplateSource
from core.types import DIRECTED_QUESTIONS, Level, Question
from db.models import Study
from db.queries.agreement import list_excluded, load_item_facts
from db.queries.analysis import (
    load_pair_texts,
    load_ratings,
)
from db.queries.contrast import find_contrast
from db.queries.disagreement import list_adjudications
from db.results import ALL_SURFACE, load_measured

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
    session: Session, settings: Settings, study: Study, question: str, direction: str = "ab"
) -> AgreementData:
    """The ratings of one question and what is known of its items; reports are made of it.

    Args:
        direction: "ab" or "ba", of a directed question: what people and judges say of one direction
            is never held to what they say of the other (measurement.md 20). Others have none.
    """
    from core.evidence import AgreementData
    from core.evidence.selection import in_direction

    ratings = load_ratings(session, study.id, question, default_template(question, settings))
    settled = list_adjudications(session, study.id, question)
    if question in DIRECTED_QUESTIONS:
        ratings = in_direction(ratings, direction)
        if direction == "ba":
            settled = {}  # settled with A before B
    is_pair = question in (Question.EQUIVALENCE, Question.SAME, Question.USEFULNESS)
    return AgreementData(
        study=study.slug,
        question=question,
        ratings=ratings,
        facts=load_item_facts(session, study.id, question),
        texts=load_pair_texts(session, study.id, question) if is_pair else {},
        options=options_of(question, settings),
        excluded=list_excluded(session, study.id),
        adjudicated={key: one.value for key, one in settled.items() if not one.judges_seen},
        n_barred=sum(one.judges_seen for one in settled.values()),
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
    session: Session,
    settings: Settings,
    study: Study,
    *,
    rater: str,
    seed: int = 0,
    embedder: str = TFIDF,
) -> dict[str, Any]:
    """Diversity and quality per condition and category, by every measure (see `core.results`)."""
    measured, _ = load_measured(
        session,
        result_templates(settings),
        study.id,
        rater,
        surface=ALL_SURFACE,
        embedder=embedder,
    )
    report = summarize(
        measured,
        study=study.slug,
        rater=rater,
        seed=seed,
        metrics=[*DEFAULT_METRICS, "embedding", "vendi"],
    )
    return report | {"embedder": embedder, "primary_contrast": _primary(study, measured)}


def _primary(study: Study, measured: Sequence[SetMeasures]) -> dict[str, Any] | None:
    """The contrast set beforehand, when that was, and its difference; None where none was set."""
    contrast = find_contrast(study)
    if contrast is None:
        return None
    found = contrast_difference(
        measured, contrast.measure, contrast.condition, contrast.baseline, contrast.category
    )
    return {
        "condition": contrast.condition,
        "baseline": contrast.baseline,
        "measure": contrast.measure,
        "category": contrast.category,
        "fixed_at": contrast.fixed_at.isoformat(),
        "answers_then": contrast.answers_then,
        "difference": None if found is None else found.as_dict(),
    }


def result_templates(settings: Settings) -> tuple[str, str]:
    """Default templates of equivalence and quality, by which judges are named in results."""
    return (
        default_template(Question.EQUIVALENCE, settings),
        default_template(Question.QUALITY, settings),
    )

"""A study's report, from its database to the files that are written."""

from __future__ import annotations

import platform
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.agreement import ENSEMBLE, AltTestPlan, score_agreement, sensitivity_lines
from core.agreement.report import default_level
from core.crowd.plan import CrowdPlan, read_plan
from core.evidence import AgreementData, Selection
from core.evidence.corrected import MEANINGS, CorrectedRow, corrected_rows
from core.evidence.counts import CorrectedCounts
from core.evidence.partitions import PartitionRow, partition_rows
from core.evidence.second_opinion import SecondOpinion, second_opinion
from core.reporting import QuestionPart, StudyReport, report_document, report_files
from core.security import load_secret_key
from core.settings import Settings
from core.types import DIRECTED_QUESTIONS, Question
from db.counts import list_counting_judges, load_sorted_sets, make_corrected_counts
from db.export_documents import package_version, templates_used
from db.exports import public_names
from db.models import Rater, Study
from db.queries.agreement import find_epsilon, list_result_raters, list_templates
from db.queries.design import (
    count_adjudicated,
    count_items_by_kind,
    count_phases,
    count_prompts_by_category,
    count_tags,
    last_answer,
    list_condition_counts,
    list_judged_by,
    list_participants,
    list_samples,
)
from db.queries.evidence import list_correction_items, load_opinions
from db.reports import (
    default_template,
    load_agreement,
    make_results_report,
    result_templates,
)

# What the numbers of a report depend on.
PACKAGES = ("taskanchor", "numpy", "scipy", "scikit-learn", "pandas")
DEFAULT_EPSILON = 0.1


def make_report_files(
    session: Session,
    settings: Settings,
    study: Study,
    *,
    seed: int = 0,
    questions: Collection[str] | None = None,
) -> dict[str, str]:
    """Path below the report's folder -> content: report.html, tables as CSV and LaTeX.

    Nothing in it depends on when or where it is made: the same study and seed give the same
    files, from the database it was rated in and from an exported bundle alike.

    Args:
        questions: only these; None takes every question people answered.
    """
    return report_files(
        report_document(make_study_report(session, settings, study, seed=seed, questions=questions))
    )


def make_study_report(
    session: Session,
    settings: Settings,
    study: Study,
    *,
    seed: int = 0,
    questions: Collection[str] | None = None,
) -> StudyReport:
    """What the report says; see `make_report_files`."""
    names = _names(session, settings, study)
    asked = [
        question
        for question in list_judged_by(session, study.id)
        if question != Question.GROUPING and (questions is None or question in questions)
    ]
    epsilon, note = _epsilon(study)
    versions = {"Python": platform.python_version()}
    versions |= {name: package_version(name) for name in PACKAGES}
    plan = read_plan(study.settings)
    parts = [
        _question(session, settings, study, question, direction, epsilon, seed, names)
        for question in asked
        for direction in (("ab", "ba") if question in DIRECTED_QUESTIONS else ("",))
    ]
    parts = [part for part in parts if not part.direction or len(part.report.panel.item_ids)]
    by_id = {rater.id: name for rater, name in names.items()}
    return StudyReport(
        title=study.title,
        slug=study.slug,
        is_sample=study.is_sample,
        seed=seed,
        design=_design(session, study, plan),
        prompts_by_category=count_prompts_by_category(session, study.id),
        conditions=list_condition_counts(session, study.id),
        samples=list_samples(session, study.id),
        participants=list_participants(session, study.id, by_id),
        screened_out=count_phases(session, study.id),
        exclusion_rules=_rules(plan),
        questions=parts,
        corrected=_corrected(session, settings, study, parts, seed),
        counts=_counts(session, settings, study, seed),
        groupings=_groupings(session, settings, study, seed),
        opinion=_opinion(session, study, asked, seed),
        results=_results(session, settings, study, seed),
        tags=count_tags(session, study.id),
        adjudicated=count_adjudicated(session, study.id),
        epsilon_note=note,
        versions=versions,
        templates=templates_used(session, study.id),
        data_until=last_answer(session, study.id),
    )


def _names(session: Session, settings: Settings, study: Study) -> dict[Rater, str]:
    """Every rater with the name that may be printed."""
    raters = session.scalars(
        select(Rater).where(Rater.study_id == study.id).order_by(Rater.id)
    ).all()
    key = load_secret_key(settings.secret_key, settings.data_dir, bound_to_loopback=True)
    public = public_names(raters, study.slug, key)
    return {rater: public[rater.id] for rater in raters}


def _question(
    session: Session,
    settings: Settings,
    study: Study,
    question: str,
    direction: str,
    epsilon: float,
    seed: int,
    names: Mapping[Rater, str],
) -> QuestionPart:
    data = _under_pseudonyms(load_agreement(session, settings, study, question, direction), names)
    is_scale = default_level(question) != "nominal"
    plan = AltTestPlan(epsilon=epsilon, score="rmse" if is_scale else "accuracy")
    report = data.report(seed=seed, alternative=plan)
    others = (
        data.report(Selection(with_excluded=True), seed=seed)
        if data.excluded_with_answers
        else None
    )
    return QuestionPart(
        question,
        report,
        others,
        list_templates(session, study.id, question),
        plan,
        sensitivity_lines(report.panel, question, texts=data.texts, seed=seed),
        adjudicated=data.against_adjudicated(seed=seed),
        n_barred=data.n_barred,
        is_fixed=find_epsilon(study) is not None,
        direction=direction,
        scores=score_agreement(report.panel, seed=seed),
    )


def _under_pseudonyms(data: AgreementData, names: Mapping[Rater, str]) -> AgreementData:
    public = {rater.identity: name for rater, name in names.items() if rater.kind == "human"}
    ratings = data.ratings.copy()
    human = ratings["rater_kind"] == "human"
    ratings.loc[human, "rater_id"] = ratings.loc[human, "rater_id"].map(public)
    excluded = {public[identity]: why for identity, why in data.excluded.items()}
    return replace(data, ratings=ratings, excluded=excluded)


def _epsilon(study: Study) -> tuple[float, str]:
    fixed = find_epsilon(study)
    if fixed is None:
        return DEFAULT_EPSILON, (
            f"Epsilon was not fixed before; {DEFAULT_EPSILON:g}, usual in place of crowd workers, "
            "is shown for orientation and supports no claim."
        )
    seen = (
        "before any person had answered"
        if not fixed.answers_then
        else f"when people had given {fixed.answers_then:,} answers"
    )
    return fixed.epsilon, (
        f"Epsilon {fixed.epsilon:g} ({fixed.annotators} annotators) was fixed on "
        f"{fixed.fixed_at:%Y-%m-%d %H:%M} UTC, {seen}."
    )


def _design(session: Session, study: Study, plan: CrowdPlan | None) -> dict[str, str]:
    design = {
        "study": study.slug,
        "created": f"{study.created_at:%Y-%m-%d}",
        "taxonomy": f"version {study.taxonomy_version}, {study.taxonomy_hash}",
    }
    design |= {
        f"items, {kind}": f"{n:,}" for kind, n in count_items_by_kind(session, study.id).items()
    }
    if plan is None:
        return design | {"people": "invited by name, or imported"}
    for arm in plan.arms:
        asked = ", ".join(f"{one.question} ({one.n_items} items)" for one in arm.questions)
        design[f"arm {arm.name}"] = asked
        if arm.has_carry_over:
            design[f"arm {arm.name}, note"] = "carry-over possible"
    return design | {
        "selection of items": plan.items.selection,
        "ratings wanted per item": str(plan.work.ratings_per_item),
        "practice": f"{plan.practice.n_items} items",
        "attention checks per person": str(plan.work.attention_checks),
        "repeats per person": str(plan.work.repeats_per_person),
        "recruiting": plan.recruiting.platform,
    }


def _rules(plan: CrowdPlan | None) -> str:
    if plan is None:
        return "The study had no exclusion rules set beforehand."
    rules = plan.exclusion
    set_rules = [
        text
        for is_set, text in (
            (rules.min_check_share > 0, f"attention checks right below {rules.min_check_share:g}"),
            (rules.max_fast_share < 1, f"share of fast answers above {rules.max_fast_share:g}"),
            (rules.min_repeat_share > 0, f"repeats alike below {rules.min_repeat_share:g}"),
            (rules.max_same_share < 1, f"one answer in more than {rules.max_same_share:g}"),
        )
        if is_set
    ]
    return f"Exclusion rules set at opening: {'; '.join(set_rules) or 'none'}."


def _corrected(
    session: Session, settings: Settings, study: Study, parts: Sequence[QuestionPart], seed: int
) -> dict[str, list[CorrectedRow]]:
    found: dict[str, list[CorrectedRow]] = {}
    for part in parts:
        if part.question not in MEANINGS:
            continue
        usual = default_template(part.question, settings)
        judges = [judge for judge in part.report.judge_names if judge != ENSEMBLE]
        rows: list[CorrectedRow] = []
        for items in list_correction_items(session, study.id, part.question, judges, usual):
            rows += corrected_rows(items, seed=seed) if _is_judged(items.scores) else []
        if rows:
            found[part.question] = rows
    return found


def _counts(session: Session, settings: Settings, study: Study, seed: int) -> list[CorrectedCounts]:
    templates = result_templates(settings)
    found = [
        make_corrected_counts(session, templates, study.id, judge, seed=seed)
        for judge in list_counting_judges(session, study.id, templates[0])
    ]
    return [one for one in found if one.rows]


def _groupings(session: Session, settings: Settings, study: Study, seed: int) -> list[PartitionRow]:
    sets = load_sorted_sets(session, result_templates(settings), study.id)
    return partition_rows(sets, seed=seed) if sets else []


def _is_judged(scores: Any) -> bool:
    return bool((scores == scores).any())


def _opinion(
    session: Session, study: Study, asked: Collection[str], seed: int
) -> SecondOpinion | None:
    if not {Question.USEFULNESS, Question.SAME} & set(asked):
        return None
    answers, _ = load_opinions(session, study.id)
    return second_opinion(answers, seed=seed)


def _results(
    session: Session, settings: Settings, study: Study, seed: int
) -> dict[str, Any] | None:
    templates = {name: default_template(name, settings) for name in MEANINGS}
    raters = list_result_raters(session, study.id, templates)
    if not raters:
        return None
    return make_results_report(session, settings, study, rater=raters[0], seed=seed)

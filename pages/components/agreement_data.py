"""The ratings behind the agreement page: loaded once per change, then selected from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from core.agreement import (
    AgreementReport,
    AltTestPlan,
    CategoryFamily,
    ScoreAgreement,
    SensitivityLine,
    score_agreement,
    sensitivity_lines,
)
from core.evidence import AgreementData, Selection
from core.evidence.confidence import ConfidenceBin, confidence_bins
from core.evidence.corrected import CorrectedRow, corrected_rows
from core.evidence.counts import CorrectedCounts
from core.evidence.drift import Block, courses
from core.evidence.families import families
from core.evidence.partitions import PartitionRow, partition_rows
from core.types import DIRECTED_QUESTIONS
from db.counts import list_counting_judges, load_sorted_sets, make_corrected_counts
from db.queries.evidence import load_confidences, load_correction_items, load_person_answers
from db.queries.studies import get_study
from db.reports import default_template, load_agreement, result_templates
from pages.components.workspace import database, settings

DIRECTIONS = {"ab": "A read first", "ba": "B read first"}


@dataclass(frozen=True, slots=True)
class Source:
    """What results of one question are kept by: a study as it is at one moment, and a seed.

    Attributes:
        study_id: part of the key because a slug may be given to another study.
        version: as `db.queries.studies.data_version`.
        direction: of a directed question, "ab" or "ba".
    """

    study_id: int
    slug: str
    question: str
    seed: int
    version: tuple[int, int]
    direction: str = "ab"


# Resources, not data: these are frozen and large, and would be copied at every rerun otherwise.
@st.cache_resource(show_spinner="Reading ratings", max_entries=6)
def _load_data(source: Source) -> AgreementData:
    with database().read() as session:
        study = get_study(session, source.slug)
        return load_agreement(session, settings(), study, source.question, source.direction)


def load_data(source: Source) -> AgreementData:
    """Everything people and judges said on one question, whatever the seed."""
    return _load_data(replace(source, seed=0))


@st.cache_resource(show_spinner="Computing", max_entries=40)
def load_report(
    source: Source,
    selection: Selection = Selection(),
    plan: AltTestPlan | None = None,
) -> AgreementReport:
    """The report of a selection; a changed filter computes, and reads nothing again."""
    return load_data(source).report(selection, seed=source.seed, alternative=plan)


@st.cache_resource(show_spinner="Computing", max_entries=20)
def load_adjudicated(source: Source, selection: Selection = Selection()) -> AgreementReport | None:
    """Judges beside adjudicated answers; None where there are none."""
    return load_data(source).against_adjudicated(selection, seed=source.seed)


@st.cache_data(show_spinner="Comparing categories", max_entries=40)
def load_families(
    source: Source, selection: Selection, of_people: str = "percent", of_judges: str = "minus_human"
) -> list[CategoryFamily]:
    """Every category of people and of each judge, adjusted for their number."""
    return families(load_report(source, selection), of_people=of_people, of_judges=of_judges)


@st.cache_data(show_spinner="Computing", max_entries=40)
def load_scores(source: Source, selection: Selection) -> ScoreAgreement | None:
    """Agreement of scores; None where answers are none."""
    return score_agreement(load_report(source, selection).panel, seed=source.seed)


@st.cache_data(show_spinner="Computing", max_entries=20)
def load_sensitivity(source: Source, selection: Selection) -> list[SensitivityLine]:
    """The figures under other choices."""
    return sensitivity_lines(
        load_report(source, selection).panel,
        source.question,
        texts=load_data(source).texts,
        seed=source.seed,
    )


@st.cache_data(show_spinner="Computing", max_entries=20)
def load_corrected(source: Source, judge: str) -> list[CorrectedRow]:
    """One judge's figures for the whole study, corrected by people."""
    usual = default_template(source.question, settings())
    with database().read() as session:
        study = get_study(session, source.slug)
        items = load_correction_items(session, study.id, source.question, judge, usual)
    return corrected_rows(items, seed=source.seed)


@st.cache_data(show_spinner="Reading sets", max_entries=20)
def load_counting_judges(source: Source) -> list[str]:
    """Names by which the study's distinct counts can be seen."""
    with database().read() as session:
        return list_counting_judges(session, source.study_id, result_templates(settings())[0])


@st.cache_data(show_spinner="Counting", max_entries=20)
def load_counts(source: Source, judge: str) -> CorrectedCounts:
    """One judge's distinct counts, corrected by people at prompt level."""
    with database().read() as session:
        return make_corrected_counts(
            session, result_templates(settings()), source.study_id, judge, seed=source.seed
        )


@st.cache_data(show_spinner="Comparing groupings", max_entries=10)
def load_partitions(source: Source) -> list[PartitionRow]:
    """How alike people sort sets, and judges beside them."""
    with database().read() as session:
        sets = load_sorted_sets(session, result_templates(settings()), source.study_id)
    return partition_rows(sets, seed=source.seed)


@st.cache_data(show_spinner="Computing", max_entries=20)
def load_confidence_bins(source: Source) -> list[ConfidenceBin]:
    """Stated confidence beside agreement with people."""
    usual = default_template(source.question, settings())
    with database().read() as session:
        table = load_confidences(session, source.study_id, source.question, usual, source.direction)
    return confidence_bins(load_report(source), table, seed=source.seed)


@st.cache_data(show_spinner="Computing", max_entries=20)
def load_courses(source: Source) -> list[Block]:
    """Each person over the course of their work."""
    with database().read() as session:
        answers = load_person_answers(session, source.study_id, source.question, source.direction)
    return courses(load_report(source), answers)


def choose_direction(question: str, key: str) -> str:
    """Which response is read first, where a question has a direction; "ab" elsewhere."""
    if question not in DIRECTED_QUESTIONS:
        return "ab"
    return (
        st.segmented_control(
            "Direction",
            list(DIRECTIONS),
            format_func=DIRECTIONS.__getitem__,
            default="ab",
            key=key,
            help="Whether B adds to A, or A to B, are two questions: people and judges are "
            "compared in the same direction only.",
        )
        or "ab"
    )


def choose_selection(data: AgreementData) -> Selection:
    """Filters, folded away until they are wanted; what is chosen is said when folded."""
    with st.expander("Only a part", icon=":material/filter_alt:"):
        left, middle, right = st.columns(3)
        categories = _choose(left, "Categories", data.ratings["category"], "category")
        strategies = _choose(middle, "Strategies", data.facts["strategy"], "strategy")
        languages = _choose(right, "Languages", data.facts["language"], "language")
        twins = any(first == second for first, second in data.texts.values())
        without = twins and st.toggle("Without pairs of identical texts", key="without-twins")
    excluded = data.excluded_with_answers
    counted = bool(excluded) and st.toggle(
        f"Count the answers of {_people(len(excluded))} a researcher excluded", key="with-excluded"
    )
    return Selection(categories, strategies, languages, counted, bool(without))


def _choose(place: Any, label: str, values: Any, key: str) -> tuple[str, ...]:
    present = sorted({str(value) for value in values.dropna().unique()} - {""})
    if len(present) < 2:
        return ()
    return tuple(place.multiselect(label, present, key=f"filter-{key}", placeholder="all"))


def _people(n: int) -> str:
    return "1 person" if n == 1 else f"{n} people"

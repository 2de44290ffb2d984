"""Agreement: how far people agree with one another, and judges with people."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from core.agreement import ENSEMBLE, AgreementReport, CategoryFamily, ScoreAgreement
from core.errors import UserError
from core.evidence import AgreementData, Selection
from core.evidence.corrected import MEANINGS
from core.evidence.counts import MEASURES
from core.evidence.families import paradoxes, simultaneous_rows
from core.evidence.selection import ADJUDICATED, ADJUDICATED_NOTE, barred_note
from core.types import DIRECTED_QUESTIONS, Question
from db.queries.agreement import list_templates
from db.queries.analysis import list_questions
from db.queries.studies import data_version
from pages.components.agreement_alternative import choose_plan, draw_alternative
from pages.components.agreement_categories import (
    choose_statistics,
    draw_families,
    draw_sensitivity,
)
from pages.components.agreement_corrected import draw_corrected, draw_counts
from pages.components.agreement_data import (
    Source,
    choose_direction,
    choose_selection,
    load_adjudicated,
    load_confidence_bins,
    load_corrected,
    load_counting_judges,
    load_counts,
    load_courses,
    load_data,
    load_families,
    load_partitions,
    load_report,
    load_scores,
    load_sensitivity,
)
from pages.components.agreement_depends import draw_confidence, draw_groups
from pages.components.agreement_figures import judges_figure, people_figure
from pages.components.agreement_partitions import draw_partitions
from pages.components.agreement_plan import draw_plan
from pages.components.agreement_raters import (
    draw_consensus,
    draw_courses,
    draw_raters,
    judge_names,
)
from pages.components.agreement_report import draw_report_button
from pages.components.agreement_scores import draw_scores
from pages.components.agreement_tables import (
    draw_adjudicated,
    draw_downloads,
    draw_evidence,
    draw_judges,
    draw_meanings,
    draw_people,
    draw_persons,
)
from pages.components.agreement_words import excluded_sentence, methods_notes, people_sentence
from pages.components.charts_figures import draw_figure
from pages.components.charts_table import draw_notes, draw_sentences
from pages.components.results_import import draw_ratings_import
from pages.components.workspace import (
    StudyRef,
    database,
    open_study_page,
    show_user_error,
)

VIEWS = {
    "short": "In short",
    "figures": "Figures",
    "categories": "By category",
    "part": "Where they part",
    "raters": "Raters",
    "stand-in": "Standing in",
    "whole": "Whole study",
    "depends": "Goes with",
    "plan": "How many?",
    "method": "Method and report",
}

REFERENCES = {"people": "people's majority", ADJUDICATED: "adjudicated answers"}


def draw_forest(values: dict[str, Any], name: str) -> None:
    n_judges = len({row["judge"] for row in values["judges"]})
    left, right = st.columns([2, 3]) if n_judges else (st.container(), st.container())
    with left:
        draw_figure(
            people_figure(values["humans"], n_judges),
            name=f"{name}-people",
            alt="How often two people agree, by category; the table under Figures holds the same",
            key="people-figure",
        )
    notes = [
        "Labels: category, items, in how many prompts. Bars are 95% intervals over prompts, wide "
        "enough to hold for all categories at once; a mark without a bar has none, and By category "
        "says why. * fewer than 50 items or 30 prompts: "
        "exploratory."
    ]
    if n_judges:
        with right:
            draw_figure(
                judges_figure(values["judges"], ENSEMBLE),
                name=f"{name}-judges",
                alt="Judge-person minus person-person agreement, by category and judge; the table "
                "under Figures holds the same",
                key="judges-figure",
                on_select=choose_evidence,
            )
        notes.append("Choose a mark on the right to list where that judge and people part.")
    draw_notes(notes)


def choose_evidence() -> None:
    """Lets the list of items follow the mark that was chosen in the judges' figure."""
    points = st.session_state["judges-figure"]["selection"]["points"]
    if points:
        judge, category = points[0]["customdata"][:2]
        st.session_state["evidence-judge"] = judge
        st.session_state["evidence-category"] = category
        st.session_state["view"] = "part"


def draw_short(
    found: AgreementReport,
    other: AgreementReport | None,
    adjusted: list[CategoryFamily],
    name: str,
) -> None:
    values = found.as_dict()
    draw_sentences(
        [
            people_sentence(values["humans"][0]),
            *[found.headline_sentence(judge) for judge in found.judge_names],
        ]
    )
    if other is not None:
        draw_notes([excluded_sentence(values["humans"][0], other.as_dict()["humans"][0])])
    draw_forest(
        {one: simultaneous_rows(values[one], adjusted) for one in ("humans", "judges")}, name
    )
    if not values["judges"]:
        st.text("No judge has answered this question yet.")
        st.page_link("pages/researcher/judges.py", label="Let a judge answer it")


def draw_figures(found: AgreementReport, scores: ScoreAgreement | None, name: str) -> None:
    values = found.as_dict()
    several = len(values["humans"]) > 1
    each = several and st.toggle("Show each category", key="each-category")
    if each:
        draw_notes(
            [
                "These intervals are of one category alone. Before you name a category, look under "
                "By category: intervals there hold for all at once, and tests are adjusted."
            ]
        )
    if values["judges"]:
        st.subheader("Judges beside people", anchor=False)
        draw_judges(values["judges"], found.question, each=each)
    if values["baselines"]:
        st.subheader("Without skill", anchor=False)
        st.text("What answering without reading would give on the same items.")
        draw_judges(values["baselines"], found.question, each=each)
    st.subheader("People among themselves", anchor=False)
    draw_people(values["humans"], each=each)
    told = paradoxes(found)
    draw_notes([one for one in told if each or not one.startswith("People, ")])
    st.text("How to read each figure, and when not to trust it:")
    draw_meanings(found.question)
    if values["judges"]:
        with st.expander("Each judge beside each person"):
            draw_persons(values["judges"])
    draw_downloads(values, name)
    if scores is not None:
        st.subheader("Answers as scores", anchor=False)
        draw_scores(scores, name, each=each)


def draw_part(found: AgreementReport, adjudicated: AgreementReport | None, slug: str) -> None:
    st.subheader("Where judge and people part", anchor=False)
    reference = "people"
    if adjudicated is not None:
        reference = (
            st.segmented_control(
                "Hold judges to",
                list(REFERENCES),
                format_func=REFERENCES.__getitem__,
                default="people",
                key="evidence-reference",
            )
            or "people"
        )
    if found.judge_names:
        held = adjudicated if adjudicated is not None and reference == ADJUDICATED else found
        draw_evidence(held, slug, reference)
    else:
        st.text("No judge has answered this question yet.")
    st.page_link(
        "pages/researcher/disagreement.py", label="Read, settle and tag what raters part on"
    )


def draw_beside_adjudicated(found: AgreementReport | None, data: AgreementData) -> None:
    """Judges held to what a researcher settled, where anything may serve as a reference."""
    notes = [note for note in (ADJUDICATED_NOTE, barred_note(data.n_barred)) if note]
    if found is not None:
        st.subheader("Judges beside adjudicated answers", anchor=False)
        draw_adjudicated(found.as_dict()["judges"], data.question, notes)
    elif data.n_barred:
        draw_notes(notes[1:])


def draw_view(
    view: str, study: StudyRef, data: AgreementData, selection: Selection, source: Source
) -> None:
    question, seed = source.question, source.seed
    name = f"{study.slug}-{question}-agreement"
    if question in DIRECTED_QUESTIONS:
        name += f"-{source.direction}"
    found = load_report(source, selection)
    match view:
        case "figures":
            draw_figures(found, load_scores(source, selection), name)
            draw_beside_adjudicated(load_adjudicated(source, selection), data)
            if st.toggle("Show the same under other choices", key="otherwise"):
                draw_sensitivity(load_sensitivity(source, selection))
        case "categories":
            by = choose_statistics(question, has_judges=bool(found.panel.judges))
            draw_families(load_families(source, selection, *by), name)
        case "part":
            draw_part(found, load_adjudicated(source, selection), study.slug)
        case "raters":
            draw_raters(found, name)
            st.subheader("One answer out of several", anchor=False)
            draw_consensus(found)
            st.subheader("Over the course of the work", anchor=False)
            draw_courses(load_courses(source), name)
        case "stand-in":
            plan, is_fixed = choose_plan(study, question)
            tested = load_report(source, selection, plan)
            draw_alternative(tested, is_fixed=is_fixed, name=name)
        case "whole":
            draw_whole(found, source, name)
        case "depends":
            draw_groups(found, data.facts, seed, name)
            st.subheader("Stated confidence", anchor=False)
            draw_confidence(load_confidence_bins(source), name)
        case "plan":
            draw_plan(found)
        case "method":
            with database().read() as session:
                templates = list_templates(session, study.id, question)
            draw_notes(methods_notes(found, seed, templates))
            draw_report_button(study, seed, source.version)
        case _:
            other = (
                load_report(source, _other_way(selection)) if data.excluded_with_answers else None
            )
            draw_short(found, other, load_families(source, selection), name)


def draw_whole(found: AgreementReport, source: Source, name: str) -> None:
    question, judges = source.question, judge_names(found)
    is_mean, is_count = question in MEANINGS and bool(judges), question in MEASURES
    if is_mean:
        st.subheader(f"{MEANINGS[question][:1].upper()}{MEANINGS[question][1:]}", anchor=False)
        judge = st.selectbox("Judge", judges, key="corrected-judge")
        draw_corrected(load_corrected(source, judge), question, name)
    if is_count:
        draw_whole_counts(source, name)
    if not (is_mean or is_count):
        st.text("Needs a judge's verdicts on equivalence or quality of stored responses.")


def draw_groupings(source: Source) -> None:
    """A grouping is of a whole set: partitions are compared, and nothing is made of its pairs."""
    name = f"{source.slug}-grouping-agreement"
    st.subheader("How alike sets are sorted", anchor=False)
    draw_partitions(load_partitions(source), name)
    draw_whole_counts(source, name)
    draw_ways_on()


def draw_whole_counts(source: Source, name: str) -> None:
    """Distinct counts, where any judge has verdicts to count by."""
    judges = load_counting_judges(source)
    if judges:
        st.subheader("How many different answers a set holds", anchor=False)
        by = st.selectbox("Counted by", judges, key="counts-judge")
        draw_counts(load_counts(source, by), name)


def _other_way(selection: Selection) -> Selection:
    """The same selection with excluded people counted the other way."""
    return replace(selection, with_excluded=not selection.with_excluded)


def draw_page() -> None:
    study = open_study_page(
        "Agreement", "How far people agree, and whether a judge agrees with them as well."
    )
    with database().read() as session:
        questions = list_questions(session, study.id)
        version = data_version(session, study.id)
    if not questions:
        st.info("Nobody has rated anything yet. Invite people, or bring ratings you have.")
        st.page_link("pages/researcher/people.py", label="Invite people")
        draw_ratings_import(study, expanded=True)
        return
    left, right = st.columns([3, 1])
    first = questions.index(Question.EQUIVALENCE) if Question.EQUIVALENCE in questions else 0
    question = left.selectbox("Question", questions, first, key="question")
    seed = int(right.number_input("Seed of the bootstrap", 0, 2**31 - 1, 0, key="seed"))
    try:
        direction = choose_direction(question, "direction")
        source = Source(study.id, study.slug, question, seed, version, direction)
        if question == Question.GROUPING:
            draw_groupings(source)
            return
        data = load_data(source)
        if data.ratings.empty:
            st.text("Nobody has answered in this direction.")
            return
        selection = choose_selection(data)
        st.session_state.setdefault("view", "short")
        view = st.segmented_control(
            "View",
            list(VIEWS),
            format_func=VIEWS.__getitem__,
            key="view",
            label_visibility="collapsed",
        )
        draw_view(view or "short", study, data, selection, source)
    except UserError as error:
        show_user_error(error)
    draw_ways_on()
    draw_ratings_import(study)


def draw_ways_on() -> None:
    """Links to what is looked at on pages of its own."""
    with st.container(horizontal=True):
        st.page_link(
            "pages/researcher/disagreement.py", label="Disagreement", icon=":material/compare:"
        )
        st.page_link(
            "pages/researcher/second_opinion.py",
            label="Second opinion on the question",
            icon=":material/help:",
        )
        st.page_link(
            "pages/researcher/your_data.py", label="Your data", icon=":material/upload_file:"
        )


draw_page()

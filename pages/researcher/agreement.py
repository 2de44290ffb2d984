"""Agreement: how far people agree with one another, and judges with people."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.agreement import ENSEMBLE, AgreementReport
from core.errors import UserError
from core.types import Question
from db.queries.agreement import list_templates
from db.queries.analysis import list_questions
from db.queries.studies import data_version, get_study
from db.reports import make_agreement_report
from pages.components.agreement_figures import judges_figure, people_figure
from pages.components.agreement_tables import (
    draw_downloads,
    draw_evidence,
    draw_judges,
    draw_meanings,
    draw_people,
    draw_persons,
)
from pages.components.agreement_words import methods_notes, people_sentence
from pages.components.charts_figures import draw_figure
from pages.components.charts_table import draw_notes, draw_sentences
from pages.components.results_import import draw_ratings_import
from pages.components.workspace import (
    StudyRef,
    database,
    open_study_page,
    settings,
    show_user_error,
)


@st.cache_data(show_spinner="Computing", max_entries=20)
def load_report(
    study_id: int,  # noqa: ARG001 - part of the key: a slug may be given to another study
    slug: str,
    question: str,
    seed: int,
    version: tuple[int, int],  # noqa: ARG001 - part of the key
) -> AgreementReport:
    """The report of one question; computed anew when the study changes."""
    with database().read() as session:
        study = get_study(session, slug)
        return make_agreement_report(session, settings(), study, question, seed=seed)


def draw_figures(values: dict[str, Any], name: str) -> None:
    n_judges = len({row["judge"] for row in values["judges"]})
    left, right = st.columns([2, 3]) if n_judges else (st.container(), st.container())
    with left:
        draw_figure(
            people_figure(values["humans"], n_judges),
            name=f"{name}-people",
            alt="How often two people agree, by category; the table below holds the same figures",
            key="people-figure",
        )
    notes = [
        "Labels: category, items, in how many prompts. Bars are 95% intervals over prompts; a mark "
        "without a bar has none, and the table says why. * fewer than 50 items or 30 prompts: "
        "exploratory."
    ]
    if n_judges:
        with right:
            draw_figure(
                judges_figure(values["judges"], ENSEMBLE),
                name=f"{name}-judges",
                alt="Judge-person minus person-person agreement, by category and judge; the table "
                "below holds the same figures",
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


def draw_report(found: AgreementReport, study: StudyRef) -> None:
    values = found.as_dict()
    name = f"{study.slug}-{found.question}-agreement"
    draw_sentences(
        [
            people_sentence(values["humans"][0]),
            *[found.headline_sentence(judge) for judge in found.judge_names],
        ]
    )
    draw_figures(values, name)
    several = len(values["humans"]) > 1
    each = several and st.toggle("Show each category", key="each-category")
    st.subheader("Judges beside people", anchor=False)
    if values["judges"]:
        draw_judges(values["judges"], found.question, each=each)
    else:
        st.text("No judge has answered this question yet.")
        st.page_link("pages/researcher/judges.py", label="Let a judge answer it")
    if values["baselines"]:
        st.subheader("Without skill", anchor=False)
        st.text("What answering without reading would give on the same items.")
        draw_judges(values["baselines"], found.question, each=each)
    st.subheader("People among themselves", anchor=False)
    draw_people(values["humans"], each=each)
    st.text("What each figure means:")
    draw_meanings(found.question)
    if values["judges"]:
        with st.expander("Each judge beside each person"):
            draw_persons(values["judges"])
        st.subheader("Where judge and people part", anchor=False)
        draw_evidence(found, study.slug)
    draw_downloads(values, name)


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
        found = load_report(study.id, study.slug, question, seed, version)
    except UserError as error:
        show_user_error(error)
    else:
        draw_report(found, study)
        with database().read() as session:
            templates = list_templates(session, study.id, question)
        draw_notes(methods_notes(found, seed, templates))
    draw_ratings_import(study)


draw_page()

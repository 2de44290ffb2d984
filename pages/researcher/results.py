"""Results: how diverse and how good the responses are, per condition and category."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.errors import UserError
from core.types import Question
from db.queries.agreement import list_result_raters
from db.queries.studies import data_version, get_study
from db.reports import default_template, make_results_report
from pages.components.charts_figures import draw_csv_button, draw_figure
from pages.components.charts_table import draw_notes
from pages.components.results_figures import distinct_figure, quality_figure
from pages.components.results_import import draw_responses_import
from pages.components.results_tables import draw_results, reading_notes
from pages.components.workspace import (
    StudyRef,
    database,
    open_study_page,
    settings,
    show_user_error,
)


@st.cache_data(show_spinner="Computing", max_entries=20)
def load_results(
    study_id: int,  # noqa: ARG001 - part of the key: a slug may be given to another study
    slug: str,
    rater: str,
    version: tuple[int, int],  # noqa: ARG001 - part of the key
) -> dict[str, Any]:
    """The `results` report; computed anew when the study changes."""
    with database().read() as session:
        return make_results_report(session, settings(), get_study(session, slug), rater=rater)


def list_raters(study: StudyRef) -> list[str]:
    defaults = {
        str(question): default_template(question, settings())
        for question in (Question.EQUIVALENCE, Question.QUALITY)
    }
    with database().read() as session:
        return list_result_raters(session, study.id, defaults)


def draw_quality(rows: list[dict[str, Any]], name: str) -> None:
    categories = list(dict.fromkeys(row["category"] for row in rows))
    category = st.selectbox("Category", categories, key="quality-category")
    figure = quality_figure(rows, category)
    if figure is None:
        st.text("No condition has both a distinct count and a quality score by this rater.")
        st.page_link("pages/researcher/judges.py", label="Ask a judge for quality")
        return
    alt = "Quality against distinct responses, by condition; the table below holds the figures"
    draw_figure(figure, name=f"{name}-quality", alt=alt, key="quality-figure")


def draw_report(rows: list[dict[str, Any]], name: str) -> None:
    alt = "Distinct responses by category and condition; the table below holds the same figures"
    draw_figure(distinct_figure(rows), name=f"{name}-distinct", alt=alt, key="distinct-figure")
    draw_notes(reading_notes(rows))
    st.subheader("Quality against diversity", anchor=False)
    draw_quality(rows, name)
    st.subheader("All figures", anchor=False)
    several = any(row["category"] != "all" for row in rows)
    each = several and st.toggle("Show each category", key="results-each-category")
    draw_results(rows, each=each)
    draw_csv_button(rows, name=name, key="results-csv")


def draw_page() -> None:
    study = open_study_page("Results", "How diverse and how good the responses are, as judged.")
    with database().read() as session:
        version = data_version(session, study.id)
    raters = list_raters(study)
    if not raters:
        st.info("Nobody has judged responses of this study yet.")
        st.page_link("pages/researcher/judges.py", label="Let a judge compare them")
        draw_responses_import(study)
        return
    rater = st.selectbox("As seen by", raters, key="results-rater")
    try:
        rows = load_results(study.id, study.slug, rater, version)["rows"]
    except UserError as error:
        show_user_error(error)
    else:
        draw_report(rows, f"{study.slug}-results")
    draw_responses_import(study)


draw_page()

"""Results: how diverse and how good the responses are, and what their number allows to say."""

from __future__ import annotations

import streamlit as st

from core.diversity import DEFINITIONS
from core.diversity.embedders import TFIDF
from core.errors import UserError
from core.results import ALL_CATEGORIES, ENSEMBLE
from core.results.published import find_published_model, load_published
from core.types import Question
from db.queries.accuracy import has_accuracy
from db.queries.agreement import list_result_raters
from db.queries.compare_choices import list_condition_choices
from db.queries.contrast import PrimaryContrast, find_contrast
from db.queries.measures import list_embedders
from db.queries.studies import data_version, get_study
from db.reports import default_template
from pages.components.charts_figures import draw_csv_button
from pages.components.charts_plot import draw_plot
from pages.components.charts_table import draw_notes, draw_sentences
from pages.components.results_evidence import draw_evidence
from pages.components.results_figures import (
    category_figure,
    difference_figure,
    strategy_names,
    tradeoff_figure,
)
from pages.components.results_import import draw_responses_import
from pages.components.results_load import Loaded, load_results
from pages.components.results_primary import draw_contrast_form, draw_primary
from pages.components.results_tables import draw_differences, draw_meanings, draw_results
from pages.components.results_words import (
    difference_notes,
    difference_sentences,
    reading_notes,
    tradeoff_notes,
)
from pages.components.workspace import (
    StudyRef,
    database,
    open_study_page,
    settings,
    show_user_error,
)

GENERAL = ("vocabulary", "compression", "embedding", "vendi")


def list_raters(study: StudyRef) -> list[str]:
    defaults = {
        str(question): default_template(question, settings())
        for question in (Question.EQUIVALENCE, Question.QUALITY)
    }
    with database().read() as session:
        raters = list_result_raters(session, study.id, defaults)
        # Rules alone may have compared responses with reference answers.
        return raters or ([ENSEMBLE] if has_accuracy(session, study.id) else [])


def measure_name(key: str) -> str:
    return DEFINITIONS[key].name


def choose_view(
    study: StudyRef, raters: list[str], contrast: PrimaryContrast | None
) -> Loaded | None:
    """What is to be seen: by whom, by which general measures, against which baseline."""
    with database().read() as session:
        version = data_version(session, study.id)
        embedders = [TFIDF, *list_embedders(session, study.id)]
    by_whom, by_what, against = st.columns([2, 3, 2], vertical_alignment="bottom")
    rater = by_whom.selectbox("As seen by", raters, key="results-rater")
    general = by_what.pills(
        "General measures", GENERAL, selection_mode="multi", default=["vocabulary"], wrap=True,
        format_func=measure_name, key="results-general",
        help="Computed from the texts alone; a new one takes a moment, once.",
    )  # fmt: skip
    embedder = TFIDF
    if len(embedders) > 1 and {"embedding", "vendi"} & set(general):
        embedder = by_what.selectbox("Vectors by", embedders, key="results-embedder")
    surface = tuple(name for name in GENERAL if name in general)
    asked = (study.id, study.slug, rater, surface, embedder)
    baseline = st.session_state.get("results-baseline") or ""
    try:
        loaded = load_results(*asked, baseline, contrast, version)
    except UserError as error:
        show_user_error(error)
        return None
    labels = [one.label for one in loaded.conditions]
    against.selectbox(
        "Baseline", ["", *labels], key="results-baseline",
        format_func=lambda label: label or "each model's own temperature condition",
    )  # fmt: skip
    draw_meanings(loaded.metrics, embedder=embedder, key="results-meanings")
    return loaded


def draw_by_category(study: StudyRef, loaded: Loaded, rater: str, name: str) -> None:
    """Diversity by category and strategy, with what may be read from it."""
    figure_side, text_side = st.columns([3, 1])
    with text_side:
        shown = st.selectbox(
            "Measure", loaded.metrics, format_func=measure_name, key="results-measure"
        )
        models = {row["model"] for row in loaded.rows}
        known = [model for model in models if find_published_model(model)]
        overlay = st.toggle(
            "Published figures", key="results-published", disabled=not known,
            help="Of the paper's five models and strategies. Published, other judges; not a "
            "replication." if known else "None of this study's models is one of the paper's five.",
        )  # fmt: skip
        draw_notes(reading_notes(loaded.rows))
    with figure_side:
        published = load_published() if overlay and known else None
        figure = category_figure(loaded.rows, shown, name=name, published=published)
        clicked = draw_plot(figure, key="distinct-figure")
        draw_evidence(study, clicked, loaded.conditions, loaded.baselines, rater)


def draw_differences_part(study: StudyRef, loaded: Loaded, rater: str, name: str) -> None:
    """Paired differences to the baseline: the sentences they allow, the figure, the table."""
    st.subheader("Differences to the baseline", anchor=False)
    options = list(loaded.differences)
    shown = st.pills(
        "Difference in", options, default=options[0], format_func=measure_name,
        key="results-difference",
    )  # fmt: skip
    shown = shown or options[0]
    differences = loaded.differences[shown]
    if not differences:
        st.text("No condition has a baseline here. Choose one above, or generate `temperature`.")
        return
    names = strategy_names(loaded.rows)
    draw_sentences(difference_sentences(differences, names, shown))
    figure = difference_figure(differences, loaded.rows, shown, name=name)
    if figure is not None:
        clicked = draw_plot(figure, key="difference-figure")
        draw_evidence(study, clicked, loaded.conditions, loaded.baselines, rater)
    draw_notes(difference_notes(differences))
    with st.expander("All differences as a table"):
        draw_differences(differences, names)


def draw_tradeoff(study: StudyRef, loaded: Loaded, rater: str, name: str) -> None:
    """Quality, or accuracy, against task-anchored and general diversity."""
    st.subheader("Quality against diversity", anchor=False)
    figure_side, text_side = st.columns([3, 1])
    with text_side:
        worth = "quality"
        if "accuracy" in loaded.metrics:
            worth = st.segmented_control(
                "Good by", ("quality", "accuracy"), default="quality", key="quality-by",
                required=True, help="Accuracy: responses that give the reference answer, for "
                "prompts of A and D.",
            )  # fmt: skip
        categories = list(dict.fromkeys(row["category"] for row in loaded.rows))
        category = st.selectbox("Category", categories, key="quality-category")
        draw_notes(tradeoff_notes(loaded.differences.get(worth, [])))
    measures = ["distinct", *(one for one in loaded.metrics if one in GENERAL)]
    figure = tradeoff_figure(loaded.rows, category, measures, worth, name=name)
    with figure_side:
        if figure is None:
            st.text(f"No condition has both a distinct count and {worth} by this rater.")
            st.page_link("pages/researcher/judges.py", label=f"Ask a judge for {worth}")
            return
        clicked = draw_plot(figure, key="quality-figure")
        draw_evidence(study, clicked, loaded.conditions, loaded.baselines, rater)


def draw_report(study: StudyRef, loaded: Loaded, rater: str) -> None:
    name = f"{study.slug}-results"
    draw_by_category(study, loaded, rater, name)
    draw_differences_part(study, loaded, rater, name)
    draw_tradeoff(study, loaded, rater, name)
    st.subheader("All figures", anchor=False)
    several = any(row["category"] != ALL_CATEGORIES for row in loaded.rows)
    each = several and st.toggle("Show each category", key="results-each-category")
    draw_results(loaded.rows, loaded.metrics, each=each)
    draw_csv_button(loaded.rows, name=name, key="results-csv")


def draw_page() -> None:
    study = open_study_page("Results", "How diverse and how good the responses are, as judged.")
    raters = list_raters(study)
    with database().read() as session:
        contrast = find_contrast(get_study(session, study.slug))
        conditions = list_condition_choices(session, study.id)
    if not raters:
        st.info("Nobody has judged responses of this study yet.")
        st.page_link("pages/researcher/judges.py", label="Let a judge compare them")
        if contrast is not None:
            draw_primary(contrast, None)
        draw_contrast_form(study, conditions, is_seen=False)
        draw_responses_import(study)
        return
    loaded = choose_view(study, raters, contrast)
    if loaded is not None:
        draw_primary(contrast, loaded.primary)
        if contrast is None:
            draw_contrast_form(study, conditions, is_seen=True)
        draw_report(study, loaded, st.session_state["results-rater"])
    draw_responses_import(study)


draw_page()

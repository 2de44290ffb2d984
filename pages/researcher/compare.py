"""Compare: one prompt, two or three conditions side by side, and who finds what the same."""

from __future__ import annotations

import streamlit as st

from core.taxonomy import load_taxonomy
from core.templates import TemplateSource
from core.types import Question
from db.queries.compare import ResponseSet, get_prompt_text, load_sets
from db.queries.compare_choices import Choices, load_choices, search_prompts
from db.queries.compare_items import find_item, list_pair_answers
from db.queries.studies import data_version
from db.reports import default_template
from pages.components.compare_address import ITEM, PROMPT, RATER, SEARCH, View, read_view
from pages.components.compare_columns import Frame, draw_columns, draw_request
from pages.components.compare_item import draw_item
from pages.components.compare_pairs import draw_pairs, leave_item, pick_set
from pages.components.compare_toolbar import UNFOLDED, draw_prompt_bar, draw_view_bar
from pages.components.compare_words import category_text, draw_next_step, inject_compare_css
from pages.components.theme import problem
from pages.components.workspace import StudyRef, database, open_study_page, settings

GENERATE, JUDGES = "pages/researcher/generate.py", "pages/researcher/judges.py"


@st.cache_data(show_spinner=False, max_entries=20)
def cached_choices(study_id: int, template: str, _version: tuple[int, int]) -> Choices:
    """Prompts, conditions and raters to choose from, until the study changes."""
    with database().read() as session:
        return load_choices(session, study_id, template)


def draw_item_page(study: StudyRef, key: str, template: str) -> None:
    """One item alone, reached from a pair here or from a list of disagreements."""
    with database().read() as session:
        item = find_item(session, study.id, key, template)
    if item is None:
        problem(f"This study has no item {key!r}.")
        st.button("Back to all responses", key="leave-item", on_click=leave_item, args=("", ()))
        return
    label = "Back to all responses" if item.prompt_id else "To the responses of this study"
    st.button(label, key="leave-item", on_click=leave_item, args=(item.prompt_id, item.conditions))
    draw_item(item, load_taxonomy(settings().prompts_dir), {Question.EQUIVALENCE: template})


def read_address(study: StudyRef, choices: Choices) -> View:
    """What the address asks for, searched and checked."""
    params = {name: st.query_params.get_all(name) for name in st.query_params}
    found = None
    if words := st.query_params.get(SEARCH, ""):
        with database().read() as session:
            found = search_prompts(session, study.id, words)
    return read_view(params, choices, found)


def draw_prompt(study: StudyRef, view: View, templates: tuple[str, str]) -> None:
    """The shown prompt with its sets."""
    entry = view.entry
    if entry is None:
        st.info("No prompt fits the category and the search.")
        st.button("Show all prompts", key="clear-filter", on_click=clear_filter)
        return
    taxonomy = load_taxonomy(settings().prompts_dir)
    rater = view.rater.key if view.rater else ""
    with database().read() as session:
        prompt = get_prompt_text(session, entry.id)
        sets = load_sets(session, study.id, entry.id, view.conditions, rater, templates)
    unconfirmed = "" if entry.confirmed or not entry.category else ", unconfirmed"
    draw_request(prompt, f"{category_text(entry.category, taxonomy)}{unconfirmed}")
    if not any(one.slots for one in sets):
        draw_next_step(
            "These conditions have no response to this prompt yet.",
            GENERATE,
            "Generate responses",
        )
        return
    if view.rater is None:
        draw_next_step(
            "Not judged yet, so responses are not grouped.",
            JUDGES,
            "Let a judge compare them",
        )
    source = TemplateSource(settings().prompts_dir)
    unfolded = bool(st.session_state.get(UNFOLDED))
    draw_columns(sets, Frame(prompt, view.rater, taxonomy, source, unfolded))
    draw_pairs_of(sets, templates[0])
    st.page_link(
        "pages/researcher/story.py", label="The whole story of this prompt, to share or print",
        icon=":material/article:", width="content",
        query_params=[("study", study.slug), (PROMPT, entry.external_id), (RATER, rater)],
    )  # fmt: skip


def draw_pairs_of(sets: list[ResponseSet], template: str) -> None:
    """Who says what, for the set that is picked."""
    picked = pick_set(sets)
    if picked is None:
        return
    ids = [slot.id for slot in picked.answered]
    with database().read() as session:
        answers = list_pair_answers(session, ids, Question.EQUIVALENCE, template)
    draw_pairs(picked, answers)


def clear_filter() -> None:
    for name in ("category", "search"):
        st.query_params.pop(name, None)


def draw_page() -> None:
    study = open_study_page(
        "Compare", "Read what each condition gave for a prompt, and see who finds it the same."
    )
    inject_compare_css()
    templates = (
        default_template(Question.EQUIVALENCE, settings()),
        default_template(Question.QUALITY, settings()),
    )
    if key := st.query_params.get(ITEM):
        draw_item_page(study, key, templates[0])
        return
    with database().read() as session:
        version = data_version(session, study.id)
    choices = cached_choices(study.id, templates[0], version)
    if not choices.prompts:
        draw_next_step("There are no prompts yet.", "pages/researcher/prompts.py", "Add prompts")
        return
    if not choices.conditions:
        draw_next_step("There are no responses yet.", GENERATE, "Generate responses")
        return
    view = read_address(study, choices)
    if view.notices:
        problem(" ".join(view.notices))
    draw_prompt_bar(view, choices, load_taxonomy(settings().prompts_dir))
    draw_view_bar(view, choices)
    draw_prompt(study, view, templates)


draw_page()

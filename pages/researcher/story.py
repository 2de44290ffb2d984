"""Story: everything of one prompt on one page that can be shared and printed."""

from __future__ import annotations

import streamlit as st

from core.taxonomy import load_taxonomy
from core.templates import TemplateSource
from core.types import Question
from db.queries.compare import get_prompt_text, load_sets
from db.queries.compare_choices import Choices, load_choices
from db.queries.compare_items import list_pair_answers
from db.queries.story import list_checklists, list_classifications, list_scores
from db.reports import result_templates
from pages.components.compare_address import PROMPT, RATER, read_view
from pages.components.compare_columns import Frame, draw_request
from pages.components.compare_words import category_text, draw_next_step, inject_compare_css
from pages.components.story_sections import (
    checklists_html,
    classification_html,
    condition_html,
    draw_sections,
    inject_story_css,
    overview_html,
)
from pages.components.theme import problem
from pages.components.workspace import StudyRef, database, open_study_page, settings


def go_to(prompt: str, rater: str) -> None:
    """Puts the choice into the address, which is what is shared."""
    chosen = st.session_state.get("story-prompt") or prompt
    st.query_params[PROMPT] = chosen
    st.query_params[RATER] = st.session_state.get("story-rater") or rater


def draw_controls(choices: Choices, prompt: str, rater: str) -> None:
    """Which prompt, through whose eyes; left out of print."""
    starts = {entry.external_id: entry.start for entry in choices.prompts}
    names = {one.key: one.name for one in choices.raters}
    with st.container(key="story-controls", horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            "Prompt", list(starts), index=list(starts).index(prompt), key="story-prompt",
            format_func=lambda key: f"{key}  {starts[key]}", on_change=go_to, args=(prompt, rater),
        )  # fmt: skip
        if names:
            st.selectbox(
                "As seen by", list(names), index=list(names).index(rater), key="story-rater",
                format_func=names.__getitem__, on_change=go_to, args=(prompt, rater), width=320,
            )  # fmt: skip
        st.caption("Print with the browser: Ctrl+P. This address shows exactly this.")


def draw_story(study: StudyRef, choices: Choices, prompt_id: int, rater: str) -> None:
    """Request, classification, every condition with its groups, verdicts and scores."""
    templates = result_templates(settings())
    taxonomy = load_taxonomy(settings().prompts_dir)
    with database().read() as session:
        prompt = get_prompt_text(session, prompt_id)
        sets = load_sets(session, study.id, prompt_id, choices.conditions, rater, templates)
        sets = [one for one in sets if one.slots]
        classified = list_classifications(session, prompt_id)
        checklists = list_checklists(session, prompt_id)
        ids = [slot.id for one in sets for slot in one.answered]
        scores = list_scores(session, ids, templates[1])
        pairs = [
            list_pair_answers(
                session, [slot.id for slot in one.answered], Question.EQUIVALENCE, templates[0]
            )
            for one in sets
        ]
    by_key = {one.key: one for one in choices.raters}
    seen_by = by_key.get(rater)
    draw_request(prompt, category_text(prompt.truth, taxonomy))
    draw_sections([classification_html(prompt, classified, taxonomy)])
    if not sets:
        draw_next_step(
            "No condition has responses to this prompt yet.",
            "pages/researcher/generate.py",
            "Generate responses",
        )
        return
    frame = Frame(prompt, seen_by, taxonomy, TemplateSource(settings().prompts_dir), True)
    draw_sections(
        [
            overview_html(sets, seen_by.name if seen_by else ""),
            *(condition_html(one, frame, said, scores)
              for one, said in zip(sets, pairs, strict=True)),
            checklists_html(checklists),
        ]
    )  # fmt: skip


def draw_page() -> None:
    study = open_study_page("Story", "Everything of one prompt, to read, to share and to print.")
    inject_compare_css()
    inject_story_css()
    with database().read() as session:
        choices = load_choices(session, study.id, result_templates(settings())[0])
    if not choices.prompts:
        draw_next_step("There are no prompts yet.", "pages/researcher/prompts.py", "Add prompts")
        return
    params = {name: st.query_params.get_all(name) for name in st.query_params}
    view = read_view(params, choices, None)
    if view.notices:
        problem(" ".join(view.notices))
    entry = view.entry or choices.prompts[0]
    rater = view.rater.key if view.rater else ""
    draw_controls(choices, entry.external_id, rater)
    draw_story(study, choices, entry.id, rater)


draw_page()

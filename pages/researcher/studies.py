"""Studies: what there is, and how far each has come."""

from __future__ import annotations

import streamlit as st

from db.demo import SLUG, load_demo
from db.queries.studies import list_overviews
from pages.components.auth import draw_sign_out, require_researcher
from pages.components.study_cards import draw_card, draw_new_study
from pages.components.theme import page_header, small_print
from pages.components.workspace import choose_study, database, settings

FIRST_STEPS = [
    "A study begins with prompts: tasks to give to language models.",
    "Models answer each of them several times, asked in ways you choose.",
    "Judges and people say which answers are the same, and how good they are.",
    "Then you see where models repeat themselves, and whether judges can tell.",
]


def draw_sample_button() -> None:
    """Loads the sample study and opens the page where there is most to see."""
    if st.button("Open the sample", key="load-sample", icon=":material/science:"):
        with st.spinner("Loading the sample study"):
            load_demo(database(), settings())
        choose_study(SLUG)
        st.switch_page("pages/researcher/compare.py")


def draw_page() -> None:
    require_researcher()
    page_header("Studies", "A study holds prompts, responses and everyone's ratings of them.")
    with database().read() as session:
        overviews = list_overviews(session)
    with st.container(horizontal=True):
        draw_new_study()
        if all(overview.slug != SLUG for overview in overviews):
            draw_sample_button()
        st.page_link(
            "pages/researcher/your_data.py",
            label="Ratings from another tool",
            icon=":material/upload_file:",
        )
        draw_sign_out()
    if not overviews:
        with st.container(border=True):
            st.text("No study yet. Create one, or open the sample to look around.")
            small_print(FIRST_STEPS)
    for overview in overviews:
        draw_card(overview)


draw_page()

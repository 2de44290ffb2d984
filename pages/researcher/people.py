"""People: inviting them, their links, and how far they are."""

from __future__ import annotations

import streamlit as st

from db.queries.people import list_coverage, list_people
from pages.components.people_invite import draw_invite, read_frame
from pages.components.people_table import draw_coverage, draw_people
from pages.components.workspace import database, open_study_page


def draw_page() -> None:
    study = open_study_page("People", "Ask people the questions the judges answer, blind.")
    frame = read_frame(study)
    if frame:
        # Open while nobody is invited: then inviting is what the page is for.
        with database().read() as session:
            nobody = not list_people(session, study.id)
        with st.expander("Invite people", expanded=nobody, key="people-invite"):
            draw_invite(study, frame)
    else:
        st.info("There are no responses to rate yet.")
        st.page_link("pages/researcher/generate.py", label="Generate responses")
    with database().read() as session:
        people = list_people(session, study.id)
        coverage = list_coverage(session, study.id)
    if not people:
        st.info("Nobody is invited yet. Invite people above; each gets a personal link.")
        return
    draw_people(people)
    st.subheader("Answers per item", anchor=False)
    draw_coverage(coverage)


draw_page()

"""People: setting up a study with people, letting them in, watching it, and reading what came."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.crowd import CrowdPlan, read_plan
from core.errors import UserError
from core.taxonomy import load_taxonomy
from core.types import Question
from db.crowd.people import ParticipantRow, list_participants
from db.queries.judges import list_judge_overviews
from db.queries.people import Person, list_coverage, list_people
from db.queries.studies import data_version, get_study
from pages.components.people_draft import Draft, draft_of
from pages.components.people_evidence import draw_participants
from pages.components.people_frame import VIEW, asked_person, draw_outcome, inject_people_css
from pages.components.people_invite import draw_invite, read_frame
from pages.components.people_items import draw_items
from pages.components.people_notes import draw_notes_page
from pages.components.people_person import draw_person
from pages.components.people_recruit import draw_recruiting
from pages.components.people_setup import draw_settled, draw_setup
from pages.components.people_start import draw_start
from pages.components.people_status import draw_status
from pages.components.people_steps import Surroundings, available_languages
from pages.components.people_table import draw_coverage, draw_people
from pages.components.people_watch import draw_watch
from pages.components.workspace import (
    StudyRef,
    database,
    open_study_page,
    settings,
    show_user_error,
)

VIEWS = {
    "setup": "Set-up",
    "recruit": "Recruit",
    "watch": "Watch",
    "people": "People",
    "items": "Items",
    "notes": "Notes",
}


def choose_view(offered: Sequence[str], first: str) -> str:
    """The part of the page in the address, with the control that changes it."""
    asked = st.query_params.get(VIEW, "")
    key = f"people-view-{'-'.join(offered)}"
    st.session_state.setdefault(key, asked if asked in offered else first)
    chosen = st.segmented_control(
        "Part",
        offered,
        format_func=VIEWS.__getitem__,
        key=key,
        required=True,
        label_visibility="collapsed",
    )
    view = str(chosen or first)
    if asked != view:
        st.query_params[VIEW] = view
    return view


@st.cache_data(show_spinner=False, max_entries=32)
def _judges(
    study_id: int,
    version: tuple[int, int],  # noqa: ARG001 - a key of the cache
) -> list[str]:
    """Judges by whose verdicts items may be chosen."""
    with database().read() as session:
        return sorted(
            {
                one.judge
                for one in list_judge_overviews(session, study_id)
                if one.question == Question.EQUIVALENCE
            }
        )


def surroundings(study: StudyRef) -> Surroundings:
    """What the set-up needs to know of the study."""
    with database().read() as session:
        version = data_version(session, study.id)
    taxonomy = load_taxonomy(settings().prompts_dir)
    return Surroundings(
        frame=read_frame(study),
        judges=_judges(study.id, version),
        category_names={one.key: one.name for one in taxonomy.values()},
        languages=available_languages(settings().prompts_dir),
    )


def draw_draft(study: StudyRef, draft: Draft | None, people: Sequence[Person]) -> None:
    """A study that has not opened: its set-up, and people invited by name where there are some."""
    frame = read_frame(study)
    if not frame:
        st.info("There are no responses to rate yet.")
        st.page_link("pages/researcher/generate.py", label="Generate responses")
    offered = [*(["people", "items", "notes"] if people else []), *(["setup"] if frame else [])]
    if not offered:
        return
    view = choose_view(offered, offered[0]) if len(offered) > 1 else offered[0]
    match view:
        case "setup":
            if draft is None:
                draw_start(study, frame)
            else:
                draw_setup(study, draft, surroundings(study))
        case "items":
            draw_items(study)
        case "notes":
            draw_notes_page(study)
        case _:
            draw_named(study, people)


def draw_named(study: StudyRef, people: Sequence[Person]) -> None:
    """People invited by name: progress, links, and inviting more."""
    draw_people(people)
    with database().read() as session:
        coverage = list_coverage(session, study.id)
    st.subheader("Answers per item", anchor=False)
    draw_coverage(coverage)
    if frame := read_frame(study):
        with st.expander("Invite more people by name", key="people-invite"):
            draw_invite(study, frame)


def draw_others(people: Sequence[Person], participants: Sequence[ParticipantRow]) -> None:
    """People who rate, or have rated, outside the plan."""
    planned = {one.rater_id for one in participants}
    others = [one for one in people if one.rater_id not in planned]
    if others:
        with st.expander(f"{len(others)} invited by name, or imported"):
            draw_people(others)


def draw_planned(
    study: StudyRef,
    plan: CrowdPlan,
    participants: Sequence[ParticipantRow],
    people: Sequence[Person],
) -> None:
    """A study that has opened."""
    view = choose_view(["watch", "people", "items", "notes", "recruit", "setup"], "watch")
    match view:
        case "watch":
            draw_watch(study, plan)
        case "people":
            draw_participants(study, participants)
            draw_others(people, participants)
        case "items":
            excluded = [f"{one.rater_id}" for one in participants if one.excluded_reason]
            draw_items(study, decided=",".join(excluded))
        case "notes":
            draw_notes_page(study)
        case "recruit":
            draw_recruiting(study, plan, participants)
        case _:
            draw_settled(study, plan)


def draw_page() -> None:
    study = open_study_page("People", "Ask people the questions the judges answer, blind.")
    inject_people_css()
    draw_outcome()
    with database().read() as session:
        try:
            plan = read_plan(get_study(session, study.slug).settings)
        except UserError as error:
            show_user_error(error)
            return
        people = list_people(session, study.id)
    if plan is None or study.status == "draft":
        draw_draft(study, draft_of(study.id, plan), people)
        return
    with database().read() as session:
        participants = list_participants(session, study.id)
    person = asked_person()
    if any(one.rater_id == person for one in participants):
        draw_person(study, int(person or 0))
        return
    draw_status(study)
    draw_planned(study, plan, participants, people)


draw_page()

"""The form that invites people, with what it would mean for each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import streamlit as st

from core.errors import UserError
from core.types import Question
from db.invitations import FrameCell, Invitation, invite, list_frame
from db.queries.studies import data_version, get_study
from pages.components.people_frame import SAID, VIEW
from pages.components.rate_pace import item_seconds
from pages.components.workspace import StudyRef, database, show_user_error

MINIMUM_RATINGS = 3
MAXIMUM_PEOPLE = 500
_QUESTIONS = {
    Question.EQUIVALENCE: "Pairs: the same or different?",
    Question.QUALITY: "Responses: how good, 1 to 5?",
}
_DEFAULT_SIZES = {Question.EQUIVALENCE: 48, Question.QUALITY: 0}


@dataclass(frozen=True, slots=True)
class Load:
    """What an invitation means. minutes: for the person with the most items."""

    n_items: int
    n_ratings: int
    most_items: int
    minutes: int


def offered(frame: Sequence[FrameCell], question: Question) -> int:
    """How many items of a question the frame could give."""
    if question == Question.EQUIVALENCE:
        return sum(cell.n_pairs for cell in frame)
    return sum(cell.n_responses for cell in frame)


def narrowed(
    frame: Sequence[FrameCell],
    conditions: Sequence[str] | None,
    categories: Sequence[str] | None,
) -> list[FrameCell]:
    """The part of the frame an invitation draws from."""
    return [
        cell
        for cell in frame
        if (conditions is None or cell.condition in conditions)
        and (categories is None or cell.category in categories)
    ]


def plan_load(frame: Sequence[FrameCell], invitation: Invitation) -> Load:
    """What an invitation would put before each person.

    Args:
        frame: already narrowed to the invitation's conditions and categories.
    """
    n_responses = sum(cell.n_responses for cell in frame)
    words = sum(cell.n_words for cell in frame) / n_responses if n_responses else 0.0
    n_items = n_ratings = most = 0
    seconds = 0.0
    for question, wanted in invitation.n_items.items():
        drawn = min(wanted, offered(frame, question))
        per_person = ceil(drawn * invitation.ratings_per_item / len(invitation.names))
        n_items += drawn
        n_ratings += drawn * invitation.ratings_per_item
        most += per_person
        seconds += per_person * item_seconds(question, words)
    return Load(n_items, n_ratings, most, ceil(seconds / 60))


def load_text(load: Load, invitation: Invitation) -> str:
    """The plan as a sentence."""
    return (
        f"{load.n_items} items, {load.n_ratings} ratings in all: up to {load.most_items} items "
        f"for {_count_text(len(invitation.names))} each, about {load.minutes} min."
    )


def warnings(
    load: Load, frame: Sequence[FrameCell], invitation: Invitation, categories: Sequence[str]
) -> list[str]:
    """What the researcher should know before inviting; empty when there is nothing to say."""
    said = []
    for question, wanted in invitation.n_items.items():
        available = offered(frame, question)
        if wanted > available:
            what = "pairs" if question == Question.EQUIVALENCE else "responses"
            said.append(f"Only {available} {what} fit the choice; all of them are taken.")
    if invitation.ratings_per_item < MINIMUM_RATINGS:
        said.append(
            f"At least {MINIMUM_RATINGS} ratings per item are advised: with fewer, people's "
            "agreement among themselves is hardly known."
        )
    per_category = load.n_items / max(1, len(categories))
    if load.n_items and per_category < 50:
        said.append(
            f"About {per_category:.0f} items per category: enough for a first look. Claims about "
            "single categories need 50 items from 30 prompts each."
        )
    return said


@st.cache_data(show_spinner=False, max_entries=32)
def load_frame(
    study_id: int,
    version: tuple[int, int],  # noqa: ARG001 - part of the cache's key
) -> tuple[FrameCell, ...]:
    """What could be put before people, for one state of the study's data."""
    with database().read() as session:
        return tuple(list_frame(session, study_id))


def read_frame(study: StudyRef) -> tuple[FrameCell, ...]:
    """What could be put before people now."""
    with database().read() as session:
        version = data_version(session, study.id)
    return load_frame(study.id, version)


def draw_invite(study: StudyRef, frame: Sequence[FrameCell]) -> None:
    """The form, its plan, and the button."""
    invitation = _read_invitation(frame)
    part = narrowed(frame, invitation.conditions, invitation.categories)
    if not invitation.names or not invitation.n_items:
        st.info("Name at least one person and ask for at least one item.")
        return
    if invitation.ratings_per_item > len(invitation.names):
        st.info(
            f"{invitation.ratings_per_item} ratings per item need at least as many people; "
            f"{len(invitation.names)} are planned."
        )
        return
    load = plan_load(part, invitation)
    st.text(load_text(load, invitation))
    for warning in warnings(load, part, invitation, sorted({cell.category for cell in part})):
        st.text(warning)
    if st.button(
        f"Invite {_count_text(len(invitation.names))}",
        type="primary",
        key="invite",
        disabled=not load.n_items,
    ):
        _invite(study, invitation)


def _read_invitation(frame: Sequence[FrameCell]) -> Invitation:
    left, right = st.columns(2, gap="large")
    with left:
        by_name = st.text_area(
            "Names, one per line (optional)",
            key="people-names",
            height=110,
            max_chars=20_000,
            help="Only you see them. Exports carry pseudonyms.",
        )
        names = tuple(line.strip() for line in by_name.splitlines() if line.strip())
        if not names:
            names = ("",) * int(st.number_input("People", 1, MAXIMUM_PEOPLE, 3, key="people-count"))
    with right:
        sizes = {
            question: int(
                st.number_input(label, 0, 100_000, _DEFAULT_SIZES[question], key=f"n-{question}")
            )
            for question, label in _QUESTIONS.items()
        }
        per_item = st.number_input("Ratings per item", 1, MAXIMUM_PEOPLE, 3, key="per-item")
    with st.expander("Draw from a part of the study"):
        conditions = st.multiselect(
            "Conditions (none chosen: all)",
            sorted({cell.condition for cell in frame}),
            key="people-conditions",
        )
        categories = st.multiselect(
            "Categories (none chosen: all)",
            sorted({cell.category for cell in frame}),
            format_func=lambda key: key or "without category",
            key="people-categories",
        )
        seed = st.number_input("Seed of the draw", 0, 2**31 - 1, 0, key="people-seed")
        st.caption(
            "Items are drawn evenly over categories and conditions. How likely each was to be "
            "drawn is recorded with it, and sides are balanced and recorded for each pair."
        )
    return Invitation(
        names=names[:MAXIMUM_PEOPLE],
        n_items={question: size for question, size in sizes.items() if size},
        ratings_per_item=int(per_item),
        seed=int(seed),
        conditions=tuple(conditions) or None,
        categories=tuple(categories) or None,
    )


def _invite(study: StudyRef, invitation: Invitation) -> None:
    try:
        with database().write() as session:
            invite(session, get_study(session, study.slug), invitation)
    except UserError as error:
        show_user_error(error)
        return
    said = f"{_count_text(len(invitation.names))} invited. Their links are under People."
    st.session_state[SAID] = said
    st.query_params[VIEW] = "people"
    st.rerun()


def _count_text(count: int) -> str:
    return "1 person" if count == 1 else f"{count} people"

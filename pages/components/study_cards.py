"""Studies as cards, each with the seven stations and how far it is at each."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import streamlit as st

from core.errors import UserError
from core.taxonomy import load_taxonomy
from db.queries.stations import Station, list_stations
from db.queries.studies import StudyOverview, add_study, data_version, find_study
from pages.components.pace import ago_text
from pages.components.theme import headline, small_print, station_row
from pages.components.workspace import choose_study, database, settings, show_user_error

MAX_SLUG = 64
# A study is worked on from left to right; categories come about while generating.
_WORK = ("Prompts", "Responses", "Judges", "Ratings")


@st.cache_data(show_spinner=False, max_entries=200)
def stations_of(
    study_id: int,
    version: tuple[int, int],  # noqa: ARG001 - a key of the cache
    last_activity: str,  # noqa: ARG001 - as above: exports change nothing else
) -> tuple[Station, ...]:
    with database().read() as session:
        return list_stations(session, study_id)


def draw_card(overview: StudyOverview) -> None:
    """One study: name, stations, and the way on."""
    with database().read() as session:
        study = find_study(session, overview.slug)
        if study is None:
            return
        study_id, version = study.id, data_version(session, study.id)
    stations = stations_of(study_id, version, overview.last_activity.isoformat())
    page = next_page(stations)
    with st.container(border=True, gap="small"):
        headline(
            overview.title,
            overview.slug if overview.slug != overview.title else "",
            pill="sample data" if overview.is_sample else "",
            note=f"last activity {ago_text(overview.last_activity)}",
        )
        station_row([(one.name, one.share, station_text(one)) for one in stations])
        small_print([contents_text(overview)])
        if st.button(f"Go on with {page.capitalize()}", key=f"open-{overview.slug}"):
            choose_study(overview.slug)
            st.switch_page(f"pages/researcher/{page}.py")


def next_page(stations: Sequence[Station]) -> str:
    """The page of the first working station with nothing in it; Compare once all have something."""
    work = [one for one in stations if one.name in _WORK]
    return next((one.page for one in work if not one.done), "compare")


def station_text(station: Station) -> str:
    """How much is there, of how much where that is known."""
    of = f" of {station.planned:,}" if station.planned is not None else ""
    return f"{station.done:,}{of} {station.unit}"


def contents_text(overview: StudyOverview) -> str:
    """What is in a study that its stations do not tell."""
    parts = [
        _plural(overview.conditions, "condition"),
        _plural(overview.people, "person", "people"),
    ]
    if overview.failed_responses:
        parts.append(f"{_plural(overview.failed_responses, 'response')} failed")
    return " · ".join(parts)


def draw_new_study() -> None:
    """Asks for a title; the name in addresses follows it until it is changed by hand."""
    with st.popover("New study", icon=":material/add:"):
        title = st.text_input("Title", key="new-title", on_change=_suggest)
        slug = st.text_input(
            "Name in addresses and commands",
            key="new-slug",
            help="1 to 64 of a-z, 0-9 and inner hyphens. It cannot be changed later.",
        )
        if not st.button("Create", type="primary", key="new-create", disabled=not slug):
            return
        try:
            with database().write() as session:
                add_study(session, slug.strip(), title, load_taxonomy(settings().prompts_dir))
        except UserError as error:
            show_user_error(error)
            return
        choose_study(slug.strip())
        st.switch_page("pages/researcher/prompts.py")


def _suggest() -> None:
    """Makes the name follow the title, unless somebody wrote a name of their own."""
    suggested = st.session_state.get("suggested-slug", "")
    if st.session_state.get("new-slug", "") in {"", suggested}:
        slug = suggest_slug(st.session_state["new-title"])
        st.session_state["new-slug"] = st.session_state["suggested-slug"] = slug


def suggest_slug(title: str) -> str:
    """A name made from a title: accents dropped, anything else between words a hyphen.

    "" where the title has no Latin letter or digit to make one from.
    """
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:MAX_SLUG].strip("-")


def _plural(n: int, one: str, many: str = "") -> str:
    return f"{n:,} {one if n == 1 else many or one + 's'}"

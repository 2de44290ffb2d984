"""How people come in: the recruiting link, addresses to test every end by, and personal links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from html import escape
from typing import Any

import streamlit as st

from core.crowd import CrowdPlan
from core.crowd.links import recruiting_link
from core.security import TEST_OUTCOMES, annotator_link, join_link
from core.work import StudyStatus
from db.crowd.joining import add_invited
from db.crowd.people import ParticipantRow
from pages.components.auth import secret_key
from pages.components.people_fields import OUTCOMES
from pages.components.people_frame import change, draw_heading
from pages.components.people_table import base_url, links_csv
from pages.components.people_words import PHASES, counted
from pages.components.theme import small_print
from pages.components.workspace import StudyRef

MAXIMUM_PEOPLE = 500
_PRINT_STYLE = """
body { font: 11pt/1.45 system-ui, sans-serif; margin: 2cm; color: #111; }
h1 { font-size: 15pt; margin: 0 0 .3cm; }
p { margin: 0 0 .5cm; max-width: 16cm; }
li { list-style: none; border: 1px solid #999; border-radius: 2mm; padding: 4mm 5mm;
  margin: 0 0 4mm; break-inside: avoid; }
ul { padding: 0; }
b { display: block; font-size: 12pt; }
code { font: 9.5pt/1.4 ui-monospace, monospace; overflow-wrap: anywhere; }
"""


def draw_recruiting(study: StudyRef, plan: CrowdPlan, people: Sequence[ParticipantRow]) -> None:
    """Links of the platform first where there is one, personal links below.

    A closed study lets nobody in: of its links only the personal ones are of use, to withdraw by.
    """
    if study.status == StudyStatus.CLOSED:
        _draw_closed(study, people)
        return
    if plan.recruiting.platform != "link":
        _draw_platform(study, plan)
    _draw_personal(study, people)


def _draw_closed(study: StudyRef, people: Sequence[ParticipantRow]) -> None:
    draw_heading(
        "Personal links",
        "The study is closed: no link lets anybody in any more. By their own link people can "
        "still withdraw what they answered.",
    )
    if rows := link_rows(people, base_url(), secret_key()):
        _draw_links(study, rows)


def _draw_platform(study: StudyRef, plan: CrowdPlan) -> None:
    base, key = base_url(), secret_key()
    is_prolific = plan.recruiting.platform == "prolific"
    draw_heading("Recruiting link")
    st.code(recruiting_link(base, study.id, key, plan.recruiting), language=None, wrap_lines=True)
    small_print(
        [
            "Paste it as the address of your study on Prolific, and choose “I'll use URL "
            "parameters”: Prolific fills in the places in braces."
            if is_prolific
            else "Give it to the platform with the names in braces replaced by what it fills in.",
            "The link is signed: another study cannot be reached by changing it. The same person "
            "goes on where they left, on any device.",
        ]
    )
    draw_heading(
        "Addresses to test every end by",
        "Whoever comes by one walks a short way to that end. They are marked as tests: nothing "
        "they answer counts anywhere.",
    )
    ends = plan.recruiting
    for name in TEST_OUTCOMES:
        outcome = getattr(ends, name)
        left, right = st.columns([1, 4], vertical_alignment="center")
        with left:
            small_print([OUTCOMES[name], way_back_text(outcome.code, outcome.redirect)])
        right.code(trial_link(base, study.id, key, plan, name), language=None, wrap_lines=True)


def trial_link(base: str, study_id: int, key: bytes, plan: CrowdPlan, outcome: str) -> str:
    """A test address, with an id of its own as the platform would give it."""
    link = join_link(base, study_id, key, test_outcome=outcome)
    return f"{link}&{plan.recruiting.id_parameter}=test-{outcome.replace('_', '-')}"


def way_back_text(code: str, redirect: str) -> str:
    """What a person takes home from an end."""
    parts = [f"code {code}" if code else "", "redirect" if redirect else ""]
    return " and ".join(part for part in parts if part) or "no code, no way back"


def _draw_personal(study: StudyRef, people: Sequence[ParticipantRow]) -> None:
    draw_heading(
        "Personal links",
        "One for each person you know. Whoever has a link answers as that person.",
    )
    left, right = st.columns([2, 3], gap="large")
    with left:
        names = _read_names(study)
        st.button(
            f"Add {counted(len(names), 'person', 'people')}" if names else "Add people",
            key="people-add",
            type="secondary" if people else "primary",
            disabled=not names,
            on_click=_add,
            args=(study, names),
        )
    with right:
        rows = link_rows(people, base_url(), secret_key())
        if not rows:
            st.info("Nobody is invited yet.")
            return
        _draw_links(study, rows)


def _read_names(study: StudyRef) -> tuple[str, ...]:
    given = st.text_area(
        "Names, one per line",
        key=f"people-names-{st.session_state.get('people-round', 0)}",
        height=120,
        max_chars=20_000,
        help="Only you see them. Exports carry pseudonyms.",
    )
    names = tuple(line.strip() for line in given.splitlines() if line.strip())
    if names:
        return names[:MAXIMUM_PEOPLE]
    number = st.number_input(
        "or how many people", 0, MAXIMUM_PEOPLE, 0, key=f"people-count-{study.id}"
    )
    return ("",) * int(number)


def _add(study: StudyRef, names: Sequence[str]) -> None:
    said = f"{counted(len(names), 'person', 'people')} added."
    if change(study, partial(add_invited, names=names), said):
        st.session_state["people-round"] = st.session_state.get("people-round", 0) + 1
        st.session_state[f"people-count-{study.id}"] = 0


def link_rows(people: Sequence[ParticipantRow], base: str, key: bytes) -> list[dict[str, Any]]:
    """Newest first: their link is the one still to be sent."""
    return [
        {
            "name": person.name,
            "phase": PHASES.get(person.phase, person.phase),
            "answered": person.answered,
            "assigned": person.assigned,
            "link": annotator_link(base, person.rater_id, key),
        }
        for person in reversed(people)
        if not person.is_test
    ]


def _draw_links(study: StudyRef, rows: Sequence[dict[str, Any]]) -> None:
    chosen = st.selectbox(
        "Personal link of",
        range(len(rows)),
        format_func=lambda place: str(rows[place]["name"]),
        key="people-link-of",
    )
    st.code(str(rows[chosen]["link"]), language=None, wrap_lines=True)
    with st.container(horizontal=True):
        st.download_button(
            "All links (CSV)", links_csv(rows), f"{study.slug}-links.csv", "text/csv",
            key="people-links", on_click="ignore", icon=":material/download:",
        )  # fmt: skip
        st.download_button(
            "To print (HTML)", links_page(study.title, rows), f"{study.slug}-links.html",
            "text/html", key="people-print", on_click="ignore", icon=":material/print:",
        )  # fmt: skip


def links_page(title: str, rows: Sequence[Mapping[str, Any]]) -> str:
    """A page to print and cut: a slip for each person."""
    slips = "".join(
        f"<li><b>{escape(str(row['name']))}</b><code>{escape(str(row['link']))}</code></li>"
        for row in rows
    )
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_PRINT_STYLE}</style></head><body><h1>{escape(title)}</h1>"
        "<p>Each link is for one person only and opens their own work. It may be opened again at "
        f"any time to go on.</p><ul>{slips}</ul></body></html>"
    )

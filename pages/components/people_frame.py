"""What the parts of the People page share: style sheet, lists of remarks, and changing a study."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

import streamlit as st

from core.errors import UserError
from db.queries.studies import get_study
from pages.components.auth import current_visit
from pages.components.theme import problem
from pages.components.workspace import StudyRef, database

# Of the address.
PERSON, VIEW = "person", "view"
SAID, FAILED = "people-said", "people-failed"


def inject_people_css() -> None:
    """Sends the style sheet of this page, once per rerun."""
    st.html(f"<style>{_style_sheet()}</style>")


@lru_cache(maxsize=1)
def _style_sheet() -> str:
    return Path(__file__).with_name("people.css").read_text(encoding="utf-8")


def actor() -> str:
    """Who is at the page, for the record of what was done."""
    return current_visit().signed_in_email or "page"


def change(study: StudyRef, work: Callable[..., Any], said: str) -> bool:
    """Does something to the study in one transaction; whether it could be done.

    What came of it is said on the next drawing, so this suits buttons' `on_click`.

    Args:
        work: takes the session and the study's row.
    """
    try:
        with database().write() as session:
            work(session, get_study(session, study.slug))
    except UserError as error:
        st.session_state[FAILED] = str(error)
        return False
    st.session_state[SAID] = said
    return True


def draw_outcome() -> None:
    """What the last change came to."""
    if failed := st.session_state.pop(FAILED, None):
        problem(failed)
    if said := st.session_state.pop(SAID, None):
        st.toast(said)


def draw_remarks(lines: Iterable[str], *, wrong: bool = False) -> None:
    """Things to mind, or to mend, one under the other, as plain text."""
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    if items:
        role = ' role="alert"' if wrong else ""
        st.html(f'<ul class="pp-mind{" pp-wrong" if wrong else ""}"{role}>{items}</ul>')


def draw_facts(facts: Sequence[tuple[str, str]]) -> None:
    """Names and sentences, for reading."""
    inner = "".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in facts)
    st.html(f'<dl class="pp-plan">{inner}</dl>')


def draw_heading(text: str, note: str = "") -> None:
    """The title of a part, with what there is to know of it."""
    said = f'<p class="pp-said">{escape(note)}</p>' if note else ""
    st.html(f'<h3 class="pp-group">{escape(text)}</h3>{said}')


def open_person(rater_id: int) -> None:
    """Puts a person into the address; the next drawing shows them alone."""
    st.query_params[PERSON] = str(rater_id)


def leave_person() -> None:
    """Back to all people."""
    st.query_params.pop(PERSON, None)


def asked_person() -> int | None:
    """The person in the address; None without one, or where it is no id."""
    given = st.query_params.get(PERSON, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) <= 9 else None

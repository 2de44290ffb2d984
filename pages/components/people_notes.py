"""What people wrote: comments, and reports of problems with an item."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from db.queries.notes import NoteRow, list_notes
from pages.components.charts_figures import draw_csv_button
from pages.components.people_words import question_text
from pages.components.theme import small_print
from pages.components.workspace import StudyRef, database

_SHOWN = 200


def draw_notes_page(study: StudyRef) -> None:
    """All notes of the study, problems first."""
    with database().read() as session:
        notes = list_notes(session, study.id)
    if not notes:
        st.info("Nobody has written anything or reported a problem.")
        return
    problems = [one for one in notes if one.kind == "problem"]
    kind = st.segmented_control(
        "Which",
        ["problem", "comment"],
        format_func={
            "problem": f"Problems ({len(problems):,})",
            "comment": f"Comments ({len(notes) - len(problems):,})",
        }.__getitem__,
        default="problem" if problems else "comment",
        key="notes-kind",
        required=True,
        label_visibility="collapsed",
    )
    shown = [one for one in notes if one.kind == kind]
    if not shown:
        small_print(["None of these."])
    st.html(notes_html(shown[:_SHOWN]))
    if len(shown) > _SHOWN:
        small_print([f"The newest {_SHOWN} of {len(shown):,}; the file has all."])
    draw_csv_button(
        (
            {
                "rater": one.rater,
                "item": one.item,
                "question": one.question,
                "kind": one.kind,
                "text": one.text,
                "created_at": one.created_at.isoformat(),
            }
            for one in notes
        ),
        name=f"{study.slug}-notes",
        key="notes-csv",
    )


def notes_html(notes: Sequence[NoteRow]) -> str:
    """Each note with who, about what and when; all of it as plain text."""
    return (
        '<div class="pp-notes">'
        + "".join(
            f'<article class="pp-note pp-note-{escape(one.kind)}"><header>'
            f"<strong>{escape(one.rater)}</strong>"
            f"<span>{escape(question_text(one.question))}</span><span>{escape(one.item)}</span>"
            f"<span>{one.created_at:%Y-%m-%d %H:%M} UTC</span></header>"
            f'<p dir="auto">{escape(one.text)}</p></article>'
            for one in notes
        )
        + "</div>"
    )

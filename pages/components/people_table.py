"""People with their progress and links, and how many answers the items have."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import streamlit as st

from core.security import annotator_link
from db.queries.people import Coverage, Person
from pages.components.auth import secret_key

# What a spreadsheet would take for a formula.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def base_url() -> str:
    """Scheme and host by which this page was reached; links are made for it."""
    here = urlsplit(st.context.url or "")
    return f"{here.scheme}://{here.netloc}"


def people_rows(people: Sequence[Person], base: str, key: bytes) -> list[dict[str, Any]]:
    """One row per person; no link for people whose ratings were imported."""
    return [
        {
            "name": person.name,
            "answered": person.answered,
            "assigned": person.assigned,
            "progress": person.answered / person.assigned if person.assigned else None,
            "last_answer": f"{person.last_answer:%Y-%m-%d %H:%M}" if person.last_answer else "",
            "link": annotator_link(base, person.rater_id, key) if person.assigned else "",
        }
        for person in people
    ]


def links_csv(rows: Sequence[dict[str, Any]]) -> str:
    """name, answered, assigned, link; a name that looks like a formula gets an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["name", "answered", "assigned", "link"])
    for row in rows:
        name = row["name"]
        safe = f"'{name}" if name.startswith(_FORMULA_STARTS) else name
        writer.writerow([safe, row["answered"], row["assigned"], row["link"]])
    return out.getvalue()


def draw_people(people: Sequence[Person]) -> None:
    """Progress table, one person's link to copy, and all links as a file."""
    rows = people_rows(people, base_url(), secret_key())
    st.dataframe(
        [{name: value for name, value in row.items() if name != "link"} for row in rows],
        hide_index=True,
        key="people-table",
        column_config={
            "name": "Person",
            "answered": st.column_config.NumberColumn("Answered"),
            "assigned": st.column_config.NumberColumn("Assigned"),
            "progress": st.column_config.ProgressColumn("Progress", format="percent"),
            "last_answer": "Last answer (UTC)",
        },
    )
    linked = [row for row in rows if row["link"]]
    if not linked:
        return
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    # The newest person first: their link is the one that is still to be sent.
    options = list(range(len(linked)))[::-1]
    chosen = left.selectbox(
        "Personal link of",
        options,
        format_func=lambda index: str(linked[index]["name"]),
        key="people-link-of",
    )
    right.download_button(
        "All links (CSV)", links_csv(linked), "links.csv", "text/csv", key="people-links"
    )
    st.code(str(linked[chosen]["link"]), language=None, wrap_lines=True)
    st.caption("A link is personal: whoever has it answers as that person.")


def draw_coverage(coverage: Sequence[Coverage]) -> None:
    """Items by how many answers they have."""
    if coverage:
        st.dataframe(
            [
                {"question": row.question, "answers": row.n_answers, "items": row.n_items}
                for row in coverage
            ],
            hide_index=True,
            key="people-coverage",
            column_config={
                "question": "Question",
                "answers": st.column_config.NumberColumn("Answers of people"),
                "items": st.column_config.NumberColumn("Items with so many"),
            },
        )

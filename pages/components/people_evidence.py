"""What is known of how carefully each person answered: figures with their evidence, no verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from core.crowd.quality import Signal
from db.crowd.people import ParticipantRow
from pages.components.charts_figures import draw_csv_button
from pages.components.people_frame import open_person
from pages.components.people_words import PHASES, counted
from pages.components.theme import small_print
from pages.components.workspace import StudyRef


@dataclass(frozen=True, slots=True)
class Reading:
    """How a signal is told. is_share: shown as a percentage."""

    name: str
    meaning: str
    is_share: bool = True


# Rows that are shown without scrolling.
_SHORT = 25
READINGS = {
    "check_share": Reading("Checks right", "attention checks answered as known"),
    "fast_share": Reading("Too fast", "answers faster than the texts can be read"),
    "same_share": Reading("One answer", "answers that are one and the same"),
    "longest_run": Reading("Longest run", "equal answers in a row, at most", is_share=False),
    "left_share": Reading(
        "Side", "of answers “different” and “useful”, how many with the item's first response left"
    ),
    "repeat_share": Reading("Repeats alike", "repeated items answered the same again"),
    "others_share": Reading("With others", "answers shared with the others on the same items"),
}


def signal_text(signal: Signal) -> str:
    """A figure with what it is based on: 92% of 25; 7."""
    if signal.value is None:
        return "–"
    reading = READINGS.get(signal.key)
    if reading is not None and not reading.is_share:
        return f"{signal.value:.0f}"
    return f"{100 * signal.value:.0f}% of {signal.n:,}"


def range_text(signal: Signal) -> str:
    """What chance alone would give; "" where nothing is expected."""
    if signal.high is None:
        return ""
    if signal.low is None:
        return f"at most {signal.high:.0f}"
    return f"{100 * signal.low:.0f}% to {100 * signal.high:.0f}%"


def draw_participants(study: StudyRef, people: Sequence[ParticipantRow]) -> None:
    """One row per person; choosing one opens all of it."""
    if not people:
        st.info("Nobody has come yet. Links stand under “Recruit”.")
        return
    tests = sum(one.is_test for one in people)
    shown = [one for one in people if not one.is_test]
    if tests and st.toggle(f"Show {counted(tests, 'test', 'tests')}", key="people-tests"):
        shown = list(people)
    proposed = [one for one in shown if one.proposals and not one.excluded_reason]
    if proposed:
        small_print(
            [
                f"By the rules set before opening, {counted(len(proposed), 'person', 'people')} "
                "would be excluded. Look at the answers, then decide: open a person to do so."
            ]
        )
    rows = participant_rows(shown)
    st.dataframe(
        rows,
        hide_index=True,
        key="participants-table",
        on_select=_open_selected,
        selection_mode="single-row",
        column_config=_columns(rows),
        column_order=columns_shown(rows),
        placeholder="",
        height="content" if len(rows) <= _SHORT else "auto",
        alt="People, how far they are, and how they answered",
    )
    st.session_state["people-listed"] = [one.rater_id for one in shown]
    small_print(["Choose a row to see the person's whole history. " + meanings_text(rows[0])])
    draw_csv_button(rows, name=f"{study.slug}-people", key="people-csv")


def participant_rows(people: Sequence[ParticipantRow]) -> list[dict[str, Any]]:
    """Flat rows for the table and the file; a signal nobody has is left out."""
    present = {signal.key for one in people for signal in one.signals if signal.value is not None}
    return [_row(one, [key for key in READINGS if key in present]) for one in people]


def columns_shown(rows: Sequence[dict[str, Any]]) -> list[str]:
    """All but the state where nobody has one."""
    return [name for name in rows[0] if name != "state" or any(row["state"] for row in rows)]


def meanings_text(columns: Iterable[str]) -> str:
    """What the signals among these columns mean, in a sentence; "" without any."""
    named = [READINGS[name] for name in columns if name in READINGS]
    if not named:
        return ""
    told = "; ".join(f"{one.name}: {one.meaning}" for one in named) + "."
    if READINGS["others_share"] in named:
        told += " “With others” is shown to be looked at and never excludes anybody."
    return told


def _row(one: ParticipantRow, keys: Sequence[str]) -> dict[str, Any]:
    signals = {signal.key: signal for signal in one.signals}
    state = "excluded" if one.excluded_reason else "rule broken" if one.proposals else ""
    return {
        "person": f"{one.name} (test)" if one.is_test else one.name,
        "state": state,
        "arm": one.arm,
        "where": PHASES.get(one.phase, one.phase),
        "answered": one.answered,
        "assigned": one.assigned,
        "minutes": round(one.minutes, 1),
        **{key: _rounded(signals[key]) if key in signals else None for key in keys},
        "last_seen": f"{one.last_seen_at:%Y-%m-%d %H:%M}",
    }


def _rounded(signal: Signal) -> float | None:
    """To whole per cents: the counts are too small for more."""
    return None if signal.value is None else round(signal.value, 2)


def _columns(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    number = st.column_config.NumberColumn
    columns: dict[str, Any] = {
        "person": "Person",
        "arm": "Arm",
        "where": "Where",
        "answered": number("Answered"),
        "assigned": number("Assigned"),
        "minutes": number("Minutes", format="%.1f"),
        "state": st.column_config.TextColumn("State", width=100),
        "last_seen": "Last seen (UTC)",
    }
    for key, reading in READINGS.items():
        form = "percent" if reading.is_share else "%d"
        columns[key] = number(reading.name, format=form, help=reading.meaning)
    return {name: columns[name] for name in rows[0]}


def _open_selected() -> None:
    chosen = st.session_state["participants-table"]["selection"]["rows"]
    listed = st.session_state.get("people-listed", [])
    if chosen and chosen[0] < len(listed):
        open_person(listed[chosen[0]])

"""One person: their way, figures with evidence, every answer, and what can be decided of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any

import streamlit as st

from core.crowd.quality import Signal
from core.errors import UserError
from db.crowd.erasure import LOG_NAME, withdraw
from db.crowd.people import History, HistoryAnswer, exclude, include, participant_history
from pages.components.charts_table import Column, draw_table
from pages.components.pace import duration_text
from pages.components.people_evidence import READINGS, range_text, signal_text
from pages.components.people_frame import (
    SAID,
    actor,
    change,
    draw_facts,
    draw_heading,
    draw_remarks,
    leave_person,
)
from pages.components.people_items import draw_item_by_key
from pages.components.people_notes import notes_html
from pages.components.people_words import PHASES, answer_text, beyond_text, counted, question_text
from pages.components.theme import headline, small_print
from pages.components.workspace import StudyRef, database, settings, show_user_error

_CONFIDENCE = {0.0: "guessing", 0.5: "fairly sure", 1.0: "very sure"}
_PURPOSES = {
    "rating": "",
    "practice": "practice",
    "attention": "attention check",
    "repeat": "repeat",
    "withdrawn": "withdrawn",
}


def draw_person(study: StudyRef, rater_id: int) -> None:
    """The whole history of one person, or why there is none."""
    st.button("Back to all people", key="leave-person", on_click=leave_person,
              icon=":material/arrow_back:", type="tertiary")  # fmt: skip
    try:
        with database().read() as session:
            history = participant_history(session, rater_id)
    except UserError as error:
        show_user_error(error)
        return
    row = history.row
    headline(
        row.name,
        f"arm {row.arm}" if row.arm else "",
        pill="excluded" if row.excluded_reason else PHASES.get(row.phase, row.phase).lower(),
        note=progress_text(row.answered, row.assigned, row.minutes),
    )
    st.html(way_html(history.phases))
    if row.excluded_reason:
        draw_remarks([f"Excluded: {row.excluded_reason}"])
    if row.proposals:
        draw_remarks([f"Breaks a rule set before opening: {one}" for one in row.proposals])
    draw_heading("Figures")
    chosen = _draw_signals(row.signals)
    draw_heading("Answers")
    _draw_answers(study, history, chosen)
    if history.closing or history.practice_rounds:
        draw_heading("Told besides")
        draw_facts(told_besides(history))
    if history.notes:
        draw_heading("Notes and problems")
        st.html(notes_html(history.notes))
    draw_heading("Decide")
    _draw_decisions(study, history)


def progress_text(answered: int, assigned: int, minutes: float) -> str:
    """How far, and in how long."""
    spent = f" in {duration_text(60 * minutes)}" if minutes else ""
    return f"{answered:,} of {assigned:,} answered{spent}"


def told_besides(history: History) -> list[tuple[str, str]]:
    """How practice went, and the answers at the end."""
    rounds = [f"{right} of {asked}" for right, asked in history.practice_rounds]
    practice = [("Practice right", ", then ".join(rounds))] if rounds else []
    return [*practice, *history.closing.items()]


def way_html(phases: Mapping[str, str]) -> str:
    """When each screen was entered (UTC)."""
    items = "".join(
        f"<li>{escape(PHASES.get(phase, phase))}<span>{moment_text(at)}</span></li>"
        for phase, at in sorted(phases.items(), key=lambda one: one[1])
    )
    return f'<ul class="pp-way">{items}</ul>'


def moment_text(at: str) -> str:
    """A stored time as it is read; as it is, where it is none."""
    try:
        return f"{datetime.fromisoformat(at):%Y-%m-%d %H:%M}"
    except ValueError:
        return escape(at)


def _draw_signals(signals: Sequence[Signal]) -> Signal | None:
    """The figures; returns the one whose answers are asked for."""
    known = [one for one in signals if one.key in READINGS]
    draw_table(
        [
            Column("Figure"),
            Column("Value", is_number=True, is_lead=True),
            Column("To be expected", is_number=True),
            Column("What it is"),
        ],
        [
            [
                READINGS[one.key].name,
                signal_text(one),
                range_text(one),
                one.reason or READINGS[one.key].meaning,
            ]
            for one in known
        ],
    )
    with_evidence: dict[str, Signal] = {one.key: one for one in known if one.evidence}
    if not with_evidence:
        return None
    key: str = st.selectbox(
        "Answers behind a figure",
        ["", *with_evidence],
        format_func=lambda one: READINGS[one].name if one else "all answers",
        key="person-signal",
    )
    return with_evidence.get(key)


def _draw_answers(study: StudyRef, history: History, signal: Signal | None) -> None:
    """Every answer with its revisions; choosing one shows what was read."""
    evidence = set(signal.evidence) if signal else None
    answers = [one for one in history.answers if evidence is None or one.rating_id in evidence]
    if not answers:
        small_print(["Nothing answered yet."])
        return
    table = st.dataframe(
        [answer_row(one) for one in answers],
        hide_index=True,
        key="person-answers",
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            "when": "When (UTC)",
            "question": "Question",
            "answer": "Answer",
            "seconds": st.column_config.NumberColumn("Seconds", format="%.1f"),
            "sure": "How sure",
            "kind": "Kind",
            "item": "Item",
        },
        placeholder="",
        alt="Answers of this person",
    )
    small_print(["Choose a row to read the item. Changed answers stand below one another."])
    chosen = table["selection"]["rows"]
    if chosen and chosen[0] < len(answers):
        draw_item_by_key(study, answers[chosen[0]].item_key)


def answer_row(one: HistoryAnswer) -> dict[str, Any]:
    """An answer for the table."""
    kinds = [
        _PURPOSES.get(one.purpose, one.purpose),
        f"change {one.revision}" if one.revision else "",
        "late" if one.is_late else "",
    ]
    return {
        "when": f"{one.created_at:%Y-%m-%d %H:%M:%S}",
        "question": question_text(one.question),
        "answer": answer_text(one.question, one.value),
        "seconds": one.seconds,
        "sure": "" if one.confidence is None else _CONFIDENCE.get(one.confidence, ""),
        "kind": ", ".join(kind for kind in kinds if kind),
        "item": one.item_key,
    }


def _draw_decisions(study: StudyRef, history: History) -> None:
    row = history.row
    left, right = st.columns(2, gap="large")
    with left, st.container(border=True, height="stretch"):
        _draw_exclusion(study, row.rater_id, is_excluded=bool(row.excluded_reason))
    with right, st.container(border=True, height="stretch"):
        st.text("Withdraw and erase")
        small_print(
            [
                "When the person asks for it. Answers and comments are emptied, the link to the "
                "person is erased, and a tombstone stays. It cannot be undone, and a restored "
                "backup is emptied again."
            ]
        )
        if row.phase == "withdrawn":
            small_print(["This person has withdrawn."])
            return
        with st.popover("Withdraw this person"):
            st.text(f"Empty {counted(len(history.answers), 'answer')} for good?")
            st.button(
                "Empty and erase",
                type="primary",
                key="person-withdraw",
                on_click=_withdraw,
                args=(study, row.rater_id),
            )


def _draw_exclusion(study: StudyRef, rater_id: int, *, is_excluded: bool) -> None:
    st.text("Include again" if is_excluded else "Exclude from figures")
    small_print(
        [
            "The answers stay, and every figure can be read with and without. Disagreeing with "
            "others is no reason: leaving such people out would make agreement."
        ]
    )
    reason = st.text_input("Reason", key=f"person-reason-{rater_id}", max_chars=500)
    verb = include if is_excluded else exclude
    st.button(
        "Include again" if is_excluded else "Exclude",
        key="person-exclude",
        disabled=not reason.strip(),
        on_click=_decide,
        args=(study, rater_id, verb, reason.strip()),
    )


def _decide(study: StudyRef, rater_id: int, verb: Any, reason: str) -> None:
    n_beyond = 0

    def work(session: Any, _row: Any) -> None:
        nonlocal n_beyond
        n_beyond = verb(session, rater_id, reason=reason, actor=actor()) or 0

    if not change(study, work, "Excluded." if verb is exclude else "Included again."):
        return
    st.session_state[f"person-reason-{rater_id}"] = ""
    if n_beyond:
        st.session_state[SAID] = f"Included again. {beyond_text(n_beyond)}"


def _withdraw(study: StudyRef, rater_id: int) -> None:
    log = settings().data_dir / LOG_NAME

    def work(session: Any, _row: Any) -> None:
        withdraw(session, rater_id, log=log)

    change(study, work, "Withdrawn and erased.")

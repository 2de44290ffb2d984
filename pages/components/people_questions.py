"""The step of the set-up that says who is asked what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from core.crowd.plan import QuestionPlan
from core.types import UNDEFINED_QUESTIONS, Question
from db.invitations import FrameCell
from pages.components.people_draft import Draft
from pages.components.people_fields import FIELDS
from pages.components.people_frame import draw_heading
from pages.components.people_words import QUESTIONS
from pages.components.theme import small_print

FIRST_GROUP = "main"
_OPTIONS = {"confidence": "Ask how sure people are", "cannot_tell": "Offer “can't tell”"}


@dataclass
class Row:
    """One question of the form. settings: as in the plan, with the question's name."""

    group: str
    settings: dict[str, Any]


def rows_of(arms: Sequence[Mapping[str, Any]]) -> dict[str, Row]:
    """Question -> its row, for the questions that are asked."""
    return {
        one["question"]: Row(arm["name"], dict(one)) for arm in arms for one in arm["questions"]
    }


def arms_of(rows: Mapping[str, Row], weights: Mapping[str, float]) -> list[dict[str, Any]]:
    """The arms of a plan: in the order of their first question, undefined questions first.

    Args:
        weights: group -> share of people; 1 where none was set.
    """
    groups: dict[str, list[dict[str, Any]]] = {}
    for question in QUESTIONS:
        if row := rows.get(question.value):
            groups.setdefault(row.group.strip(), []).append(row.settings)
    return [
        {"name": name, "questions": asked, "weight": weights.get(name, 1.0)}
        for name, asked in groups.items()
    ]


def offered_items(frame: Sequence[FrameCell], question: Question) -> int | None:
    """How many items the frame has for a question; None where that is not counted here."""
    match QUESTIONS[question].unit:
        case "pairs":
            return sum(cell.n_pairs for cell in frame)
        case "responses":
            return sum(cell.n_responses for cell in frame)
        case _:
            return None


def draw_questions(draft: Draft, prefix: str, frame: Sequence[FrameCell]) -> None:
    """A card for each question, and how people are shared out among the arms."""
    before = draft.values["arms"]
    rows, weights = rows_of(before), {arm["name"]: arm["weight"] for arm in before}
    groups = list(weights)
    small_print(
        [
            "An arm is a group of people who answer its questions only. Questions without a "
            "definition go to arms of their own: whoever has read what counts as the same answers "
            "them differently."
        ]
    )
    now: dict[str, Row] = {}
    for undefined, title in ((True, "Without a definition"), (False, "With a definition or scale")):
        draw_heading(title)
        for question in QUESTIONS:
            if (question in UNDEFINED_QUESTIONS) == undefined:
                row = _draw_row(draft, prefix, question, rows.get(question.value), groups, frame)
                if row is not None:
                    now[question.value] = row
    named = list(dict.fromkeys(row.group for row in now.values()))
    if len(named) > 1:
        weights = _draw_weights(prefix, named, weights)
    draft.values["arms"] = arms_of(now, weights)


def _draw_row(
    draft: Draft,
    prefix: str,
    question: Question,
    row: Row | None,
    groups: Sequence[str],
    frame: Sequence[FrameCell],
) -> Row | None:
    asked, name = QUESTIONS[question], f"{prefix}-{question}"
    with st.container(border=True, gap="small", key=f"pp-q-{question}"):
        left, right = st.columns([3, 4], vertical_alignment="center", gap="medium")
        with left, st.container(gap="xxsmall"):
            _seed(f"{name}-on", row is not None)
            is_on = st.toggle(asked.short, key=f"{name}-on")
            small_print([asked.words])
        if not is_on:
            if row is not None:
                draft.parked[question] = {"group": row.group, **row.settings}
            return None
        if row is None:
            row = _fresh_row(draft.parked.get(question), question, groups)
        with right:
            _draw_settings(name, question, row, groups, offered_items(frame, question))
    return row


def _fresh_row(parked: Mapping[str, Any] | None, question: Question, groups: Sequence[str]) -> Row:
    """What a question starts with when it is switched on: what it had, else the default."""
    if parked is not None:
        settings = {name: value for name, value in parked.items() if name != "group"}
        return Row(str(parked["group"]), settings)
    plan = QuestionPlan(question=question, cannot_tell=question != Question.QUALITY)
    group = question.value if question in UNDEFINED_QUESTIONS else FIRST_GROUP
    if not groups:
        group = FIRST_GROUP
    return Row(group, plan.model_dump(mode="json"))


def _draw_settings(
    name: str, question: Question, row: Row, groups: Sequence[str], n_offered: int | None
) -> None:
    settings = row.settings
    number, group, more = st.columns([2, 2, 1.4], vertical_alignment="bottom")
    _seed(f"{name}-n", min(max(int(settings["n_items"]), 1), 100_000))
    unit = QUESTIONS[question].unit
    of = "" if n_offered is None else f" of {n_offered:,}"
    settings["n_items"] = int(
        number.number_input(f"{unit.capitalize()}{of}", 1, 100_000, step=1, key=f"{name}-n")
    )
    _seed(f"{name}-group", row.group)
    row.group = str(
        group.selectbox(
            FIELDS["arms.*.name"].label,
            list(dict.fromkeys([*groups, row.group, str(st.session_state[f"{name}-group"])])),
            key=f"{name}-group",
            accept_new_options=True,
            help="Choose one, or write a new name.",
        )
        or row.group
    )
    with more.popover("Options", width="stretch"):
        for part, label in _OPTIONS.items():
            _seed(f"{name}-{part}", bool(settings[part]))
            settings[part] = st.toggle(label, key=f"{name}-{part}")
        if question == Question.QUALITY:
            field = FIELDS["arms.*.questions.*.ticks"]
            _seed(f"{name}-ticks", "\n".join(settings["ticks"]))
            given = st.text_area(field.label, key=f"{name}-ticks", help=field.help, height=110)
            settings["ticks"] = [line.strip() for line in given.splitlines() if line.strip()]


def _draw_weights(
    prefix: str, groups: Sequence[str], weights: Mapping[str, float]
) -> dict[str, float]:
    draw_heading("Share of people in each arm", "With equal numbers they fill evenly.")
    given = {}
    for start in range(0, len(groups), 3):
        for column, group in zip(st.columns(3), groups[start : start + 3], strict=False):
            with column:
                small_print([group])
                _seed(f"{prefix}-weight-{group}", float(weights.get(group, 1.0)))
                given[group] = float(
                    st.number_input(
                        "Share of people",
                        0.01,
                        1_000.0,
                        step=0.5,
                        format="%.3g",
                        key=f"{prefix}-weight-{group}",
                        label_visibility="collapsed",
                    )
                )
    return given


def _seed(key: str, value: Any) -> None:
    if key not in st.session_state:
        st.session_state[key] = value

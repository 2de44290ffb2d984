"""The steps of a study's set-up, each a part of the form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import streamlit as st

from core.crowd.presets import CONSENT_TEXT, DEBRIEF_TEXT
from core.settings import BUNDLED_PROMPTS
from db.invitations import FrameCell
from pages.components.people_draft import Draft
from pages.components.people_fields import OUTCOMES, Fields
from pages.components.people_frame import draw_heading
from pages.components.people_questions import draw_questions
from pages.components.people_words import (
    CLOSING_KINDS,
    LANGUAGES,
    ON_FAIL,
    ORDERS,
    PLATFORMS,
    SELECTIONS,
)
from pages.components.theme import small_print


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a form needs to know of its study.

    Attributes:
        frame: what items can be drawn from.
        judges: raters whose verdicts items may be chosen by.
        category_names: key -> name.
        languages: codes of the annotator's screens there are.
    """

    frame: Sequence[FrameCell]
    judges: Sequence[str]
    category_names: Mapping[str, str]
    languages: Sequence[str]


def draw_step(step: str, draft: Draft, prefix: str, around: Surroundings) -> None:
    """The fields of one step; what is given goes into the draft."""
    fields = Fields(draft.values, prefix)
    match step:
        case "items":
            _draw_items(fields, around)
        case "questions":
            draw_questions(draft, prefix, around.frame)
        case "work":
            _draw_work(fields)
        case "checks":
            _draw_checks(fields)
        case "texts":
            _draw_texts(draft, fields, around)
        case "recruiting":
            _draw_recruiting(fields)


def available_languages(overrides: Path | None) -> tuple[str, ...]:
    """Codes of the languages the annotator's screens are there in."""
    folders = [BUNDLED_PROMPTS, *([overrides] if overrides else [])]
    found = {file.stem for folder in folders for file in (folder / "annotator").glob("*.toml")}
    return tuple(sorted(found))


def _draw_items(fields: Fields, around: Surroundings) -> None:
    left, right = st.columns(2, gap="large")
    with left:
        fields.some_of("items.conditions", sorted({cell.condition for cell in around.frame}))
        fields.some_of(
            "items.categories",
            sorted({cell.category for cell in around.frame}),
            lambda key: (
                f"{key} · {around.category_names.get(key, '')}" if key else "without category"
            ),
        )
    with right:
        chosen = fields.choice(
            "items.selection", list(SELECTIONS), SELECTIONS.__getitem__, radio=True
        )
        if chosen == "balanced":
            fields.choice("items.judge", ["", *around.judges], _judge_text)
        if chosen == "disagreement":
            fields.number("items.random_floor")
        fields.number("items.seed")
    small_print(
        [
            "How likely each item was to be drawn is kept with it, so that what people say of the "
            "drawn ones can be told of all."
        ]
    )  # fmt: skip


def _judge_text(judge: str) -> str:
    return judge or "the majority of judges"


def _draw_work(fields: Fields) -> None:
    left, right = st.columns(2, gap="large")
    with left:
        fields.number("work.ratings_per_item")
        fields.number("work.items_per_person")
        fields.number("work.max_people")
        fields.number("work.repeats_per_person")
    with right:
        fields.choice("work.order", list(ORDERS), ORDERS.__getitem__)
        fields.number("work.break_every")
        fields.number("work.lease_minutes")
        fields.toggle("work.partial_work_counts")
    small_print(
        [
            "Nobody sees a pair twice, except as a planned repeat. Which response stands left is "
            "balanced for each pair and kept."
        ]
    )


def _draw_checks(fields: Fields) -> None:
    left, right = st.columns(2, gap="large")
    with left:
        draw_heading("Practice")
        fields.number("practice.n_items")
        if fields.get("practice.n_items"):
            fields.number("practice.pass_share")
            fields.number("practice.attempts")
            fields.choice("practice.on_fail", list(ON_FAIL), ON_FAIL.__getitem__)
    with right:
        draw_heading("Attention checks")
        fields.number("work.attention_checks")
        if fields.get("work.attention_checks"):
            fields.number("work.max_failed_checks")
    draw_heading(
        "Exclusion rules",
        "Set now, before anybody has answered, and kept with the time. They only propose: you "
        "decide, with a reason, and every figure can be read with and without. None of them looks "
        "at whether a person agrees with others: agreement could be made that way.",
    )
    left, right = st.columns(2, gap="large")
    with left:
        fields.number("exclusion.min_check_share")
        fields.number("exclusion.min_repeat_share")
    with right:
        fields.number("exclusion.max_fast_share")
        fields.number("exclusion.max_same_share")


def _draw_texts(draft: Draft, fields: Fields, around: Surroundings) -> None:
    left, right = st.columns(2, gap="large")
    with left:
        fields.text("consent.text", height=260)
        if not fields.get("consent.text"):
            _offer(draft, fields, "consent", CONSENT_TEXT)
        else:
            fields.text("consent.version")
    with right:
        fields.choice("language", around.languages, lambda code: LANGUAGES.get(code, code))
        fields.toggle("show_instructions")
        fields.toggle("allow_comments")
        fields.text("debrief", height=150)
        if not fields.get("debrief"):
            _offer(draft, fields, "debrief", DEBRIEF_TEXT)
        fields.number("retention_months")
    _draw_closing(draft, fields)


def _offer(draft: Draft, fields: Fields, part: str, text: str) -> None:
    """A button that puts a text into an empty field."""

    def fill() -> None:
        values = draft.values
        filled = {**values["consent"], "text": text} if part == "consent" else text
        draft.replace({**values, part: filled})

    if st.button(
        "Start from a template", key=f"{fields.prefix}-{part}-start", type="tertiary",
        icon=":material/edit_note:",
    ):  # fmt: skip
        draft.later.append(fill)


def _draw_closing(draft: Draft, fields: Fields) -> None:
    draw_heading("Questions at the end")
    for number in range(len(draft.values["closing"])):
        with st.container(border=True, key=f"pp-closing-{number}"):
            left, right = st.columns([3, 2], gap="medium")
            path = f"closing.{number}"
            with left:
                fields.text(f"{path}.text")
                if fields.get(f"{path}.kind") != "text":
                    fields.lines(f"{path}.options", height=80)
                    if fields.get(f"{path}.kind") == "scale":
                        small_print(["Two lines: what 1 means, and what 5 means."])
            with right:
                fields.choice(f"{path}.kind", list(CLOSING_KINDS), CLOSING_KINDS.__getitem__)
                fields.text(f"{path}.key")
                fields.toggle(f"{path}.required")
                if st.button(
                    "Remove", key=f"{fields.prefix}-{path}-remove", type="tertiary",
                    icon=":material/delete:",
                ):  # fmt: skip
                    draft.later.append(partial(_remove_closing, draft, number))
    if st.button("Add a question", key=f"{fields.prefix}-closing-add", icon=":material/add:"):
        draft.later.append(partial(_add_closing, draft))


def _add_closing(draft: Draft) -> None:
    taken = {one["key"] for one in draft.values["closing"]}
    key = next(name for n in range(1, len(taken) + 2) if (name := f"question_{n}") not in taken)
    new = {"key": key, "kind": "text", "text": "", "options": [], "required": False}
    draft.replace({**draft.values, "closing": [*draft.values["closing"], new]})


def _remove_closing(draft: Draft, number: int) -> None:
    kept = [one for place, one in enumerate(draft.values["closing"]) if place != number]
    draft.replace({**draft.values, "closing": kept})


def _draw_recruiting(fields: Fields) -> None:
    left, right = st.columns(2, gap="large")
    with left:
        platform = fields.choice("recruiting.platform", list(PLATFORMS), PLATFORMS.__getitem__)
        if platform != "link":
            fields.text("recruiting.id_parameter")
            fields.lines("recruiting.captured", height=80)
    with right:
        fields.number("pay.hourly")
        fields.text("pay.currency")
        if fields.get("pay.hourly"):
            fields.number("pay.fee_share")
            fields.number("pay.screened_out_minutes")
    note = "For each end a code people copy, or an address they are sent to, or both."
    if platform == "prolific":
        note += (
            " On Prolific: the codes of your study, and as the way back "
            "https://app.prolific.com/submissions/complete?cc=CODE."
        )
    draw_heading("The way back", note)
    for name in OUTCOMES:
        code, redirect = st.columns([1, 2], gap="medium")
        with code:
            fields.text(f"recruiting.{name}.code")
        with redirect:
            fields.text(f"recruiting.{name}.redirect")

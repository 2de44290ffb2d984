"""The fields of a study's plan: their words, and widgets that write into a draft of it.

A draft is the plan's JSON form with whatever was typed, right or wrong. Widgets take their first
value from it and write back, so that a step that is not drawn loses nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st


@dataclass(frozen=True, slots=True)
class Field:
    """How a part of the plan is called on the page.

    Attributes:
        step: key of the step it stands in.
        low, high: bounds of a number, as the plan has them.
        expected: what its pattern takes, in words.
    """

    step: str
    label: str
    help: str = ""
    low: float = 0
    high: float = 0
    expected: str = ""


# "*" stands for the number of an entry in a list.
FIELDS: dict[str, Field] = {
    "items.conditions": Field("items", "Conditions"),
    "items.categories": Field("items", "Categories"),
    "items.selection": Field("items", "Which items"),
    "items.judge": Field("items", "By the verdicts of"),
    "items.random_floor": Field(
        "items",
        "Share drawn at random all the same",
        "At least 0.2: without it nothing about the whole study can be estimated.",
        0.2,
        1.0,
    ),
    "items.seed": Field(
        "items", "Seed of the draw", "The same seed draws the same items.", 0, 2**53 - 1
    ),
    "arms": Field("questions", "Arms"),
    "arms.*.name": Field("questions", "Arm", expected="at most 200 characters"),
    "arms.*.weight": Field("questions", "Share of people", "", 0.01, 1_000.0),
    "arms.*.questions": Field("questions", "Questions of the arm"),
    "arms.*.questions.*.n_items": Field("questions", "Items", "", 1, 100_000),
    "arms.*.questions.*.ticks": Field(
        "questions", "Checklist, one line each", "People tick what holds for the response."
    ),
    "work.ratings_per_item": Field(
        "work",
        "Ratings per item",
        "Three at least; five where ties matter or a Dawid-Skene consensus is wanted.",
        1,
        100,
    ),
    "work.items_per_person": Field(
        "work", "Most items per person", "0: all items of their arm.", 0, 5_000
    ),
    "work.max_people": Field(
        "work",
        "Most people let in",
        "0: as many as the items need. Latecomers get a polite page.",
        0,
        100_000,
    ),
    "work.order": Field("work", "Order of the items"),
    "work.repeats_per_person": Field(
        "work",
        "Items asked a second time, per person",
        "Shows how steady a person is. The second answer never counts as a rating.",
        0,
        50,
    ),
    "work.break_every": Field("work", "Offer a break after so many items", "0: never.", 0, 1_000),
    "work.lease_minutes": Field(
        "work",
        "Give an item back after so many minutes of silence",
        "Somebody else then gets it. A late answer is kept and marked.",
        1,
        60 * 24 * 30,
    ),
    "work.partial_work_counts": Field("work", "Answers of people who drop out count"),
    "practice.n_items": Field(
        "checks",
        "Practice items",
        "0: no practice. They come before the rating, with feedback.",
        0,
        20,
    ),
    "practice.pass_share": Field("checks", "Share to get right", "", 0.0, 1.0),
    "practice.attempts": Field("checks", "Tries", "", 1, 5),
    "practice.on_fail": Field("checks", "After the last try"),
    "work.attention_checks": Field(
        "checks", "Attention checks per person", "Mixed into the rating, without feedback.", 0, 20
    ),
    "work.max_failed_checks": Field(
        "checks", "Failed checks that are allowed", "One more ends the work.", 0, 20
    ),
    "exclusion.min_check_share": Field(
        "checks", "Attention checks right, at least", "0: no rule.", 0.0, 1.0
    ),
    "exclusion.max_fast_share": Field(
        "checks", "Answers faster than reading allows, at most", "1: no rule.", 0.0, 1.0
    ),
    "exclusion.min_repeat_share": Field(
        "checks", "Repeats answered alike, at least", "0: no rule.", 0.0, 1.0
    ),
    "exclusion.max_same_share": Field(
        "checks", "One and the same answer, at most", "1: no rule.", 0.0, 1.0
    ),
    "language": Field(
        "texts", "Language of the screens", expected="a code such as en, de or pt-br"
    ),
    "consent.text": Field(
        "texts",
        "Consent",
        "Empty: no consent screen. Who agreed to which version, and when, is kept.",
    ),
    "consent.version": Field("texts", "Version of the consent"),
    "show_instructions": Field("texts", "Show instructions with worked examples"),
    "allow_comments": Field("texts", "People may leave a comment on an item"),
    "closing": Field("texts", "Questions at the end"),
    "closing.*.key": Field(
        "texts",
        "Name in exports",
        expected="a small letter, then small letters, digits and _, 31 characters at most",
    ),
    "closing.*.kind": Field("texts", "Answered by"),
    "closing.*.text": Field("texts", "Question"),
    "closing.*.options": Field("texts", "Answers to choose from, one line each"),
    "closing.*.required": Field("texts", "Must be answered"),
    "debrief": Field("texts", "At the end: what the study is about"),
    "retention_months": Field(
        "texts",
        "Keep exported answers for, months",
        "Every export names the day by which it has to be deleted. Consent should say the same.",
        1,
        600,
    ),
    "recruiting.platform": Field("recruiting", "People come from"),
    "recruiting.id_parameter": Field(
        "recruiting",
        "Parameter with the person's id",
        "By it the same person goes on where they left, on any device.",
        expected="letters, digits and _, such as PROLIFIC_PID",
    ),
    "recruiting.captured": Field(
        "recruiting",
        "Further parameters to keep, one line each",
        expected="letters, digits and _, such as STUDY_ID",
    ),
    "pay.hourly": Field("recruiting", "Pay per hour", "0: unpaid.", 0.0, 1_000.0),
    "pay.currency": Field("recruiting", "Currency", expected="three capital letters, such as GBP"),
    "pay.fee_share": Field(
        "recruiting", "The platform's fee, as a share of pay", "0.333 for a third.", 0.0, 2.0
    ),
    "pay.screened_out_minutes": Field(
        "recruiting",
        "Minutes paid to those screened out",
        "Being screened out is paid too, and is in the estimate.",
        0.0,
        120.0,
    ),
}
_OUTCOMES = {
    "complete": "Finished",
    "screened_out": "Screened out",
    "failed_attention": "Failed attention",
    "full": "Came too late",
}
for _name, _label in _OUTCOMES.items():
    FIELDS[f"recruiting.{_name}.code"] = Field(
        "recruiting", f"{_label}: code", expected="letters, digits, - and _, 64 at most"
    )
    FIELDS[f"recruiting.{_name}.redirect"] = Field(
        "recruiting", f"{_label}: way back", expected="an address that begins with https://"
    )
OUTCOMES = dict(_OUTCOMES)


def general(path: str) -> str:
    """A path with the numbers of list entries left open: `closing.0.text` is `closing.*.text`."""
    return ".".join("*" if part.isdigit() else part for part in path.split("."))


def get_value(values: Any, path: str) -> Any:
    """What stands at a path of a draft."""
    for part in path.split("."):
        values = values[int(part)] if isinstance(values, list) else values[part]
    return values


def put_value(values: Any, path: str, value: Any) -> None:
    """Writes into a draft."""
    *above, last = path.split(".")
    for part in above:
        values = values[int(part)] if isinstance(values, list) else values[part]
    if isinstance(values, list):
        values[int(last)] = value
    else:
        values[last] = value


@dataclass(frozen=True, slots=True)
class Fields:
    """Draws widgets for paths of a draft.

    Attributes:
        values: the draft; written to.
        prefix: of the widgets' keys; a new one makes all of them read the draft anew.
    """

    values: dict[str, Any]
    prefix: str

    def get(self, path: str) -> Any:
        return get_value(self.values, path)

    def key(self, path: str) -> str:
        return f"{self.prefix}-{path}"

    def number(self, path: str, **options: Any) -> None:
        """A whole number or a share, as the draft has it."""
        field = FIELDS[general(path)]
        kind = int if isinstance(self.get(path), int) and isinstance(field.high, int) else float
        low, high = kind(field.low), kind(field.high)
        self._seed(path, min(max(kind(self.get(path)), low), high))
        step = 1 if kind is int else 0.05 if field.high <= 2 else 0.5
        given = st.number_input(
            options.pop("label", field.label), low, high, step=step, key=self.key(path),
            help=field.help or None, format="%d" if kind is int else "%.3g", **options,
        )  # fmt: skip
        put_value(self.values, path, kind(given))

    def text(self, path: str, *, height: int = 0, **options: Any) -> None:
        """A line; an area of lines with a height in pixels."""
        field = FIELDS[general(path)]
        self._seed(path, str(self.get(path)))
        label = options.pop("label", field.label)
        shared = {"key": self.key(path), "help": field.help or None, **options}
        if height:
            given = st.text_area(label, height=height, max_chars=20_000, **shared)
        else:
            given = st.text_input(label, max_chars=1_000, **shared)
        put_value(self.values, path, given)

    def lines(self, path: str, *, height: int = 90, **options: Any) -> None:
        """A list of texts, one a line."""
        field = FIELDS[general(path)]
        self._seed(path, "\n".join(self.get(path)))
        given = st.text_area(
            field.label, height=height, key=self.key(path), help=field.help or None, **options
        )
        put_value(self.values, path, [line.strip() for line in given.splitlines() if line.strip()])

    def toggle(self, path: str, label: str = "", **options: Any) -> bool:
        field = FIELDS.get(general(path))
        self._seed(path, bool(self.get(path)))
        given = st.toggle(label or (field.label if field else ""), key=self.key(path), **options)
        put_value(self.values, path, given)
        return given

    def choice(
        self, path: str, options: Sequence[str], words: Callable[[str], str], *, radio: bool = False
    ) -> str:
        """One of several; a value that is not offered is offered, too, so that it is not lost."""
        field = FIELDS[general(path)]
        present = str(self.get(path))
        offered = [*options] if present in options else [*options, present]
        self._seed(path, present)
        shared: dict[str, Any] = {"format_func": words, "key": self.key(path)}
        if radio:
            given = st.radio(field.label, offered, help=field.help or None, **shared)
        else:
            given = st.selectbox(field.label, offered, help=field.help or None, **shared)
        put_value(self.values, path, given)
        return str(given)

    def some_of(self, path: str, options: Sequence[str], words: Callable[[str], str] = str) -> None:
        """Any number of several; none chosen means all."""
        present = [str(one) for one in self.get(path) or ()]
        self._seed(path, present)
        given = st.multiselect(
            FIELDS[general(path)].label,
            list(dict.fromkeys([*options, *present])),
            format_func=words,
            key=self.key(path),
            placeholder="all of them",
        )
        put_value(self.values, path, list(given) or None)

    def _seed(self, path: str, value: Any) -> None:
        if self.key(path) not in st.session_state:
            st.session_state[self.key(path)] = value

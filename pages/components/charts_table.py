"""Tables of figures as HTML: aligned numbers, intervals, and reasons where a figure is missing.

Every text is escaped here: names of judges, models and studies come from outside.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import streamlit as st

_STYLE = Path(__file__).with_suffix(".css")
_MARKS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Column:
    """is_number: right-aligned. is_lead: the column to read first."""

    title: str
    is_number: bool = False
    is_lead: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """A statistic as it is shown.

    Attributes:
        value: "" where undefined.
        interval: under the value; "" where there is none.
        reason: why value or interval is missing.
    """

    value: str
    interval: str = ""
    reason: str = ""


Cell = str | Figure


def rounded(number: float, digits: int = 2) -> str:
    """A number for people; never a negative zero."""
    return f"{round(number, digits) + 0.0:.{digits}f}"


def figure_of(statistic: Mapping[str, Any], digits: int = 2) -> Figure:
    """A statistic of `agreement --json` (value) or a metric of `results --json` (mean)."""
    value = statistic.get("value", statistic.get("mean"))
    reason = statistic.get("reason") or ""
    if value is None:
        return Figure("", reason=reason)
    low, high = statistic.get("low"), statistic.get("high")
    if low is None or high is None:
        return Figure(rounded(value, digits), reason=reason)
    return Figure(rounded(value, digits), f"{rounded(low, digits)} to {rounded(high, digits)}")


def table_html(
    columns: Sequence[Column],
    rows: Iterable[Sequence[Cell]],
    *,
    caption: str = "",
    notes: Sequence[str] = (),
) -> str:
    """The table and its notes. A value without interval carries a mark that a note explains."""
    marks: dict[str, str] = {}
    body = "".join(
        "<tr>"
        + "".join(_cell(column, cell, marks) for column, cell in zip(columns, row, strict=True))
        + "</tr>"
        for row in rows
    )
    head = "".join(
        f'<th scope="col"{_class(column)}>{escape(column.title)}</th>' for column in columns
    )
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    explained = [f"<sup>{mark}</sup> {escape(reason)}" for reason, mark in marks.items()]
    lines = "".join(f"<p>{line}</p>" for line in [*map(escape, notes), *explained])
    return (
        f'<div class="ta-figures"><table>{title}<thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
        + (f'<div class="ta-notes">{lines}</div>' if lines else "")
    )


def draw_table(
    columns: Sequence[Column],
    rows: Iterable[Sequence[Cell]],
    *,
    caption: str = "",
    notes: Sequence[str] = (),
) -> None:
    """Draws what `table_html` makes."""
    st.html(_STYLE)
    st.html(table_html(columns, rows, caption=caption, notes=notes))


def draw_sentences(sentences: Iterable[str]) -> None:
    """Sentences to read before any figure, each in a frame of its own."""
    st.html(_STYLE)
    lines = "".join(f"<p>{escape(sentence)}</p>" for sentence in sentences)
    st.html(f'<div class="ta-says">{lines}</div>')


def draw_notes(notes: Iterable[str]) -> None:
    """Small print under a figure, as plain text."""
    st.html(_STYLE)
    lines = "".join(f"<p>{escape(note)}</p>" for note in notes)
    st.html(f'<div class="ta-notes">{lines}</div>')


def _cell(column: Column, cell: Cell, marks: dict[str, str]) -> str:
    if isinstance(cell, str):
        return f"<td{_class(column)}>{escape(cell)}</td>"
    if not cell.value:
        reason = f"undefined: {escape(cell.reason)}"
        return f'<td class="ta-right ta-undefined"><span>{reason}</span></td>'
    mark = ""
    if not cell.interval and cell.reason:
        mark = f"<sup>{marks.setdefault(cell.reason, _mark(len(marks)))}</sup>"
    interval = f"<small>{escape(cell.interval)}</small>" if cell.interval else ""
    return f"<td{_class(column)}>{escape(cell.value)}{mark}{interval}</td>"


def _mark(number: int) -> str:
    """a to z, then aa to az and so on."""
    ahead, letter = divmod(number, len(_MARKS))
    return (_mark(ahead - 1) if ahead else "") + _MARKS[letter]


def _class(column: Column) -> str:
    names = [
        name
        for name, given in (("ta-right", column.is_number), ("ta-lead", column.is_lead))
        if given
    ]
    return f' class="{" ".join(names)}"' if names else ""

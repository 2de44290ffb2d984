"""What a report is made of, before it has a format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

# A cell: text, a number, nothing, or a statistic as `as_dict` gives it.
Cell = str | int | float | None | Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """digits: of numbers and statistics."""

    title: str
    is_number: bool = False
    digits: int = 2


@dataclass(frozen=True)
class Table:
    """name: of its files, such as agreement-people. rows: one cell per column."""

    name: str
    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """svg: a whole <svg> element, made by `core.reporting.svg` of escaped text."""

    caption: str
    svg: str


@dataclass(frozen=True)
class Section:
    """paragraphs come before parts."""

    title: str
    paragraphs: Sequence[str] = ()
    parts: Sequence[Table | Chart] = ()


@dataclass(frozen=True)
class Document:
    """lead: sentences to read before anything else."""

    title: str
    subtitle: str
    lead: Sequence[str]
    sections: Sequence[Section] = field(default=())

    @property
    def tables(self) -> list[Table]:
        return [part for one in self.sections for part in one.parts if isinstance(part, Table)]


def is_statistic(cell: Cell) -> bool:
    return isinstance(cell, Mapping)


def middle_of(cell: Mapping[str, Any]) -> float | None:
    """The value of a statistic, or the mean of a metric."""
    found = cell.get("value", cell.get("mean"))
    return None if found is None else float(found)


def cell_text(cell: Cell, digits: int = 2) -> str:
    """A cell as it is read: a value with its interval, a dash where there is none."""
    if isinstance(cell, Mapping):
        middle = middle_of(cell)
        if middle is None:
            return "–"
        low, high = cell.get("low"), cell.get("high")
        text = rounded(middle, digits)
        return (
            text
            if low is None or high is None
            else (f"{text} [{rounded(low, digits)}, {rounded(high, digits)}]")
        )
    if cell is None:
        return "–"
    if isinstance(cell, float):
        return rounded(cell, digits)
    return f"{cell:,}" if isinstance(cell, int) else cell


def reasons_of(table: Table) -> dict[str, str]:
    """Reason -> mark (a, b, …) of each statistic without value or interval, in reading order."""
    marks: dict[str, str] = {}
    for row in table.rows:
        for cell in row:
            if isinstance(cell, Mapping) and cell.get("reason"):
                marks.setdefault(str(cell["reason"]), _mark(len(marks)))
    return marks


def rounded(number: float, digits: int) -> str:
    """Never a negative zero."""
    return f"{round(float(number), digits) + 0.0:.{digits}f}"


def _mark(number: int) -> str:
    ahead, letter = divmod(number, 26)
    return (_mark(ahead - 1) if ahead else "") + "abcdefghijklmnopqrstuvwxyz"[letter]

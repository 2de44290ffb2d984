"""What an experiment's analysis gives back, the same for page, terminal and JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.figures import Figure


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a title. A cell is a text, a number, or a metric (`mean`, `low`, `high`)."""

    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Attributes:
    tables: in the order they are to be read.
    notes: what the figures allow one to say, and what is missing.
    figure: where one says more than a table.
    """

    experiment: str
    tables: tuple[Table, ...]
    notes: tuple[str, ...] = ()
    figure: Figure | None = None

    def as_dict(self) -> dict[str, Any]:
        """A JSON value."""
        return {
            "experiment": self.experiment,
            "tables": [
                {
                    "title": table.title,
                    "columns": list(table.columns),
                    "rows": [list(row) for row in table.rows],
                    "note": table.note,
                }
                for table in self.tables
            ],
            "notes": list(self.notes),
        }


def cell_text(cell: Any) -> str:
    """A cell as people read it; a dash for what is undefined."""
    if isinstance(cell, Mapping):
        middle = cell.get("mean")
        if middle is None:
            return "–"
        low, high = cell.get("low"), cell.get("high")
        span = "" if low is None or high is None else f" [{low:.2f}, {high:.2f}]"
        return f"{middle:.2f}{span}"
    if cell is None:
        return "–"
    if isinstance(cell, float):
        return f"{cell:.2f}"
    return f"{cell:,}" if isinstance(cell, int) else str(cell)

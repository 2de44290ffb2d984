"""A document as the files that are written: one page, and each table as LaTeX and CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

from core.exporting import spreadsheet_safe
from core.reporting.document import Cell, Document, Table
from core.reporting.html import document_html
from core.reporting.latex import table_latex

PAGE = "report.html"


def report_files(document: Document) -> dict[str, str]:
    """Path below the report's folder -> content."""
    files = {PAGE: document_html(document)}
    for table in document.tables:
        files[f"tables/{table.name}.csv"] = table_csv(table)
        files[f"tables/{table.name}.tex"] = table_latex(table)
    return files


def table_csv(table: Table) -> str:
    """Unrounded values; a statistic fills the columns value, low, high, method and reason."""
    wide = [
        any(isinstance(row[place], Mapping) for row in table.rows)
        for place in range(len(table.columns))
    ]
    header: list[str] = []
    for column, is_wide in zip(table.columns, wide, strict=True):
        parts = _PARTS if is_wide else ("",)
        header += [f"{column.title} {part}".strip() for part in parts]
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(header)
    for row in table.rows:
        cells: list[Any] = []
        for cell, is_wide in zip(row, wide, strict=True):
            cells += _wide(cell) if is_wide else [_plain(cell)]
        writer.writerow(cells)
    return buffer.getvalue()


_PARTS = ("", "low", "high", "method", "reason")


def _wide(cell: Cell) -> list[Any]:
    if not isinstance(cell, Mapping):
        return [_plain(cell), "", "", "", ""]
    value = cell.get("value", cell.get("mean"))
    parts = [value, *(cell.get(part) for part in _PARTS[1:])]
    return [_plain(part) for part in parts]


def _plain(cell: Any) -> Any:
    if cell is None:
        return ""
    return spreadsheet_safe(cell) if isinstance(cell, str) else cell

"""A document as one HTML page that asks nothing of any other place.

Every text is escaped here; figures come as SVG whose texts were escaped when they were drawn.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from pathlib import Path

from core.reporting.document import Chart, Document, Section, Table, cell_text, reasons_of

_STYLE = Path(__file__).with_suffix(".css")
# Nothing is fetched and nothing runs, whatever a name or a reason might hold.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def document_html(document: Document) -> str:
    """The whole page."""
    anchors = {section.title: _anchor(section.title) for section in document.sections}
    contents = "".join(
        f'<li><a href="#{anchors[section.title]}">{escape(section.title)}</a></li>'
        for section in document.sections
    )
    lead = "".join(f"<p>{escape(sentence)}</p>" for sentence in document.lead)
    body = "".join(_section(section, anchors[section.title]) for section in document.sections)
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(document.title)}</title>"
        f"<style>{_STYLE.read_text(encoding='utf-8')}</style></head>"
        f"<body><main><header><h1>{escape(document.title)}</h1>"
        f"<p>{escape(document.subtitle)}</p></header>"
        f'<section class="lead">{lead}</section>'
        f'<nav aria-label="Contents"><ol>{contents}</ol></nav>{body}</main></body></html>\n'
    )


def _section(section: Section, anchor: str) -> str:
    paragraphs = "".join(f"<p>{escape(text)}</p>" for text in section.paragraphs)
    parts = "".join(
        _table(part) if isinstance(part, Table) else _chart(part) for part in section.parts
    )
    return f'<section id="{anchor}"><h2>{escape(section.title)}</h2>{paragraphs}{parts}</section>'


def _chart(chart: Chart) -> str:
    return f"<figure>{chart.svg}<figcaption>{escape(chart.caption)}</figcaption></figure>"


def _table(table: Table) -> str:
    marks = reasons_of(table)
    head = "".join(
        f'<th scope="col"{_right(column.is_number)}>{escape(column.title)}</th>'
        for column in table.columns
    )
    rows = []
    for row in table.rows:
        cells = []
        for column, cell in zip(table.columns, row, strict=True):
            mark = (
                f"<sup>{marks[str(cell['reason'])]}</sup>"
                if isinstance(cell, Mapping) and cell.get("reason")
                else ""
            )
            text = escape(cell_text(cell, column.digits))
            cells.append(f"<td{_right(column.is_number)}>{text}{mark}</td>")
        rows.append(f"<tr>{''.join(cells)}</tr>")
    notes = [*map(escape, table.notes)]
    notes += [f"<sup>{mark}</sup> {escape(reason)}" for reason, mark in marks.items()]
    small = "".join(f"<p>{note}</p>" for note in notes)
    return (
        f'<div class="table"><table><caption>{escape(table.caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
        + (f'<div class="notes">{small}</div>' if small else "")
    )


def _right(is_number: bool) -> str:
    return ' class="n"' if is_number else ""


def _anchor(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")

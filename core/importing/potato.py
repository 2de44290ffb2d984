"""Potato's exports in the terms of this project.

Read are

- **annotated_instances.jsonl** and **annotations.jsonl**: one object per annotator and instance,
  `{"user_id", "instance_id" (or "id"), "label_annotations" (or "labels")}`, the labels as
  `{schema: {label: value}}` or `{schema: answer}`;
- **annotated_instances.tsv / .csv**: columns `user`, `instance_id`, `displayed_text` and one
  `SCHEMA:::LABEL` for each label;
- **annotations.tsv / .csv**: columns `user_id`, `instance_id` and one `SCHEMA.LABEL` for each
  label, or `SCHEMA` alone.

Every schema is a question, every instance an item, every user a person. A label that is set is
the answer; of a scale, slider, number or text box it is the value given. Several labels of one
schema become one answer, joined by " + " in alphabetical order. Spans are left out.

In older versions each annotator has a file of their own, which does not name them: add `user_id`
to its rows (the folder's name), or use the merged file.

Source: the file formats described in Potato's documentation of exports.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from core.errors import UserError
from core.importing.fields import CellError, is_blank, text_cell
from core.importing.tables import Row, Table

_NOT_SET = frozenset({"", "false", "0", "none", "null", "nan"})
# Labels that only name the widget: what was given is the value.
_WIDGET = re.compile(r"|text_?box|slider(_value)?|number(_box)?|value", re.IGNORECASE)
_SCALE = re.compile(r"scale_?(\d*)", re.IGNORECASE)
_OLD, _NEW = ":::", "."
_BOOKKEEPING = frozenset({"user", "user_id", "instance_id", "id", "displayed_text"})


def is_potato(table: Table) -> bool:
    """Whether the columns are those of one of Potato's exports."""
    columns = set(table.columns)
    if "instance_id" in columns and columns & {"user", "user_id"}:
        return True
    return "label_annotations" in columns


def potato_to_ratings(table: Table) -> tuple[Table, list[str]]:
    """The export as rating rows in long format, and notices.

    Raises:
        UserError: the file holds no label of any schema.
    """
    rows: list[Row] = []
    problems = list(table.problems)
    for row in table.rows:
        try:
            rows += _ratings(row)
        except CellError as error:
            problems.append((row.line, str(error)))
    if not rows and not problems:
        raise UserError(
            f"{table.name} is no export of Potato: no row holds a label. Expected "
            "label_annotations, labels, or columns named SCHEMA:::LABEL or SCHEMA.LABEL; found: "
            f"{', '.join(table.columns)}."
        )
    columns = tuple(dict.fromkeys(column for row in rows for column in row.values))
    return Table(table.name, columns, rows, sorted(problems)), []


def _ratings(row: Row) -> list[Row]:
    values = row.values
    user = text_cell(values, "user_id") or text_cell(values, "user")
    if user is None:
        raise CellError(
            "user_id is blank; expected the annotator. A file of one annotator does not name "
            "them: add user_id to its rows, or use the merged file"
        )
    item = text_cell(values, "instance_id") or text_cell(values, "id")
    if item is None:
        raise CellError("instance_id is blank; expected the instance")
    about = {"item_id": item, "rater_id": user, "rater_kind": "human"}
    return [
        Row(row.line, about | {"question": schema, "value": answer})
        for schema, answer in _answers(values).items()
    ]


def _answers(values: Mapping[str, Any]) -> dict[str, str]:
    labels = values.get("label_annotations", values.get("labels"))
    nested = _nested(labels) if isinstance(labels, dict) else _flat(values)
    found: dict[str, str] = {}
    for schema, given in nested.items():
        answer = given if isinstance(given, str) else _answer(given)
        if answer:
            found[schema] = answer
    return found


def _nested(labels: Mapping[str, Any]) -> dict[str, dict[str, Any] | str]:
    return {
        schema: given if isinstance(given, dict) else str(given)
        for schema, given in labels.items()
        if not is_blank(given)
    }


def _flat(values: Mapping[str, Any]) -> dict[str, dict[str, Any] | str]:
    """Columns named SCHEMA:::LABEL, SCHEMA.LABEL or, with the final answer, SCHEMA."""
    mark = _OLD if any(_OLD in column for column in values) else _NEW
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    final: dict[str, dict[str, Any] | str] = {}
    for column, value in values.items():
        schema, separator, label = column.partition(mark)
        if column in _BOOKKEEPING or label.startswith("_") or is_blank(value):
            continue
        if separator:
            found[schema][label] = value
        elif mark == _NEW:
            final[schema] = str(value)
    return {**found, **final}


def _answer(given: Mapping[str, Any]) -> str:
    chosen: list[str] = []
    for label, value in given.items():
        text = "" if isinstance(value, bool) and not value else str(value).strip()
        if _WIDGET.fullmatch(label):
            chosen += [text] if text else []
        elif scale := _SCALE.fullmatch(label):
            if text.lower() not in _NOT_SET or (text == "0" and not scale.group(1)):
                chosen.append(text if text.lstrip("-").isdigit() else scale.group(1) or text)
        elif text.lower() not in _NOT_SET:
            chosen.append(label)
    return " + ".join(sorted(chosen))

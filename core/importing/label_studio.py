"""Label Studio's exports in the terms of this project.

Read are the formats its Export page calls JSON, JSON-MIN and CSV (or TSV):

- **JSON**: one array of tasks, `{"id", "data", "annotations", "predictions"}`. An annotation has
  `completed_by` (an id, or an object with `email` or `id`), `was_cancelled`, `lead_time` and
  `result`, a list of `{"from_name", "type", "value"}`. Every control of the labelling interface
  (`from_name`) is a question, every task an item, every annotator a person; a prediction is a
  judge named by its `model_version`. Answers are read from choices, taxonomy, pairwise, rating,
  number and textarea; results that mark a region are no answer to a question and are left out.
- **JSON-MIN** and **CSV**: one row per annotation with `id` (the task), `annotator`, bookkeeping
  (`annotation_id`, `lead_time`, …), the task's data and one column per control. Nothing tells
  data from answers but this: a task's data is the same for all its annotators. So a column that
  differs within any task is a question, and a notice says which columns were taken as such.

Of a task's data, `prompt_id`, `category`, `prompt`, `response_a` and `response_b` describe the
item as in the long format. A cancelled annotation is skipped; several choices of one control
become one answer, joined by " + " in alphabetical order.

Source: labelstud.io/guide/task_format and labelstud.io/guide/export.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from core.errors import UserError
from core.importing.fields import CellError, is_blank, required_identifier
from core.importing.tables import Row, Table

_ITEM_COLUMNS = ("prompt_id", "category", "prompt", "response_a", "response_b")
_BOOKKEEPING = frozenset(
    {
        "id", "annotator", "annotation_id", "created_at", "updated_at", "lead_time", "agreement",
        "ground_truth", "inner_id", "total_annotations", "cancelled_annotations",
        "total_predictions", "comment_count", "unresolved_comment_count",
    }
)  # fmt: skip
_ANSWER_TYPES = ("choices", "taxonomy", "pairwise", "rating", "number", "textarea")


def is_label_studio(table: Table) -> bool:
    """Whether the columns are those of one of the three exports."""
    columns = set(table.columns)
    return {"annotations", "data"} <= columns or {"id", "annotator", "annotation_id"} <= columns


def label_studio_to_ratings(table: Table) -> tuple[Table, list[str]]:
    """The export as rating rows in long format, and notices about what was read as what.

    Raises:
        UserError: none of the three exports, or no column could be an answer.
    """
    if {"annotations", "data"} <= set(table.columns):
        return _from_tasks(table)
    if {"id", "annotator"} <= set(table.columns):
        return _from_flat(table)
    raise UserError(
        f"{table.name} is no export of Label Studio: expected tasks with data and annotations "
        f"(JSON), or columns id and annotator (JSON-MIN, CSV); found: {', '.join(table.columns)}."
    )


def _from_tasks(table: Table) -> tuple[Table, list[str]]:
    rows: list[Row] = []
    problems = list(table.problems)
    left_out: Counter[str] = Counter()
    for task in table.rows:
        try:
            rows += [Row(task.line, values) for values in _task_rows(task.values, left_out)]
        except CellError as error:
            problems.append((task.line, str(error)))
    notices = [
        f"{count:,} result(s) of type {kind!r} mark a region; they answer no question and are "
        "left out."
        for kind, count in sorted(left_out.items())
    ]
    return _long(table.name, rows, problems), notices


def _task_rows(task: Mapping[str, Any], left_out: Counter[str]) -> Iterator[dict[str, Any]]:
    data = task.get("data")
    if not isinstance(data, dict):
        raise CellError("data is missing; expected an object with what was shown")
    item = {"item_id": required_identifier(task, "id")}
    item |= {column: data[column] for column in _ITEM_COLUMNS if not is_blank(data.get(column))}
    for kind, rater_of, entries in (
        ("human", _annotator, task.get("annotations")),
        ("judge", _model, task.get("predictions")),
    ):
        for entry in _objects(entries or [], "annotations" if kind == "human" else "predictions"):
            if entry.get("was_cancelled"):
                continue
            rater = {"rater_id": rater_of(entry), "rater_kind": kind}
            for question, value in _answers(entry, left_out).items():
                yield item | rater | {"question": question, "value": value}


def _answers(entry: Mapping[str, Any], left_out: Counter[str]) -> dict[str, str]:
    """Control -> its answer in one annotation."""
    given: dict[str, list[str]] = defaultdict(list)
    for result in _objects(entry.get("result") or [], "result"):
        kind, name, value = result.get("type"), result.get("from_name"), result.get("value")
        if kind not in _ANSWER_TYPES:
            left_out[str(kind)] += 1
            continue
        if not isinstance(name, str) or not isinstance(value, dict):
            raise CellError("a result lacks from_name or value; expected both")
        answer = value.get("selected" if kind == "pairwise" else "text" if kind == "textarea"
                           else kind)  # fmt: skip
        given[name] += _words(answer)
    return {name: " + ".join(sorted(words)) for name, words in given.items() if words}


def _words(answer: Any) -> list[str]:
    """An answer as words: one entry per choice; of a taxonomy, the path of each choice."""
    if is_blank(answer):
        return []
    if isinstance(answer, list):
        return [
            " / ".join(str(step) for step in one) if isinstance(one, list) else str(one)
            for one in answer
        ]
    if isinstance(answer, dict):
        return _words(answer.get("choices"))
    return [str(answer)]


def _annotator(entry: Mapping[str, Any]) -> str:
    by = entry.get("completed_by")
    if isinstance(by, dict):
        by = by.get("email") or by.get("id")
    if is_blank(by):
        raise CellError("completed_by is blank; expected who made the annotation")
    return str(by)


def _model(entry: Mapping[str, Any]) -> str:
    return str(entry.get("model_version") or "predictions")


def _objects(value: Any, name: str) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise CellError(f"{name} is no list of objects")
    return value


def _from_flat(table: Table) -> tuple[Table, list[str]]:
    candidates = [
        column
        for column in table.columns
        if column not in _BOOKKEEPING and column not in _ITEM_COLUMNS
    ]
    questions = [column for column in candidates if _differs_within_items(table, column)]
    if not questions:
        raise UserError(
            f"{table.name}: no column differs between the annotators of any task, so answers "
            f"cannot be told from data (columns: {', '.join(candidates) or 'none'}). "
            "Export as JSON, which names the questions."
        )
    rows: list[Row] = []
    problems = list(table.problems)
    for row in table.rows:
        values = row.values
        try:
            about = {
                "item_id": required_identifier(values, "id"),
                "rater_id": _annotator({"completed_by": values.get("annotator")}),
                "rater_kind": "human",
            }
        except CellError as error:
            problems.append((row.line, str(error)))
            continue
        about |= {c: values[c] for c in _ITEM_COLUMNS if not is_blank(values.get(c))}
        for question in questions:
            answer = " + ".join(sorted(_words(values.get(question)))) or None
            rows.append(Row(row.line, about | {"question": question, "value": answer}))
    data = [column for column in candidates if column not in questions]
    notices = [
        f"Read as answers, because annotators differ in them: {', '.join(questions)}. Read as data "
        f"of the tasks: {', '.join(data) or 'none'}."
    ]
    return _long(table.name, rows, problems), notices


def _differs_within_items(table: Table, column: str) -> bool:
    seen: dict[str, str] = {}
    for row in table.rows:
        item, value = str(row.values.get("id")), str(row.values.get(column))
        if seen.setdefault(item, value) != value:
            return True
    return False


def _long(name: str, rows: list[Row], problems: list[tuple[int, str]]) -> Table:
    columns = tuple(dict.fromkeys(column for row in rows for column in row.values))
    return Table(name, columns, rows, sorted(problems))

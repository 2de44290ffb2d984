"""NoveltyBench files in the terms of this project.

Each converter takes the table of a JSONL file of theirs and gives the table that the
parser of responses or ratings reads, so that every check of those holds here too. A row made from
line 7 keeps line 7. Its prompts are one of the sets of `core.importing.prompt_sets`.

Source: Zhang et al., NoveltyBench (arXiv 2504.05228).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from core.errors import UserError
from core.importing.fields import (
    CellError,
    Parsed,
    required_identifier,
    required_text,
)
from core.importing.tables import Row, Table
from core.types import Question

PARTITION_RATER = "noveltybench-partition"
_PAIR_FIELDS = ("id", "prompt", "response_a", "response_b", "annotator", "equivalent")
_RESPONSE_FIELDS = ("id", "model", "generations")


@dataclass(frozen=True, slots=True)
class PartitionVerdict:
    """Whether NoveltyBench's classifier put two generations into one class.

    The pair is named by its slots, not by its texts: a set may hold the same text twice.
    """

    prompt_id: str
    condition: str
    index_a: int
    index_b: int
    equivalent: bool


def pairs_to_ratings(table: Table) -> Table:
    """pairs.jsonl as rating rows: one person's answer to `equivalence` per pair."""
    _require_fields(table, _PAIR_FIELDS, "pairs.jsonl")
    return _converted(table, _rating_rows)


def responses_to_responses(table: Table) -> Table:
    """responses.jsonl as response rows under the condition `imported:MODEL`.

    A generation's score and class, and the set's distinct_k and utility, become metadata.
    """
    _require_fields(table, _RESPONSE_FIELDS, "responses.jsonl")
    return _converted(table, _response_rows)


def partition_verdicts(table: Table) -> Parsed[PartitionVerdict]:
    """The partitions of responses.jsonl as verdicts on all pairs of each set.

    They are transitive by construction (measurement rule 17).
    """
    _require_fields(table, (*_RESPONSE_FIELDS, "partition"), "responses.jsonl")
    parsed = Parsed[PartitionVerdict](table.name, problems=list(table.problems))
    for row in table.rows:
        try:
            parsed.rows += _verdicts(row.values)
        except CellError as error:
            parsed.problems.append((row.line, str(error)))
    parsed.problems.sort()
    return parsed


def item_id(prompt_id: str, response_a: str, response_b: str) -> str:
    """Id of a pair that has none: the same prompt and texts in the same order give the same id."""
    digest = hashlib.sha256()
    for part in (prompt_id, response_a, response_b):
        encoded = part.encode()
        # With its length before each part, no two triples run together into the same bytes.
        digest.update(len(encoded).to_bytes(8, "big") + encoded)
    return digest.hexdigest()[:16]


def _require_fields(table: Table, fields: tuple[str, ...], file: str) -> None:
    missing = [field for field in fields if field not in table.columns]
    if table.rows and missing:
        raise UserError(
            f"{table.name} is not NoveltyBench's {file}: field '{missing[0]}' is missing; "
            f"found: {', '.join(table.columns)}. With this format, responses are read from "
            "responses.jsonl and ratings from pairs.jsonl."
        )


def _converted(
    table: Table, convert: Callable[[Mapping[str, Any]], Iterator[dict[str, Any]]]
) -> Table:
    rows: list[Row] = []
    problems = list(table.problems)
    for row in table.rows:
        try:
            rows += [Row(row.line, values) for values in convert(row.values)]
        except CellError as error:
            problems.append((row.line, str(error)))
    columns = tuple(dict.fromkeys(column for row in rows for column in row.values))
    return Table(table.name, columns, rows, sorted(problems))


def _rating_rows(values: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    prompt_id = required_identifier(values, "id")
    a, b = required_text(values, "response_a"), required_text(values, "response_b")
    others = {name: value for name, value in values.items() if name not in _PAIR_FIELDS}
    yield others | {
        "item_id": item_id(prompt_id, a, b),
        "prompt_id": prompt_id,
        "question": str(Question.EQUIVALENCE),
        "rater_id": values.get("annotator"),
        "rater_kind": "human",
        "value": values.get("equivalent"),
        "prompt": values.get("prompt"),
        "response_a": a,
        "response_b": b,
    }


def _response_rows(values: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    generations = _list(values, "generations")
    scores = _list_like_generations(values, "generation_scores")
    classes = _list_like_generations(values, "partition")
    for index, text in enumerate(generations):
        yield {
            "prompt_id": required_identifier(values, "id"),
            "condition": _condition(values),
            "sample_index": index,
            "text": text,
            "prompt": values.get("prompt"),
            "generation_score": scores[index] if scores else None,
            "partition": classes[index] if classes else None,
            "distinct_k": values.get("distinct_k"),
            "utility": values.get("utility"),
        }


def _verdicts(values: Mapping[str, Any]) -> list[PartitionVerdict]:
    prompt_id, condition = required_identifier(values, "id"), _condition(values)
    classes = _list_like_generations(values, "partition")
    if not all(type(number) is int for number in classes):
        raise CellError("partition holds something else than whole numbers")
    return [
        PartitionVerdict(prompt_id, condition, a, b, classes[a] == classes[b])
        for a, b in combinations(range(len(classes)), 2)
    ]


def _condition(values: Mapping[str, Any]) -> str:
    return f"imported:{required_identifier(values, 'model')}"


def _list(values: Mapping[str, Any], column: str) -> list[Any]:
    value = values.get(column)
    if not isinstance(value, list):
        raise CellError(f"{column} is {'missing' if value is None else 'no list'}; expected a list")
    return value


def _list_like_generations(values: Mapping[str, Any], column: str) -> list[Any]:
    """One entry per generation; empty when the field is absent."""
    if values.get(column) is None:
        return []
    entries = _list(values, column)
    n_generations = len(_list(values, "generations"))
    if len(entries) != n_generations:
        raise CellError(
            f"{column} has {len(entries)} entries; expected {n_generations}, one per generation"
        )
    return entries

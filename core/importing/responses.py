"""Responses made elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from core.importing.fields import (
    CellError,
    Parsed,
    index_cell,
    metadata,
    require_columns,
    required_identifier,
    required_text,
)
from core.importing.tables import Row, Table

_REQUIRED = ("prompt_id", "condition", "sample_index", "text")


@dataclass(frozen=True, slots=True)
class ImportedResponse:
    """One response, placed by prompt, condition and index (from 0)."""

    line: int
    prompt_id: str
    condition: str
    sample_index: int
    text: str
    metadata: dict[str, Any] = field(default_factory=dict)


def parse_responses(table: Table) -> Parsed[ImportedResponse]:
    """Read responses; whether their prompts exist is for the caller to check.

    Args:
        table: columns prompt_id, condition, sample_index, text; others are metadata.

    Raises:
        UserError: one of the four columns is missing.
    """
    require_columns(table, _REQUIRED)
    parsed = Parsed[ImportedResponse](table.name, problems=list(table.problems))
    line_of_slot: dict[tuple[str, str, int], int] = {}
    for row in table.rows:
        try:
            response = _response(row)
            slot = (response.prompt_id, response.condition, response.sample_index)
            if slot in line_of_slot:
                raise CellError(
                    f"prompt, condition and sample_index repeat line {line_of_slot[slot]}; "
                    "give each response its own index"
                )
        except CellError as error:
            parsed.problems.append((row.line, str(error)))
        else:
            line_of_slot[slot] = row.line
            parsed.rows.append(response)
    parsed.problems.sort()
    return parsed


def _response(row: Row) -> ImportedResponse:
    sample_index = index_cell(row.values, "sample_index")
    if sample_index is None:
        raise CellError("sample_index is blank; expected a whole number from 0")
    return ImportedResponse(
        line=row.line,
        prompt_id=required_identifier(row.values, "prompt_id"),
        condition=required_identifier(row.values, "condition"),
        sample_index=sample_index,
        text=required_text(row.values, "text"),
        metadata=metadata(row.values, _REQUIRED),
    )

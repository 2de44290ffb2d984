"""Prompts from a file or from pasted text."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from core.errors import UserError
from core.importing.fields import (
    Categories,
    CellError,
    Parsed,
    identifier_cell,
    metadata,
    require_columns,
    required_text,
    text_cell,
)
from core.importing.tables import Row, Table, row_problem

_COLUMNS = frozenset({"id", "prompt", "category", "reference", "source", "language"})
_SEPARATOR = re.compile(r"-{3,}\s*")


@dataclass(frozen=True, slots=True)
class ImportedPrompt:
    """One prompt.

    Attributes:
        id: from the file, else derived from the text, so a second import finds it again.
        text: as written, surrounding white space included.
        category: key of the taxonomy; None = not known.
    """

    line: int
    id: str
    text: str
    category: str | None = None
    reference: str = ""
    source: str = ""
    language: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)


def parse_prompts(table: Table, taxonomy_keys: Collection[str]) -> Parsed[ImportedPrompt]:
    """Read prompts; only the column `prompt` is required.

    Two rows with one id are a problem of the later row, whether the text is the same or not.
    The same text under two ids of the file's own is accepted.

    Args:
        table: columns prompt, id, category, reference, source, language; others are metadata.
        taxonomy_keys: a category that is none of them is kept as metadata with one notice.

    Raises:
        UserError: there is no column `prompt`.
    """
    require_columns(table, ("prompt",))
    parsed = Parsed[ImportedPrompt](table.name, problems=list(table.problems))
    categories = Categories(taxonomy_keys)
    first_with: dict[str, ImportedPrompt] = {}
    for row in table.rows:
        try:
            prompt = _prompt(row, categories)
            earlier = first_with.setdefault(prompt.id, prompt)
            if earlier is not prompt:
                raise CellError(_repetition(prompt, earlier))
        except CellError as error:
            parsed.problems.append((row.line, str(error)))
        else:
            parsed.rows.append(prompt)
    parsed.problems.sort()
    parsed.notices += categories.notices()
    return parsed


def parse_pasted(text: str) -> Parsed[ImportedPrompt]:
    """Read prompts from a text field.

    Every line is a prompt. Where some line consists of three or more dashes, those lines
    separate prompts instead, and a prompt may have several lines. Blank ones are left out.

    Raises:
        UserError: there is no text.
    """
    lines = re.split(r"\r\n|\r|\n", text)
    separated = any(_SEPARATOR.fullmatch(line) for line in lines)
    blocks = _blocks(lines) if separated else [(i, line) for i, line in enumerate(lines, start=1)]
    table = Table("pasted text", columns=("prompt",))
    for line, block in blocks:
        if not block.strip():
            continue
        values = {"prompt": block.strip()}
        problem = row_problem(values)
        if problem:
            table.problems.append((line, problem))
        else:
            table.rows.append(Row(line, values))
    if not table.rows and not table.problems:
        raise UserError("The pasted text holds no prompt. Write one per line.")
    return parse_prompts(table, ())


def prompt_id(text: str) -> str:
    """Id of a prompt that has none: the same text gives the same id everywhere."""
    return "p-" + hashlib.sha256(text.strip().encode()).hexdigest()[:12]


def _prompt(row: Row, categories: Categories) -> ImportedPrompt:
    text = required_text(row.values, "prompt")
    meta = metadata(row.values, _COLUMNS)
    return ImportedPrompt(
        line=row.line,
        id=identifier_cell(row.values, "id") or prompt_id(text),
        text=text,
        category=categories.read(row.values, meta),
        reference=text_cell(row.values, "reference") or "",
        source=text_cell(row.values, "source") or "",
        language=identifier_cell(row.values, "language") or "",
        metadata=meta,
    )


def _repetition(prompt: ImportedPrompt, earlier: ImportedPrompt) -> str:
    if prompt.text.strip() == earlier.text.strip():
        return f"repeats the prompt of line {earlier.line} (id '{prompt.id}'); remove one of them"
    return f"id '{prompt.id}' belongs to another prompt on line {earlier.line}; give each its own"


def _blocks(lines: list[str]) -> list[tuple[int, str]]:
    """Runs of lines between separators, each with the number of its first line."""
    blocks: list[tuple[int, list[str]]] = [(1, [])]
    for number, line in enumerate(lines, start=1):
        if _SEPARATOR.fullmatch(line):
            blocks.append((number + 1, []))
        else:
            blocks[-1][1].append(line)
    return [(number, "\n".join(block)) for number, block in blocks]

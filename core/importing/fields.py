"""What the three parsers share: cells, columns, categories, and the result of parsing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from core.errors import ImportFileError, UserError
from core.importing.tables import Problem, Table

RowType = TypeVar("RowType")

# Identifiers are indexed; PostgreSQL refuses index entries above some 2,700 bytes.
MAX_IDENTIFIER_CHARACTERS = 255
_MAX_INDEX = 1_000_000
_WHOLE_NUMBER = re.compile(r"[0-9]{1,9}(\.0+)?")


class CellError(ValueError):
    """A cell that cannot be used; the message completes "line 7: …"."""


@dataclass(slots=True)
class Parsed(Generic[RowType]):
    """Rows that can be imported, and what is to be said about the file.

    Attributes:
        name: file name, for messages.
        problems: (line, what is wrong) for each row that cannot be imported, in file order.
        notices: remarks that stop nothing.
    """

    name: str
    rows: list[RowType] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    def accept(self, *, skip_bad: bool) -> list[RowType]:
        """The rows to import.

        Raises:
            ImportFileError: there are bad rows and they are not to be skipped.
        """
        if self.problems and not skip_bad:
            raise ImportFileError(self.name, self.problems)
        return self.rows


def require_columns(table: Table, required: tuple[str, ...]) -> None:
    """Refuse a file that lacks a column, naming those it has."""
    if not table.rows:
        return  # every row is a problem already, each with its own message
    missing = [column for column in required if column not in table.columns]
    if missing:
        found = ", ".join(table.columns) or "none"
        raise UserError(
            f"{table.name}: column '{missing[0]}' is missing; found: {found}. "
            f"Required: {', '.join(required)}. Rename the column or add it."
        )


def is_blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def text_cell(values: Mapping[str, Any], column: str) -> str | None:
    """The cell as text, unchanged; None when blank.

    Numbers become text as a person would write them, so 12, 12.0 (pandas, once a column has
    gaps) and "12" name the same thing in every file format.
    """
    value = values.get(column)
    if is_blank(value):
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, int | float):
        return str(value)
    raise CellError(f"{column} is a {type(value).__name__}; expected text")


def required_text(values: Mapping[str, Any], column: str) -> str:
    text = text_cell(values, column)
    if text is None:
        raise CellError(f"{column} is blank; expected text")
    return text


def identifier_cell(values: Mapping[str, Any], column: str) -> str | None:
    """The cell without surrounding white space; None when blank."""
    text = text_cell(values, column)
    if text is None:
        return None
    identifier = text.strip()
    if len(identifier) > MAX_IDENTIFIER_CHARACTERS:
        raise CellError(
            f"{column} has {len(identifier)} characters; "
            f"expected at most {MAX_IDENTIFIER_CHARACTERS}"
        )
    return identifier


def required_identifier(values: Mapping[str, Any], column: str) -> str:
    identifier = identifier_cell(values, column)
    if identifier is None:
        raise CellError(f"{column} is blank; expected an identifier")
    return identifier


def index_cell(values: Mapping[str, Any], column: str) -> int | None:
    """A whole number from 0, such as a sample index; None when blank."""
    text = text_cell(values, column)
    if text is None:
        return None
    if not _WHOLE_NUMBER.fullmatch(text.strip()) or int(float(text)) > _MAX_INDEX:
        raise CellError(f"{column} is {shortened(text)}; expected a whole number from 0")
    return int(float(text))


def metadata(values: Mapping[str, Any], known: Collection[str]) -> dict[str, Any]:
    """Cells of columns the format does not know, blank ones left out."""
    return {
        column: value
        for column, value in values.items()
        if column not in known and not is_blank(value)
    }


def shortened(text: str, limit: int = 40) -> str:
    """A value as quoted in a message."""
    return repr(text if len(text) <= limit else text[:limit] + "…")


class Categories:
    """Sorts categories into taxonomy keys and other people's words.

    Args:
        keys: of the study's taxonomy.
    """

    def __init__(self, keys: Collection[str]) -> None:
        self._keys = frozenset(keys)
        self._foreign: Counter[str] = Counter()

    def read(self, values: Mapping[str, Any], meta: dict[str, Any]) -> str | None:
        """The row's key; a category that is none goes into `meta` as `source_category`."""
        category = identifier_cell(values, "category")
        if category is None or category in self._keys:
            return category
        meta["source_category"] = category
        self._foreign[category] += 1
        return None

    def notices(self) -> list[str]:
        """One notice when any category was no key, else none."""
        if not self._foreign:
            return []
        named = ", ".join(f"'{name}'" for name, _ in self._foreign.most_common(5))
        more = ", …" if len(self._foreign) > 5 else ""
        return [
            f"{self._foreign.total()} row(s) have a category that is no key of the taxonomy "
            f"({named}{more}). It is kept as metadata 'source_category'; "
            "the category itself stays open."
        ]

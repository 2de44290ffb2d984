"""Files as numbered rows of named values: CSV, TSV, JSONL, JSON arrays and Parquet.

Whatever the bytes, reading ends in a table or in a `UserError`. A row that cannot be stored (NUL
characters and lone surrogates, which databases refuse) is a problem of that row, not of the file.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple, NoReturn, get_args

from core.errors import UserError

TableFormat = Literal["auto", "csv", "tsv", "jsonl", "json", "parquet"]
Problem = tuple[int, str]

MAX_BYTES = 256 * 1024 * 1024
MAX_ROWS = 1_000_000
MAX_COLUMNS = 500
MAX_CELL_CHARACTERS = 1_000_000
_FORMAT_OF_SUFFIX = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".parquet": "parquet",
}
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_SPACE = re.compile(r"[ \t\r\n]*")
_UNSTORABLE_ESCAPE = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")


class Row(NamedTuple):
    """One record.

    Attributes:
        line: where it starts, from 1; CSV counts the header line, Parquet counts rows.
        values: column -> value; CSV gives text, JSONL and Parquet whatever JSON can hold.
    """

    line: int
    values: dict[str, Any]


@dataclass(slots=True)
class Table:
    """Rows of one file, and the rows that could not be read.

    Attributes:
        name: file name, for messages.
        columns: in file order; for JSONL those of any row.
        problems: (line, what is wrong), in file order.
    """

    name: str
    columns: tuple[str, ...] = ()
    rows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_table(name: str, data: bytes | Path, format: TableFormat = "auto") -> Table:
    """Read a whole file.

    Args:
        name: file name, used in messages and, for "auto", for its extension.
        data: the content, or where it lies.
        format: "auto" goes by extension: .csv, .tsv, .jsonl, .ndjson, .json, .parquet. A JSON
            file holds one array of objects.

    Returns:
        At least one row or one problem.

    Raises:
        UserError: the file is empty, too large, of unknown format, not UTF-8, or damaged in a
            way that makes its rows uncertain.
    """
    chosen = _FORMAT_OF_SUFFIX.get(Path(name).suffix.lower()) if format == "auto" else format
    if chosen is None or chosen not in get_args(TableFormat):
        known = ", ".join(_FORMAT_OF_SUFFIX)
        raise UserError(
            f"{name}: its format cannot be told. Expected a file ending in {known}; "
            "rename it or say --format csv, jsonl or parquet."
        )
    content = _content(name, data)
    if chosen == "parquet":
        from core.importing.parquet import read_parquet  # pyarrow is slow to import

        table = read_parquet(name, content)
    else:
        text = _decode(name, content)
        match chosen:
            case "csv":
                table = _read_csv(name, text)
            case "tsv":
                table = _read_csv(name, text, delimiter="\t")
            case "json":
                table = _read_json_array(name, text)
            case _:
                table = _read_jsonl(name, text)
    if not table.rows and not table.problems:
        raise UserError(f"{name} holds no rows. Expected at least one below the header.")
    return table


def row_problem(values: dict[str, Any]) -> str:
    """What keeps a row from being stored; "" when nothing does."""
    for column, value in values.items():
        for text in (column, *_texts(value)):
            if _UNSTORABLE.search(text):
                return (
                    f"column {column!r} holds a NUL character or half of a surrogate pair, "
                    "which databases cannot store; remove it"
                )
            if len(text) > MAX_CELL_CHARACTERS:
                return (
                    f"column {column!r} holds {len(text):,} characters; "
                    f"at most {MAX_CELL_CHARACTERS:,} are accepted"
                )
    return ""


def check_columns(name: str, columns: Sequence[str]) -> tuple[str, ...]:
    """Refuse column names that are too many, repeated or cannot be stored."""
    if len(columns) > MAX_COLUMNS:
        raise UserError(
            f"{name} has {len(columns):,} columns; at most {MAX_COLUMNS} are accepted. "
            "Leave out those you do not need."
        )
    for column in columns:
        if _UNSTORABLE.search(column):
            raise UserError(f"{name}: column name {column!r} holds a NUL character. Rename it.")
    repeated = [column for column, count in Counter(columns).items() if count > 1]
    if repeated:
        raise UserError(f"{name}: column '{repeated[0]}' appears twice. Rename or remove one.")
    return tuple(columns)


def check_row_count(name: str, n_rows: int) -> None:
    if n_rows > MAX_ROWS:
        raise UserError(f"{name} has more than {MAX_ROWS:,} rows. Split it into several files.")


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def _content(name: str, data: bytes | Path) -> bytes:
    try:
        size = data.stat().st_size if isinstance(data, Path) else len(data)
        if size > MAX_BYTES:
            raise UserError(
                f"{name} has {size:,} bytes; at most {MAX_BYTES:,} are accepted. "
                "Split it into several files."
            )
        content = data.read_bytes() if isinstance(data, Path) else data
    except OSError as error:
        raise UserError(f"{name} cannot be read: {error.strerror}. Check the path.") from error
    if not content.strip():
        raise UserError(f"{name} is empty. Expected at least one row.")
    return content


def _decode(name: str, content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UserError(f"{name} is UTF-16. Expected UTF-8: save it again as 'CSV UTF-8'.")
    try:
        return content.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UserError(
            f"{name} is not UTF-8: byte 0x{content[error.start]:02x} on line {line} "
            f"(offset {error.start}). Save it again as UTF-8."
        ) from error


def _read_csv(name: str, text: str, delimiter: str = ",") -> Table:
    # Python's own limit of 131,072 characters per cell is below what a model can write.
    csv.field_size_limit(MAX_BYTES)
    # strict: an unclosed quote would otherwise swallow the rest of the file as one cell.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    header: list[str] = next(_records(name, reader), (1, []))[1]
    names = [cell.strip() or f"column_{position}" for position, cell in enumerate(header, start=1)]
    table = Table(name, check_columns(name, names))
    # Looking at every character of every cell would double the time; most files need neither.
    holds_nul = "\0" in text
    for line, cells in _records(name, reader):
        check_row_count(name, len(table.rows) + len(table.problems) + 1)
        if len(cells) != len(names):
            found = f"{len(cells)} cells where the header has {len(names)} columns"
            table.problems.append((line, f"{found}; is a comma or quote missing or left over?"))
            continue
        values = dict(zip(names, cells, strict=True))
        suspicious = holds_nul or max(map(len, cells)) > MAX_CELL_CHARACTERS
        problem = row_problem(values) if suspicious else ""
        if problem:
            table.problems.append((line, problem))
        else:
            table.rows.append(Row(line, values))
    return table


def _records(name: str, reader: Any) -> Iterator[tuple[int, list[str]]]:
    """Records that are not blank lines, with the line each starts on."""
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise UserError(
                f"{name}: the record starting on line {line} is not valid CSV ({error}). "
                'Quote cells that hold commas, quotes or line breaks, and double inner quotes ("").'
            ) from error
        if cells:
            yield line, cells


def _read_jsonl(name: str, text: str) -> Table:
    table = Table(name)
    columns: dict[str, None] = {}
    # Only \n separates rows: str.splitlines would cut at U+2028, which JSON strings may hold.
    for line, content in enumerate(text.split("\n"), start=1):
        if not content.strip():
            continue
        check_row_count(name, len(table.rows) + len(table.problems) + 1)
        values, problem = _parse_json_row(content)
        if problem:
            table.problems.append((line, problem))
        else:
            columns.update(dict.fromkeys(values))
            table.rows.append(Row(line, values))
    table.columns = check_columns(name, list(columns))
    return table


def _read_json_array(name: str, text: str) -> Table:
    """One array of objects; a row's line is where its object starts."""
    table = Table(name)
    columns: dict[str, None] = {}
    decoder = json.JSONDecoder(parse_constant=_refuse_constant, parse_float=_finite)
    place = _skip_space(text, 0)
    if text[place : place + 1] != "[":
        raise UserError(f"{name} is no JSON array. Expected [ {{…}}, {{…}} ], one object per row.")
    place, line, counted = _skip_space(text, place + 1), 1, 0
    while text[place : place + 1] != "]":
        check_row_count(name, len(table.rows) + len(table.problems) + 1)
        line, counted = line + text.count("\n", counted, place), place
        try:
            values, place = decoder.raw_decode(text, place)
        except (ValueError, RecursionError) as error:
            raise UserError(f"{name}: line {line} is not valid JSON ({error}).") from None
        problem = row_problem(values) if isinstance(values, dict) else "is not a JSON object"
        if problem:
            table.problems.append((line, problem))
        else:
            columns.update(dict.fromkeys(values))
            table.rows.append(Row(line, values))
        place = _skip_space(text, place)
        if text[place : place + 1] == ",":
            place = _skip_space(text, place + 1)
        elif text[place : place + 1] != "]":
            raise UserError(f"{name}: after the object on line {line} expected , or ].")
    table.columns = check_columns(name, list(columns))
    return table


def _skip_space(text: str, place: int) -> int:
    found = _SPACE.match(text, place)
    return found.end() if found else place


def _parse_json_row(content: str) -> tuple[dict[str, Any], str]:
    try:
        values = json.loads(content, parse_constant=_refuse_constant, parse_float=_finite)
    except RecursionError:
        return {}, "is nested too deeply"
    except ValueError as error:
        return {}, f"is not valid JSON ({error})"
    if not isinstance(values, dict):
        return {}, "is not a JSON object; expected one {…} per line"
    suspicious = len(content) > MAX_CELL_CHARACTERS or "\0" in content
    if suspicious or _UNSTORABLE_ESCAPE.search(content):
        return values, row_problem(values)
    return values, ""


def _refuse_constant(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON number")


def _finite(literal: str) -> float:
    number = float(literal)
    if number in (float("inf"), float("-inf")):
        raise ValueError(f"{literal} is too large")
    return number

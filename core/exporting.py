"""One zip file with a study's tables, settings and templates.

Each table is there twice: Parquet keeps every value as it is, CSV opens in a spreadsheet. Since
a spreadsheet runs cells that look like formulas, and model text is not trusted, such text cells
are disarmed in the CSV files.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import re
import secrets
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from core.errors import UserError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

README = "README.txt"
_TABLE_NAME = re.compile(r"[A-Za-z0-9_-]+")
# The full-width signs start a formula in spreadsheets set to Chinese, Japanese or Korean.
_FORMULA = re.compile(r"[\t\r]|\s*[=+\-@＝＋－＠]")
_ABOUT_CSV = (
    "csv/ and parquet/ hold the same tables. The CSV files are UTF-8 with CRLF line ends; an "
    "empty\ncell is a missing value. A text cell (or column name) that begins with = + - @, a tab "
    "or a\ncarriage return, white space aside, has an apostrophe put before it, so that "
    "spreadsheets do\nnot run it as a formula. Numbers are not touched. The Parquet files keep "
    "every text as it is:\nuse them for analysis.\n"
)


def write_bundle(
    path: Path,
    tables: Mapping[str, pd.DataFrame | pa.Table],
    documents: Mapping[str, str | bytes],
    *,
    created_at: datetime,
) -> None:
    """Write csv/NAME.csv, parquet/NAME.parquet and the documents into one zip file.

    The file appears whole or not at all: it is written beside its place and then renamed. The
    same arguments give the same bytes.

    Args:
        path: the zip file; one that exists is replaced.
        tables: name -> table; a data frame's index is left out.
        documents: path inside the bundle -> content, such as settings.json. A README.txt among
            them is kept and followed by what every bundle says: its tables, their columns, and
            how CSV cells are disarmed.
        created_at: time zone aware; stamped on every entry, in UTC.

    Raises:
        UserError: the file cannot be written there.
        ValueError: a table or document name that is not a plain relative path.
    """
    import pyarrow as pa

    arrow = {
        _checked_table_name(name): table
        if isinstance(table, pa.Table)
        else pa.Table.from_pandas(table, preserve_index=False)
        for name, table in tables.items()
    }
    for name in documents:
        _check_document_name(name)
    # Hidden and random: two exports to one place must not write into each other.
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with (
            unfinished.open("xb") as file,
            zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bundle,
        ):
            _write_entries(bundle, arrow, documents, created_at)
        os.replace(unfinished, path)
    except OSError as error:
        raise UserError(
            f"The export cannot be written to {path}: {error.strerror or error}. "
            "Choose a folder that exists, is writable and has room."
        ) from error
    finally:
        # Gone after the rename, and never there where its folder is missing.
        with contextlib.suppress(OSError):
            unfinished.unlink()


def spreadsheet_safe(text: str) -> str:
    """The text, with an apostrophe before it if a spreadsheet would take it for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def _write_entries(
    bundle: zipfile.ZipFile,
    tables: Mapping[str, pa.Table],
    documents: Mapping[str, str | bytes],
    created_at: datetime,
) -> None:
    import pyarrow.parquet as pq

    stamp = created_at.astimezone(UTC)

    def write(name: str, content: str | bytes) -> None:
        entry = zipfile.ZipInfo(name, date_time=stamp.timetuple()[:6])
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.external_attr = 0o644 << 16
        bundle.writestr(entry, content)

    write(README, _readme(documents.get(README, ""), tables, stamp))
    for name, content in sorted(documents.items()):
        if name != README:
            write(name, content)
    for name, table in sorted(tables.items()):
        write(f"csv/{name}.csv", _csv(table))
        parquet = io.BytesIO()
        pq.write_table(table, parquet)
        write(f"parquet/{name}.parquet", parquet.getvalue())


def _readme(own: str | bytes, tables: Mapping[str, pa.Table], stamp: datetime) -> str:
    introduction = own.decode() if isinstance(own, bytes) else own
    listed = "\n".join(
        f"{name}: {table.num_rows} rows; columns {', '.join(table.column_names)}"
        for name, table in sorted(tables.items())
    )
    parts = [
        introduction.strip(),
        f"Written {stamp:%Y-%m-%d %H:%M:%S} UTC.",
        _ABOUT_CSV.strip(),
        f"Tables\n{listed}" if listed else "",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _csv(table: pa.Table) -> str:
    buffer = io.StringIO(newline="")
    # CRLF, because the writer quotes a lone CR in a cell only if the line end contains one.
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([spreadsheet_safe(name) for name in table.column_names])
    for batch in table.to_batches(max_chunksize=10_000):
        columns: Sequence[Iterable[Any]] = [column.to_pylist() for column in batch.columns]
        writer.writerows([_cell(value) for value in row] for row in zip(*columns, strict=True))
    return buffer.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return spreadsheet_safe(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value != value:
        return ""
    return value


def _checked_table_name(name: str) -> str:
    if not _TABLE_NAME.fullmatch(name):
        raise ValueError(f"table name {name!r}: expected letters, digits, - and _")
    return name


def _check_document_name(name: str) -> None:
    # An entry named ../x would be written outside the folder a bundle is unpacked into.
    parts = PurePosixPath(name).parts
    if name.startswith("/") or "\\" in name or not parts or ".." in parts:
        raise ValueError(f"document name {name!r}: expected a relative path with / and no ..")
    if parts[0] in ("csv", "parquet"):
        raise ValueError(f"document name {name!r}: csv/ and parquet/ are kept for tables")

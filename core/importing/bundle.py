"""A bundle written by `core.exporting`: one study's tables and documents, read back and checked.

Only Parquet tables are read: CSV texts were changed for spreadsheets. A bundle comes from outside,
so sizes are bounded before anything is unpacked, and no entry becomes a path on this machine.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import UserError

MAX_BUNDLE_BYTES = 4 * 1024**3
MAX_TEXT_BYTES = 2 * 1024**2
_TABLE = re.compile(r"parquet/([a-z][a-z0-9_]{0,62})\.parquet")
_PROMPT_FILE = re.compile(
    r"taxonomy(\.[a-z]{2,3}(-[a-z0-9]{2,8})*)?\.toml|templates/[A-Za-z0-9][A-Za-z0-9._-]{0,100}\.txt"
)


@dataclass(frozen=True)
class Bundle:
    """What a bundle holds.

    Attributes:
        name: file name, for messages.
        study: study.json.
        versions: package -> version of the machine that wrote it; `schema` is the database's.
        templates: templates.json: what responses, ratings and checklists were made with.
        tables: table -> rows as stored: JSON columns as text, times with their zone.
        prompt_files: path below a prompts folder -> text: taxonomy and templates in use.
    """

    name: str
    study: Mapping[str, Any]
    versions: Mapping[str, str]
    templates: Mapping[str, list[str]]
    tables: Mapping[str, list[dict[str, Any]]]
    prompt_files: Mapping[str, str]

    def write_prompt_files(self, folder: Path) -> Path:
        """Puts taxonomy and templates into `folder`, so that settings can point at them."""
        for relative, text in self.prompt_files.items():
            path = folder / relative
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return folder


def is_bundle(path: Path) -> bool:
    """Whether the file is a zip, whatever its name."""
    return path.is_file() and zipfile.is_zipfile(path)


def read_bundle(path: Path) -> Bundle:
    """Reads a whole bundle.

    Raises:
        UserError: no such file, no zip, no bundle, damaged, or too large.
    """
    if not path.is_file():
        raise UserError(f"There is no file {path}. Expected a bundle made by `taskanchor export`.")
    try:
        with zipfile.ZipFile(path) as archive:
            return _read(path.name, archive)
    except (
        zipfile.BadZipFile,
        zlib.error,  # damaged within a compressed document
        EOFError,
        NotImplementedError,  # compressed or encrypted in ways Python does not read
        RuntimeError,  # needs a password
    ) as error:
        raise UserError(
            f"{path.name} cannot be read as a zip file ({error}). "
            "Expected a bundle made by `taskanchor export`; export it again."
        ) from error


def _read(name: str, archive: zipfile.ZipFile) -> Bundle:
    sizes = {entry.filename: entry.file_size for entry in archive.infolist()}
    if sum(sizes.values()) > MAX_BUNDLE_BYTES:
        raise UserError(
            f"{name} unpacks to {sum(sizes.values()):,} bytes; at most {MAX_BUNDLE_BYTES:,} are "
            "accepted."
        )
    if "study.json" not in sizes:
        raise UserError(
            f"{name} is no bundle: study.json is missing. "
            "Expected a zip made by `taskanchor export`."
        )
    return Bundle(
        name=name,
        study=_json(name, archive, "study.json"),
        versions=_json(name, archive, "versions.json") if "versions.json" in sizes else {},
        templates=_json(name, archive, "templates.json") if "templates.json" in sizes else {},
        tables={
            found.group(1): _rows(name, archive, entry)
            for entry in sizes
            if (found := _TABLE.fullmatch(entry))
        },
        prompt_files={
            entry: _text(name, archive, entry) for entry in sizes if _PROMPT_FILE.fullmatch(entry)
        },
    )


def _text(name: str, archive: zipfile.ZipFile, entry: str) -> str:
    with archive.open(entry) as file:
        content = file.read(MAX_TEXT_BYTES + 1)
    if len(content) > MAX_TEXT_BYTES:
        raise UserError(f"{name}: {entry} is larger than {MAX_TEXT_BYTES:,} bytes.")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UserError(
            f"{name}: {entry} is not UTF-8 ({error}). Export the study again."
        ) from None


def _json(name: str, archive: zipfile.ZipFile, entry: str) -> dict[str, Any]:
    try:
        value = json.loads(_text(name, archive, entry))
    except (ValueError, RecursionError) as error:
        raise UserError(f"{name}: {entry} is not valid JSON ({error}).") from None
    if not isinstance(value, dict):
        raise UserError(f"{name}: {entry} is not a JSON object.")
    return value


def _rows(name: str, archive: zipfile.ZipFile, entry: str) -> list[dict[str, Any]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    with archive.open(entry) as file:
        content = file.read(MAX_BUNDLE_BYTES)
    try:
        rows: list[dict[str, Any]] = pq.read_table(io.BytesIO(content)).to_pylist()
    except (pa.ArrowException, OSError) as error:
        raise UserError(f"{name}: {entry} cannot be read as Parquet ({error}).") from error
    return rows

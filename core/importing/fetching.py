"""Fetching a published prompt set to a file, on the user's own machine and only when asked to.

Sets on the Hugging Face hub need the optional packages of the extra `hub`; so does MacGyver, whose
original is a spreadsheet. SimpleQA and NoveltyBench are plain files. Only the columns that the
importers read are written, so that nothing about the people in a set is kept.
"""

from __future__ import annotations

import csv
import io
import json
import urllib.request
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.error import URLError

from core.errors import UserError
from core.importing.prompt_sets import get_prompt_set
from core.importing.tables import MAX_BYTES

Rows = Iterable[Mapping[str, Any]]
TIMEOUT_S = 60.0
EXTRA = ".venv/bin/uv pip install '.[hub]' in the project's folder"


@dataclass(frozen=True, slots=True)
class WebFile:
    """One file at an address. kind: csv, jsonl or xlsx."""

    url: str
    kind: str


@dataclass(frozen=True, slots=True)
class HubTable:
    """One split of a dataset on the hub."""

    repository: str
    split: str
    configuration: str | None = None


Source = WebFile | HubTable
# Prompt set -> where it is fetched from, and the columns that are kept.
SOURCES: Mapping[str, tuple[Source, tuple[str, ...]]] = MappingProxyType(
    {
        "simpleqa": (
            WebFile(
                "https://openaipublic.blob.core.windows.net/simple-evals/simple_qa_test_set.csv",
                "csv",
            ),
            ("metadata", "problem", "answer"),
        ),
        "math500": (
            HubTable("HuggingFaceH4/MATH-500", "test"),
            ("unique_id", "problem", "answer", "subject", "level"),
        ),
        "macgyver": (
            WebFile(
                "https://raw.githubusercontent.com/allenai/MacGyver/main/data/MacGyver/"
                "problem_solution_pair.xlsx",
                "xlsx",
            ),
            ("ID", "Problem", "Solvable?", "Unconventional?", "Solution", "Label"),
        ),
        "noveltybench": (
            WebFile(
                "https://raw.githubusercontent.com/novelty-bench/novelty-bench/main/data/"
                "curated.jsonl",
                "jsonl",
            ),
            ("id", "category", "prompt", "prompt_paraphrases"),
        ),
        "community-alignment": (
            HubTable("facebook/community-alignment-dataset", "train"),
            ("assigned_lang", "is_pregenerated_first_prompt", "first_turn_prompt"),
        ),
        "wildbench": (
            HubTable("allenai/WildBench", "test", "v2"),
            (
                "id", "session_id", "conversation_input", "checklist", "intent", "primary_tag",
                "secondary_tags",
            ),
        ),
    }
)  # fmt: skip


def fetch(
    name: str,
    out: Path,
    *,
    split: str | None = None,
    download: Callable[[str], bytes] | None = None,
    load: Callable[[HubTable], Rows] | None = None,
) -> int:
    """Writes a prompt set to a JSONL file that `prompts import --format NAME` reads.

    Args:
        split: of a hub dataset, in place of the usual one.
        download, load: take the place of the network.

    Returns:
        Number of rows.

    Raises:
        UserError: an unknown set, a file that is there, a missing package, or no connection.
    """
    prompt_set = get_prompt_set(name)
    source, columns = SOURCES[name]
    if out.exists():
        raise UserError(f"{out} is there already; name another file, or remove that one.")
    if out.suffix != ".jsonl":
        raise UserError(f"{out} does not end in .jsonl, which is what is written. Rename it.")
    if isinstance(source, HubTable):
        wanted = HubTable(source.repository, split or source.split, source.configuration)
        rows: Rows = (load or load_from_hub)(wanted)
    else:
        rows = read_web_file(source, (download or download_file)(source.url))
    lines = []
    for row in rows:
        kept = {column: row[column] for column in columns if row.get(column) is not None}
        lines.append(json.dumps(kept, ensure_ascii=False, default=str) + "\n")
    if not lines:
        raise UserError(
            f"{prompt_set.label} came without a single row; look at {prompt_set.origin}."
        )
    try:
        out.write_text("".join(lines), encoding="utf-8")
    except OSError as error:
        raise UserError(f"{out} cannot be written: {error.strerror}. Check the path.") from error
    return len(lines)


def download_file(url: str) -> bytes:
    """The bytes at an address.

    Raises:
        UserError: no answer, or more than an import accepts.
    """
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT_S) as reply:
            data: bytes = reply.read(MAX_BYTES + 1)
    except (URLError, OSError) as error:
        reason = getattr(error, "reason", error)
        raise UserError(
            f"{url} could not be fetched: {reason}. Check the connection, or download the file "
            "in a browser and import it from disk."
        ) from error
    if len(data) > MAX_BYTES:
        raise UserError(f"{url} is larger than {MAX_BYTES:,} bytes, more than an import accepts.")
    return data


def read_web_file(source: WebFile, data: bytes) -> Rows:
    """Rows of a fetched file, by column.

    Raises:
        UserError: it is not what it should be, or openpyxl is missing for a spreadsheet.
    """
    try:
        if source.kind == "xlsx":
            return _spreadsheet(data)
        text = data.decode("utf-8-sig")
        if source.kind == "csv":
            return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
        return [json.loads(line) for line in text.split("\n") if line.strip()]
    except (ValueError, csv.Error) as error:
        raise UserError(
            f"{source.url} is no readable {source.kind} file: {error}. Its publishers may have "
            "moved it; download it in a browser and import it from disk."
        ) from error


def load_from_hub(source: HubTable) -> Rows:
    """Rows of a dataset on the hub.

    Raises:
        UserError: the package `datasets` is missing, or the dataset cannot be loaded.
    """
    try:
        from datasets import load_dataset
    except ImportError as error:
        raise UserError(
            f"Fetching {source.repository} needs the package 'datasets', which is not installed. "
            f"Install it with {EXTRA}."
        ) from error
    try:
        rows: Rows = load_dataset(source.repository, source.configuration, split=source.split)
    except Exception as error:
        # The package passes on errors of every library below it.
        raise UserError(
            f"{source.repository}, split {source.split!r}, could not be loaded: {error}. Check the "
            "connection, name another --split, or accept the dataset's terms on its page and set "
            "HF_TOKEN."
        ) from error
    return rows


def _spreadsheet(data: bytes) -> Rows:
    try:
        from openpyxl import load_workbook
    except ImportError as error:
        raise UserError(
            "This set is published as a spreadsheet, and the package 'openpyxl' that reads it is "
            f"not installed. Install it with {EXTRA}. Or save the sheet as 'CSV UTF-8' yourself "
            "and import that."
        ) from error
    from zipfile import BadZipFile

    try:
        sheet = load_workbook(io.BytesIO(data), read_only=True).worksheets[0]
    except (BadZipFile, KeyError) as error:
        raise ValueError(str(error)) from error
    rows = sheet.iter_rows(values_only=True)
    header = [str(cell or "").strip() for cell in next(rows, ())]
    return [dict(zip(header, row, strict=False)) for row in rows if any(row)]

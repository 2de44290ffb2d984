"""Ratings from whichever tool: which format a file is in, and its rows in long format."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Literal, get_args

from core.errors import UserError
from core.importing.fields import Parsed
from core.importing.label_studio import is_label_studio, label_studio_to_ratings
from core.importing.noveltybench import pairs_to_ratings
from core.importing.potato import is_potato, potato_to_ratings
from core.importing.ratings import ImportedRating, parse_ratings
from core.importing.tables import Table, TableFormat, read_table

RatingFormat = Literal[
    "auto", "long", "csv", "tsv", "jsonl", "parquet", "label-studio", "potato", "noveltybench"
]
RATING_FORMATS: tuple[RatingFormat, ...] = get_args(RatingFormat)


def read_ratings(
    name: str,
    data: bytes | Path,
    format: RatingFormat = "auto",
    *,
    taxonomy_keys: Collection[str] = (),
) -> Parsed[ImportedRating]:
    """Reads a file of ratings.

    Args:
        name: file name, for messages and for its extension.
        data: the content, or where it lies.
        format: "auto" looks at the columns; "long" (or the kind of file) reads one row per
            rating; the others name the tool. See `core.importing.label_studio` and
            `core.importing.potato` for what is read of their exports.
        taxonomy_keys: a category that is none of them is kept as metadata.

    Raises:
        UserError: the file cannot be read, is not in that format, or lacks a column.
    """
    if format not in RATING_FORMATS:
        raise UserError(f"Format is {format!r}; expected one of {', '.join(RATING_FORMATS)}.")
    return convert_ratings(read_rating_table(name, data, format), format, taxonomy_keys)


def read_rating_table(name: str, data: bytes | Path, format: RatingFormat = "auto") -> Table:
    """The file's own rows, before any conversion."""
    kinds: dict[str, TableFormat] = {
        "csv": "csv", "tsv": "tsv", "jsonl": "jsonl", "parquet": "parquet", "noveltybench": "jsonl",
    }  # fmt: skip
    return read_table(name, data, kinds.get(format, "auto"))


def convert_ratings(
    table: Table, format: RatingFormat, taxonomy_keys: Collection[str]
) -> Parsed[ImportedRating]:
    """Ratings of rows that were read; see `read_ratings`."""
    chosen = detect_format(table) if format == "auto" else format
    notices: list[str] = []
    match chosen:
        case "label-studio":
            table, notices = label_studio_to_ratings(table)
        case "potato":
            table, notices = potato_to_ratings(table)
        case "noveltybench":
            table = pairs_to_ratings(table)
    parsed = parse_ratings(table, taxonomy_keys)
    if format == "auto" and chosen != "long":
        notices.insert(0, f"Recognised as an export of {_NAMES[chosen]}.")
    parsed.notices[:0] = notices
    return parsed


def detect_format(table: Table) -> RatingFormat:
    """The tool a file comes from, by its columns; long where none is recognised."""
    columns = set(table.columns)
    if {"item_id", "rater_id"} <= columns:
        return "long"
    if is_label_studio(table):
        return "label-studio"
    if is_potato(table):
        return "potato"
    if {"id", "response_a", "response_b", "annotator", "equivalent"} <= columns:
        return "noveltybench"
    return "long"


_NAMES: dict[RatingFormat, str] = {
    "label-studio": "Label Studio",
    "potato": "Potato",
    "noveltybench": "NoveltyBench",
}

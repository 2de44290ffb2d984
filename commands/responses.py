"""responses import"""

from __future__ import annotations

from pathlib import Path

import click

from commands.common import json_option, open_all, skip_bad_option, slug_argument
from commands.prompts import report_import
from core.errors import UserError
from core.importing import parse_responses, read_table
from core.importing.noveltybench import (
    PARTITION_RATER,
    partition_verdicts,
    responses_to_responses,
)
from db.imports import import_partition, import_responses
from db.queries.studies import get_study


@click.group()
def responses() -> None:
    """Import responses made elsewhere."""


@responses.command("import")
@slug_argument
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "file_format",
    type=click.Choice(["auto", "csv", "jsonl", "parquet", "noveltybench"]),
    default="auto",
    show_default=True,
)
@click.option(
    "--with-partition",
    is_flag=True,
    help=f"NoveltyBench: import its partition as the judge {PARTITION_RATER}.",
)
@skip_bad_option
@json_option
def import_file(
    slug: str, file: Path, file_format: str, with_partition: bool, skip_bad: bool, as_json: bool
) -> None:
    """Import responses from FILE into study SLUG: prompt_id, condition, sample_index, text."""
    nested = file_format == "noveltybench"
    if with_partition and not nested:
        raise UserError("--with-partition needs --format noveltybench.")
    _, database = open_all()
    table = read_table(file.name, file, "jsonl" if nested else file_format)  # type: ignore[arg-type]
    parsed = parse_responses(responses_to_responses(table) if nested else table)
    rows = parsed.accept(skip_bad=skip_bad)
    with database.write() as session:
        study = get_study(session, slug)
        done = import_responses(session, study, rows, file_name=file.name)
        if with_partition:
            verdicts = partition_verdicts(table).accept(skip_bad=skip_bad)
            import_partition(session, study, verdicts, rater=PARTITION_RATER, file_name=file.name)
    report_import("responses", done.added, done.unchanged, parsed.problems, parsed.notices, as_json)

"""ratings import"""

from __future__ import annotations

from pathlib import Path

import click

from commands.common import json_option, open_all, skip_bad_option, slug_argument
from commands.prompts import report_import
from core.importing.rating_files import RATING_FORMATS, RatingFormat, read_ratings
from core.taxonomy import load_taxonomy
from db.imports import import_ratings
from db.queries.studies import get_study


@click.group()
def ratings() -> None:
    """Import ratings made elsewhere."""


@ratings.command("import")
@slug_argument
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "file_format",
    type=click.Choice(RATING_FORMATS),
    default="auto",
    show_default=True,
)
@skip_bad_option
@json_option
def import_file(
    slug: str, file: Path, file_format: RatingFormat, skip_bad: bool, as_json: bool
) -> None:
    """Import ratings: one row each (item_id, question, rater_id, rater_kind, value), or an export.

    Exports of Label Studio, Potato and NoveltyBench are recognised by their columns.
    """
    settings, database = open_all()
    taxonomy = load_taxonomy(settings.prompts_dir)
    parsed = read_ratings(file.name, file, file_format, taxonomy_keys=taxonomy.keys())
    rows = parsed.accept(skip_bad=skip_bad)
    with database.write() as session:
        done = import_ratings(session, get_study(session, slug), rows, file_name=file.name)
    report_import("ratings", done.added, done.unchanged, parsed.problems, parsed.notices, as_json)

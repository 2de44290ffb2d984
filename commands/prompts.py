"""prompts import"""

from __future__ import annotations

from pathlib import Path

import click

from commands.common import json_option, open_all, print_json, skip_bad_option, slug_argument
from core.importing import parse_prompts, read_table
from core.importing.noveltybench import prompts_to_prompts
from core.taxonomy import load_taxonomy
from db.imports import import_prompts
from db.queries.studies import get_study


@click.group()
def prompts() -> None:
    """Import prompts."""


@prompts.command("import")
@slug_argument
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "file_format",
    type=click.Choice(["auto", "csv", "jsonl", "parquet", "noveltybench"]),
    default="auto",
    show_default=True,
)
@skip_bad_option
@json_option
def import_file(slug: str, file: Path, file_format: str, skip_bad: bool, as_json: bool) -> None:
    """Import prompts from FILE into study SLUG: CSV, JSONL or Parquet with a column prompt."""
    settings, database = open_all()
    taxonomy = load_taxonomy(settings.prompts_dir)
    nested = file_format == "noveltybench"
    table = read_table(file.name, file, "jsonl" if nested else file_format)  # type: ignore[arg-type]
    parsed = parse_prompts(prompts_to_prompts(table) if nested else table, taxonomy.keys())
    rows = parsed.accept(skip_bad=skip_bad)
    with database.write() as session:
        done = import_prompts(session, get_study(session, slug), rows, file_name=file.name)
    report_import("prompts", done.added, done.unchanged, parsed.problems, parsed.notices, as_json)


def report_import(
    what: str,
    added: int,
    unchanged: int,
    problems: list[tuple[int, str]],
    notices: list[str],
    as_json: bool,
) -> None:
    """Says what an import did; rows left out are named on stderr."""
    if as_json:
        print_json(
            {
                "added": added,
                "unchanged": unchanged,
                "skipped_bad": len(problems),
                "problems": [{"line": line, "problem": text} for line, text in problems],
                "notices": notices,
            }
        )
    else:
        click.echo(f"{added} {what} added, {unchanged} there already.")
    for notice in notices:
        click.echo(notice, err=True)
    for line, text in problems:
        click.echo(f"left out: line {line}: {text}", err=True)

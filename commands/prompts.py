"""prompts import, fetch, sets"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from commands.common import json_option, open_all, print_json, skip_bad_option, slug_argument
from core.importing import parse_prompts, read_table
from core.importing.drawing import PAPER_SEED, Drawn, read_prompt_set
from core.importing.prompt_sets import PROMPT_SETS, get_prompt_set
from core.taxonomy import load_taxonomy
from db.imports import import_prompts
from db.queries.studies import get_study

_PLAIN = ("auto", "csv", "jsonl", "parquet")


@click.group()
def prompts() -> None:
    """Import prompts, and fetch published sets of them."""


@prompts.command("import")
@slug_argument
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "file_format",
    type=click.Choice([*_PLAIN, *PROMPT_SETS]),
    default="auto",
    show_default=True,
    help="A file format, or a published set, of which the paper's sample is drawn.",
)
@click.option("--all", "everything", is_flag=True, help="Of a published set: all rows.")
@click.option("--rows", type=click.IntRange(1), help="Of a published set: rows to draw.")
@click.option(
    "--seed", type=click.IntRange(0), help=f"Of a published set: the shuffle. Default {PAPER_SEED}."
)
@skip_bad_option
@json_option
def import_file(
    slug: str,
    file: Path,
    file_format: str,
    everything: bool,
    rows: int | None,
    seed: int | None,
    skip_bad: bool,
    as_json: bool,
) -> None:
    """Import prompts from FILE into study SLUG: CSV, JSONL or Parquet with a column prompt."""
    settings, database = open_all()
    taxonomy = load_taxonomy(settings.prompts_dir)
    if everything and (rows is not None or seed is not None):
        raise click.UsageError("--all takes all rows in their order; leave --rows and --seed out.")
    drawn: Drawn | None = None
    if file_format in _PLAIN:
        if everything or rows is not None or seed is not None:
            raise click.UsageError("--all, --rows and --seed are for published sets (--format).")
        table = read_table(file.name, file, file_format)  # type: ignore[arg-type]
    else:
        drawn = read_prompt_set(
            file.name,
            file,
            get_prompt_set(file_format),
            everything=everything,
            n=rows,
            seed=PAPER_SEED if seed is None else seed,
        )
        table = drawn.table
    parsed = parse_prompts(table, taxonomy.keys())
    provenance = drawn.provenance if drawn else None
    for notice in drawn.notices if drawn and parsed.problems and not skip_bad else ():
        click.echo(notice, err=True)
    accepted = parsed.accept(skip_bad=skip_bad)
    with database.write() as session:
        done = import_prompts(
            session,
            get_study(session, slug),
            accepted,
            file_name=file.name,
            provenance=provenance,
        )
    notices = [*(drawn.notices if drawn else ()), *parsed.notices]
    report_import("prompts", done.added, done.unchanged, parsed.problems, notices, as_json)


@prompts.command("sets")
@json_option
def list_sets(as_json: bool) -> None:
    """List the published sets that can be imported, with licence, origin and sampling rule."""
    rows: list[dict[str, Any]] = [
        {
            "id": one.id,
            "label": one.label,
            "licence": one.licence,
            "origin": one.origin,
            "citation": one.citation,
            "category": one.category or None,
            "rule": one.rule,
            "caution": one.caution,
        }
        for one in PROMPT_SETS.values()
    ]
    if as_json:
        print_json({"sets": rows})
        return
    for row in rows:
        click.echo(f"{row['id']}: {row['label']} ({row['citation']})")
        for name in ("licence", "origin", "rule", "caution"):
            if row[name]:
                click.echo(f"  {name}: {row[name]}")


@prompts.command("fetch")
@click.argument("name", type=click.Choice(list(PROMPT_SETS)))
@click.option("--out", type=click.Path(path_type=Path), required=True, help="A new .jsonl file.")
@click.option("--split", help="Of a dataset on the hub, in place of the usual one.")
@json_option
def fetch_set(name: str, out: Path, split: str | None, as_json: bool) -> None:
    """Fetch the published set NAME from its publishers into a file.

    This is the one command that goes out to fetch data. Sets on the Hugging Face hub need the
    optional packages of the extra `hub`.
    """
    from core.importing.fetching import fetch

    n_rows = fetch(name, out, split=split)
    known = get_prompt_set(name)
    if as_json:
        print_json({"set": name, "file": str(out), "rows": n_rows, "licence": known.licence})
        return
    click.echo(f"{n_rows:,} rows of {known.label} are in {out}. Licence: {known.licence}.")
    if known.caution:
        click.echo(f"Take care: {known.caution}")
    click.echo(f"Import the paper's sample: taskanchor prompts import SLUG {out} --format {name}")


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

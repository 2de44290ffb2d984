"""report"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from commands.common import json_option, open_all, print_json
from core.errors import UserError
from core.importing.bundle import is_bundle
from core.importing.rating_files import RATING_FORMATS, RatingFormat, read_ratings
from core.settings import Settings
from core.taxonomy import load_taxonomy
from db.bundles import opened_bundle, temporary_database
from db.engine import Database
from db.imports import import_ratings
from db.queries.studies import add_study, get_study, slug_of
from db.study_report import make_report_files


@click.command()
@click.argument("source")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder to write to.")
@click.option("--question", "questions", multiple=True, help="Only these; default: all answered.")
@click.option(
    "--format",
    "file_format",
    type=click.Choice(RATING_FORMATS),
    default="auto",
    show_default=True,
    help="Of a file of ratings.",
)
@click.option("--skip-bad", is_flag=True, help="Leave bad rows of a file of ratings out.")
@click.option("--seed", type=int, default=0, show_default=True)
@json_option
def report(
    source: str,
    out: Path,
    questions: tuple[str, ...],
    file_format: RatingFormat,
    skip_bad: bool,
    seed: int,
    as_json: bool,
) -> None:
    """Write the agreement report of SOURCE: one HTML page, tables as LaTeX and CSV.

    SOURCE is a study, a bundle (FILE.zip), or a file of ratings made with any tool: long format,
    Label Studio or Potato. A file needs no study and stores nothing.
    """
    with (
        opened(source, file_format, skip_bad) as (settings, database, slug),
        database.read() as session,
    ):
        study = get_study(session, slug)
        files = make_report_files(session, settings, study, seed=seed, questions=questions or None)
    write_files(out, files)
    page = out / "report.html"
    if as_json:
        print_json({"study": slug, "page": str(page), "files": sorted(files)})
    else:
        click.echo(f"Wrote {page} and {len(files) - 1} tables beside it.")


@contextmanager
def opened(
    source: str, file_format: RatingFormat = "auto", skip_bad: bool = False
) -> Iterator[tuple[Settings, Database, str]]:
    """A study by its name, or one made for the moment of a bundle or a file of ratings.

    Raises:
        UserError: neither a file nor a study.
    """
    path = Path(source)
    if path.is_file() and is_bundle(path):
        with opened_bundle(path, Settings.from_environment()) as found:
            yield found
    elif path.is_file():
        settings = Settings.from_environment()
        taxonomy = load_taxonomy(settings.prompts_dir)
        parsed = read_ratings(path.name, path, file_format, taxonomy_keys=taxonomy.keys())
        rows = parsed.accept(skip_bad=skip_bad)
        for notice in parsed.notices:
            click.echo(notice, err=True)
        if parsed.problems:
            click.echo(f"{len(parsed.problems):,} bad row(s) left out.", err=True)
        with temporary_database(settings) as (own, database):
            with database.write() as session:
                study = add_study(session, slug_of(path.stem), path.stem, taxonomy)
                import_ratings(session, study, rows, file_name=path.name)
                slug = study.slug
            yield own, database, slug
    elif path.suffix or "/" in source:
        raise UserError(
            f"There is no file {source}. Expected a study, a bundle (FILE.zip) or a file of "
            "ratings."
        )
    else:
        settings, database = open_all()
        yield settings, database, source


def write_files(folder: Path, files: dict[str, str]) -> None:
    """Writes a report's files below `folder`, replacing those of an earlier report.

    Raises:
        UserError: the folder cannot be written to.
    """
    try:
        for relative, content in files.items():
            path = folder / relative
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8", newline="")
    except OSError as error:
        raise UserError(
            f"The report cannot be written to {folder}: {error.strerror or error}. "
            "Choose a folder that is writable and has room."
        ) from error

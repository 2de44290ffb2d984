"""import"""

from __future__ import annotations

from pathlib import Path

import click

from commands.common import json_option, open_all, print_json
from core.importing.bundle import read_bundle
from db.bundles import import_bundle


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--as", "slug", help="Name of the study; default: the one it was exported under.")
@json_option
def import_(file: Path, slug: str | None, as_json: bool) -> None:
    """Make a study of FILE, a bundle written by `taskanchor export`.

    All its tables come along; people stay the pseudonyms they are in the bundle.
    """
    _, database = open_all()
    bundle = read_bundle(file)
    with database.write() as session:
        done = import_bundle(session, bundle, slug=slug)
    if as_json:
        print_json({"study": done.slug, "rows": done.rows})
    else:
        click.echo(f"Imported {sum(done.rows.values()):,} rows as study {done.slug}.")

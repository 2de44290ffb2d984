"""export"""

from __future__ import annotations

from pathlib import Path

import click

from commands.common import json_option, open_all, print_json, slug_argument
from db.exports import export_study


@click.command()
@slug_argument
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The zip to write.")
@json_option
def export(slug: str, out: Path, as_json: bool) -> None:
    """Write everything of study SLUG into one zip file, people under pseudonyms."""
    settings, database = open_all()
    done = export_study(database, settings, slug, out)
    if as_json:
        print_json({"study": slug, "file": str(out), "bytes": done.n_bytes, "rows": done.rows})
    else:
        click.echo(f"Wrote {out}: {sum(done.rows.values()):,} rows, {done.n_bytes:,} bytes.")

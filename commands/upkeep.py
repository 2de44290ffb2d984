"""doctor, backup, restore"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from commands.common import json_option, open_all, print_json
from core.settings import Settings
from db.upkeep import Finding, back_up, examine, put_back


@click.command()
@json_option
def doctor(as_json: bool) -> None:
    """Look whether everything the app needs is in order; exit code 1 if something is not."""
    findings = examine(Settings.from_environment())
    if as_json:
        print_json({"findings": [_as_json(finding) for finding in findings]})
    else:
        for finding in findings:
            mark = "ok" if finding.ok else "NOT OK"
            click.echo(f"{mark:6}  {finding.what}: {finding.detail}")
    if not all(finding.ok for finding in findings):
        sys.exit(1)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
def backup(file: Path) -> None:
    """Copy the whole database to FILE while others go on working. The secret key stays out."""
    _, database = open_all()
    back_up(database, file)
    click.echo(f"Wrote {file}. Keep secret.key apart from it: whoever has both can forge links.")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="Replace a database that holds studies.")
def restore(file: Path, replace: bool) -> None:
    """Put the database of FILE, made by backup, in the place of the present one."""
    n_erased = put_back(Settings.from_environment(), file, replace=replace)
    again = f" Emptied again what {n_erased} people had withdrawn." if n_erased else ""
    click.echo(f"Restored from {file}.{again}")


def _as_json(finding: Finding) -> dict[str, object]:
    return {"what": finding.what, "ok": finding.ok, "detail": finding.detail}

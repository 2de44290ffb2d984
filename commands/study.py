"""study create | list | show"""

from __future__ import annotations

from dataclasses import asdict

import click

from commands.common import json_option, open_all, print_json, slug_argument
from core.taxonomy import load_taxonomy
from db.queries.studies import (
    StudyOverview,
    add_study,
    get_overview,
    get_study,
    list_overviews,
)


@click.group()
def study() -> None:
    """Create, list and show studies."""


@study.command()
@slug_argument
@click.option("--title", default="", help="Shown on pages; default: the slug.")
@json_option
def create(slug: str, title: str, as_json: bool) -> None:
    """Create the study SLUG."""
    settings, database = open_all()
    with database.write() as session:
        add_study(session, slug, title, load_taxonomy(settings.prompts_dir))
    if as_json:
        print_json({"study": slug})
    else:
        click.echo(f"Created study {slug}. Next: taskanchor prompts import {slug} FILE")


@study.command("list")
@json_option
def list_all(as_json: bool) -> None:
    """List all studies, the latest active first."""
    _, database = open_all()
    with database.read() as session:
        overviews = list_overviews(session)
    if as_json:
        print_json({"studies": [_as_json(overview) for overview in overviews]})
        return
    for overview in overviews:
        click.echo(f"{overview.slug:24} {overview.title}")
    if not overviews:
        click.echo("No study yet. Create one with: taskanchor study create SLUG")


@study.command()
@slug_argument
@json_option
def show(slug: str, as_json: bool) -> None:
    """Show what study SLUG holds."""
    _, database = open_all()
    with database.read() as session:
        overview = get_overview(session, get_study(session, slug))
    if as_json:
        print_json(_as_json(overview))
        return
    for name, value in _as_json(overview).items():
        click.echo(f"{name.replace('_', ' '):24} {value}")


def _as_json(overview: StudyOverview) -> dict[str, object]:
    return {
        name: value.isoformat() if hasattr(value, "isoformat") else value
        for name, value in asdict(overview).items()
    }

"""contrast"""

from __future__ import annotations

from dataclasses import asdict

import click

from commands.common import json_option, open_all, print_json, slug_argument
from core.diversity import DEFINITIONS
from core.results import ALL_CATEGORIES
from db.queries.contrast import PrimaryContrast, find_contrast, fix_contrast
from db.queries.studies import get_study


@click.command()
@slug_argument
@click.option("--condition", metavar="LABEL", help="What is compared.")
@click.option("--baseline", metavar="LABEL", help="With what.")
@click.option(
    "--measure", type=click.Choice(list(DEFINITIONS)), default="distinct", show_default=True
)
@click.option("--category", default=ALL_CATEGORIES, show_default=True)
@json_option
def contrast(
    slug: str,
    condition: str | None,
    baseline: str | None,
    measure: str,
    category: str,
    as_json: bool,
) -> None:
    """The one comparison study SLUG is about: set before anything is judged, else shown.

    Time and what was there to be seen are kept with it; once responses are judged, it stays.
    """
    _settings, database = open_all()
    if (condition is None) != (baseline is None):
        raise click.UsageError("Give --condition and --baseline together, or neither to see it.")
    if condition is None or baseline is None:
        with database.read() as session:
            found = find_contrast(get_study(session, slug))
    else:
        with database.write() as session:
            found = fix_contrast(
                session,
                get_study(session, slug),
                condition=condition,
                baseline=baseline,
                measure=measure,
                category=category,
                actor="terminal",
            )
    if as_json:
        print_json(None if found is None else _values(found))
    elif found is None:
        click.echo(f"No primary contrast is set in {slug}.")
    else:
        click.echo(
            f"{found.condition} minus {found.baseline} in {DEFINITIONS[found.measure].name}, "
            f"category {found.category}; set on {found.fixed_at:%Y-%m-%d %H:%M} UTC, when "
            f"{found.answers_then:,} answers about responses were there."
        )


def _values(found: PrimaryContrast) -> dict[str, object]:
    return asdict(found) | {"fixed_at": found.fixed_at.isoformat()}

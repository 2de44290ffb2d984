"""demo"""

from __future__ import annotations

import click

from commands.common import ProgressLine, open_all
from db.demo import SLUG, load_demo


@click.command()
def demo() -> None:
    """Load the sample study: texts written for illustration, ratings simulated from a seed."""
    settings, database = open_all()
    line = ProgressLine("of the sample study")
    loaded = load_demo(database, settings, line)
    line.end()
    there = "is loaded" if loaded else "is there already; nothing was changed"
    click.echo(f"The sample study {SLUG!r} {there}. Open it with: taskanchor serve")

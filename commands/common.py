"""What several commands share: opening the database, printing results, showing progress."""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import click

from core.pipeline.records import Progress
from core.settings import Settings
from db.engine import Database, open_database

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
skip_bad_option = click.option(
    "--skip-bad", is_flag=True, help="Leave bad rows out instead of importing nothing."
)
slug_argument = click.argument("slug")


def open_all() -> tuple[Settings, Database]:
    """The settings of the environment and the database they name."""
    settings = Settings.from_environment()
    return settings, open_database(settings)


def print_json(value: Any) -> None:
    """One JSON object on stdout; NaN would be no JSON and is a bug here."""
    click.echo(json.dumps(value, ensure_ascii=False, allow_nan=False))


class ProgressLine:
    """One line on stderr that appears after two seconds and keeps itself up to date.

    On a terminal the line is redrawn; elsewhere (a log) a line is written every ten seconds.
    """

    FIRST_AFTER_S = 2.0

    def __init__(self, what: str) -> None:
        self._what = what
        self._started = time.monotonic()
        self._redraw = sys.stderr.isatty()
        self._next = self._started + self.FIRST_AFTER_S
        self._drawn = False

    def __call__(self, progress: Progress) -> None:
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + (0.2 if self._redraw else 10.0)
        self._drawn = True
        finished = progress.done + progress.failed
        rate = finished / max(now - self._started, 1e-9)
        left = progress.planned - progress.skipped - finished
        parts = [
            # A judge writes its checklists, and a model classifies, before anything is counted.
            f"{progress.skipped + finished}/{progress.planned} {self._what}"
            if progress.planned
            else f"preparing {self._what}, {now - self._started:.0f} s so far",
            f"{rate:.1f}/s" if finished else "",
            f"about {_duration(left / rate)} left" if rate > 0 and left > 0 else "",
            f"{progress.failed} failed" if progress.failed else "",
        ]
        line = ", ".join(part for part in parts if part)
        click.echo(f"\r\x1b[2K{line}" if self._redraw else line, err=True, nl=not self._redraw)

    def end(self) -> None:
        if self._drawn and self._redraw:
            click.echo("", err=True)


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"

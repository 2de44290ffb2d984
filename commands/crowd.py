"""people plan | open | pause | resume | close | status | exclude | include | withdraw"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

import click
from sqlalchemy.orm import Session

from commands.common import json_option, open_all, print_json, slug_argument
from core.crowd import CrowdPlan, parse_plan, read_plan
from core.errors import UserError
from core.types import Question
from db.crowd.erasure import LOG_NAME, withdraw
from db.crowd.monitoring import Monitor, monitor
from db.crowd.opening import (
    checklist,
    close_study,
    estimate,
    open_study,
    pause_study,
    resume_study,
    save_plan,
)
from db.crowd.people import ParticipantRow, exclude, find_rater, include, list_participants
from db.models import Study
from db.queries.studies import get_study
from db.reports import default_template

ACTOR = "command line"
_Done = TypeVar("_Done")
person_argument = click.argument("person")
reason_option = click.option("--reason", required=True, help="Why; kept with the study.")


@click.command("plan")
@slug_argument
@click.option("--file", "path", type=click.Path(path_type=Path), help="A plan as JSON or TOML.")
@json_option
def plan(slug: str, path: Path | None, as_json: bool) -> None:
    """Show the plan of study SLUG, or set it from a file; say what is missing and what it takes."""
    settings, database = open_all()
    given = None if path is None else _read_file(path)
    words = default_template(Question.EQUIVALENCE, settings)
    with database.write() as session:
        study = get_study(session, slug)
        if given is not None:
            save_plan(session, study, given, actor=ACTOR)
        found = given or read_plan(study.settings)
        if found is None:
            raise UserError(
                f"Study {slug!r} has no plan yet. Set one with: taskanchor people plan {slug} "
                "--file FILE, or on the People page."
            )
        needs = checklist(session, study, found, default_template=words)
        takes = estimate(session, study, found)
    if as_json:
        print_json(
            {
                "plan": found.to_settings(),
                "checklist": [asdict(one) for one in needs],
                "estimate": asdict(takes),
            }
        )
        return
    for one in needs:
        mark = "ok" if one.is_met else "MISSING" if one.is_blocking else "note"
        click.echo(f"{mark:8}{one.text}")
    click.echo(
        f"{takes.ratings} ratings by {takes.people} people, about {takes.minutes_per_person:.0f} "
        f"min each; {takes.total:.2f} {takes.currency}"
    )
    for name, reason in takes.reasons.items():
        click.echo(f"{name}: {reason}")


@click.command("open")
@slug_argument
@json_option
def open_(slug: str, as_json: bool) -> None:
    """Draw the items of study SLUG, freeze its plan, and let people in."""
    settings, database = open_all()
    words = default_template(Question.EQUIVALENCE, settings)
    with database.write() as session:
        drawn = open_study(session, get_study(session, slug), actor=ACTOR, default_template=words)
    if as_json:
        print_json({"status": "open", "items": {one.value: n for one, n in drawn.items()}})
        return
    listed = ", ".join(f"{n} for {question.value}" for question, n in drawn.items())
    click.echo(f"Study {slug} is open. Items drawn: {listed}.")


def _changing(name: str, change: Callable[..., None], said: str, help_text: str) -> click.Command:
    @click.command(name, help=help_text)
    @slug_argument
    def command(slug: str) -> None:
        _, database = open_all()
        with database.write() as session:
            change(session, get_study(session, slug), actor=ACTOR)
        click.echo(f"Study {slug} {said}.")

    return command


@click.command("status")
@slug_argument
@json_option
def status(slug: str, as_json: bool) -> None:
    """Show how the crowd study SLUG goes, and the people in it."""
    _, database = open_all()
    with database.read() as session:
        study = get_study(session, slug)
        state = monitor(session, study.id)
        people = list_participants(session, study.id)
    if as_json:
        print_json(
            {
                "study": slug,
                **_monitor_json(state),
                "people": [_person_json(one) for one in people],
            }
        )
        return
    click.echo(f"{slug} is {state.status}: {state.done} of {state.wanted} ratings")
    click.echo("people: " + ", ".join(f"{n} {phase}" for phase, n in state.phases.items()))
    if state.estimated_finish is None:
        click.echo(f"no estimate of the end: {state.finish_reason}")
    else:
        click.echo(f"estimated end: {state.estimated_finish:%Y-%m-%d %H:%M} UTC")
    for flag in state.flags:
        click.echo(f"{flag.name}: {flag.text}")


@click.command("exclude")
@slug_argument
@person_argument
@reason_option
def exclude_person(slug: str, person: str, reason: str) -> None:
    """Leave PERSON's answers out of study SLUG where results are shown without them."""
    _for_person(
        slug, person, lambda session, who: exclude(session, who, reason=reason, actor=ACTOR)
    )
    click.echo(f"Excluded {person}. Their answers stay, and results are shown with and without.")


@click.command("include")
@slug_argument
@person_argument
@reason_option
def include_person(slug: str, person: str, reason: str) -> None:
    """Take back that PERSON was excluded from study SLUG."""
    n_beyond = _for_person(
        slug, person, lambda session, who: include(session, who, reason=reason, actor=ACTOR)
    )
    click.echo(f"{person} is no longer excluded.")
    if n_beyond:
        click.echo(f"Items that now have more ratings than wanted, all of which count: {n_beyond}.")


@click.command("withdraw")
@slug_argument
@person_argument
@click.confirmation_option(prompt="This empties all the person has said, for good. Go on?")
def withdraw_person(slug: str, person: str) -> None:
    """Empty all that PERSON has said in study SLUG, as they asked."""
    settings, _ = open_all()
    log = settings.data_dir / LOG_NAME
    _for_person(slug, person, lambda session, who: withdraw(session, who, log=log))
    click.echo("Their answers and what links them to a person are gone.")


crowd_commands: tuple[click.Command, ...] = (
    plan,
    open_,
    _changing("pause", pause_study, "is paused", "Let nobody into study SLUG for now."),
    _changing("resume", resume_study, "is open again", "Go on with study SLUG."),
    _changing("close", close_study, "is closed", "End study SLUG for good."),
    status,
    exclude_person,
    include_person,
    withdraw_person,
)


def _for_person(slug: str, person: str, act: Callable[[Session, int], _Done]) -> _Done:
    _, database = open_all()
    with database.write() as session:
        study: Study = get_study(session, slug)
        return act(session, find_rater(session, study.id, person))


def _read_file(path: Path) -> CrowdPlan:
    try:
        text = path.read_text(encoding="utf-8")
        values = tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
    except (OSError, ValueError) as error:
        raise UserError(f"{path} cannot be read as a plan: {error}") from error
    return parse_plan(values)


def _monitor_json(state: Monitor) -> dict[str, Any]:
    finish = state.estimated_finish
    return {
        **asdict(state),
        "per_hour": [
            {"start": one.start.isoformat(), "ratings": one.ratings} for one in state.per_hour
        ],
        "estimated_finish": None if finish is None else finish.isoformat(),
    }


def _person_json(one: ParticipantRow) -> dict[str, Any]:
    return {**asdict(one), "last_seen_at": one.last_seen_at.isoformat()}

"""people invite | list | add | links | recruit | reapply-erasures; more in `commands.crowd`"""

from __future__ import annotations

import csv
import io

import click

from commands.common import json_option, open_all, print_json, slug_argument
from commands.crowd import crowd_commands
from core.crowd import read_plan
from core.crowd.links import recruiting_link
from core.errors import UserError
from core.exporting import spreadsheet_safe
from core.security import (
    TEST_OUTCOMES,
    annotator_link,
    join_link,
    load_secret_key,
    preview_link,
)
from core.settings import Settings
from core.types import Question
from db.crowd.joining import add_invited
from db.engine import Database
from db.invitations import Invitation, invite
from db.queries.people import list_people
from db.queries.studies import get_study
from db.upkeep import reapply_erasures

base_url_option = click.option(
    "--base-url", default="http://127.0.0.1:8501", show_default=True, help="Where the app is."
)


@click.group()
def people() -> None:
    """Invite people, run a crowd study, and print links."""


for command in crowd_commands:
    people.add_command(command)


@people.command("invite")
@slug_argument
@click.option("--count", type=click.IntRange(1, 500), default=3, show_default=True)
@click.option("--name", "names", multiple=True, help="One per person, in place of --count.")
@click.option("--pairs", type=click.IntRange(0), default=24, show_default=True)
@click.option("--responses", type=click.IntRange(0), default=0, show_default=True)
@click.option("--condition", "conditions", multiple=True, help="Draw from these only.")
@click.option("--category", "categories", multiple=True, help="Draw from these only.")
@click.option("--ratings-per-item", type=click.IntRange(1), default=3, show_default=True)
@click.option("--seed", type=int, default=0, show_default=True)
@base_url_option
@json_option
def invite_people(
    slug: str,
    count: int,
    names: tuple[str, ...],
    pairs: int,
    responses: int,
    conditions: tuple[str, ...],
    categories: tuple[str, ...],
    ratings_per_item: int,
    seed: int,
    base_url: str,
    as_json: bool,
) -> None:
    """Draw items of study SLUG, assign them to new people, and print all people's links."""
    settings, database = open_all()
    sizes = {Question.EQUIVALENCE: pairs, Question.QUALITY: responses}
    invitation = Invitation(
        names=names or ("",) * count,
        n_items={question: size for question, size in sizes.items() if size},
        ratings_per_item=ratings_per_item,
        seed=seed,
        conditions=conditions or None,
        categories=categories or None,
    )
    with database.write() as session:
        invite(session, get_study(session, slug), invitation)
    _print_links(settings, database, slug, base_url, as_json)


@people.command("list")
@slug_argument
@base_url_option
@json_option
def list_all(slug: str, base_url: str, as_json: bool) -> None:
    """List the people of study SLUG with their progress and links."""
    settings, database = open_all()
    _print_links(settings, database, slug, base_url, as_json)


@people.command("add")
@slug_argument
@click.option("--count", type=click.IntRange(1, 500), default=1, show_default=True)
@click.option("--name", "names", multiple=True, help="One per person, in place of --count.")
@base_url_option
@json_option
def add_people(slug: str, count: int, names: tuple[str, ...], base_url: str, as_json: bool) -> None:
    """Add people by personal link to study SLUG, which has a plan; they get work when they come."""
    settings, database = open_all()
    with database.write() as session:
        add_invited(session, get_study(session, slug), names or ("",) * count)
    _print_links(settings, database, slug, base_url, as_json)


@people.command("links")
@slug_argument
@base_url_option
def links(slug: str, base_url: str) -> None:
    """Print the personal links of study SLUG as CSV: name, link."""
    settings, database = open_all()
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["name", "link"])
    for row in _rows(settings, database, slug, base_url):
        if row["link"]:
            writer.writerow([spreadsheet_safe(str(row["name"])), row["link"]])
    click.echo(out.getvalue(), nl=False)


@people.command("recruit")
@slug_argument
@base_url_option
@json_option
def recruit(slug: str, base_url: str, as_json: bool) -> None:
    """Print the address to give to a recruiting platform, and one to try out every end."""
    settings, database = open_all()
    key = load_secret_key(settings.secret_key, settings.data_dir, bound_to_loopback=True)
    with database.read() as session:
        study = get_study(session, slug)
        plan = read_plan(study.settings)
    if plan is None:
        raise UserError(f"Study {slug!r} has no plan yet. Set one: taskanchor people plan {slug}")
    name = plan.recruiting.id_parameter
    tests = {
        end: f"{join_link(base_url, study.id, key, test_outcome=end)}&{name}=test"
        for end in TEST_OUTCOMES
    }
    link = recruiting_link(base_url, study.id, key, plan.recruiting)
    if as_json:
        print_json({"link": link, "tests": tests, "preview": preview_link(base_url, study.id, key)})
        return
    click.echo(f"people    {link}")
    for end, address in tests.items():
        click.echo(f"test      {end}: {address}")
    click.echo(f"preview   {preview_link(base_url, study.id, key)}")


@people.command("reapply-erasures")
def reapply() -> None:
    """Empty again what people withdrew and a restored database brought back."""
    settings, database = open_all()
    n = reapply_erasures(settings, database)
    click.echo(f"Emptied the answers of {n} people.")


def _print_links(
    settings: Settings, database: Database, slug: str, base_url: str, as_json: bool
) -> None:
    rows = _rows(settings, database, slug, base_url)
    if as_json:
        print_json({"people": rows})
        return
    for row in rows:
        click.echo(f"{row['name']:20} {row['answered']:>5} of {row['assigned']:<5} {row['link']}")


def _rows(
    settings: Settings, database: Database, slug: str, base_url: str
) -> list[dict[str, object]]:
    key = load_secret_key(settings.secret_key, settings.data_dir, bound_to_loopback=True)
    with database.read() as session:
        found = list_people(session, get_study(session, slug).id)
    return [
        {
            "name": person.name,
            "answered": person.answered,
            "assigned": person.assigned,
            # People whose ratings were imported have nothing to open.
            "link": annotator_link(base_url, person.rater_id, key) if person.has_link else "",
        }
        for person in found
    ]

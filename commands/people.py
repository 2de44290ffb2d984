"""people invite | list"""

from __future__ import annotations

import click

from commands.common import json_option, open_all, print_json, slug_argument
from core.security import annotator_link, load_secret_key
from core.settings import Settings
from core.types import Question
from db.engine import Database
from db.invitations import Invitation, invite
from db.queries.people import list_people
from db.queries.studies import get_study

base_url_option = click.option(
    "--base-url", default="http://127.0.0.1:8501", show_default=True, help="Where the app is."
)


@click.group()
def people() -> None:
    """Invite people and print their links."""


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


def _print_links(
    settings: Settings, database: Database, slug: str, base_url: str, as_json: bool
) -> None:
    key = load_secret_key(settings.secret_key, settings.data_dir, bound_to_loopback=True)
    with database.read() as session:
        found = list_people(session, get_study(session, slug).id)
    rows = [
        {
            "name": person.name,
            "answered": person.answered,
            "assigned": person.assigned,
            # People whose ratings were imported have nothing to open.
            "link": annotator_link(base_url, person.rater_id, key) if person.assigned else "",
        }
        for person in found
    ]
    if as_json:
        print_json({"people": rows})
        return
    for row in rows:
        click.echo(f"{row['name']:20} {row['answered']:>5} of {row['assigned']:<5} {row['link']}")

"""embed"""

from __future__ import annotations

import click

from commands.common import json_option, open_all, print_json, slug_argument
from core.diversity.embedders import TFIDF
from db.queries.studies import get_study, touch
from db.reports import result_templates
from db.results import VECTOR_MEASURES, embed_study, keep, load_measured


@click.command()
@slug_argument
@click.option(
    "--embedder",
    required=True,
    metavar="openai:MODEL|local:MODEL|tfidf",
    help="An OpenAI-compatible endpoint, a sentence-transformers model, or TF-IDF.",
)
@json_option
def embed(slug: str, embedder: str, as_json: bool) -> None:
    """Fetch the vectors of study SLUG's responses and keep what is measured from them."""
    settings, database = open_all()
    with database.read() as session:
        study_id = get_study(session, slug).id
    n_texts = embed_study(
        database,
        study_id,
        embedder,
        lambda done, total: click.echo(f"{done}/{total} texts", err=True),
    )
    with database.read() as session:
        _, surface = load_measured(
            session,
            result_templates(settings),
            study_id,
            "ensemble:majority",
            surface=tuple(VECTOR_MEASURES),
            embedder=embedder,
        )
    n_measures = len(surface.new)
    keep(database, study_id, surface)
    with database.write() as session:
        touch(session, study_id)
    if as_json:
        print_json({"embedder": embedder, "texts": n_texts, "measures": n_measures})
        return
    where = "on this machine" if embedder == TFIDF else f"by {embedder}"
    click.echo(f"{n_texts} texts embedded {where}, {n_measures} measures stored.")

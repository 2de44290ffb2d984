"""Imports on both databases; what the commands make of them is tested with the commands."""

import pytest
from sqlalchemy import func, select

from core.errors import ImportFileError, UserError
from core.importing import ImportedPrompt, ImportedRating, ImportedResponse
from core.importing.noveltybench import PartitionVerdict
from core.importing.ratings import ExternalItem
from core.taxonomy import load_taxonomy
from db.imports import import_partition, import_prompts, import_ratings, import_responses
from db.models import Condition, Item, Prompt, Rating, Response
from db.queries.studies import add_study, get_study


@pytest.fixture
def study(db, settings):
    with db.write() as session:
        add_study(session, "pilot", "Pilot", load_taxonomy(settings.prompts_dir))


@pytest.fixture
def add(db, study):  # noqa: ARG001 - the study must be there
    """`add(import_prompts, rows)`: what one import in a transaction of its own changed."""

    def run(importer, rows, **options):
        with db.write() as session:
            done = importer(session, get_study(session, "pilot"), rows, file_name="f", **options)
        return done.added, done.unchanged

    return run


def prompt(number, text=None, category=None):
    return ImportedPrompt(
        line=number, id=f"p{number}", text=text or f"Say {number}.", category=category
    )


def response(number, index, text, condition="theirs", **metadata):
    return ImportedResponse(
        line=1, prompt_id=f"p{number}", condition=condition, sample_index=index, text=text,
        metadata=metadata,
    )  # fmt: skip


def rating(item, rater, value, kind="human", about=ExternalItem()):
    return ImportedRating(
        line=1, item_id=item, question="equivalence", rater_id=rater, rater_kind=kind, value=value,
        item=about,
    )  # fmt: skip


def count(db, table):
    with db.read() as session:
        return session.scalar(select(func.count()).select_from(table))


def test_thousands_of_rows_are_imported_and_a_second_time_are_there(add):
    rows = [prompt(number) for number in range(3_000)]
    assert add(import_prompts, rows) == (3_000, 0)
    assert add(import_prompts, rows) == (0, 3_000)
    answers = [response(number, index, "t") for number in range(3_000) for index in range(2)]
    assert add(import_responses, answers) == (6_000, 0)
    assert add(import_responses, answers) == (0, 6_000)
    ratings = [rating(f"i{number}", "ann", "different") for number in range(3_000)]
    assert add(import_ratings, ratings) == (3_000, 0)
    assert add(import_ratings, ratings) == (0, 3_000)


def test_a_clash_anywhere_in_a_file_stores_nothing_of_it(db, add):
    add(import_prompts, [prompt(1)])
    with pytest.raises(ImportFileError):
        add(import_prompts, [prompt(2), prompt(1, text="another text")])
    assert count(db, Prompt) == 1
    with pytest.raises(ImportFileError):
        add(import_responses, [response(1, 0, "t"), response(9, 0, "t")])
    assert count(db, Response) == count(db, Condition) == 0


def test_a_response_may_bring_its_prompt(db, add):
    assert add(import_responses, [response(7, 0, "t", prompt="Say 7.")]) == (1, 0)
    with db.read() as session:
        assert session.scalars(select(Prompt.text)).all() == ["Say 7."]
        assert session.scalars(select(Response.meta)).all() == [{}]


def test_a_changed_answer_is_a_revision_and_the_old_one_stays(db, add):
    add(import_ratings, [rating("i", "ann", "different")])
    assert add(import_ratings, [rating("i", "ann", None)]) == (1, 0)
    assert add(import_ratings, [rating("i", "ann", None)]) == (0, 1)
    with db.read() as session:
        rows = session.execute(
            select(Rating.revision, Rating.value, Rating.reason).order_by(Rating.revision)
        ).all()
    assert [tuple(row) for row in rows] == [(0, "different", ""), (1, None, "blank")]


def test_a_rater_of_two_kinds_is_refused_and_nothing_is_stored(db, add):
    with pytest.raises(UserError, match="'x' is a person in one place and a judge in another"):
        add(import_ratings, [rating("i", "x", "different"), rating("j", "x", "different", "judge")])
    assert count(db, Item) == 0


def test_an_item_of_a_known_prompt_shares_its_cluster_and_category(db, add):
    add(import_prompts, [prompt(1, category="G")])
    about = ExternalItem(prompt_id="p1", category="A")
    add(import_ratings, [rating("i", "ann", "different", about=about)])
    with db.read() as session:
        item = session.scalars(select(Item)).one()
    assert (item.cluster, item.category, item.prompt_id is not None) == ("p1", "G", True)


def test_a_partition_becomes_verdicts_on_every_pair_once(db, add):
    add(import_prompts, [prompt(1)])
    add(import_responses, [response(1, index, f"t{index}") for index in range(3)])
    verdicts = [
        PartitionVerdict("p1", "theirs", 0, 1, True),
        PartitionVerdict("p1", "theirs", 0, 2, False),
        PartitionVerdict("p1", "theirs", 1, 2, False),
    ]
    assert add(import_partition, verdicts, rater="classes") == (3, 0)
    assert add(import_partition, verdicts, rater="classes") == (0, 3)
    with db.read() as session:
        values = session.scalars(select(Rating.value).order_by(Rating.id)).all()
    assert values == ["equivalent", "different", "different"]

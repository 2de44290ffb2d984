import pytest
from sqlalchemy import select

from core.errors import UserError
from db.models import Rater, Rating
from db.queries.analysis import load_ratings, load_verdicts
from db.queries.disagreement import (
    add_tag,
    adjudicate,
    count_adjudications,
    list_adjudications,
    list_tags,
    remove_tag,
)
from tests.support.rated_study import RatedStudy

Q = "equivalence"


@pytest.fixture
def item(db, db_settings):
    """(study id, item key) of a pair two people part on."""
    with db.write() as session:
        study = RatedStudy(session, db_settings)
        first, second = study.responses(study.prompt("p1"), study.condition("t"), ["a", "b"])
        pair = study.pair(first, second)
        study.say("ann", pair, "equivalent")
        study.say("bob", pair, "different")
        return study.study.id, pair.key


def settle(session, item, value="different", **others):
    given = {"actor": "eva", "judges_seen": False, **others}
    adjudicate(session, item[0], item[1], Q, value, **given)


def test_an_adjudicated_answer_is_no_persons_answer(db, item):
    with db.write() as session:
        settle(session, item)
    with db.read() as session:
        table = load_ratings(session, item[0], Q, "")
        assert sorted(table["rater_id"]) == ["ann", "bob"]
        assert {row.rater for row in load_verdicts(session, item[0], "")} == {"ann", "bob"}
        rater = session.scalars(select(Rater).where(Rater.kind == "adjudicator")).one()
        assert rater.identity == "adjudicator:eva"
        assert list_adjudications(session, item[0], Q)[item[1]].value == "different"
        assert count_adjudications(session, item[0]) == 1


def test_a_changed_answer_is_a_revision_and_the_same_one_changes_nothing(db, item):
    for value in ("different", "different", "equivalent"):
        with db.write() as session:
            settle(session, item, value)
    with db.read() as session:
        rows = session.scalars(select(Rating).where(Rating.source == "adjudication")).all()
        assert sorted((row.revision, row.value) for row in rows) == [
            (0, "different"),
            (1, "equivalent"),
        ]
        assert list_adjudications(session, item[0], Q)[item[1]].value == "equivalent"


def test_who_has_seen_the_judges_stays_barred(db, item):
    with db.write() as session:
        settle(session, item, judges_seen=True)
        settle(session, item, "equivalent", judges_seen=False)
    with db.read() as session:
        assert list_adjudications(session, item[0], Q)[item[1]].judges_seen


def test_tags_are_words_of_ones_own_and_never_doubled(db, item):
    with db.write() as session:
        add_tag(session, *item, Q, "  definition   unclear ")
        add_tag(session, *item, Q, "definition unclear")
        add_tag(session, *item, Q, "slip")
    with db.read() as session:
        assert [(row.item_key, row.word) for row in list_tags(session, item[0])] == [
            (item[1], "definition unclear"),
            (item[1], "slip"),
        ]
    with db.write() as session:
        remove_tag(session, *item, Q, "slip")
    with db.read() as session:
        assert [row.word for row in list_tags(session, item[0], Q)] == ["definition unclear"]
        assert list_tags(session, item[0], "quality") == []


@pytest.mark.parametrize("word", ["", "   ", "x" * 61])
def test_what_is_no_word_is_refused(db, item, word):
    with db.write() as session, pytest.raises(UserError, match="is no tag; expected 1 to 60"):
        add_tag(session, *item, Q, word)


def test_an_item_of_another_study_is_not_found(db, item):
    with db.write() as session, pytest.raises(UserError, match="There is no item 'pair:9:9'"):
        add_tag(session, item[0], "pair:9:9", Q, "slip")

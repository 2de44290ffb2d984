import pytest
from sqlalchemy import select

from db.engine import Database, open_database
from db.models import Rating, Tag
from db.queries.disagreement import list_adjudications
from db.queries.studies import get_study
from tests.pages.researcher.conftest import OpenPage
from tests.pages.researcher.test_agreement import shown
from tests.support.rated_study import RatedStudy

HOSTILE = "**bold** <img src=http://evil.example/x.png> ![x](http://evil.example/y.png)"


@pytest.fixture
def parted(settings) -> Database:
    """A study with one pair people are split on and one only a judge parts from."""
    database = open_database(settings)
    with database.write() as session:
        study = RatedStudy(session, settings)
        condition = study.condition("temperature")
        for number in range(2):
            texts = [HOSTILE, f"other {number}"]
            pair = study.pair(*study.responses(study.prompt(f"p{number}"), condition, texts))
            study.say("ann", pair, "equivalent", rationale="both greet")
            study.say("bob", pair, "different" if number == 0 else "equivalent")
            study.say("openai:j", pair, "different", rationale="I SAY DIFFERENT")
    return database


@pytest.mark.usefixtures("parted")
def test_judges_stay_hidden_until_they_are_asked_for(open_page: OpenPage):
    page = open_page("disagreement", study="rated")
    drawn = shown(page)
    assert "ann" in drawn
    assert "both greet" in drawn
    assert "openai:j" not in drawn
    assert "I SAY DIFFERENT" not in drawn
    assert list(page.dataframe[0].value.columns) == [
        "prompt", "category", "entropy", "people", "settled", "tags",
    ]  # fmt: skip
    # An item on which only a judge parts would tell what it said.
    assert len(page.dataframe[0].value) == 1
    page.toggle(key="blind").set_value(False).run()
    assert not page.exception
    assert "I SAY DIFFERENT" in shown(page)
    assert len(page.dataframe[0].value) == 2


def settle(page, word: str) -> None:
    page.radio[0].set_value(word)
    next(button for button in page.button if button.label == "Settle").click().run()
    assert not page.exception, page.exception


def test_a_settled_item_is_a_rating_of_its_own_kind(open_page: OpenPage, parted: Database):
    page = open_page("disagreement", study="rated")
    settle(page, "different")
    with parted.read() as session:
        found = list_adjudications(session, get_study(session, "rated").id, "equivalence")
    (one,) = found.values()
    assert (one.value, one.judges_seen) == ("different", False)
    assert list(page.dataframe[0].value["settled"]) == ["different"]


def test_whoever_saw_the_judges_gives_no_reference(open_page: OpenPage, parted: Database):
    page = open_page("disagreement", study="rated")
    page.toggle(key="blind").set_value(False).run()
    page.toggle(key="blind").set_value(True).run()
    settle(page, "different")
    assert "Judges&#x27; verdicts were seen" in shown(page)
    with parted.read() as session:
        row = session.scalars(select(Rating).where(Rating.source == "adjudication")).one()
    assert row.parameters == {"judges_seen": True}


def test_tags_are_kept_and_can_be_taken_back(open_page: OpenPage, parted: Database):
    page = open_page("disagreement", study="rated")
    tags = next(one for one in page.multiselect if one.label == "Why they part")
    tags.select("definition unclear").run()
    assert not page.exception
    with parted.read() as session:
        assert [row.word for row in session.scalars(select(Tag))] == ["definition unclear"]
    assert list(page.dataframe[0].value["tags"]) == ["definition unclear"]
    tags = next(one for one in page.multiselect if one.label == "Why they part")
    tags.unselect("definition unclear").run()
    with parted.read() as session:
        assert session.scalars(select(Tag)).all() == []


@pytest.mark.usefixtures("parted")
def test_model_text_is_drawn_by_the_safe_renderer_only(open_page: OpenPage):
    page = open_page("disagreement", study="rated")
    drawn = shown(page)
    assert "<strong>bold</strong>" in drawn
    assert "<img" not in drawn
    assert not any("evil.example" in one.value for one in page.markdown)


@pytest.mark.usefixtures("sample_db")
@pytest.mark.parametrize("question", ["equivalence", "quality", "category"])
def test_every_question_of_the_sample_can_be_browsed(open_page: OpenPage, question: str):
    page = open_page("disagreement", study="sample")
    page.selectbox(key="split-question").select(question).run()
    assert not page.exception
    page.toggle(key="blind").set_value(False).run()
    assert not page.exception
    page.selectbox(key="order").select("judges").run()
    assert not page.exception

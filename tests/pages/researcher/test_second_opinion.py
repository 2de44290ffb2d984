import pytest

from core.importing import ImportedRating
from core.importing.ratings import ExternalItem
from core.taxonomy import load_taxonomy
from db.engine import open_database
from db.imports import import_ratings
from db.queries.studies import add_study
from tests.core.evidence.test_second_opinion import study as opinions
from tests.pages.researcher.conftest import OpenPage
from tests.pages.researcher.test_agreement import shown


@pytest.fixture
def opinionated(settings):
    """The study of the statistics' own test, imported."""
    rows = [
        ImportedRating(
            number,
            row["item_id"],
            row["question"],
            row["rater_id"],
            "human",
            row["value"],
            order=row["order"],
            item=ExternalItem(prompt_id=row["cluster"], category="G"),
        )
        for number, row in enumerate(opinions())
    ]
    with open_database(settings).write() as session:
        study = add_study(session, "opinions", "Opinions", load_taxonomy())
        import_ratings(session, study, rows, file_name="f")


@pytest.mark.usefixtures("opinionated")
def test_the_definition_stands_beside_plain_sense_and_usefulness(open_page: OpenPage):
    drawn = shown(open_page("second_opinion", study="opinions"))
    assert "useful +50 points more often than those it calls the same" in drawn
    assert "same, no definition" in drawn
    assert "useful, other way" in drawn
    assert "no arm" in drawn
    # Usefulness is never said to be the same or a difference people find.
    assert "people find these different" not in drawn.lower()


@pytest.mark.usefixtures("sample_db")
def test_without_the_undefined_questions_the_page_says_what_to_ask(open_page: OpenPage):
    page = open_page("second_opinion", study="sample")
    assert "set up arms that ask them" in page.info[0].value

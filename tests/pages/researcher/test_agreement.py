import pytest

from core.importing import ImportedRating
from core.taxonomy import load_taxonomy
from db.engine import Database, open_database
from db.imports import import_ratings
from db.queries.studies import add_study, get_study
from tests.pages.researcher.conftest import OpenPage

RATINGS = b"""item_id,question,rater_id,rater_kind,value,prompt_id
i1,equivalence,ann,human,same,p1
i1,equivalence,gpt,judge,same,p1
i2,equivalence,ann,human,different,p2
i2,equivalence,gpt,judge,same,p2
"""


def shown(page) -> str:
    return "".join(html.proto.body for html in page.get("html"))


@pytest.fixture
def pilot(settings) -> Database:
    """An empty study named pilot."""
    database = open_database(settings)
    with database.write() as session:
        add_study(session, "pilot", "Pilot", load_taxonomy())
    return database


@pytest.mark.usefixtures("sample_db")
def test_sentences_come_first_and_baselines_stand_apart(open_page: OpenPage):
    page = open_page("agreement", study="sample")
    drawn = shown(page)
    assert "3 people gave 288 answers to 96 items from 16 prompts" in drawn
    for judge in ("replay:sample-judge-1", "replay:sample-judge-2", "ensemble:majority"):
        assert f"{judge} agrees with a person as often as another person does" in drawn
    assert [heading.value for heading in page.subheader] == [
        "Judges beside people",
        "Without skill",
        "People among themselves",
        "Where judge and people part",
    ]


@pytest.mark.usefixtures("sample_db")
def test_categories_are_marked_exploratory_once_they_are_shown(open_page: OpenPage):
    page = open_page("agreement", study="sample")
    assert "(exploratory)" not in shown(page)
    page.toggle(key="each-category").set_value(True).run()
    assert not page.exception
    assert "H (exploratory)" in shown(page)
    assert "50 items from 30 prompts" in shown(page)


@pytest.mark.usefixtures("sample_db")
def test_the_methods_line_names_methods_seed_and_words(open_page: OpenPage):
    page = open_page("agreement", study="sample")
    page.number_input(key="seed").set_value(7).run()
    drawn = shown(page)
    assert "Seed 7." in drawn
    assert "Wilson with effective n and t" in drawn
    assert "equivalence@" in drawn


@pytest.mark.usefixtures("sample_db")
def test_the_list_of_items_leads_to_compare(open_page: OpenPage):
    page = open_page("agreement", study="sample")
    confusion, items = page.dataframe[0].value, page.dataframe[1].value
    assert int(confusion.drop(columns="judge says").to_numpy().sum()) == 96
    assert items["read"].str.startswith("/compare?study=sample&item=pair%3A").all()
    assert any(f"{len(items)} of 96 items" in text.value for text in page.text)


@pytest.mark.usefixtures("sample_db")
def test_another_question_is_another_report(open_page: OpenPage):
    page = open_page("agreement", study="sample")
    page.selectbox(key="question").select("quality").run()
    assert not page.exception
    assert "Level ordinal; weights" in shown(page)
    assert "sensitivity" not in shown(page)


@pytest.mark.usefixtures("pilot")
def test_ratings_made_elsewhere_are_enough(open_page: OpenPage):
    page = open_page("agreement", study="pilot")
    assert "Nobody has rated anything yet" in page.info[0].value
    page.file_uploader(key="ratings-0").upload("r.csv", RATINGS).run()
    page.button(key="ratings-store").click().run()
    assert not page.exception
    assert page.success[0].value == "4 ratings added, 0 there already."
    drawn = shown(page)
    assert "no item has two human ratings" in drawn
    assert "1 person gave 2 answers to 2 items from 2 prompts" in drawn


@pytest.mark.usefixtures("pilot")
def test_a_bad_row_is_named_by_line_and_nothing_is_imported_unless_asked(open_page: OpenPage):
    page = open_page("agreement", study="pilot")
    bad = RATINGS + b"i3,equivalence,ann,human,perhaps,p3\n"
    page.file_uploader(key="ratings-0").upload("r.csv", bad).run()
    assert list(page.dataframe[1].value["line"]) == [6]
    assert page.button(key="ratings-store").disabled
    page.checkbox(key="ratings-skip-bad").check().run()
    page.button(key="ratings-store").click().run()
    assert page.success[0].value == "4 ratings added, 0 there already."


@pytest.mark.usefixtures("pilot")
def test_a_file_without_the_columns_says_which_is_missing(open_page: OpenPage):
    page = open_page("agreement", study="pilot")
    page.file_uploader(key="ratings-0").upload("r.csv", b"a,b\n1,2\n").run()
    assert not page.exception
    assert "column &#x27;item_id&#x27; is missing" in shown(page)


def test_new_ratings_are_in_the_report_at_once(open_page: OpenPage, pilot: Database):
    def rate(rater: str, value: str) -> None:
        with pilot.write() as session:
            row = ImportedRating(1, "i1", "equivalence", rater, "human", value)
            import_ratings(session, get_study(session, "pilot"), [row], file_name="f")

    rate("ann", "equivalent")
    page = open_page("agreement", study="pilot")
    assert "1 person gave 1 answer to 1 item" in shown(page)
    rate("bob", "different")
    page.run()
    assert "2 people gave 2 answers" in shown(page)


def test_names_of_raters_cannot_become_markup(open_page: OpenPage, pilot: Database):
    hostile = "<img src=http://evil.example/x.png>"
    with pilot.write() as session:
        rows = [
            ImportedRating(1, "i1", "equivalence", hostile, "judge", "equivalent"),
            ImportedRating(2, "i1", "equivalence", "ann", "human", "equivalent"),
        ]
        import_ratings(session, get_study(session, "pilot"), rows, file_name="f")
    page = open_page("agreement", study="pilot")
    drawn = shown(page)
    assert "&lt;img" in drawn
    assert "<img" not in drawn

import json

import pytest

from db.engine import open_database
from db.queries.studies import find_study
from tests.pages.researcher.conftest import OpenPage
from tests.pages.researcher.test_agreement import RATINGS, shown


@pytest.fixture
def database(settings):
    return open_database(settings)


def test_a_file_becomes_a_study_and_its_report_in_one_step(open_page: OpenPage, database):
    page = open_page("your_data")
    page.file_uploader(key="data-file").upload("My ratings.csv", RATINGS).run()
    assert not page.exception
    assert any("4 answers of 1 people and 1 judges to 2 items" in one.value for one in page.text)
    page.button(key="data-analyse").click().run()
    assert not page.exception
    with database.read() as session:
        assert find_study(session, "my-ratings") is not None


@pytest.mark.usefixtures("database")
def test_a_potato_export_is_recognised(open_page: OpenPage):
    rows = [
        {"user_id": who, "instance_id": "i1", "label_annotations": {"tone": {"dry": True}}}
        for who in ("ann", "bob")
    ]
    content = "\n".join(json.dumps(row) for row in rows).encode()
    page = open_page("your_data")
    page.file_uploader(key="data-file").upload("a.jsonl", content).run()
    assert not page.exception
    assert "Recognised as an export of Potato" in shown(page)
    assert any("questions: tone" in one.value for one in page.text)


@pytest.mark.usefixtures("database")
def test_bad_rows_are_named_by_line_and_block(open_page: OpenPage):
    bad = RATINGS + b"i3,equivalence,ann,human,perhaps,p3\n"
    page = open_page("your_data")
    page.file_uploader(key="data-file").upload("r.csv", bad).run()
    assert list(page.dataframe[0].value["line"]) == [6]
    assert page.button(key="data-analyse").disabled
    page.checkbox(key="data-skip-bad").check().run()
    assert not page.button(key="data-analyse").disabled


@pytest.mark.usefixtures("database")
def test_a_file_that_cannot_be_read_says_why(open_page: OpenPage):
    page = open_page("your_data")
    page.file_uploader(key="data-file").upload("r.csv", b"a,b\n1,2\n").run()
    assert not page.exception
    assert "column &#x27;item_id&#x27; is missing" in shown(page)

import pytest
from sqlalchemy import select

from db.models import Run
from tests.pages.researcher.conftest import OpenPage


def shown(page) -> str:
    return "".join(html.proto.body for html in page.get("html"))


@pytest.mark.usefixtures("sample_db")
def test_each_experiment_shows_what_is_stored(open_page: OpenPage):
    page = open_page("experiments", study="sample")
    assert "Recall by true category" in shown(page)
    page.button_group(key="experiment").set_value("judges").run()
    assert not page.exception
    assert "Judge with judge" in shown(page)


def test_a_plan_is_shown_and_its_runs_are_queued(open_page: OpenPage, sample_db):
    page = open_page("experiments", study="sample")
    page.text_input(key="experiment-models").input("replay:sample").run()
    assert "classify with replay:sample" in shown(page)
    page.button(key="experiment-run").click().run()
    assert not page.exception
    assert "1 runs are queued" in page.success[0].value
    with sample_db.read() as session:
        newest = session.scalars(select(Run).order_by(Run.id.desc())).first()
    assert (newest.kind, newest.status) == ("classify", "queued")


@pytest.mark.usefixtures("sample_db")
def test_what_an_experiment_needs_is_said(open_page: OpenPage):
    page = open_page("experiments", study="sample")
    page.button_group(key="experiment").set_value("judges").run()
    page.text_input(key="experiment-judges").input("replay:sample-judge-1").run()
    assert "at least 2 judges" in shown(page)

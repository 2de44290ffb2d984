"""The people page."""

from __future__ import annotations

import pytest

from db.engine import Database
from db.queries.people import list_people
from db.queries.studies import get_study
from tests.pages.researcher.conftest import OpenPage


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TASKANCHOR_SECRET_KEY", "k" * 32)


def texts(page) -> str:
    return "\n".join(one.value for one in page.text)


@pytest.mark.usefixtures("sample_db")
def test_the_plan_follows_the_form(open_page: OpenPage):
    page = open_page("people", study="sample")
    assert "48 items, 144 ratings in all" in texts(page)
    page.number_input(key="n-equivalence").set_value(10)
    page.number_input(key="people-count").set_value(5).run()
    assert "10 items, 30 ratings in all: up to 6 items for 5 people each" in texts(page)


def test_inviting_by_name_adds_people_and_shows_the_newest_link(
    open_page: OpenPage, sample_db: Database
):
    page = open_page("people", study="sample")
    page.text_area(key="people-names").set_value("Ada\n\n Bo \nCy").run()
    page.button(key="invite").click().run()
    assert not page.exception
    with sample_db.read() as session:
        people = list_people(session, get_study(session, "sample").id)
    assert [(one.name, one.assigned) for one in people[-3:]] == [
        ("Ada", 48),
        ("Bo", 48),
        ("Cy", 48),
    ]
    assert page.selectbox(key="people-link-of").options[0] == "Cy"
    assert "/rate?link=" in page.code[0].value


@pytest.mark.usefixtures("sample_db")
def test_more_ratings_than_people_is_said_before_inviting(open_page: OpenPage):
    page = open_page("people", study="sample")
    page.number_input(key="per-item").set_value(4).run()
    assert any("need at least as many people; 3 are planned" in one.value for one in page.info)
    assert not [one for one in page.button if one.key == "invite"]

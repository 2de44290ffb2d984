"""Watching a study with people, and looking at one of them."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from core.settings import Settings
from db.crowd.people import list_participants
from db.engine import Database, open_database
from db.models import Rating
from db.queries.studies import get_study
from tests.pages.researcher.conftest import OpenPage
from tests.support.crowd_study import SLUG, answer_all, come, one_arm, open_crowd_study, plan_of
from tests.support.stores import copy_database

PARTS = ("watch", "people", "items", "notes", "recruit", "setup")
VIEW_KEY = f"people-view-{'-'.join(PARTS)}"


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TASKANCHOR_SECRET_KEY", "k" * 32)


@pytest.fixture
def rated_db(settings: Settings, sqlite_template: Any) -> Database:
    """An open study of six pairs that one person has rated and another has begun."""
    copy_database(sqlite_template, settings)
    database = open_database(settings)
    plan = plan_of(
        arms=one_arm(),
        exclusion={"max_same_share": 0.5},
        recruiting={"platform": "prolific", "complete": {"code": "C1"}, "full": {"code": "C2"}},
    )
    open_crowd_study(database, plan)
    answer_all(database, come(database, "first"), "equivalent")
    come(database, "second")
    return database


def html(page: Any) -> str:
    return "".join(one.proto.body for one in page.get("html"))


def show(open_page: OpenPage, part: str) -> Any:
    page = open_page("people", study=SLUG)
    page.session_state[VIEW_KEY] = part
    page.run()
    assert not page.exception, page.exception
    return page


def first_rater(database: Database) -> int:
    with database.read() as session:
        return list_participants(session, get_study(session, SLUG).id)[0].rater_id


@pytest.mark.usefixtures("rated_db")
def test_watching_shows_what_is_in_and_who_stands_out(open_page: OpenPage):
    shown = html(show(open_page, "watch"))
    assert "6 of 18 ratings are in, 33%." in shown
    assert "<b>1</b><span>Finished</span>" in shown
    assert "the rule is at most 50%" in shown


@pytest.mark.usefixtures("rated_db")
def test_people_have_a_row_each_with_their_figures(open_page: OpenPage):
    page = show(open_page, "people")
    table = page.dataframe[0].value
    assert list(table["where"]) == ["Finished", "Rating"]
    assert list(table["state"]) == ["rule broken", ""]
    assert table["same_share"].iloc[0] == 1.0
    assert "1 person would be excluded" in html(page)


@pytest.mark.usefixtures("rated_db")
def test_items_have_a_row_each_with_their_ratings(open_page: OpenPage):
    table = show(open_page, "items").dataframe[0].value
    assert len(table) == 6
    assert set(table["ratings"]) == {1}
    assert set(table["answers"]) == {"same ×1"}


@pytest.mark.usefixtures("rated_db")
def test_recruiting_links_have_places_for_the_platform_and_a_test_for_each_end(
    open_page: OpenPage,
):
    codes = [one.value for one in show(open_page, "recruit").code]
    assert "PROLIFIC_PID={{%PROLIFIC_PID%}}" in codes[0]
    assert [code.rpartition("=")[2] for code in codes[1:5]] == [
        "test-complete",
        "test-screened-out",
        "test-failed-attention",
        "test-full",
    ]


@pytest.mark.usefixtures("rated_db")
def test_the_settled_set_up_is_read_in_words(open_page: OpenPage):
    shown = html(show(open_page, "setup"))
    assert "3 ratings per item" in shown
    assert "more than 50% one and the same answer" in shown


@pytest.mark.usefixtures("rated_db")
def test_no_notes_are_said(open_page: OpenPage):
    assert "Nobody has written anything" in show(open_page, "notes").info[0].value


def test_a_person_is_excluded_with_a_reason_and_included_again(
    open_page: OpenPage, rated_db: Database
):
    rater_id = first_rater(rated_db)
    page = open_page("people", study=SLUG)
    page.query_params["person"] = str(rater_id)
    page.run()
    assert len(page.dataframe[0].value) == 6
    assert "Breaks a rule set before opening" in html(page)
    assert page.button(key="person-exclude").disabled
    reason = page.text_input(key=f"person-reason-{rater_id}")
    reason.set_value("Told us they pressed one key.").run()
    page.button(key="person-exclude").click().run()
    assert "Excluded: Told us they pressed one key." in html(page)
    page.text_input(key=f"person-reason-{rater_id}").set_value("A misunderstanding.").run()
    page.button(key="person-exclude").click().run()
    assert not page.exception
    with rated_db.read() as session:
        row = list_participants(session, get_study(session, SLUG).id)[0]
    assert row.excluded_reason == ""


def test_a_withdrawn_persons_answers_are_emptied(open_page: OpenPage, rated_db: Database):
    rater_id = first_rater(rated_db)
    page = open_page("people", study=SLUG)
    page.query_params["person"] = str(rater_id)
    page.run()
    page.button(key="person-withdraw").click().run()
    assert not page.exception
    assert "This person has withdrawn." in html(page)
    with rated_db.read() as session:
        values = session.scalars(select(Rating.value).where(Rating.rater_id == rater_id)).all()
    assert set(values) == {None}


@pytest.mark.usefixtures("rated_db")
def test_a_person_who_is_none_of_this_study_is_not_shown(open_page: OpenPage):
    page = open_page("people", study=SLUG)
    for asked in ("999", "x", "-1", "9" * 40):
        page.query_params["person"] = asked
        page.run()
        assert not page.exception
        assert not [one for one in page.button if one.key == "person-exclude"]


@pytest.mark.usefixtures("rated_db")
def test_a_closed_study_offers_no_link_to_come_in_by(open_page: OpenPage):
    page = show(open_page, "recruit")
    assert sum("/join?" in one.value for one in page.code) == 5
    page.button(key="study-close").click().run()
    assert not page.exception
    # The personal link is left: people withdraw by it.
    assert ["/rate?" in one.value for one in page.code] == [True]
    assert not [one for one in page.button if one.key == "people-add"]

"""Setting up, opening and stopping a study with people."""

from __future__ import annotations

from typing import Any

import pytest

from core.crowd import CrowdPlan, read_plan
from core.settings import Settings
from db.crowd.gold import list_gold
from db.engine import Database, open_database
from db.queries.studies import get_study
from tests.pages.researcher.conftest import OpenPage
from tests.support.crowd_study import (
    SLUG,
    add_crowd_study,
    one_arm,
    open_crowd_study,
    plan_of,
)
from tests.support.stores import copy_database


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TASKANCHOR_SECRET_KEY", "k" * 32)


@pytest.fixture
def empty_db(settings: Settings, sqlite_template: Any) -> Database:
    copy_database(sqlite_template, settings)
    return open_database(settings)


@pytest.fixture
def draft_db(empty_db: Database) -> Database:
    """A study of 24 pairs with which nobody has begun."""
    with empty_db.write() as session:
        add_crowd_study(session)
    return empty_db


def html(page: Any) -> str:
    return "".join(one.proto.body for one in page.get("html"))


def saved(database: Database) -> CrowdPlan | None:
    with database.read() as session:
        return read_plan(get_study(session, SLUG).settings)


def status(database: Database) -> str:
    with database.read() as session:
        return get_study(session, SLUG).status


def find(page: Any, path: str) -> Any:
    """The widget of a path of the plan."""
    kinds = (page.number_input, page.text_input, page.text_area, page.selectbox, page.toggle)
    return next(one for kind in kinds for one in kind if (one.key or "").endswith(f"-{path}"))


def begin(open_page: OpenPage, preset: str = "pilot") -> Any:
    page = open_page("people", study=SLUG)
    return page.button(key=f"preset-{preset}").click().run()


@pytest.mark.usefixtures("empty_db")
def test_without_responses_the_page_leads_to_generating(open_page: OpenPage, empty_db: Database):
    with empty_db.write() as session:
        add_crowd_study(session, n_prompts=0)
    page = open_page("people", study=SLUG)
    assert "no responses to rate yet" in page.info[0].value


def test_a_preset_is_put_on_the_form_and_saved_only_on_request(
    open_page: OpenPage, draft_db: Database
):
    page = begin(open_page)
    assert "24 pairs" in html(page)
    assert "3 people" in html(page)
    assert saved(draft_db) is None
    page.button(key="plan-save").click().run()
    assert not page.exception
    plan = saved(draft_db)
    assert plan is not None
    assert plan.work.items_per_person == 24
    assert page.button(key="plan-save").disabled


def test_a_wrong_field_is_named_and_nothing_typed_is_lost(open_page: OpenPage, draft_db: Database):
    page = begin(open_page)
    for step in ("questions", "work", "checks", "texts", "recruiting"):
        page.button(key=f"to-{step}").click().run()
    find(page, "pay.currency").set_value("pounds").run()
    find(page, "recruiting.complete.code").set_value("C1AB").run()
    assert "Currency: expected three capital letters, such as GBP (got &#x27;pounds&#x27;)" in html(
        page
    )
    assert page.button(key="plan-save").disabled
    page.button(key="to-texts").click().run()
    assert "Recruiting › Currency" in html(page)
    page.button(key="to-recruiting").click().run()
    assert find(page, "pay.currency").value == "pounds"
    find(page, "pay.currency").set_value("EUR").run()
    page.button(key="plan-save").click().run()
    plan = saved(draft_db)
    assert plan is not None
    assert (plan.pay.currency, plan.recruiting.complete.code) == ("EUR", "C1AB")


def test_what_is_typed_in_the_moment_of_moving_on_is_kept(open_page: OpenPage, draft_db: Database):
    page = begin(open_page)
    for step in ("questions", "work"):
        page.button(key=f"to-{step}").click().run()
    find(page, "work.ratings_per_item").set_value(5)
    page.button(key="to-checks").click().run()
    page.button(key="plan-save").click().run()
    plan = saved(draft_db)
    assert plan is not None
    assert plan.work.ratings_per_item == 5


def test_leaving_the_page_keeps_the_draft(open_page: OpenPage, draft_db: Database):
    page = begin(open_page)
    page.button(key="to-questions").click().run()
    page.switch_page("pages/researcher/judges.py").run()
    page.switch_page("pages/researcher/people.py").run()
    assert not page.exception
    assert not page.button(key="plan-save").disabled
    assert saved(draft_db) is None


def test_changes_that_are_given_up_are_gone_and_what_is_saved_stays(
    open_page: OpenPage, draft_db: Database
):
    page = begin(open_page)
    page.button(key="plan-save").click().run()
    for step in ("questions", "work"):
        page.button(key=f"to-{step}").click().run()
    find(page, "work.ratings_per_item").set_value(9).run()
    page.button(key="plan-discard").click().run()
    assert find(page, "work.ratings_per_item").value == 3
    assert page.button(key="plan-save").disabled
    page.selectbox(key="plan-preset").set_value("lab").run()
    page.button(key="plan-start-over").click().run()
    assert find(page, "work.max_people").value == 3
    plan = saved(draft_db)
    assert plan is not None
    assert plan.work.max_people == 0


def test_a_question_switched_off_and_on_again_keeps_its_settings(
    open_page: OpenPage, draft_db: Database
):
    page = begin(open_page)
    page.button(key="to-questions").click().run()
    find(page, "equivalence-n").set_value(7).run()
    find(page, "same-on").set_value(True).run()
    find(page, "equivalence-on").set_value(False).run()
    find(page, "equivalence-on").set_value(True).run()
    assert find(page, "equivalence-n").value == 7
    page.button(key="plan-save").click().run()
    plan = saved(draft_db)
    assert plan is not None
    assert {arm.name: [one.n_items for one in arm.questions] for arm in plan.arms} == {
        "same": [48],
        "defined": [7],
    }


@pytest.mark.usefixtures("draft_db")
def test_no_question_at_all_is_said(open_page: OpenPage):
    page = begin(open_page)
    page.button(key="to-questions").click().run()
    find(page, "equivalence-on").set_value(False).run()
    assert "nothing is asked yet" in html(page)


def test_questions_at_the_end_are_added_and_removed_without_losing_others(
    open_page: OpenPage, draft_db: Database
):
    page = begin(open_page)
    for step in ("questions", "work", "checks", "texts"):
        page.button(key=f"to-{step}").click().run()
    add = next(one for one in page.button if (one.key or "").endswith("closing-add"))
    find(page, "debrief").set_value("Typed in the same moment.")
    add.click().run()
    find(page, "closing.1.text").set_value("How old are you?").run()
    remove = next(one for one in page.button if (one.key or "").endswith("closing.0-remove"))
    remove.click().run()
    page.button(key="plan-save").click().run()
    plan = saved(draft_db)
    assert plan is not None
    assert [one.text for one in plan.closing] == ["How old are you?"]
    assert plan.debrief == "Typed in the same moment."


def test_a_study_opens_once_nothing_is_missing_and_shows_its_links(
    open_page: OpenPage, draft_db: Database
):
    page = begin(open_page)
    page.button(key="plan-save").click().run()
    page.button(key="study-open").click().run()
    assert not page.exception
    assert status(draft_db) == "open"
    page.text_area(key="people-names-0").set_value("Ada\nBo").run()
    page.button(key="people-add").click().run()
    assert page.selectbox(key="people-link-of").options == ["Bo", "Ada"]
    assert "/rate?link=" in page.code[0].value


@pytest.mark.usefixtures("draft_db")
def test_what_is_missing_stands_in_the_way_by_name(open_page: OpenPage):
    page = begin(open_page, "three-arms")
    shown = html(page)
    assert "What people take back at the end “Finished” is missing" in shown
    assert "has 0 attention checks" in shown
    assert "[institution]" in shown


def test_known_answers_come_from_worked_examples_and_from_items(
    open_page: OpenPage, draft_db: Database
):
    page = begin(open_page)
    for step in ("questions", "work", "checks"):
        page.button(key=f"to-{step}").click().run()
    page.button(key="gold-examples-equivalence-practice").click().run()
    assert not page.exception
    with draft_db.read() as session:
        known = list_gold(session, get_study(session, SLUG).id)
    assert known
    assert {one.purpose for one in known} == {"practice"}
    assert any(f"{len(known)} known answers" in one.label for one in page.expander)


def test_a_study_is_paused_resumed_and_closed(open_page: OpenPage, empty_db: Database):
    open_crowd_study(empty_db, plan_of(arms=one_arm()))
    page = open_page("people", study=SLUG)
    assert "Nobody has come yet" in page.info[0].value
    for press, expected in (("pause", "paused"), ("resume", "open"), ("close", "closed")):
        page.button(key=f"study-{press}").click().run()
        assert not page.exception
        assert status(empty_db) == expected
    assert not [one for one in page.button if (one.key or "").startswith("study-")]

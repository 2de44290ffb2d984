"""People from a recruiting platform in a real browser: the whole way, and what may go wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from core.security import load_secret_key
from core.settings import PROJECT_DIR
from db.engine import close_databases, open_database
from tests.support.browser import ASLEEP_MS, PHONE, browser, open_page, press
from tests.support.crowd_study import one_arm
from tests.support.recruited import Recruited, open_recruited
from tests.support.server import app_server, visit
from tests.support.stores import settings_in

__all__ = ["browser"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]
expect.set_options(timeout=20_000)

CODES = {
    "platform": "prolific",
    **{
        end: {"code": code, "redirect": f"https://platform.example/back?cc={code}"}
        for end, code in (
            ("complete", "DONE1"),
            ("screened_out", "OUT1"),
            ("failed_attention", "ATT1"),
            ("full", "FULL1"),
        )
    },
}
SHORT_WORK = {"items_per_person": 3, "ratings_per_item": 1}
RESEARCHER_PAGES = [path.stem for path in (PROJECT_DIR / "pages" / "researcher").glob("*.py")]
Start = Callable[..., Recruited]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a server with an open study of this plan."""
    settings = settings_in(tmp_path)
    open_database(settings)
    load_secret_key(None, settings.data_dir, bound_to_loopback=True)
    close_databases()
    with ExitStack() as stack:

        def start_with(**plan: Any) -> Recruited:
            server = stack.enter_context(app_server(tmp_path))
            values = {"arms": one_arm(n_items=8), "work": SHORT_WORK, "recruiting": CODES}
            return open_recruited(server, settings, **(values | plan))

        yield start_with


def at(page: Page, text: str) -> None:
    expect(page.locator("main")).to_contain_text(text)


def serious(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['help']}" for one in found if one["impact"] in _SERIOUS]


_SERIOUS = ("serious", "critical")


def practise(page: Page, *, right: bool) -> None:
    """Answers the practice item; what the feedback must be is not known before."""
    expect(page.locator("main[data-assignment]")).to_be_visible()
    before = page.locator("main").get_attribute("data-assignment")
    press(page, "s")
    expect(page.locator(".verdict")).to_be_visible()
    is_right = page.locator(".verdict.right").count() == 1
    if is_right != right:
        # Not what this person is to give: they think again.
        page.evaluate(
            """async ([id, link]) => fetch("/rate/answer", {
                method: "POST", headers: {"content-type": "application/json"},
                body: JSON.stringify({link, assignment: Number(id), answer: "different"}),
            })""",
            [before, re.search(r"link=([^&]+)", page.url)[1]],
        )
    page.get_by_role("button", name="Go on").click()


def test_from_the_platform_to_its_code_on_a_phone(browser: Browser, start: Start) -> None:
    study = start(
        consent={"text": "We keep your answers."},
        show_instructions=True,
        practice={"n_items": 2, "pass_share": 1.0},
        work={**SHORT_WORK, "break_every": 2},
        closing=[{"key": "why", "kind": "text", "text": "How did you decide?", "required": True}],
        debrief="It is about repetition.",
    )
    watched = open_page(browser, study.link("pid-1"), size=PHONE)
    page = watched.page
    at(page, "We keep your answers.")
    assert serious(page) == []
    page.get_by_role("button", name="I agree").tap()
    at(page, "Worked examples")
    assert serious(page) == []
    page.get_by_role("button", name="Go on").tap()
    for _ in range(2):
        practise(page, right=True)
    at(page, "1 of 3")
    for answer in ("Same", "Different"):
        page.wait_for_timeout(1.5 * ASLEEP_MS)
        page.get_by_role("button", name=answer, exact=True).tap()
    at(page, "A good moment for a break")
    page.get_by_role("link", name="Go on").tap()
    at(page, "3 of 3")
    page.wait_for_timeout(1.5 * ASLEEP_MS)
    page.get_by_role("button", name="Same", exact=True).tap()
    at(page, "A few last questions")
    page.get_by_label("How did you decide?").fill("By reading")
    page.reload()
    expect(page.get_by_label("How did you decide?")).to_have_value("By reading")
    assert serious(page) == []
    page.get_by_role("button", name="Send").tap()
    at(page, "It is about repetition.")
    assert serious(page) == []
    page.get_by_role("button", name="Copy the code").tap()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    back = page.get_by_role("link", name="Back to the site you came from")
    expect(back).to_have_attribute("href", "https://platform.example/back?cc=DONE1")
    assert watched.foreign_requests(study.server.address) == []
    assert watched.console == []
    page.context.close()
    assert study.phases() == ["complete"]
    assert [value for value, _ in study.answers()] == ["equivalent", "different", "equivalent"]


def test_who_misses_the_practice_is_screened_out_with_the_code(
    browser: Browser, start: Start
) -> None:
    study = start(practice={"n_items": 1, "pass_share": 1.0, "attempts": 1})
    page = open_page(browser, study.link("pid-1")).page
    practise(page, right=False)
    at(page, "not the right one for you")
    back = page.get_by_role("link", name="Back to the site you came from")
    expect(back).to_have_attribute("href", "https://platform.example/back?cc=OUT1")
    page.context.close()
    assert study.phases() == ["screened_out"]


def test_another_device_resumes_and_two_tabs_leave_one_answer_with_its_history(
    browser: Browser, start: Start
) -> None:
    study = start()
    desktop = open_page(browser, study.link("pid-1")).page
    press(desktop, "s")
    at(desktop, "2 of 3")
    phone = open_page(browser, study.link("pid-1"), size=PHONE).page
    at(phone, "2 of 3")
    press(phone, "d")
    at(phone, "3 of 3")
    press(desktop, "s")
    at(desktop, "3 of 3")
    desktop.go_back()
    desktop.go_forward()
    at(desktop, "3 of 3")
    desktop.context.close()
    phone.context.close()
    assert study.phases() == ["rating"]
    assert study.answers() == [("equivalent", 0), ("different", 0), ("equivalent", 1)]


def test_a_lost_line_shows_itself_and_loses_neither_answer_nor_words(
    browser: Browser, start: Start
) -> None:
    study = start(allow_comments=True)
    page = open_page(browser, study.link("pid-1")).page
    at(page, "1 of 3")
    page.context.set_offline(True)
    press(page, "s")
    expect(page.get_by_text("No connection")).to_be_visible()
    expect(page.locator(".saved")).to_have_text("not saved yet")
    at(page, "1 of 3")
    page.get_by_text("Comment or report a problem").click()
    page.get_by_role("textbox").fill("half a thou")
    assert serious(page) == []
    assert study.answers() == []
    page.context.set_offline(False)
    at(page, "2 of 3")
    expect(page.get_by_text("No connection")).to_be_hidden()
    expect(page.locator(".saved")).to_have_text("saved ✓")
    press(page, "b")
    at(page, "1 of 3")
    expect(page.get_by_role("textbox")).to_have_value("half a thou")
    page.context.close()
    assert study.answers() == [("equivalent", 0)]


def test_an_answer_given_without_a_line_is_sent_after_a_reload(
    browser: Browser, start: Start
) -> None:
    study = start()
    page = open_page(browser, study.link("pid-1")).page
    at(page, "1 of 3")
    # The server is away, though the network is not.
    page.route("**/rate/answer", lambda route: route.abort())
    press(page, "d")
    expect(page.get_by_text("No connection")).to_be_visible()
    assert study.answers() == []
    page.unroute("**/rate/answer")
    page.reload()
    at(page, "2 of 3")
    page.context.close()
    assert study.answers() == [("different", 0)]


def test_a_reply_that_is_lost_on_the_way_makes_no_second_answer(
    browser: Browser, start: Start
) -> None:
    study = start()
    page = open_page(browser, study.link("pid-1")).page
    at(page, "1 of 3")

    def swallow(route: Any) -> None:
        route.fetch()
        route.abort()
        page.unroute("**/rate/answer")

    page.route("**/rate/answer", swallow)
    press(page, "d")
    at(page, "2 of 3")
    page.context.close()
    assert study.answers() == [("different", 0)]


def test_a_second_tap_does_not_answer_the_next_item(browser: Browser, start: Start) -> None:
    study = start()
    page = open_page(browser, study.link("pid-1")).page
    at(page, "1 of 3")
    page.wait_for_timeout(1.5 * ASLEEP_MS)
    for _ in range(4):
        page.keyboard.press("d")
    at(page, "2 of 3")
    page.wait_for_timeout(2 * ASLEEP_MS)
    at(page, "2 of 3")
    page.context.close()
    assert study.answers() == [("different", 0)]


def test_in_arabic_the_page_runs_from_right_to_left_and_its_keys_work(
    browser: Browser, start: Start
) -> None:
    study = start(language="ar", show_instructions=True)
    page = open_page(browser, study.link("pid-1"), size=PHONE, color_scheme="dark").page
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    assert serious(page) == []
    page.get_by_role("button", name="تابع").tap()
    same = page.get_by_role("button", name="متماثلتان", exact=True).bounding_box()
    different = page.get_by_role("button", name="مختلفتان", exact=True).bounding_box()
    assert same["x"] > different["x"]
    assert serious(page) == []
    page.wait_for_timeout(1.5 * ASLEEP_MS)
    # On an Arabic keyboard the key S writes another letter.
    page.evaluate(
        """document.body.dispatchEvent(
            new KeyboardEvent("keydown", {key: "س", code: "KeyS", bubbles: true}))"""
    )
    at(page, "2 من 3")
    page.context.close()
    assert study.answers() == [("equivalent", 0)]


def test_without_the_script_everything_still_works(browser: Browser, start: Start) -> None:
    study = start(
        arms=one_arm("grouping", n_items=2),
        work={"items_per_person": 1, "ratings_per_item": 1},
        show_instructions=True,
    )
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(study.link("pid-1"))
    page.get_by_role("button", name="Go on").click()
    for place, letter in enumerate("ABA"):
        group = page.get_by_role("group", name=f"Response {place + 1}", exact=True)
        group.get_by_label(letter).check()
    page.get_by_role("button", name="Larger text").click()
    expect(page.locator("html")).to_have_attribute("data-size", "large")
    for place, letter in enumerate("ABA"):
        group = page.get_by_role("group", name=f"Response {place + 1}", exact=True)
        group.get_by_label(letter).check()
    page.get_by_role("button", name="Next").click()
    at(page, "Thank you!")
    context.close()
    assert study.phases() == ["complete"]
    assert len([value for value, _ in study.answers()]) == 1


def test_a_preview_is_walked_through_in_the_browser_and_stores_nothing(
    browser: Browser, start: Start
) -> None:
    study = start(show_instructions=True)
    page = open_page(browser, study.preview()).page
    expect(page.get_by_text("Preview: nothing is stored.")).to_be_visible()
    page.get_by_role("button", name="Go on").click()
    at(page, "Are these two responses the same?")
    page.wait_for_timeout(1.5 * ASLEEP_MS)
    press(page, "s")
    at(page, "Thank you!")
    assert serious(page) == []
    page.context.close()
    assert study.phases() == []


def test_an_annotators_link_opens_no_researcher_page_for_a_stranger(
    browser: Browser, start: Start
) -> None:
    study = start()
    page = open_page(browser, study.link("pid-1")).page
    link = page.url.partition("?")[2]
    page.context.close()
    stranger = {"X-Forwarded-For": "203.0.113.9"}
    for name in ("", *RESEARCHER_PAGES):
        drawn = visit(study.server.address, page=name, query=link, headers=stranger)
        assert "This page is for researchers" in drawn

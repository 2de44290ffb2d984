"""The app as its users meet it: the real server, a real browser, the sample study."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from core.settings import PROJECT_DIR
from tests.support.browser import ASLEEP_MS, DESKTOP, PHONE, browser, open_page, press
from tests.support.server import AppServer, app_server

__all__ = ["browser"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]

# The machine may be busy with other tests.
expect.set_options(timeout=20_000)

PAGES = {
    "studies": "New study",
    "prompts": "16 prompts",
    "generate": "The plan",
    "compare": "distinct of 5",
    "judges": "Judges so far",
    "people": "Simulated person 1",
    "agreement": "Two of them agree on",
    "results": "As seen by",
    "export": "Prepare the file",
}


def taskanchor(folder: Path, *arguments: str) -> str:
    """Runs a command on a data folder and returns what it printed."""
    own = {key: value for key, value in os.environ.items() if not key.startswith("TASKANCHOR_")}
    done = subprocess.run(
        [sys.executable, "-m", "cli", *arguments],
        cwd=PROJECT_DIR,
        env=own | {"TASKANCHOR_DATA_DIR": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    """The app on the sample study."""
    folder = tmp_path_factory.mktemp("sample")
    taskanchor(folder, "demo")
    with app_server(folder) as running:
        yield running


def add_person(server: AppServer) -> str:
    """Invites a person to two pairs and two responses; the address of their link."""
    arguments = ["--count", "1", "--ratings-per-item", "1", "--pairs", "2", "--responses", "2"]
    printed = taskanchor(
        server.data_dir,
        *["people", "invite", "sample", *arguments, "--base-url", server.address, "--json"],
    )
    return str(json.loads(printed)["people"][-1]["link"])


def answered_last(server: AppServer) -> int:
    """How many answers of the person invited last are on disk."""
    printed = taskanchor(server.data_dir, "people", "list", "sample", "--json")
    return int(json.loads(printed)["people"][-1]["answered"])


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("name", PAGES)
def test_every_page_draws_the_sample_study_and_calls_no_other_host(
    browser: Browser, server: AppServer, name: str, size: tuple[int, int]
) -> None:
    watched = open_page(browser, server.url(f"/{name}?study=sample"), size=size)
    expect(watched.page.get_by_text(PAGES[name]).first).to_be_attached()
    if name != "studies":
        expect(watched.page.get_by_text("nothing here is a finding")).to_be_visible()
    assert watched.foreign_requests(server.address) == []
    watched.page.context.close()


def test_an_annotator_gets_from_link_to_done_by_keyboard_and_resumes_where_they_left(
    browser: Browser, server: AppServer
) -> None:
    link = add_person(server)
    page = open_page(browser, link).page
    page.get_by_role("link", name="Start").press("Enter")
    expect(page.locator(".where", has_text="1 of 4")).to_be_visible()
    press(page, "s")
    expect(page.locator(".where", has_text="2 of 4")).to_be_visible()
    assert answered_last(server) == 1
    page.context.close()

    page = open_page(browser, link).page
    page.get_by_role("link", name="Go on").press("Enter")
    expect(page.locator(".where", has_text="2 of 4")).to_be_visible()
    for key, position in (("d", 3), ("4", 4)):
        press(page, key)
        expect(page.locator(".where", has_text=f"{position} of 4")).to_be_visible()
    press(page, "5")
    expect(page.get_by_role("heading", name="Thank you!")).to_be_visible()
    assert answered_last(server) == 4
    page.context.close()


def test_the_rating_page_shows_neither_model_nor_strategy_nor_other_pages(
    browser: Browser, server: AppServer
) -> None:
    link = add_person(server)
    page = open_page(browser, link, size=PHONE).page
    page.get_by_role("link", name="Start").click()
    expect(page.locator(".where", has_text="1 of 4")).to_be_visible()
    shown = page.content()
    for secret in ("replay:", "temperature", "system-anchored", "Agreement", "Studies"):
        assert secret not in shown
    page.context.close()


def test_a_person_who_wants_larger_text_gets_it_for_every_item(
    browser: Browser, server: AppServer
) -> None:
    page = open_page(browser, add_person(server), size=PHONE).page
    page.get_by_role("link", name="Start").click()
    text = page.locator(".response .ta-response p").first
    expect(text).to_have_css("font-size", "17px")
    page.get_by_role("button", name="Larger text").click()
    expect(text).to_have_css("font-size", "22.1px")
    page.wait_for_timeout(1.5 * ASLEEP_MS)
    page.get_by_role("button", name="Same").click()
    expect(page.locator(".where", has_text="2 of 4")).to_be_visible()
    expect(text).to_have_css("font-size", "22.1px")
    page.reload()
    expect(text).to_have_css("font-size", "22.1px")
    page.context.close()


def test_a_changed_link_opens_nothing(browser: Browser, server: AppServer) -> None:
    link = add_person(server)
    page = open_page(browser, link[:-3] + "abc").page
    expect(page.get_by_text("This link is not valid")).to_be_visible()
    page.context.close()

"""A researcher sets a crowd study up, sees it as an annotator, opens it, and watches it live."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from core.annotator_texts import load_texts
from core.settings import PROJECT_DIR
from tests.support.browser import ASLEEP_MS, browser, open_page, settle
from tests.support.server import AppServer, app_server

__all__ = ["browser"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]

TIMEOUT_MS = 20_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    """The app on the sample study."""
    folder = tmp_path_factory.mktemp("setup")
    own = {key: value for key, value in os.environ.items() if not key.startswith("TASKANCHOR_")}
    subprocess.run(
        [sys.executable, "-m", "cli", "demo"],
        cwd=PROJECT_DIR,
        env=own | {"TASKANCHOR_DATA_DIR": str(folder)},
        check=True,
        capture_output=True,
    )
    with app_server(folder) as running:
        yield running


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).first.click()
    settle(page)


def unfold(page: Page, name: str) -> None:
    """Opens what asks back before something is done."""
    page.get_by_role("button", name=re.compile(f"^{name}")).first.click()
    settle(page)


def choose(page: Page, name: str) -> None:
    """One part of the page, or one step of the set-up."""
    page.get_by_role("radio", name=name, exact=True).click()
    settle(page)


def set_up(page: Page) -> None:
    """The pilot, with four pairs and an hourly pay."""
    press(page, "Start with this")
    expect(page.get_by_text("6 people")).to_be_visible()
    press(page, "Go on to Questions")
    page.get_by_label("Pairs of 480", exact=True).fill("4")
    page.keyboard.press("Tab")
    # Pairs drawn, times three ratings.
    expect(page.get_by_text("4 pairs")).to_be_visible()
    choose(page, "6 Recruiting")
    page.get_by_label("Pay per hour", exact=True).fill("12")
    page.get_by_label("Currency", exact=True).fill("euro")
    page.keyboard.press("Tab")
    expect(page.get_by_text("three capital letters").first).to_be_visible()
    page.get_by_label("Currency", exact=True).fill("EUR")
    page.keyboard.press("Tab")
    expect(page.get_by_text("for 3 people")).to_be_visible()
    press(page, "Save the set-up")
    expect(page.get_by_role("button", name="Saved")).to_be_visible()


def test_a_study_is_set_up_previewed_opened_and_watched(
    browser: Browser, server: AppServer
) -> None:
    expect.set_options(timeout=TIMEOUT_MS)
    words = load_texts()
    page = open_page(browser, server.url("/people?study=sample&view=setup")).page
    set_up(page)

    preview = page.get_by_role("link", name="Preview as an annotator").get_attribute("href")
    assert preview is not None
    looked = browser.new_context().new_page()
    looked.goto(preview)
    expect(looked.get_by_text(words["preview.banner"]).first).to_be_visible()
    looked.context.close()

    unfold(page, "Open the study")
    press(page, "Draw the items and open")
    page.get_by_label("Names, one per line", exact=True).fill("Ada")
    page.keyboard.press("Control+Enter")
    press(page, "Add 1 person")
    link = page.locator("code", has_text="/rate?link=").first.inner_text().strip()

    choose(page, "Watch")
    # The sample's own people have rated some of what was drawn.
    said = page.get_by_role("img", name=re.compile(r"^\d+ of 12 ratings are in"))
    before = int((said.get_attribute("aria-label") or "").split()[0])
    person = browser.new_context().new_page()
    person.goto(link)
    person.get_by_role("button", name=words["instructions.go_on"]).click()
    expect(person.get_by_text(re.compile("^1 of "))).to_be_visible()
    person.wait_for_timeout(1.5 * ASLEEP_MS)
    person.get_by_role("button", name=re.compile("^Same")).click()
    # The page of the researcher follows by itself.
    expect(page.get_by_text(f"{before + 1} of 12 ratings are in")).to_be_visible()
    person.context.close()

    unfold(page, "Pause")
    press(page, "Pause the study")
    expect(page.get_by_text("Nobody new comes in")).to_be_visible()
    page.context.close()

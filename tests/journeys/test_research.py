"""A researcher's whole way in the browser: from pasted prompts to agreement, with recordings."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from core.sample import load_sample_study
from core.settings import PROJECT_DIR
from tests.support.browser import ASLEEP_MS, browser, open_page, settle
from tests.support.server import AppServer, app_server

__all__ = ["browser"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]

WORK_TIMEOUT_MS = 60_000
N_PEOPLE, N_PAIRS = 2, 4
SERVE = [sys.executable, "-m", "cli", "serve", "--port", "0", "--no-browser"]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    """The whole app with its worker, as `taskanchor serve` starts it, on an empty folder."""
    with app_server(tmp_path_factory.mktemp("research"), command=SERVE) as running:
        yield running


def personal_links(server: AppServer) -> list[str]:
    own = {key: value for key, value in os.environ.items() if not key.startswith("TASKANCHOR_")}
    arguments = ["people", "list", "pilot", "--base-url", server.address, "--json"]
    printed = subprocess.run(
        [sys.executable, "-m", "cli", *arguments],
        cwd=PROJECT_DIR,
        env=own | {"TASKANCHOR_DATA_DIR": str(server.data_dir)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [person["link"] for person in json.loads(printed)["people"]]


def go_to(page: Page, server: AppServer, name: str) -> None:
    page.goto(server.url(f"/{name}?study=pilot"))
    settle(page)


def fill_number(page: Page, label: str, value: int) -> None:
    page.get_by_label(label, exact=True).fill(str(value))
    page.keyboard.press("Enter")
    settle(page)


def test_from_pasted_prompts_to_agreement(browser: Browser, server: AppServer) -> None:
    expect.set_options(timeout=20_000)
    page = open_page(browser, server.url()).page
    create_study(page)
    paste_prompts(page)
    generate(page, server)
    judge(page, server)
    invite(page, server)
    for link in personal_links(server):
        answer_all(browser, link)
    go_to(page, server, "agreement")
    expect(page.get_by_text("replay:sample-judge-1").first).to_be_attached()
    expect(page.get_by_text("Two of them agree on").first).to_be_visible()
    page.get_by_text("Where they part", exact=True).click()
    expect(page.get_by_text(re.compile(r"items: where judge and people part"))).to_be_visible()
    go_to(page, server, "compare")
    expect(page.get_by_text("distinct of 5").first).to_be_attached()
    page.context.close()


def create_study(page: Page) -> None:
    page.get_by_role("button", name="New study").click()
    page.get_by_label("Title").fill("Pilot")
    page.keyboard.press("Tab")
    settle(page)
    page.get_by_role("button", name="Create", exact=True).click()
    expect(page.get_by_label("Paste prompts")).to_be_visible()


def paste_prompts(page: Page) -> None:
    prompts = [prompt.text for prompt in load_sample_study().prompts if "\n" not in prompt.text]
    page.get_by_label("Paste prompts").fill("\n".join(prompts[:6]))
    page.keyboard.press("Control+Enter")
    page.get_by_role("button", name="Save 6 prompts").click()
    expect(page.get_by_text("6 prompts added.")).to_be_visible()


def generate(page: Page, server: AppServer) -> None:
    go_to(page, server, "generate")
    page.get_by_role("button", name="Generate 60 responses").click()
    done = page.get_by_text("60 of 60").first
    expect(done).to_be_visible(timeout=WORK_TIMEOUT_MS)


def judge(page: Page, server: AppServer) -> None:
    go_to(page, server, "judges")
    page.get_by_role("button", name="Ask the judge").click()
    expect(page.get_by_text("120 of 120").first).to_be_visible(timeout=WORK_TIMEOUT_MS)


def invite(page: Page, server: AppServer) -> None:
    go_to(page, server, "people")
    page.get_by_text("Or invite a few people by name").click()
    fill_number(page, "People", N_PEOPLE)
    fill_number(page, "Pairs: the same or different?", N_PAIRS)
    fill_number(page, "Responses: how good, 1 to 5?", 0)
    fill_number(page, "Ratings per item", N_PEOPLE)
    # Only the last of these reruns says this. A press before it ends can be lost: what it draws
    # moves the button under the pointer.
    expect(
        page.get_by_text(f"{N_PAIRS} items, {N_PAIRS * N_PEOPLE} ratings in all")
    ).to_be_visible()
    settle(page)
    page.get_by_role("button", name=f"Invite {N_PEOPLE} people").click()
    expect(page.get_by_text("Person 1").first).to_be_attached()


def answer_all(browser: Browser, link: str) -> None:
    """Rates every pair with the mouse, alternating."""
    page = open_page(browser, link).page
    page.get_by_role("link", name="Start").click()
    for number in range(N_PAIRS):
        expect(page.locator(".where")).to_contain_text(f"{number + 1} of {N_PAIRS}")
        page.wait_for_timeout(1.5 * ASLEEP_MS)
        page.get_by_role("button", name=re.compile("^(Same|Different)")).nth(number % 2).click()
    expect(page.get_by_role("heading", name="Thank you!")).to_be_visible()
    page.context.close()

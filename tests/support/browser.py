"""Chromium for tests. Import the `browser` fixture into a test module to use it.

The fixture lasts one module: Playwright keeps an event loop running, which other modules' asyncio
tests would stumble over.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
DESKTOP = (1440, 1000)
# So long an item on an annotator's page takes no answer: the press was meant for the one before.
ASLEEP_MS = 300
PHONE = (390, 844)


@dataclass
class Watched:
    """A page and everything it did on the side."""

    page: Page
    requests: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)

    def foreign_requests(self, address: str) -> list[str]:
        """Requests that went, or would have gone, anywhere else than `address`."""
        own = (address, address.replace("http", "ws", 1), "data:", "blob:")
        return [url for url in self.requests if not url.startswith(own)]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium; skips without one, unless TASKANCHOR_REQUIRE_ALL=1."""
    if not CHROMIUM.exists():
        reason = f"no Chromium at {CHROMIUM}"
        if os.environ.get("TASKANCHOR_REQUIRE_ALL") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=_ARGUMENTS)
        yield chromium
        chromium.close()


def open_page(
    browser: Browser,
    url: str,
    *,
    size: tuple[int, int] = DESKTOP,
    color_scheme: Literal["light", "dark"] = "light",
) -> Watched:
    """Opens a page in a fresh profile and waits until the app's script has run."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme=color_scheme,
        has_touch=size[0] < 640,
    )
    watched = Watched(context.new_page())
    watched.page.on("request", lambda request: watched.requests.append(request.url))
    watched.page.on("websocket", lambda socket: watched.requests.append(socket.url))
    watched.page.on("console", lambda message: watched.console.append(message.text))
    watched.page.on("pageerror", lambda error: watched.console.append(str(error)))
    watched.page.goto(url)
    settle(watched.page)
    return watched


def settle(page: Page) -> None:
    """Waits until Streamlit has finished the running script; annotators' pages have none."""
    page.wait_for_selector("[data-test-script-state='notRunning'], #page > main", state="attached")


def press(page: Page, keys: str) -> None:
    """Presses keys on an annotator's page one after the other, no faster than they are taken."""
    for key in keys:
        page.wait_for_timeout(1.5 * ASLEEP_MS)
        page.keyboard.press(key)

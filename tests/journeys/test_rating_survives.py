"""An answer a person saw saved is on disk, whatever becomes of the server."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.test_pages import add_person, taskanchor
from tests.support.browser import browser, open_page, press
from tests.support.server import app_server

__all__ = ["browser"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]


def answers(folder: Path) -> list[tuple[int, str, int]]:
    """(item, value, revision) of the person invited last, in the order given."""
    with sqlite3.connect(folder / "taskanchor.sqlite3") as connection:
        return connection.execute(
            "SELECT item_id, value, revision FROM rating WHERE rater_id = "
            "(SELECT max(id) FROM rater WHERE kind = 'human') ORDER BY id"
        ).fetchall()


def test_kill_9_in_the_middle_of_rating_loses_and_doubles_nothing(
    browser: Browser, tmp_path: Path
) -> None:
    expect.set_options(timeout=20_000)
    taskanchor(tmp_path, "demo")
    with app_server(tmp_path) as server:
        link = add_person(server)
        page = open_page(browser, link).page
        page.get_by_role("link", name="Start").click()
        for position, key in enumerate("sd", start=1):
            expect(page.get_by_text(f"{position} of 4")).to_be_visible()
            press(page, key)
        expect(page.get_by_text("3 of 4")).to_be_visible()
        server.process.kill()
        server.process.wait()
        page.context.close()
    saved = answers(tmp_path)
    assert [(value, revision) for _, value, revision in saved] == [
        ("equivalent", 0),
        ("different", 0),
    ]

    with app_server(tmp_path) as server:
        token = link.partition("/rate")[2]
        page = open_page(browser, server.url(f"/rate{token}")).page
        page.get_by_role("link", name="Go on").click()
        for position, key in ((3, "4"), (4, "5")):
            expect(page.get_by_text(f"{position} of 4")).to_be_visible()
            press(page, key)
        expect(page.get_by_text("Thank you!")).to_be_visible()
        page.context.close()
    after = answers(tmp_path)
    assert after[:2] == saved
    assert len({item for item, _, _ in after}) == len(after) == 4

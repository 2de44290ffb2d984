"""An answer a person saw saved is on disk, whatever becomes of the server."""

from __future__ import annotations

import asyncio
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import aiohttp
import pytest
from playwright.sync_api import Browser, expect

from benchmarks.rating_client import RatingClient
from core.security import annotator_link, load_secret_key
from db.engine import close_databases, open_database
from tests.journeys.test_pages import add_person, taskanchor
from tests.support.asked import ask_everything
from tests.support.browser import browser, open_page, press
from tests.support.server import AppServer, app_server
from tests.support.stores import settings_in

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
            expect(page.locator(".where", has_text=f"{position} of 4")).to_be_visible()
            press(page, key)
        expect(page.locator(".where", has_text="3 of 4")).to_be_visible()
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
            expect(page.locator(".where", has_text=f"{position} of 4")).to_be_visible()
            press(page, key)
        expect(page.get_by_role("heading", name="Thank you!")).to_be_visible()
        page.context.close()
    after = answers(tmp_path)
    assert after[:2] == saved
    assert len({item for item, _, _ in after}) == len(after) == 4


N_PEOPLE = 50


async def rate_until_the_end(client: RatingClient) -> None:
    """Answers until everything is answered or the server is gone."""
    async with client:
        screen = await client.open()
        while screen.assignment is not None:
            screen = await client.give(screen, screen.answers[0])


async def rate_and_kill(server: AppServer, links: list[str]) -> dict[int, str]:
    """What the server said that it has, killed in the middle of it."""
    clients = [RatingClient(link) for link in links]

    async def kill() -> None:
        while sum(len(one.acknowledged) for one in clients) < 2 * N_PEOPLE:
            await asyncio.sleep(0.005)
        server.process.kill()

    people = [rate_until_the_end(client) for client in clients]
    ends = await asyncio.gather(*people, kill(), return_exceptions=True)
    assert any(isinstance(end, aiohttp.ClientError) for end in ends)
    return {key: value for one in clients for key, value in one.acknowledged.items()}


def test_kill_9_under_fifty_annotators_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    with open_database(settings).write() as session:
        ids = [ask_everything(session, slug=f"study-{number}") for number in range(N_PEOPLE)]
    key = load_secret_key(None, settings.data_dir, bound_to_loopback=True)
    close_databases()
    with app_server(tmp_path) as server:
        links = [annotator_link(server.address, rater_id, key) for rater_id in ids]
        # In a thread of its own: Playwright keeps a loop running in this one.
        with ThreadPoolExecutor(1) as pool:
            acknowledged = pool.submit(asyncio.run, rate_and_kill(server, links)).result()
    with sqlite3.connect(tmp_path / "taskanchor.sqlite3") as connection:
        rows = connection.execute("SELECT id FROM assignment WHERE state = 'done'").fetchall()
        doubled = connection.execute(
            "SELECT count(*) FROM (SELECT 1 FROM rating WHERE source = 'direct' "
            "GROUP BY rater_id, item_id, question HAVING count(*) > 1)"
        ).fetchone()[0]
    assert len(acknowledged) >= 2 * N_PEOPLE
    assert acknowledged.keys() <= {row[0] for row in rows}
    assert doubled == 0

"""Every question answered in a real browser: by keyboard alone, on a phone, for every reader."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from core.security import annotator_link, load_secret_key
from core.settings import Settings
from core.types import Question
from db.engine import close_databases, open_database
from db.models import Note, Rating
from tests.support.asked import ARABIC, CJK, LONG, SHORT, TICKS, ask_everything
from tests.support.browser import ASLEEP_MS, DESKTOP, PHONE, browser, open_page, press
from tests.support.server import AppServer, app_server
from tests.support.stores import settings_in

__all__ = ["browser"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]
expect.set_options(timeout=20_000)

# Question -> keys that answer it, and what is then kept. The sets are shown as 1 0 2 4 3.
KEYS = {
    Question.EQUIVALENCE: ("s", "equivalent"),
    Question.USEFULNESS: ("n", "not_useful"),
    Question.SAME: ("d", "different"),
    Question.QUALITY: ("4", "4"),
    Question.GROUPING: ("qwqe" + "1w" + "5en", "0,0,1,2,2"),
    Question.COUNT: ("3", "3"),
    Question.CATEGORY: ("2", "B"),
}
SERIOUS = ("serious", "critical")


@dataclass(frozen=True)
class Crowd:
    """A server, and how to put every question before a new person."""

    server: AppServer
    settings: Settings

    def ask(self, slug: str, **values: object) -> tuple[int, str]:
        """(rater id, link) of a person in a study of their own."""
        database = open_database(self.settings)
        with database.write() as session:
            rater_id = ask_everything(session, slug=slug, **values)
        close_databases()
        key = load_secret_key(None, self.settings.data_dir, bound_to_loopback=True)
        return rater_id, annotator_link(self.server.address, rater_id, key)

    def ratings(self, rater_id: int) -> dict[str, Rating]:
        """question -> what the person answered, derived verdicts aside."""
        with open_database(self.settings).read() as session:
            rows = session.scalars(select(Rating).where(Rating.rater_id == rater_id)).all()
        close_databases()
        return {row.question: row for row in rows}

    def notes(self, rater_id: int) -> list[tuple[str, str, str]]:
        with open_database(self.settings).read() as session:
            rows = session.scalars(select(Note).where(Note.rater_id == rater_id)).all()
        close_databases()
        return [(row.question, row.kind, row.text) for row in rows]


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crowd]:
    folder: Path = tmp_path_factory.mktemp("crowd")
    settings = settings_in(folder)
    open_database(settings)
    load_secret_key(None, settings.data_dir, bound_to_loopback=True)
    close_databases()
    with app_server(folder) as server:
        yield Crowd(server, settings)


def begin(browser: Browser, link: str, **values: object) -> Page:
    page = open_page(browser, link, **values).page
    page.get_by_role("link", name="Start").press("Enter")
    return page


def tap_text(page: Page, selector: str) -> None:
    """Taps where a text begins, whatever lies above it there."""
    text = page.locator(selector)
    text.scroll_into_view_if_needed()
    box = text.bounding_box()
    page.touchscreen.tap(box["x"] + 30, box["y"] + 20)


def wait_for(page: Page, number: int) -> None:
    expect(page.locator(".where")).to_contain_text(f"{number} of {len(Question)}")


def serious(page: Page) -> list[str]:
    """What axe finds that keeps somebody from reading or answering."""
    found = json.loads(json.dumps(Axe().run(page).response["violations"]))
    return [
        f"{one['id']} ({one['impact']}): {node['html'][:160]}"
        for one in found
        if one["impact"] in SERIOUS
        for node in one["nodes"]
    ]


def test_there_is_a_key_for_every_question():
    assert set(KEYS) == set(Question)


def test_every_question_is_answered_by_keyboard_alone(browser: Browser, crowd: Crowd) -> None:
    rater_id, link = crowd.ask("keys")
    page = begin(browser, link)
    for number, question in enumerate(Question, start=1):
        wait_for(page, number)
        press(page, KEYS[question][0])
    expect(page.get_by_role("heading", name="Thank you!")).to_be_visible()
    page.context.close()
    answered = crowd.ratings(rater_id)
    assert {question: row.value for question, row in answered.items()} == {
        question.value: value for question, (_, value) in KEYS.items()
    }
    assert all(row.template.startswith(f"annotate-{name}@") for name, row in answered.items())


def test_how_sure_ticks_and_comments_are_kept_with_the_answer(
    browser: Browser, crowd: Crowd
) -> None:
    rater_id, link = crowd.ask("extras", extras=True)
    page = begin(browser, link)
    wait_for(page, 1)
    expect(page.get_by_role("button", name="Very sure")).to_be_disabled()
    press(page, "sl")
    wait_for(page, 2)
    press(page, "u")
    wait_for(page, 3)
    page.get_by_text("Comment or report a problem").click()
    field = page.get_by_role("textbox")
    # Letters that are keys of answers elsewhere.
    field.press_sequentially("sad u")
    page.get_by_role("button", name="Keep as a comment").click()
    expect(page.get_by_text("we have noted it")).to_be_visible()
    wait_for(page, 3)
    press(page, "dj")
    wait_for(page, 4)
    press(page, "zx")
    expect(page.get_by_label("Reads well")).to_be_checked()
    page.get_by_label(TICKS[0]).click()
    expect(page.get_by_label(TICKS[0])).not_to_be_checked()
    press(page, "5k")
    wait_for(page, 5)
    press(page, "sk")
    wait_for(page, 6)
    page.context.close()
    answered = crowd.ratings(rater_id)
    kept = {name: (row.value, row.confidence) for name, row in answered.items()}
    assert kept == {
        "equivalence": ("equivalent", 1.0),
        "usefulness": (None, None),
        "same": ("different", 0.0),
        "quality": ("5", 0.5),
        "grouping": ("0,0,0,0,0", 0.5),
    }
    assert answered["quality"].meta["ticks"] == [TICKS[1]]
    assert crowd.notes(rater_id) == [("same", "comment", "sad u")]


def test_a_set_is_sorted_by_tapping_on_a_phone(browser: Browser, crowd: Crowd) -> None:
    rater_id, link = crowd.ask("taps", texts=LONG)
    page = begin(browser, link, size=PHONE)
    for number in range(1, 5):
        wait_for(page, number)
        press(page, "u")
    wait_for(page, 5)
    page.wait_for_timeout(1.5 * ASLEEP_MS)
    for place, group in ((4, "A"), (0, "B"), (1, "B"), (2, "A"), (3, "C")):
        tap_text(page, f".member[data-place='{place}'] .text")
        expect(
            page.get_by_text(f"Which group does Response {place + 1} belong to?")
        ).to_be_visible()
        page.get_by_role("button", name=f"Group {group}", exact=True).tap()
    page.locator(".member[data-place='0'] .toggle").tap()
    expect(page.locator(".member[data-place='0'] .less")).to_be_visible()
    expect(page.get_by_text("All are sorted")).to_be_visible()
    page.get_by_role("button", name="Next").tap()
    wait_for(page, 6)
    page.context.close()
    # Shown B A C E D, in groups B B A C A.
    assert crowd.ratings(rater_id)["grouping"].value == "0,0,1,1,2"


def test_both_responses_begin_on_a_small_phone(browser: Browser, crowd: Crowd) -> None:
    _, link = crowd.ask("openings", texts=LONG)
    page = begin(browser, link, size=(360, 640))
    wait_for(page, 1)
    bottom = page.locator(".bar").bounding_box()["y"]
    for number in range(2):
        opening = page.locator(".response").nth(number).locator(".ta-response p").first
        assert opening.bounding_box()["y"] + 20 < bottom
    page.context.close()


@pytest.mark.parametrize(
    ("size", "scheme", "texts"),
    [
        (DESKTOP, "light", SHORT),
        (DESKTOP, "dark", ARABIC),
        (PHONE, "light", LONG),
        (PHONE, "dark", CJK),
    ],
    ids=["desktop-light", "desktop-dark-arabic", "phone-light-long", "phone-dark-cjk"],
)
def test_axe_finds_no_serious_violation_on_any_screen(
    browser: Browser, crowd: Crowd, size: tuple[int, int], scheme: str, texts: tuple[str, ...]
) -> None:
    _, link = crowd.ask(f"axe-{size[0]}-{scheme}", texts=texts, extras=True)
    page = open_page(browser, link, size=size, color_scheme=scheme).page
    expect(page.get_by_role("link", name="Start")).to_be_visible()
    found = {"welcome": serious(page)}
    page.get_by_role("link", name="Start").press("Enter")
    for number, question in enumerate(Question, start=1):
        wait_for(page, number)
        found[question] = serious(page)
        if question == Question.GROUPING:
            press(page, "qwq")
            found["half sorted"] = serious(page)
        if question == Question.SAME:
            page.get_by_text("Comment or report a problem").click()
            expect(page.get_by_role("textbox")).to_be_visible()
            found["note"] = serious(page)
            page.get_by_role("button", name="Cancel").click()
        press(page, "u")
    expect(page.get_by_role("heading", name="Thank you!")).to_be_visible()
    found["thanks"] = serious(page)
    page.context.close()
    assert {screen: problems for screen, problems in found.items() if problems} == {}

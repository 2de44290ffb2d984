"""The strict policy has to let Streamlit itself work; a real browser says where it does not."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from core.security import hash_password
from tests.support.browser import DESKTOP, PHONE, browser, open_page, settle  # noqa: F401
from tests.support.server import app_server

pytestmark = pytest.mark.browser

SCRIPT = Path(__file__).parent / "apps" / "shows_role.py"


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_charts_tables_and_uploads_work_under_the_policy(
    browser: Browser,  # noqa: F811
    tmp_path: Path,
    size: tuple[int, int],
) -> None:
    with app_server(tmp_path, script=SCRIPT) as server:
        watched = open_page(browser, server.url(), size=size)
        page = watched.page
        page.wait_for_selector(".js-plotly-plot .main-svg")
        page.wait_for_selector("[data-testid=stDataFrame] canvas")

        complaints = [line for line in watched.console if "Content Security Policy" in line]
        assert complaints == []
        assert watched.foreign_requests(server.address) == []
        overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert overflow <= 0
        page.context.close()


def test_researcher_signs_in_reloads_and_signs_out(
    browser: Browser,  # noqa: F811
    tmp_path: Path,
) -> None:
    env = {"TASKANCHOR_PASSWORD_HASH": hash_password("right")}
    with app_server(tmp_path, script=SCRIPT, env=env) as server:
        page = open_page(browser, server.url("/?study=sample")).page
        page.get_by_text("Sign in with the password").click()
        page.get_by_label("Password").fill("wrong")
        page.get_by_role("button", name="Sign in").click()
        assert page.get_by_role("alert").inner_text() == "That is not the password."

        page.get_by_label("Password").fill("right")
        page.get_by_role("button", name="Sign in").click()
        page.get_by_text("role is researcher").wait_for()
        assert page.url == server.url("/?study=sample")

        page.reload()
        page.get_by_text("role is researcher").wait_for()
        page.get_by_text("Sign out").click()
        page.get_by_label("Password").wait_for()
        page.goto(server.url())
        page.get_by_text("role is stranger").wait_for()
        page.context.close()

"""A stranger is the first to ask a server that has drawn nothing yet."""

from __future__ import annotations

from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from core.settings import PROJECT_DIR
from tests.support.server import AppServer, app_server, visit

STRANGER = {"X-Forwarded-For": "203.0.113.9"}
PAGES = [path.stem for path in (PROJECT_DIR / "pages" / "researcher").glob("*.py")]
ANNOTATORS = ["/rate", "/rate?link=made-up", "/join?study=x", "/preview"]


def assert_refused(server: AppServer, page: str) -> None:
    drawn = visit(server.address, page=page, headers=STRANGER)
    assert "This page is for researchers" in drawn, page


def assert_told(server: AppServer, address: str) -> None:
    with pytest.raises(HTTPError) as refused:
        urlopen(server.url(address))
    assert refused.value.code == 404, address
    page = refused.value.read().decode()
    assert "This link is not valid" in page or "This preview has expired" in page, address
    assert "Studies" not in page, address


def test_a_stranger_is_refused_every_page_by_a_server_that_has_drawn_none(tmp_path: Path) -> None:
    with app_server(tmp_path) as cold:
        for page in ["", *PAGES]:
            assert_refused(cold, page)


@pytest.mark.parametrize("page", ["home", "people"])
def test_a_stranger_who_comes_first_is_refused_a_page_within(tmp_path: Path, page: str) -> None:
    with app_server(tmp_path) as cold:
        assert_refused(cold, page)


def test_the_first_visitor_of_a_cold_server_is_told_that_a_link_is_made_up(tmp_path: Path) -> None:
    with app_server(tmp_path) as cold:
        for address in ANNOTATORS:
            assert_told(cold, address)

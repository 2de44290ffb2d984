"""A stranger is the first to ask a server that has drawn nothing yet."""

from __future__ import annotations

from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from core.settings import PROJECT_DIR
from tests.support.server import app_server, visit

STRANGER = {"X-Forwarded-For": "203.0.113.9"}
PAGES = [path.stem for path in (PROJECT_DIR / "pages" / "researcher").glob("*.py")]


@pytest.mark.parametrize("name", ["", *PAGES])
def test_a_stranger_is_refused_every_page_of_a_cold_server(tmp_path: Path, name: str) -> None:
    with app_server(tmp_path) as cold:
        drawn = visit(cold.address, page=name, headers=STRANGER)
    assert "This page is for researchers" in drawn


@pytest.mark.parametrize("address", ["/rate", "/rate?link=made-up", "/join?study=x", "/preview"])
def test_the_first_visitor_of_a_cold_server_is_told_that_a_link_is_made_up(
    tmp_path: Path, address: str
) -> None:
    with app_server(tmp_path) as cold, pytest.raises(HTTPError) as refused:
        urlopen(cold.url(address))
    assert refused.value.code == 404
    page = refused.value.read().decode()
    assert "This link is not valid" in page or "This preview has expired" in page
    assert "Studies" not in page

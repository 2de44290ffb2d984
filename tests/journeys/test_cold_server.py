"""A stranger is the first to ask a server that has drawn nothing yet."""

from __future__ import annotations

from pathlib import Path

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


def test_the_first_visitor_of_a_cold_server_gets_the_page_they_asked_for(tmp_path: Path) -> None:
    with app_server(tmp_path) as cold:
        drawn = visit(cold.address, page="rate", query="link=made-up", headers=STRANGER)
    assert "page_not_found" not in drawn
    assert "This link is not valid" in drawn

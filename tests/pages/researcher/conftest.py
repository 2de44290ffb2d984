"""The app as a researcher at this machine runs it, without a browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.settings import PROJECT_DIR
from pages.components import auth

OpenPage = Callable[..., AppTest]


@pytest.fixture
def open_page(monkeypatch: pytest.MonkeyPatch) -> OpenPage:
    """Opens a researcher page by name: `open_page("prompts", study="sample")`."""
    visit = auth.Visit(
        bind_address="127.0.0.1",
        peer_is_local=True,
        host="127.0.0.1:8501",
        header_names=frozenset({"host"}),
        session_cookie=None,
        signed_in_email=None,
    )
    monkeypatch.setattr(auth, "current_visit", lambda: visit)

    def open_named(name: str, *, study: str = "") -> AppTest:
        app = AppTest.from_file(str(PROJECT_DIR / "app.py"), default_timeout=60)
        if study:
            app.query_params["study"] = study
        page = app.switch_page(f"pages/researcher/{name}.py").run()
        assert not page.exception, page.exception
        return page

    return open_named

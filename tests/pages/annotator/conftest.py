"""The rating page as the holder of a personal link opens it, without a browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.security import annotator_token
from core.settings import PROJECT_DIR
from core.types import Question
from db.engine import Database
from db.invitations import Invitation, invite
from db.queries.studies import get_study
from pages.components import rate_pace

KEY = "k" * 32
OpenLink = Callable[[str], AppTest]


@pytest.fixture
def open_link(
    sample_db: Database,  # noqa: ARG001 - what the page reads
    monkeypatch: pytest.MonkeyPatch,
) -> OpenLink:
    """Opens the rating page with a token; nobody here presses a key for too long."""
    monkeypatch.setenv("TASKANCHOR_SECRET_KEY", KEY)
    monkeypatch.setattr(rate_pace, "BOUNCE_S", 0.0)

    def open_token(token: str) -> AppTest:
        app = AppTest.from_file(str(PROJECT_DIR / "app.py"), default_timeout=60)
        app.query_params["link"] = token
        page = app.switch_page("pages/annotator/rate.py").run()
        assert not page.exception, page.exception
        return page

    return open_token


@pytest.fixture
def token(sample_db: Database) -> str:
    """Token of a person with two pairs and one response of the sample study."""
    with sample_db.write() as session:
        invitation = Invitation(
            names=("Ada",),
            n_items={Question.EQUIVALENCE: 2, Question.QUALITY: 1},
            ratings_per_item=1,
            seed=3,
        )
        (rater_id,) = invite(session, get_study(session, "sample"), invitation)
    return annotator_token(rater_id, KEY.encode())

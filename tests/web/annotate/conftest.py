"""The annotator's routes on a database of their own, asked without a network."""

from __future__ import annotations

from dataclasses import dataclass
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.testclient import TestClient

from core.security import annotator_token
from core.settings import Settings
from db.engine import Database, open_database
from db.models import Assignment, Rating
from tests.support.asked import ask_everything
from tests.support.drawn_sets import words
from web.annotate import annotate_routes

KEY = b"k" * 32


@dataclass
class Visitor:
    """Asks the routes, and looks into the database afterwards."""

    client: TestClient
    database: Database

    def token(self, rater_id: int) -> str:
        return annotator_token(rater_id, KEY)

    def ask(self, **values: Any) -> tuple[int, str]:
        """(rater id, token) of a new person before whom every question is put."""
        with self.database.write() as session:
            rater_id = ask_everything(session, **values)
        return rater_id, self.token(rater_id)

    def page(self, token: str, **query: str | int) -> str:
        """The text of a person's page."""
        reply = self.client.get("/rate", params={"link": token, "go": 1, **query})
        assert reply.status_code == 200, reply.text
        return said(reply.text)

    def answer(self, token: str, assignment: int, answer: str, **values: Any) -> Any:
        """Sends an answer as the script does."""
        body = {"link": token, "assignment": assignment, "answer": answer, **values}
        return self.client.post("/rate/answer", json=body)

    def assignments(self, rater_id: int) -> list[int]:
        """Ids in the order of their positions."""
        with self.database.read() as session:
            query = select(Assignment.id).where(Assignment.rater_id == rater_id)
            return list(session.scalars(query.order_by(Assignment.position)))

    def ratings(self, rater_id: int) -> list[Rating]:
        with self.database.read() as session:
            query = select(Rating).where(Rating.rater_id == rater_id, Rating.source == "direct")
            return list(session.scalars(query.order_by(Rating.id)))


def said(html: str) -> str:
    """What a reader sees of a page."""
    return unescape(words(html))


@pytest.fixture
def visitor(db_settings: Settings) -> Visitor:
    """Somebody at the door of an empty database, of each kind."""
    app = Starlette(routes=annotate_routes(db_settings, KEY))
    client = TestClient(app, base_url="http://testserver", follow_redirects=False)
    return Visitor(client, open_database(db_settings))

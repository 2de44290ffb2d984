"""A crowd study on a server's data folder, with links to come by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import select

from core.security import join_link, load_secret_key, preview_link
from core.settings import Settings
from core.taxonomy import load_taxonomy
from core.types import Question
from db.crowd.gold import add_taxonomy_practice
from db.crowd.opening import open_study, save_plan
from db.engine import close_databases, open_database
from db.models import Participation, Rating
from tests.support.crowd_study import add_crowd_study, plan_of
from tests.support.server import AppServer


@dataclass(frozen=True)
class Recruited:
    """An open study behind a running server."""

    server: AppServer
    settings: Settings
    study_id: int

    @property
    def _key(self) -> bytes:
        return load_secret_key(None, self.settings.data_dir, bound_to_loopback=True)

    def link(self, person: str, **values: str) -> str:
        """The recruiting link as the platform fills it in for a person."""
        query = urlencode({"PROLIFIC_PID": person, "STUDY_ID": "s", "SESSION_ID": "1"})
        return f"{join_link(self.server.address, self.study_id, self._key, **values)}&{query}"

    def preview(self) -> str:
        return preview_link(self.server.address, self.study_id, self._key)

    def phases(self) -> list[str]:
        """Phases of all people, in the order they came."""
        with open_database(self.settings).read() as session:
            rows = session.scalars(select(Participation.phase).order_by(Participation.id)).all()
        close_databases()
        return list(rows)

    def answers(self, purpose: str = "rating") -> list[tuple[str | None, int]]:
        """(value, revision) of all answers, in the order they were stored."""
        query = select(Rating.value, Rating.revision).where(Rating.purpose == purpose)
        with open_database(self.settings).read() as session:
            rows = session.execute(query.order_by(Rating.id)).all()
        close_databases()
        return [(row.value, row.revision) for row in rows]


def open_recruited(server: AppServer, settings: Settings, **plan: Any) -> Recruited:
    """Opens a study with this plan, and worked examples to practise on."""
    with open_database(settings).write() as session:
        study = add_crowd_study(session)
        checked = plan_of(**plan)
        if checked.practice.n_items:
            add_taxonomy_practice(session, study, Question.EQUIVALENCE, load_taxonomy())
        save_plan(session, study, checked, actor="tests")
        open_study(session, study, actor="tests")
        study_id = study.id
    close_databases()
    return Recruited(server, settings, study_id)

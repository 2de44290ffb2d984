"""The recruiting link: from a platform's address to a personal one."""

from __future__ import annotations

from collections.abc import Mapping

from core.crowd import read_plan
from core.security import annotator_token, study_from_join_token
from db.crowd.joining import StudyNotOpen, join
from db.models import Study
from pages.annotator import screens
from web.annotate.desk import Reply
from web.annotate.setup import Setup


class JoinDesk:
    """Lets people in who come from a recruiting platform."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup

    def join(self, query: Mapping[str, str], text_size: str) -> Reply:
        """Finds or makes the person behind the platform's id, and leads to their page."""
        key = self._setup.key
        target = study_from_join_token(query.get("study", ""), key)
        if target is None:
            return self._message(text_size, "link_unknown", 404)
        with self._setup.database.read() as session:
            study = session.get(Study, target.study_id)
            plan = None if study is None else read_plan(study.settings)
        if study is None or plan is None:
            return self._message(text_size, "link_unknown", 404)
        frame = self._setup.frame(language=plan.language, text_size=text_size)
        parameter = plan.recruiting.id_parameter
        platform_id = query.get(parameter, "").strip()
        if not platform_id:
            screen = screens.message_screen(frame, "id_missing", parameter=parameter)
            return Reply(frame, screen, status=400)
        try:
            with self._setup.database.write() as session:
                rater_id = join(
                    session,
                    session.get_one(Study, target.study_id),
                    platform_id=platform_id,
                    captured=dict(query),
                    test_outcome=target.test_outcome,
                    key=key,
                )
        except StudyNotOpen:
            return Reply(frame, screens.message_screen(frame, "not_open"), status=409)
        return Reply(frame, address=f"/rate?link={annotator_token(rater_id, key)}")

    def _message(self, text_size: str, key: str, status: int) -> Reply:
        frame = self._setup.frame(text_size=text_size)
        return Reply(frame, screens.message_screen(frame, key), status=status)

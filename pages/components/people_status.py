"""Where a study with people stands, and what can be done about it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from html import escape
from typing import Any

import streamlit as st

from core.security import preview_link
from db.crowd.opening import close_study, pause_study, resume_study
from pages.components.auth import secret_key
from pages.components.people_frame import actor, change
from pages.components.people_table import base_url
from pages.components.workspace import StudyRef

STATES = {
    "draft": ("Being set up", "Nobody can come in yet."),
    "open": ("Open", "People can come in and rate."),
    "paused": ("Paused", "Nobody new comes in; answers of those at work are kept."),
    "closed": ("Closed", "Nobody comes in any more, and no answer is taken."),
}


def draw_status(study: StudyRef) -> None:
    """The state in words, with pause, resume and close, each asked back."""
    name, meaning = STATES.get(study.status, (study.status, ""))
    left, right = st.columns([3, 2], vertical_alignment="center")
    with left:
        st.html(
            f'<div class="pp-state pp-state-{escape(study.status)}"><strong>{escape(name)}</strong>'
            f"<span>{escape(meaning)}</span></div>"
        )
    with right, st.container(horizontal=True, horizontal_alignment="right"):
        st.link_button("Preview", preview_link(base_url(), study.id, secret_key()),
                       icon=":material/visibility:")  # fmt: skip
        if study.status == "open":
            _draw_step(
                study,
                "pause",
                "Pause",
                "New people get the page for latecomers until you resume. Whoever is at work may "
                "finish the items they have.",
                pause_study,
                "The study is paused.",
            )
        if study.status == "paused":
            _draw_step(
                study,
                "resume",
                "Resume",
                "People can come in again.",
                resume_study,
                "The study is open again.",
            )
        if study.status in {"open", "paused"}:
            _draw_step(
                study,
                "close",
                "Close",
                "No answer is taken any more, not even from people who are at work now. A closed "
                "study does not open again.",
                close_study,
                "The study is closed.",
            )


def _draw_step(
    study: StudyRef, key: str, label: str, text: str, work: Callable[..., Any], said: str
) -> None:
    with st.popover(label):
        st.text(text)
        st.button(
            f"{label} the study",
            type="primary",
            key=f"study-{key}",
            on_click=_act,
            args=(study, work, said),
        )


def _act(study: StudyRef, work: Callable[..., Any], said: str) -> None:
    change(study, partial(work, actor=actor()), said)

"""Rating: behind a personal link, one question at a time, and nothing else of the app."""

from __future__ import annotations

import streamlit as st

from core.errors import AppError
from core.security import rater_id_from_token
from core.types import Question
from db.queries.tasks import (
    CLOSED,
    Task,
    TaskProgress,
    find_plan,
    find_study_status,
    find_task,
    get_progress,
)
from pages.components.rate_pace import minutes_left, seconds_left
from pages.components.rate_screen import draw_screen
from pages.components.rate_session import RatingSession, current_session
from pages.components.rate_setup import Setup, rating_setup
from pages.components.rate_task import TEXT_SCALES, draw_list, draw_look, draw_note
from pages.components.rate_words import Words
from pages.components.theme import problem
from pages.components.workspace import database

NORMAL = "normal"


def draw_welcome(session: RatingSession, task: Task, progress: TaskProgress, words: Words) -> None:
    draw_note(words["welcome.title"], words["welcome.lead"])
    asked = [question for question in Question if f"welcome.what_{question}" in words.texts]
    points = [words[f"welcome.what_{question}"] for question in asked if progress.asks(question)]
    minutes = minutes_left(seconds_left(progress, task))
    points.append(
        words.fill(
            "welcome.how_long",
            total=progress.total,
            open=progress.open,
            minutes=minutes,
        )
    )
    points += [words[f"welcome.{name}"] for name in ("pause", "change", "no_wrong", "some_odd")]
    draw_list(words["welcome.what"], points)
    label = words["welcome.resume"] if progress.done else words["welcome.start"]
    st.button(label, type="primary", key="start", on_click=session.start)


def draw_thanks(session: RatingSession, progress: TaskProgress, words: Words) -> None:
    draw_note(words["done.title"], words["done.lead"], words["done.about"])
    st.button(
        words["rate.back"],
        key="back",
        shortcut="b",
        on_click=session.go_to,
        args=(progress.total - 1,),
    )


def ask_text_size(words: Words) -> str:
    """How large responses are drawn; kept in the address, so that a reload remembers."""
    return st.segmented_control(
        words["settings.text_size"],
        list(TEXT_SCALES),
        default=NORMAL,
        required=True,
        format_func=lambda size: words[f"settings.{size}"],
        key="size",
        bind="query-params",
        label_visibility="collapsed",
    )


@st.fragment
def draw_work(session: RatingSession, rater_id: int, setup: Setup) -> None:
    """All that an answer changes; an answer runs this alone, for half of a whole page's cost."""
    try:
        draw_state(session, rater_id, setup)
    except AppError as failure:
        problem(str(failure))


def draw_state(session: RatingSession, rater_id: int, setup: Setup) -> None:
    words = setup.words
    with session.lock, database().read() as reading:
        status = find_study_status(reading, rater_id)
        progress = get_progress(reading, rater_id)
        task = find_task(reading, rater_id, session.position)
        if not session.is_planned:
            session.plan, session.is_planned = find_plan(reading, rater_id), True
    if status is None:
        draw_note(words["errors.link_unknown_title"], words["errors.link_unknown"])
    elif status == CLOSED:
        draw_note(words["errors.study_closed_title"], words["errors.study_closed"])
    elif not progress.total:
        draw_note(words["errors.nothing_to_do_title"], words["errors.nothing_to_do"])
    elif task is None:
        draw_thanks(session, progress, words)
    elif not session.started:
        draw_welcome(session, task, progress, words)
    else:
        draw_screen(session, rater_id, task, progress, setup, session.plan)


def draw_page() -> None:
    setup = rating_setup()
    words = setup.words
    rater_id = rater_id_from_token(st.query_params.get("link", ""), setup.key)
    if rater_id is None:
        draw_look(NORMAL)
        draw_note(words["errors.link_unknown_title"], words["errors.link_unknown"])
        return
    draw_look(ask_text_size(words))
    draw_work(current_session(), rater_id, setup)


try:
    draw_page()
except AppError as failure:
    problem(str(failure))

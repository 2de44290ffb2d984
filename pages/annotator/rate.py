"""Rating: behind a personal link, one question at a time, and nothing else of the app."""

from __future__ import annotations

import time

import streamlit as st

from core.crowd.answers import CANNOT_TELL
from core.errors import AppError, UserError
from core.security import rater_id_from_token
from core.types import Question
from db.engine import Database
from db.queries.answers import Given, add_answer
from db.queries.tasks import (
    CLOSED,
    Task,
    TaskProgress,
    find_study_status,
    find_task,
    get_progress,
)
from pages.components.rate_pace import elapsed, is_bounce, minutes_left, seconds_left
from pages.components.rate_session import RatingSession, current_session
from pages.components.rate_setup import Setup, rating_setup
from pages.components.rate_task import (
    TEXT_SCALES,
    draw_hint,
    draw_list,
    draw_look,
    draw_note,
    draw_progress,
    draw_question,
    draw_task,
)
from pages.components.rate_words import Words, category_of, definition_of, template_of
from pages.components.responses import RENDERER_VERSION
from pages.components.theme import problem
from pages.components.workspace import database

SHORTCUTS = {"equivalent": "s", "different": "d", CANNOT_TELL: "u"}
NORMAL = "normal"


def save(
    database: Database,
    session: RatingSession,
    rater_id: int,
    assignment_id: int,
    answer: str,
    template: str,
) -> None:
    """Puts the answer on disk; only then is anything else drawn.

    Nothing here asks Streamlit: any such call may end the run for a newer one, and the answer
    would be lost.
    """
    pressed_s = time.monotonic()
    with session.lock:
        is_held = is_bounce(session.pressed_s, pressed_s)
        session.pressed_s = pressed_s
        if not is_held:
            _save(database, session, rater_id, assignment_id, answer, template)


def _save(
    database: Database,
    session: RatingSession,
    rater_id: int,
    assignment_id: int,
    answer: str,
    template: str,
) -> None:
    shown_s = session.shown_s if session.shown_id == assignment_id else None
    elapsed_ms, flags = elapsed(shown_s, session.pressed_s)
    given = Given(answer, template, elapsed_ms, meta={"renderer": RENDERER_VERSION, **flags})
    try:
        with database.write() as transaction:
            add_answer(transaction, rater_id, assignment_id, given)
    except UserError as error:
        session.problem = str(error)
        return
    session.position = None
    session.saved = True


def answers_of(task: Task, words: Words) -> dict[str, str]:
    """answer -> what its button says."""
    if task.question == Question.EQUIVALENCE:
        return {
            "equivalent": words["equivalence.same"],
            "different": words["equivalence.different"],
            CANNOT_TELL: words["equivalence.cannot_tell"],
        }
    return {str(step): f"{step} {words[f'quality.label_{step}']}" for step in range(1, 6)}


def draw_answers(
    session: RatingSession, rater_id: int, task: Task, template: str, words: Words
) -> None:
    storage = database()
    with st.container(horizontal=True, key=f"rate-answers-{task.question}"):
        for answer, label in answers_of(task, words).items():
            st.button(
                label,
                key=f"answer-{task.assignment_id}-{answer}",
                shortcut=SHORTCUTS.get(answer, answer),
                type="primary" if answer == task.value else "secondary",
                width="stretch",
                wrap=True,
                on_click=save,
                args=(storage, session, rater_id, task.assignment_id, answer, template),
            )


def draw_way(session: RatingSession, task: Task, words: Words) -> None:
    """Back, and forward again to the first open task."""
    with st.container(horizontal=True, vertical_alignment="center", key="rate-way"):
        st.button(
            words["rate.back"],
            key="back",
            shortcut="b",
            type="tertiary",
            disabled=task.position == 0,
            on_click=session.go_to,
            args=(max(0, task.position - 1),),
        )
        if task.value is not None:
            st.button(
                words["rate.forward"],
                key="forward",
                type="tertiary",
                on_click=session.go_to,
                args=(None,),
            )
        draw_hint(task, words)


def draw_question_page(
    session: RatingSession, rater_id: int, task: Task, progress: TaskProgress, setup: Setup
) -> None:
    words = setup.words
    category = category_of(task, setup.taxonomy)
    definition = definition_of(task, category)
    draw_progress(task, progress, words, saved=session.saved)
    if session.problem:
        problem(f"{words['rate.not_saved']} {session.problem}")
        session.problem = ""
    draw_task(task, category, definition, words)
    with st.container(key="rate-bar"):
        draw_question(task, definition, words)
        draw_answers(session, rater_id, task, template_of(task, definition, words), words)
        draw_way(session, task, words)
    session.show(task.assignment_id)


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
        draw_question_page(session, rater_id, task, progress, setup)


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

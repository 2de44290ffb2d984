"""One question on the screen: what is rated, the answers, and what else a person may say."""

from __future__ import annotations

import streamlit as st

from core.crowd import CrowdPlan
from core.crowd.answers import CONFIDENCES
from core.crowd.plan import QuestionPlan
from core.taxonomy import Taxonomy
from core.types import Question
from db.queries.tasks import Task, TaskProgress
from pages.components.rate_grouping import draw_board, draw_sorting, status_of
from pages.components.rate_questions import (
    BACK_KEY,
    CONFIDENCE_KEYS,
    TICK_KEYS,
    Choice,
    choices,
    hint,
    template_of,
)
from pages.components.rate_saving import Asking, press, press_confidence, send_note
from pages.components.rate_session import RatingSession
from pages.components.rate_setup import Setup
from pages.components.rate_task import (
    draw_hint,
    draw_label,
    draw_progress,
    draw_question,
    draw_said,
    draw_task,
    folds,
    kinds_html,
)
from pages.components.rate_words import Words, category_of, definition_of
from pages.components.theme import problem
from pages.components.workspace import database


def draw_screen(
    session: RatingSession,
    rater_id: int,
    task: Task,
    progress: TaskProgress,
    setup: Setup,
    plan: CrowdPlan | None = None,
) -> None:
    """Draws a task; an answer is saved by the press itself, before anything is drawn again.

    Args:
        plan: of a crowd study; None where people were invited by name.
    """
    words, taxonomy = setup.words, setup.taxonomy
    question_plan = None if plan is None else plan.question(Question(task.question))
    definition = definition_of(task, category_of(task, taxonomy))
    offered = choices(task, question_plan, words, taxonomy)
    asking = Asking(
        database(),
        session,
        rater_id,
        session.draft_of(task),
        template_of(task, definition, question_plan, offered, words),
        question_plan,
        taxonomy.keys(),
    )
    draw_progress(task, progress, words, saved=session.saved)
    if session.problem:
        problem(f"{words['rate.not_saved']} {session.problem}")
        session.problem = ""
    below = _below(task, taxonomy, words)
    if task.question == Question.GROUPING:
        draw_board(task, asking.draft, definition, below, words)
    else:
        draw_task(task, definition, below, words)
    with st.container(key="rate-bar"):
        _draw_bar(task, asking, definition, offered, words)
        _draw_way(task, asking, offered, plan, words)
    session.show(task.assignment_id)


def _draw_bar(
    task: Task, asking: Asking, definition: str, offered: list[Choice], words: Words
) -> None:
    is_grouping = task.question == Question.GROUPING
    status = status_of(asking.draft, words) if is_grouping else ""
    draw_question(task, definition, words, aside=_aside(task, words), status=status)
    if asking.plan is not None and asking.plan.ticks and task.question == Question.QUALITY:
        _draw_ticks(task, asking, asking.plan, words)
    if is_grouping:
        draw_sorting(task, asking, words)
    else:
        _draw_answers(task, asking, offered)
    if asking.asks_confidence:
        _draw_confidence(task, asking, words)


def _draw_answers(task: Task, asking: Asking, offered: list[Choice]) -> None:
    with st.container(horizontal=True, key=f"rate-answers-{task.question}"):
        for one in offered:
            st.button(
                one.label,
                key=f"answer-{task.assignment_id}-{one.answer}",
                shortcut=one.key or None,
                type="primary" if one.answer == asking.draft.choice else "secondary",
                width="stretch",
                wrap=True,
                on_click=press,
                args=(asking, one.answer),
            )


def _draw_ticks(task: Task, asking: Asking, plan: QuestionPlan, words: Words) -> None:
    draw_label(words["quality.ticks"])
    with st.container(horizontal=True, key="rate-ticks"):
        for number, line in enumerate(plan.ticks):
            # No check box: while one has the focus, Streamlit takes no key for an answer.
            st.button(
                f"{'☑' if line in asking.draft.ticks else '☐'} {line}",
                key=f"tick-{task.assignment_id}-{number}",
                shortcut=TICK_KEYS[number] if number < len(TICK_KEYS) else None,
                type="tertiary",
                wrap=True,
                on_click=asking.draft.tick,
                args=(line,),
            )


def _draw_confidence(task: Task, asking: Asking, words: Words) -> None:
    draw_label(words["confidence.question"])
    with st.container(horizontal=True, key="rate-confidence"):
        for number, (level, key) in enumerate(zip(CONFIDENCES, CONFIDENCE_KEYS, strict=True), 1):
            st.button(
                words[f"confidence.level_{number}"],
                key=f"sure-{task.assignment_id}-{number}",
                shortcut=key,
                type="primary" if task.confidence == level else "secondary",
                width="stretch",
                wrap=True,
                on_click=press_confidence,
                args=(asking, level),
                disabled=asking.draft.answer is None,
            )


def _draw_way(
    task: Task,
    asking: Asking,
    offered: list[Choice],
    plan: CrowdPlan | None,
    words: Words,
) -> None:
    """Back, forward again to the first open task, and a word to the researcher."""
    session = asking.session
    may_comment = plan is not None and plan.allow_comments
    if session.noting_id == task.assignment_id:
        _draw_note_form(asking, may_comment, words)
    with st.container(horizontal=True, vertical_alignment="center", key="rate-way"):
        st.button(
            words["rate.back"],
            key="back",
            shortcut=BACK_KEY,
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
        st.button(
            words["note.either" if may_comment else "note.problem"],
            key="note",
            type="tertiary",
            on_click=session.write_note,
            args=(task.assignment_id,),
        )
        if session.noted:
            draw_said(words["note.noted"])
        elif task.value is not None:
            draw_hint(words["rate.answered"], answered=True)
        else:
            draw_hint(hint(task, asking.plan, offered, words), answered=False)


def _draw_note_form(asking: Asking, may_comment: bool, words: Words) -> None:
    text_key = f"note-text-{asking.assignment_id}"
    kinds = ("comment", "problem") if may_comment else ("problem",)
    with st.form(f"note-form-{asking.assignment_id}", border=False, enter_to_submit=False):
        st.text_area(
            words["note.label_either" if may_comment else "note.label_problem"],
            key=text_key,
            height=80,
            max_chars=2_000,
        )
        with st.container(horizontal=True, key="rate-note-ends"):
            for kind in kinds:
                st.form_submit_button(
                    words[f"note.send_{kind}"],
                    key=f"note-{kind}",
                    on_click=send_note,
                    args=(asking, kind, text_key),
                )
            st.form_submit_button(
                words["note.cancel"],
                key="note-cancel",
                type="tertiary",
                on_click=asking.session.write_note,
                args=(None,),
            )


def _aside(task: Task, words: Words) -> str:
    if task.question == Question.COUNT:
        return words.fill("count.scale", total=len(task.texts))
    return ""


def _below(task: Task, taxonomy: Taxonomy, words: Words) -> str:
    if task.question == Question.CATEGORY:
        return kinds_html(taxonomy, words)
    return folds(task, category_of(task, taxonomy), words)

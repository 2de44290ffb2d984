"""One question on the screen: what is rated, the answers, and what else a person may say."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from typing import Any

from core.crowd import CrowdPlan
from core.crowd.answers import CANNOT_TELL, CONFIDENCES, partition_labels
from core.crowd.plan import QuestionPlan
from core.taxonomy import Taxonomy
from core.types import Question
from db.queries.tasks import Task, TaskProgress
from pages.annotator.cards import explanations, request_card, response_cards, said_in
from pages.annotator.frame import Frame, Screen, draw
from pages.annotator.pace import seconds_left, time_left_text
from pages.annotator.questions import (
    CONFIDENCE_KEYS,
    DIGITS,
    GROUP_KEYS,
    LETTERS,
    TICK_KEYS,
    choices,
    key_at,
    template_of,
)
from pages.annotator.words import Words, category_of, definition_of


@dataclass(frozen=True, slots=True)
class Shown:
    """What happened just before a task is drawn.

    Attributes:
        saved: the latest answer is on disk. noted: the latest note is.
        problem: why something was not; plain text.
        at: position gone back to; None for the first open task.
        number: of the task, from 1. previous: position of the one before; None for none.
        tag: said before the progress, such as "Practice".
    """

    saved: bool = False
    noted: bool = False
    problem: str = ""
    at: int | None = None
    number: int = 1
    previous: int | None = None
    tag: str = ""


def question_plan_of(plan: CrowdPlan | None, task: Task) -> QuestionPlan | None:
    """How the study asks a task's question; None where people were invited without a plan."""
    return None if plan is None else plan.question(Question(task.question))


def words_template(task: Task, plan: CrowdPlan | None, taxonomy: Taxonomy, words: Words) -> str:
    """Name and hash of the words a task is answered to."""
    question_plan = question_plan_of(plan, task)
    definition = definition_of(task, category_of(task, taxonomy))
    offered = choices(task, question_plan, words, taxonomy)
    return template_of(task, definition, question_plan, offered, words)


def task_screen(
    frame: Frame,
    task: Task,
    progress: TaskProgress,
    *,
    plan: CrowdPlan | None = None,
    shown: Shown = Shown(),
) -> Screen:
    """Draws a task with the answer a person has given so far."""
    words, taxonomy = frame.words, frame.taxonomy
    question_plan = question_plan_of(plan, task)
    category = category_of(task, taxonomy)
    question = words[f"{task.question}.question"]
    has_confidence = question_plan is not None and question_plan.confidence
    values = {
        "frame": frame,
        "task": task,
        "question": question,
        "definition": definition_of(task, category),
        "definition_said": said_in(category, words),
        "below": explanations(task, category, taxonomy, words),
        "aside": _aside(task, words),
        "choices": choices(task, question_plan, words, taxonomy),
        "request": request_card(task, words),
        "responses": response_cards(task, words),
        "is_grouping": task.question == Question.GROUPING,
        "asks_confidence": has_confidence,
        "confidences": _confidences(words) if has_confidence else (),
        "ticks": _ticks(task, question_plan),
        "may_comment": plan is not None and plan.allow_comments,
        # Sent twice by a browser without the script, the form is still one answer.
        "client_id": secrets.token_urlsafe(12),
        "shown_ms": int(time.time() * 1000),
        "noting": False,
        "noted": shown.noted,
        "problem": shown.problem,
        "at": shown.at,
        **_way(frame, task, shown),
        **progress_values(frame, task, progress, shown),
    }
    if task.question == Question.GROUPING:
        values |= _board(task, values["responses"])
    return draw("task", f"{values['where']} · {question}", **values)


def progress_values(
    frame: Frame, task: Task, progress: TaskProgress, shown: Shown
) -> dict[str, Any]:
    """How far, how long still, and whether the last answer is on disk."""
    words = frame.words
    total = max(progress.total, 1)
    parts = [words.fill("rate.progress", number=min(shown.number, total), total=total)]
    if progress.open:
        parts.append(time_left_text(seconds_left(progress, task), words))
    return {
        "done": progress.done,
        "total": total,
        "where": " · ".join(parts),
        "tag": shown.tag,
        "saved": shown.saved,
    }


def _way(frame: Frame, task: Task, shown: Shown) -> dict[str, str | None]:
    """Addresses of the task before, and of the first open one where this one is answered."""
    before = shown.previous
    return {
        "back": None if before is None else frame.address(go=1, at=before),
        "forward": frame.address(go=1) if task.value is not None else None,
    }


def _confidences(words: Words) -> list[dict[str, object]]:
    return [
        {"value": level, "key": key, "label": words[f"confidence.level_{number}"]}
        for number, (level, key) in enumerate(zip(CONFIDENCES, CONFIDENCE_KEYS, strict=True), 1)
    ]


def _ticks(task: Task, plan: QuestionPlan | None) -> list[dict[str, object]]:
    if plan is None or task.question != Question.QUALITY:
        return []
    return [
        {
            "number": place,
            "line": line,
            "key": key_at(TICK_KEYS, place),
            "is_set": line in task.ticks,
        }
        for place, line in enumerate(plan.ticks)
    ]


def _board(task: Task, cards: list[Any]) -> dict[str, Any]:
    """What sorting needs: each member with its key and group, and the groups' letters."""
    groups: tuple[int | None, ...] = (None,) * len(cards)
    if task.value not in (None, CANNOT_TELL):
        groups = partition_labels(task.value or "")
    members = [
        {
            "heading": one.heading,
            "html": one.html,
            "opening": one.opening,
            "is_long": one.is_long,
            "place": place,
            "key": key_at(DIGITS, place),
            "group": groups[place],
        }
        for place, one in enumerate(cards)
    ]
    n_groups = min(len(cards), len(LETTERS))
    keys = [key_at(GROUP_KEYS, group) for group in range(n_groups)]
    return {"responses": members, "letters": LETTERS[:n_groups], "group_keys": keys}


def _aside(task: Task, words: Words) -> str:
    if task.question == Question.COUNT:
        return words.fill("count.scale", total=len(task.texts))
    return ""

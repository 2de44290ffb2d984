"""How long the rest will take, as honestly as can be said."""

from __future__ import annotations

from core.crowd.answers import FORMS
from core.types import Question
from db.queries.tasks import Task, TaskProgress
from pages.components.rate_words import Words

# Until a person's own pace is known: quick reading, and a moment to decide.
WORDS_PER_S = 4.0
DECIDING_S = 6.0
# Responses in a set as the paper draws them.
SET_SIZE = 5
# A pause is no thinking. Longer than this is recorded as this, and flagged.
LONGEST_ELAPSED_S = 15 * 60.0
# Presses closer together than this come from a held key or a shaking thumb, not from a decision.
BOUNCE_S = 0.12


def seconds_left(progress: TaskProgress, task: Task) -> float:
    """Sum over what is open: their pace for that question, else the pace they show elsewhere.

    Without any pace, the task at hand stands for the others: its words at reading speed.
    """
    fallback = (
        sum(progress.pace_s.values()) / len(progress.pace_s)
        if progress.pace_s
        else reading_seconds(task.prompt, *task.texts)
    )
    return sum(
        count * progress.pace_s.get(question, fallback)
        for question, count in progress.open_by_question.items()
    )


def reading_seconds(*texts: str) -> float:
    """Seconds for reading the texts and deciding."""
    return DECIDING_S + sum(len(text.split()) for text in texts) / WORDS_PER_S


def item_seconds(
    question: Question, words_per_response: float, *, set_size: int = SET_SIZE
) -> float:
    """Seconds for an item whose responses have so many words; for planning.

    Args:
        set_size: responses in a set, where the question is about one.
    """
    n_responses = {"prompt": 0, "response": 1, "pair": 2, "set": set_size}[FORMS[question].kind]
    return DECIDING_S + n_responses * words_per_response / WORDS_PER_S


def minutes_left(seconds: float) -> int:
    """Whole minutes, at least one."""
    return max(1, round(seconds / 60))


def time_left_text(seconds: float, words: Words) -> str:
    """The time left as annotators read it."""
    if seconds < 50:
        return words["rate.time_left_short"]
    return words.fill("rate.time_left", minutes=minutes_left(seconds))


def elapsed(shown_s: float | None, now_s: float) -> tuple[int | None, dict[str, bool]]:
    """Milliseconds from drawing to answering, and a flag where a pause was cut off.

    Args:
        shown_s: when the task was first drawn, on a monotonic clock; None when not known.
        now_s: the same clock, now.
    """
    if shown_s is None:
        return None, {}
    seconds = now_s - shown_s
    if seconds > LONGEST_ELAPSED_S:
        return round(LONGEST_ELAPSED_S * 1000), {"elapsed_capped": True}
    return round(seconds * 1000), {}


def is_bounce(last_press_s: float, now_s: float) -> bool:
    """Whether a press follows another too closely to be an answer of its own."""
    return now_s - last_press_s < BOUNCE_S

"""How long the rest will take, as honestly as can be said, and how long an answer took."""

from __future__ import annotations

from db.queries.tasks import Task, TaskProgress
from pages.annotator.words import Words
from pages.components.rate_pace import reading_seconds

# A pause is no thinking. Longer than this is recorded as this, and flagged.
LONGEST_ELAPSED_MS = 15 * 60 * 1000


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


def minutes_left(seconds: float) -> int:
    """Whole minutes, at least one."""
    return max(1, round(seconds / 60))


def time_left_text(seconds: float, words: Words) -> str:
    """The time left as annotators read it."""
    if seconds < 50:
        return words["rate.time_left_short"]
    return words.fill("rate.time_left", minutes=minutes_left(seconds))


def elapsed(
    measured_ms: float | None, shown_ms: float | None, now_ms: float
) -> tuple[int | None, dict[str, bool]]:
    """Milliseconds from drawing to answering, and a flag where a pause was cut off.

    Args:
        measured_ms: by the browser, while the page was in sight; None without its script.
        shown_ms: when the server drew the task; None when not known.
        now_ms: the same clock, now.

    Returns:
        None where neither is known or both are nonsense.
    """
    since_shown = None if shown_ms is None or shown_ms > now_ms else now_ms - shown_ms
    found = measured_ms if measured_ms is not None and measured_ms >= 0 else since_shown
    # Also what is no number at all.
    if found is None or found != found:
        return None, {}
    if found > LONGEST_ELAPSED_MS:
        return LONGEST_ELAPSED_MS, {"elapsed_capped": True}
    return round(found), {}

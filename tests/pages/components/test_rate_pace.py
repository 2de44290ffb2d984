"""The time left, and how long an answer took."""

from __future__ import annotations

import pytest

from core.annotator_texts import load_texts
from core.types import Question
from db.queries.tasks import Task, TaskProgress
from pages.components.rate_pace import (
    elapsed,
    is_bounce,
    item_seconds,
    seconds_left,
    time_left_text,
)
from pages.components.rate_words import Words

TASK = Task(1, 0, "equivalence", "one two", ("three four five", "six seven eight"), "F", None)


def test_time_left_goes_by_each_questions_own_pace():
    progress = TaskProgress({}, {"equivalence": 3, "quality": 2}, {"equivalence": 10, "quality": 4})
    assert seconds_left(progress, TASK) == 3 * 10 + 2 * 4


def test_a_question_not_yet_met_is_taken_to_go_like_the_others():
    progress = TaskProgress({}, {"equivalence": 1, "quality": 2}, {"equivalence": 10})
    assert seconds_left(progress, TASK) == 30


def test_without_any_pace_the_task_at_hand_stands_for_the_rest():
    # 8 words at 4 a second and 6 s to decide.
    assert seconds_left(TaskProgress({}, {"equivalence": 5}, {}), TASK) == 5 * 8


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(10, "less than a minute left"), (50, "about 1 min left"), (400, "about 7 min left")],
)
def test_time_left_in_words(seconds, said):
    assert time_left_text(seconds, Words(load_texts())) == said


def test_a_pause_is_cut_off_and_flagged():
    assert elapsed(100.0, 102.5) == (2_500, {})
    assert elapsed(0.0, 3_600.0) == (900_000, {"elapsed_capped": True})


def test_an_unknown_start_gives_no_time():
    assert elapsed(None, 5.0) == (None, {})


def test_presses_a_blink_apart_are_one():
    assert is_bounce(1.0, 1.033)
    assert not is_bounce(1.0, 1.5)


def test_a_pair_takes_longer_than_a_response():
    assert item_seconds(Question.EQUIVALENCE, 40) == 26
    assert item_seconds(Question.QUALITY, 40) == 16

"""The time left, and how long an answer took."""

from __future__ import annotations

import math

import pytest

from core.annotator_texts import load_texts
from db.queries.tasks import Task, TaskProgress
from pages.annotator.pace import elapsed, seconds_left, time_left_text
from pages.annotator.words import Words

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


def test_what_the_browser_measured_goes_before_what_the_server_saw():
    assert elapsed(2_500.4, 0.0, 9_000.0) == (2_500, {})
    assert elapsed(None, 1_000.0, 3_500.0) == (2_500, {})


def test_a_pause_is_cut_off_and_flagged():
    assert elapsed(3_600_000.0, None, 0.0) == (900_000, {"elapsed_capped": True})
    assert elapsed(None, 0.0, 3_600_000.0) == (900_000, {"elapsed_capped": True})


@pytest.mark.parametrize("measured", [None, -5.0, math.nan])
def test_an_unknown_or_impossible_time_is_none(measured):
    assert elapsed(measured, None, 5.0) == (None, {})
    assert elapsed(None, 10.0, 5.0) == (None, {})

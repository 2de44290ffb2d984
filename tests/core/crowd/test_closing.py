"""Answers to the questions at the end."""

from __future__ import annotations

import pytest

from core.crowd.closing import LONGEST_ANSWER, check_closing
from core.crowd.plan import ClosingQuestion
from core.errors import UserError

QUESTIONS = (
    ClosingQuestion(
        key="age", kind="choice", text="How old?", options=("young", "old"), required=True
    ),
    ClosingQuestion(key="hard", kind="scale", text="How hard?", options=("easy", "hard")),
    ClosingQuestion(key="more", kind="text", text="Anything else?"),
)


def test_only_what_was_asked_and_answered_is_kept():
    given = {"age": " old ", "hard": "", "more": "so\0 so", "forged": "x"}
    assert check_closing(QUESTIONS, given) == {"age": "old", "more": "so so"}


def test_long_answers_are_cut():
    given = {"age": "old", "more": "x" * 9_000}
    assert len(check_closing(QUESTIONS, given)["more"]) == LONGEST_ANSWER


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "Please answer this question too: How old"),
        ({"age": "middle"}, "'middle' is no answer to: How old"),
        ({"age": "old", "hard": "0"}, "Expected one of 1, 2, 3, 4, 5"),
    ],
)
def test_other_answers_are_refused(given, said):
    with pytest.raises(UserError, match=said):
        check_closing(QUESTIONS, given)

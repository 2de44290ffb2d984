"""How long items take, for planning."""

from __future__ import annotations

from core.types import Question
from pages.components.rate_pace import item_seconds, reading_seconds


def test_a_pair_takes_longer_than_a_response():
    assert item_seconds(Question.EQUIVALENCE, 40) == 26
    assert item_seconds(Question.QUALITY, 40) == 16


def test_reading_takes_a_second_for_four_words():
    assert reading_seconds("one two three", "four") == 7

"""How long an item takes, before anybody has rated: for planning, and for a person's first item."""

from __future__ import annotations

from core.crowd.answers import FORMS
from core.types import Question

# Until a person's own pace is known: quick reading, and a moment to decide.
WORDS_PER_S = 4.0
DECIDING_S = 6.0
# Responses in a set as the paper draws them.
SET_SIZE = 5


def reading_seconds(*texts: str) -> float:
    """Seconds for reading the texts and deciding."""
    return DECIDING_S + sum(len(text.split()) for text in texts) / WORDS_PER_S


def item_seconds(
    question: Question, words_per_response: float, *, set_size: int = SET_SIZE
) -> float:
    """Seconds for an item whose responses have so many words.

    Args:
        set_size: responses in a set, where the question is about one.
    """
    n_responses = {"prompt": 0, "response": 1, "pair": 2, "set": set_size}[FORMS[question].kind]
    return DECIDING_S + n_responses * words_per_response / WORDS_PER_S

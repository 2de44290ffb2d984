"""Person against judge on one item, scored by the item's other people."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.agreement.alternative_rows import Score
from core.agreement.observations import one_hot
from core.agreement.panel import People
from core.agreement.weights import FloatArray, Options, numeric_options

# Scores are quotients of small whole numbers; equal ones may differ in the last bit.
_SLACK = 1e-9


@dataclass(frozen=True)
class Duels:
    """W_h and W_f of each human rating, shape (m,), and whether it can be compared."""

    person_wins: FloatArray
    judge_wins: FloatArray
    comparable: NDArray[np.bool_]

    def where(self, kept: NDArray[np.bool_]) -> Duels:
        return replace(self, comparable=self.comparable & kept)


def coin_verdicts(n: int, options: Options) -> FloatArray:
    """Every option alike, shape (n, q)."""
    return np.full((n, len(options)), 1.0 / max(len(options), 1))


def duels_of(
    people: People, verdict: FloatArray, n_items: int, options: Options, score: Score
) -> Duels:
    """Each rating against the judge's verdict, shape (m, q), scored by the item's other people."""
    q = len(options)
    counts = np.zeros((n_items, q))
    np.add.at(counts, (people.item, people.value), 1.0)
    others = counts[people.item] - one_hot(people.value, q)
    n_others = others.sum(axis=1)
    scores = others / np.maximum(n_others, 1.0)[:, None]
    if score == "rmse":
        numbers = numeric_options(options)
        squared = (numbers[:, None] - numbers) ** 2
        scores = -np.sqrt(np.maximum(scores @ squared, 0.0))
    hers = scores[np.arange(len(scores)), people.value][:, None] if len(scores) else scores
    return Duels(
        np.sum(verdict * (hers >= scores - _SLACK), axis=1),
        np.sum(verdict * (scores >= hers - _SLACK), axis=1),
        (n_others >= 1) & (verdict.sum(axis=1) > 0),
    )

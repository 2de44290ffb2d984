"""A judge's figures for the whole study, corrected by people, by strategy and category."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.agreement import CorrectedMean, corrected_mean
from core.agreement.panel import BoolArray
from core.agreement.weights import FloatArray
from core.types import Question

ALL = "all"
MEANINGS: dict[str, str] = {
    Question.EQUIVALENCE: "share of pairs that are the same",
    Question.SAME: "share of pairs called the same without a definition",
    Question.QUALITY: "mean quality, 1 to 5",
}


@dataclass(frozen=True)
class CorrectionItems:
    """Items of a study that one judge scored, shape (n,) each.

    Attributes:
        question: what people were asked.
        scores: the judge's, as numbers; NaN where it has none.
        human, human_variance: people's mean answer and its variance; NaN where nobody answered.
        probabilities: chance to be in the sample people got; NaN where unknown.
        limits: smallest and largest possible mean.
        target: what is estimated, in words; "" for the mean answer of the rater pool.
        is_comparable: whether items of different strategies may share a mean; counts of sets of
            different sizes may not (measurement.md 14).
    """

    question: str
    judge: str
    clusters: NDArray[Any]
    categories: NDArray[Any]
    strategies: NDArray[Any]
    scores: FloatArray
    human: FloatArray
    human_variance: FloatArray
    probabilities: FloatArray
    limits: tuple[float, float] = (0.0, 1.0)
    target: str = ""
    is_comparable: bool = True


@dataclass(frozen=True)
class CorrectedRow:
    """One strategy and category, each possibly "all"."""

    judge: str
    strategy: str
    category: str
    mean: CorrectedMean

    def as_dict(self) -> dict[str, Any]:
        return {
            "judge": self.judge,
            "strategy": self.strategy,
            "category": self.category,
            **self.mean.as_dict(),
        }


def corrected_rows(items: CorrectionItems, *, seed: int = 0) -> list[CorrectedRow]:
    """The whole study first, then each strategy, then each category, then both.

    Parts without any item that people rated are left out.
    """
    rows = []
    for strategy, category, part in _parts(items):
        is_whole = (strategy, category) == (ALL, ALL)
        if not is_whole and not np.isfinite(items.human[part]).any():
            continue
        mean = corrected_mean(
            items.scores[part],
            items.human[part],
            items.clusters[part],
            items.probabilities[part],
            human_variance=items.human_variance[part],
            limits=items.limits,
            seed=seed,
        )
        if items.target:
            mean = replace(mean, target=items.target)
        rows.append(CorrectedRow(items.judge, strategy, category, mean))
    return rows


def _parts(items: CorrectionItems) -> Iterator[tuple[str, str, BoolArray]]:
    strategies = sorted(set(items.strategies) - {""})
    categories = sorted(set(items.categories) - {""})
    if items.is_comparable:
        yield ALL, ALL, np.ones(len(items.scores), dtype=np.bool_)
    for strategy in strategies:
        yield strategy, ALL, items.strategies == strategy
    for category in categories if items.is_comparable else ():
        yield ALL, category, items.categories == category
    for strategy in strategies:
        for category in categories:
            yield (
                strategy,
                category,
                (items.strategies == strategy) & (items.categories == category),
            )

"""How often a classification agrees with the ground truth, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

ALL = "all"
# Below this many prompts an interval says little more than that there are few prompts.
MIN_FOR_INTERVAL = 10


@dataclass(frozen=True, slots=True)
class Recall:
    """Of the prompts that truly belong to a category, those a model put there.

    Attributes:
        category: key of the true category, or "all" for prompts of any.
        n: prompts with this ground truth that the model classified.
        n_right: those it put into the true category.
        n_unclassified: prompts with this ground truth that it did not classify; not part of n.
        low, high: 95% Wilson interval of n_right / n, a proportion; None with `reason`.
        reason: why there is no interval; "" if there is one.
    """

    category: str
    n: int
    n_right: int
    n_unclassified: int
    low: float | None
    high: float | None
    reason: str


def recall_by_category(pairs: Iterable[tuple[str | None, str | None]]) -> list[Recall]:
    """Recall over all prompts ("all" comes first), then by true category in alphabetical order.

    Recall over all prompts is the accuracy of the classifier. One prompt is one trial here, so
    the Wilson interval holds without regard to clusters.

    Args:
        pairs: (ground truth, the model's category) of each prompt. A prompt without ground truth
            counts nowhere; one without the model's category counts as unclassified.

    Returns:
        Empty if no prompt has a ground truth.

    Source: Wilson (1927), as computed by SciPy's `binomtest(...).proportion_ci`.
    """
    counts: dict[str, list[int]] = {}
    for truth, given in pairs:
        if truth is None:
            continue
        for key in (ALL, truth):
            tally = counts.setdefault(key, [0, 0, 0])
            tally[0] += given is not None
            tally[1] += given == truth
            tally[2] += given is None
    ordered = sorted(counts, key=lambda key: (key != ALL, key))
    return [_recall(key, *counts[key]) for key in ordered]


def _recall(category: str, n: int, n_right: int, n_unclassified: int) -> Recall:
    if n < MIN_FOR_INTERVAL:
        reason = f"fewer than {MIN_FOR_INTERVAL} prompts"
        return Recall(category, n, n_right, n_unclassified, None, None, reason)
    from scipy.stats import binomtest

    interval = binomtest(n_right, n).proportion_ci(0.95, "wilson")
    low, high = float(interval.low), float(interval.high)
    return Recall(category, n, n_right, n_unclassified, low, high, "")

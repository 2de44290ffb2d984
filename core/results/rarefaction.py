"""Comparing sets of different size: the distinct count a smaller sample of the set would show.

Ten responses hold more kinds than five whatever the strategy, so counts of different n are compared
only after the larger set is cut down to the smaller n (measurement rule 14).
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from math import comb
from typing import TYPE_CHECKING

from core.diversity import Measure, distinct_count

if TYPE_CHECKING:
    import numpy as np

# Up to this many subsets all are counted; above it, this many are drawn.
MAX_SUBSETS = 500


def rarefied_count(
    n: int, verdicts: Mapping[tuple[int, int], bool], size: int, rng: np.random.Generator
) -> Measure:
    """Expected distinct count of `size` responses drawn from the set without replacement.

    Each subset is counted by the verdicts among its own members, as if only they had been
    generated: two responses that were joined by a third may come apart.

    Args:
        n: responses in the set.
        verdicts: (i, j) with i < j -> verdict.
        size: responses to draw, at most n.
        rng: draws subsets where there are more than 500; unused otherwise.

    Returns:
        1 to `size`. Undefined when a pair has no verdict, or `size` exceeds n.
    """
    if size > n:
        return Measure.undefined(f"the set has {n} responses, fewer than {size}")
    if len(verdicts) < n * (n - 1) // 2:
        return Measure.undefined("not all pairs have a verdict, so a smaller set is open")
    if comb(n, size) <= MAX_SUBSETS:
        subsets = list(combinations(range(n), size))
    else:
        subsets = [
            tuple(sorted(rng.choice(n, size, replace=False).tolist())) for _ in range(MAX_SUBSETS)
        ]
    total = 0
    for subset in subsets:
        inside = {(i, j): verdicts[subset[i], subset[j]] for i, j in combinations(range(size), 2)}
        total += distinct_count(size, inside).high
    return Measure(total / len(subsets))

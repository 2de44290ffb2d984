"""Many tests at once: which of them may still be called by name.

Eight categories times three judges are twenty-four chances to be impressed by luck. What is read
off many tests goes through one of these first.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.agreement.weights import FloatArray
from core.errors import InvalidRatingsError

BoolArray = NDArray[np.bool_]


def benjamini_yekutieli(p_values: Sequence[float] | FloatArray, q: float = 0.05) -> BoolArray:
    """Which hypotheses are rejected with a false discovery rate of q under any dependence.

    The i-th smallest of m p-values is compared with i q / (m c(m)), c(m) = 1 + 1/2 + … + 1/m;
    all up to the largest i that holds are rejected. Benjamini and Hochberg's procedure lacks c(m)
    and needs positively dependent tests; the tests of raters who share items are not known to be.

    Args:
        p_values: shape (m,).
        q: the rate.

    Returns:
        Shape (m,), in the order given.

    Raises:
        InvalidRatingsError: a p-value outside 0 to 1.

    Source: Benjamini and Yekutieli (2001), theorem 1.3.
    """
    p = _checked(p_values)
    m = len(p)
    rejected = np.zeros(m, dtype=np.bool_)
    if m == 0:
        return rejected
    ranks = np.arange(1, m + 1)
    order = np.argsort(p, kind="stable")
    holds = np.flatnonzero(p[order] <= ranks * q / (m * np.sum(1.0 / ranks)))
    if len(holds):
        rejected[order[: holds[-1] + 1]] = True
    return rejected


def holm_adjusted(p_values: Sequence[float] | FloatArray) -> FloatArray:
    """p-values to be compared with the level itself, whatever the dependence of the tests.

    The i-th smallest of m is multiplied by m - i + 1, and none may be below one before it.

    Returns:
        Shape (m,), at most 1, in the order given.

    Raises:
        InvalidRatingsError: a p-value outside 0 to 1.

    Source: Holm (1979).
    """
    p = _checked(p_values)
    order = np.argsort(p, kind="stable")
    stepped = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted


def _checked(p_values: Sequence[float] | FloatArray) -> FloatArray:
    p = np.asarray(p_values, dtype=np.float64)
    wrong = p[~((p >= 0) & (p <= 1))]
    if wrong.size:
        raise InvalidRatingsError(
            f"A p-value of {wrong[0]:g} was given; expected numbers from 0 to 1. "
            "Leave undefined tests out of the family."
        )
    return p

"""A statistic as a function of sums over items.

Every coefficient here reads nothing but sums of per-item rows. An `Estimate` keeps those rows
and the function, so one object gives the value, its value on any resample of clusters and its
value without any one cluster, all vectorised.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from core.agreement.weights import FloatArray

Scale = Literal["proportion", "coefficient", "difference"]
LIMITS: dict[Scale, tuple[float, float]] = {
    "proportion": (0.0, 1.0),
    "coefficient": (-1.0, 1.0),
    "difference": (-1.0, 1.0),
}


@dataclass(frozen=True)
class Estimate:
    """A value together with what is needed to know how sure it is.

    Attributes:
        rows: shape (n_items, s). Column 0 is 1 where an item informs the statistic, else 0.
        evaluate: sums of rows, shape (..., s), to values, shape (...); NaN where undefined.
        explain: sums of all rows to the reason why the value is undefined.
        rarer_share: sums of all rows to the share of answers other than the commonest, for
            coefficients whose intervals need both kinds in many prompts; None for others.
        scale: proportion (0 to 1; column 1 over column 0), coefficient (1 perfect, 0 chance,
            -1 the floor) or difference of two proportions (-1 to 1; column 1 over column 0).
    """

    rows: FloatArray
    evaluate: Callable[[FloatArray], FloatArray]
    explain: Callable[[FloatArray], str]
    scale: Scale
    rarer_share: Callable[[FloatArray], float] | None = None

    @cached_property
    def value(self) -> float:
        """The statistic on all items; NaN where undefined."""
        return float(self.evaluate(self.rows.sum(axis=0)))

    @property
    def reason(self) -> str:
        """Why `value` is NaN; empty where it is defined."""
        return self.explain(self.rows.sum(axis=0)) if math.isnan(self.value) else ""


def ratio(numerator: FloatArray, denominator: FloatArray) -> FloatArray:
    """Quotient with NaN, and no warning, where the denominator is zero but for rounding."""
    numerator, denominator = np.broadcast_arrays(
        np.asarray(numerator, dtype=np.float64), np.asarray(denominator, dtype=np.float64)
    )
    quotient = np.full(denominator.shape, np.nan)
    np.divide(numerator, denominator, out=quotient, where=np.abs(denominator) > 1e-12)
    return quotient


def mean_estimate(scores: FloatArray, counted: FloatArray, *, scale: Scale, empty: str) -> Estimate:
    """A mean over items.

    Args:
        scores: shape (n_items,); read only where `counted`.
        counted: shape (n_items,), 1 where the item has a score, else 0.
        scale: proportion or difference.
        empty: the reason if no item has a score.
    """
    rows = np.column_stack([counted, np.where(counted > 0, scores, 0.0)])
    return Estimate(
        rows, lambda sums: ratio(sums[..., 1], sums[..., 0]), lambda _sums: empty, scale
    )

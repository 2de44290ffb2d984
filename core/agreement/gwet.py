"""Gwet's analytic standard error and interval, for comparison with published tables."""

from __future__ import annotations

import numpy as np

from core.agreement.coefficients import Table, gwet_of
from core.agreement.observations import Counts, observe
from core.agreement.statistic import Statistic
from core.agreement.weights import Options, Weights, weight_matrix

ANALYTIC = "Gwet's analytic, assumes independent items"


def gwet_standard_error(
    ratings: Table, *, weights: Weights = "identity", options: Options | None = None
) -> float:
    """Gwet's analytic standard error of AC1/AC2. Assumes independent items.

    Not for pairs that share a prompt; there use `default_interval`. NaN below two rated items.

    Source: Gwet (2014), equation 5.3.14 without the finite-population factor; four raters .143.
    """
    counts, names = observe(ratings, options)
    matrix = weight_matrix(weights, names)
    rated = Counts(counts.counts[counts.raters > 0])
    n, n_pairable, q = len(rated.counts), rated.pairable.sum(), len(names)
    if n < 2 or n_pairable == 0 or q < 2:
        return float("nan")
    scale = matrix.sum() / (q * (q - 1))
    pi = rated.shares.mean(axis=0)
    pe = scale * float(np.sum(pi * (1 - pi)))
    pe_items = scale * (rated.shares @ (1 - pi))
    kappa = gwet_of(rated, matrix).value
    kappa_items = rated.pairable * n / n_pairable * (rated.agreement(matrix) - pe) / (1 - pe)
    influence = kappa_items - 2 * (1 - kappa) * (pe_items - pe) / (1 - pe)
    return float(np.sqrt(np.sum((influence - kappa) ** 2) / (n * (n - 1))))


def gwet_interval(
    ratings: Table, *, weights: Weights = "identity", options: Options | None = None
) -> Statistic:
    """AC1/AC2 with Gwet's analytic 95% interval, t(n - 1). Assumes independent items.

    For comparison with published tables; of pairs that share a prompt it is too narrow.

    Source: Gwet (2014); four raters, twelve subjects: .775 [.461, 1].
    """
    from scipy.special import stdtrit

    counts, names = observe(ratings, options)
    estimate = gwet_of(counts, weight_matrix(weights, names))
    if np.isnan(estimate.value):
        return Statistic.undefined(estimate.reason)
    n = int(np.count_nonzero(counts.raters))
    error = gwet_standard_error(ratings, weights=weights, options=options)
    if not error > 0:
        return Statistic.without_interval(
            estimate.value, "no interval: the standard error is zero or needs two rated items"
        )
    reach = float(stdtrit(n - 1, 0.975)) * error
    low, high = max(estimate.value - reach, -1.0), min(estimate.value + reach, 1.0)
    return Statistic(estimate.value, low, high, ANALYTIC)

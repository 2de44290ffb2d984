"""95% intervals that resample prompts, because items of one prompt are not independent.

Which method is used depends on the number of clusters; `default_interval` chooses. None of them
holds its nominal coverage everywhere: `benchmarks/agreement_coverage.py` prints what they hold.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.agreement.estimate import LIMITS, Estimate
from core.agreement.observations import IntArray
from core.agreement.resampling import Resampler
from core.agreement.statistic import Statistic
from core.agreement.weights import FloatArray
from core.errors import InvalidRatingsError

MIN_CLUSTERS = 10
MIN_BOOTSTRAP_CLUSTERS = 50
MIN_RARE_VERDICTS = 10
# Kappas and alpha: intervals hold where the rarer answers are this share of all, or else make up
# this many prompts' worth of answers (docs/coverage.md).
MIN_RARER_SHARE = 0.2
MIN_RARER_PROMPTS = 8
MAX_UNDEFINED_SHARE = 0.01

BOOTSTRAP = "percentile cluster bootstrap"
BCA = "BCa cluster bootstrap"
JACKKNIFE = "atanh-t on the cluster jackknife"
WILSON = "Wilson with effective n and t"


def default_interval(
    estimate: Estimate,
    clusters: NDArray[Any] | Sequence[Any],
    *,
    resampler: Resampler,
    rare: int | None = None,
) -> Statistic:
    """An estimate with its 95% interval, by the method fit for the number of clusters.

    Args:
        estimate: what any coefficient function returns.
        clusters: cluster (prompt) of each item, shape (n_items,).
        resampler: source of the bootstrap draws.
        rare: verdicts of the rarer kind behind a nominal statistic; None does not check.

    Returns:
        50 clusters or more: percentile bootstrap of clusters. 10 to 49: for proportions Wilson
        with effective n and t(G - 1), else t on the delete-one-cluster jackknife on the
        atanh scale. No interval, and the reason: fewer clusters, fewer than 10 verdicts of the
        rarer kind, more than 1% undefined replicates, or a value that no resample changes; for
        kappas and alpha also when the rarer answers are below a fifth and below 8 prompts' worth.

    Raises:
        InvalidRatingsError: `clusters` has another length than the items.
    """
    return default_intervals([estimate], clusters, resampler=resampler, rare=[rare])[0]


def default_intervals(
    estimates: Sequence[Estimate],
    clusters: NDArray[Any] | Sequence[Any],
    *,
    resampler: Resampler,
    rare: Sequence[int | None] | None = None,
) -> list[Statistic]:
    """`default_interval` of several statistics of the same items, sharing the resampling work."""
    codes = _cluster_codes(clusters, len(estimates[0].rows)) if estimates else np.empty(0, int)
    results: list[Statistic | None] = []
    batches: dict[bytes, list[tuple[int, FloatArray]]] = {}
    for place, estimate in enumerate(estimates):
        totals = cluster_totals(estimate.rows, codes)
        early = _without_resampling(estimate, totals, rare[place] if rare else None)
        results.append(early)
        if early is None:
            # Statistics informed by the same clusters are resampled together.
            informed = np.bincount(codes, weights=estimate.rows[:, 0]) > 0
            batches.setdefault(informed.tobytes(), []).append((place, totals))
    for batch in batches.values():
        replicates = resampler.resample([totals for _, totals in batch])
        for (place, totals), sums in zip(batch, replicates, strict=True):
            results[place] = bootstrap_interval(estimates[place], totals, sums)
    return [
        _held_back(estimate, result, codes)
        for estimate, result in zip(estimates, results, strict=True)
        if result is not None
    ]


def cluster_totals(rows: FloatArray, codes: IntArray) -> FloatArray:
    """Sums of rows per cluster, shape (n_clusters, s), of clusters that inform the statistic.

    Column 0 of `rows` says which items do; a cluster without any of them is left out, so that
    it counts neither as a cluster nor in a resample.
    """
    n_clusters = int(codes.max(initial=-1)) + 1
    totals = np.empty((n_clusters, rows.shape[1]))
    for column in range(rows.shape[1]):
        totals[:, column] = np.bincount(codes, weights=rows[:, column], minlength=n_clusters)
    return totals[totals[:, 0] > 0]


def bootstrap_interval(estimate: Estimate, totals: FloatArray, sums: FloatArray) -> Statistic:
    """Percentile interval of a cluster bootstrap.

    Args:
        estimate: the statistic.
        totals: per-cluster sums, shape (n_clusters, s).
        sums: per-replicate sums, shape (replicates, s).
    """
    values = estimate.evaluate(sums)
    undefined = int(np.count_nonzero(~np.isfinite(values)))
    if undefined > MAX_UNDEFINED_SHARE * len(values):
        return Statistic.without_interval(
            estimate.value,
            f"no interval: {undefined} of {len(values)} bootstrap replicates are undefined, "
            f"at most {MAX_UNDEFINED_SHARE:.0%} may be",
        )
    defined = values[np.isfinite(values)]
    if np.ptp(defined) < 1e-12:
        return _at_boundary(estimate, totals)
    low, high = np.quantile(defined, [0.025, 0.975])
    return _bounded(estimate, float(low), float(high), BOOTSTRAP)


def bca_interval(estimate: Estimate, totals: FloatArray, sums: FloatArray) -> Statistic:
    """Bias-corrected and accelerated interval of a cluster bootstrap.

    Corrects the percentiles for the median bias of the replicates and for a standard error that
    changes with the value (from the cluster jackknife). With few clusters it undercovers like
    the percentile interval; it is offered for comparison and is not the default of any size.

    Args and conditions as `bootstrap_interval`.

    Source: Efron (1987); Efron and Tibshirani (1993), equations 14.9 to 14.15.
    """
    from scipy.special import ndtr, ndtri

    plain = bootstrap_interval(estimate, totals, sums)
    if plain.method != BOOTSTRAP:
        return plain
    values = estimate.evaluate(sums)
    values = values[np.isfinite(values)]
    below = np.mean(values < estimate.value) + np.mean(values == estimate.value) / 2
    left_out = estimate.evaluate(totals.sum(axis=0) - totals)
    off = left_out.mean() - left_out
    spread = float(np.sum(off**2))
    if not 0 < below < 1 or not spread > 0:
        return Statistic.without_interval(
            estimate.value, "no interval: the bootstrap replicates all lie on one side"
        )
    bias, acceleration = float(ndtri(below)), float(np.sum(off**3)) / (6 * spread**1.5)
    normal = bias + ndtri(np.array([0.025, 0.975]))
    shares = ndtr(bias + normal / (1 - acceleration * normal))
    low, high = np.quantile(values, shares)
    return _bounded(estimate, float(low), float(high), BCA)


def jackknife_interval(
    estimate: Estimate, totals: FloatArray, confidence: float = 0.95
) -> Statistic:
    """t interval on the atanh scale, standard error by leaving out one cluster at a time.

    Degrees of freedom are G - 1, or fewer where few clusters dominate. The scale is stretched by
    the delta method, so that one leave-out value of exactly 1 does not make the error infinite.
    """
    n_clusters = len(totals)
    left_out = estimate.evaluate(totals.sum(axis=0) - totals)
    undefined = int(np.count_nonzero(~np.isfinite(left_out)))
    if undefined > MAX_UNDEFINED_SHARE * n_clusters:
        return Statistic.without_interval(
            estimate.value,
            f"no interval: the statistic is undefined without one of {undefined} of "
            f"{n_clusters} prompts",
        )
    error = math.sqrt(jackknife_variance(left_out))
    if error < 1e-12 or estimate.value >= 1 - 1e-12:
        return _at_boundary(estimate, totals)
    degrees = effective_degrees(left_out)
    return atanh_t_interval(estimate, error, degrees, JACKKNIFE, confidence)


def effective_degrees(left_out: FloatArray) -> float:
    """Degrees of freedom of a jackknife variance, at most n - 1.

    A variance that rests on few units is less sure than n - 1 says: 3 (Σ u²)² / Σ u⁴ - 1, u what
    leaving a unit out changes, is n - 1 for normal u and less where few units dominate.
    """
    squares = (left_out - left_out.mean()) ** 2
    spread = float(np.sum(squares**2))
    if spread <= 0:
        return len(left_out) - 1.0
    return max(1.0, min(len(left_out) - 1.0, 3 * float(np.sum(squares)) ** 2 / spread - 1))


def jackknife_variance(left_out: FloatArray) -> float:
    """Variance of a statistic from its values without each of n units, shape (n,)."""
    n = len(left_out)
    return (n - 1) / n * float(np.sum((left_out - left_out.mean()) ** 2))


def atanh_t_interval(
    estimate: Estimate, error: float, degrees: float, method: str, confidence: float = 0.95
) -> Statistic:
    """t interval on the atanh scale from a standard error on the plain one (delta method)."""
    from scipy.special import stdtrit

    if estimate.value <= -1:
        return Statistic.without_interval(
            estimate.value, "no interval: a value of -1 or less is off the scale of the method"
        )
    centre = math.atanh(estimate.value)
    reach = float(stdtrit(degrees, (1 + confidence) / 2)) * error / (1 - estimate.value**2)
    return _bounded(estimate, math.tanh(centre - reach), math.tanh(centre + reach), method)


def wilson_interval(estimate: Estimate, totals: FloatArray, confidence: float = 0.95) -> Statistic:
    """Wilson's score interval of a proportion with design-effect n and t(G - 1) in place of z.

    The effective n is p(1 - p) over the between-cluster variance of the ratio estimator, at most
    the number of items. At 0 or 1 that variance is zero and says nothing; every cluster then
    counts once, the most cautious reading.
    """
    n_clusters, n, p = len(totals), float(totals[:, 0].sum()), estimate.value
    residuals = totals[:, 1] - p * totals[:, 0]
    variance = n_clusters / (n_clusters - 1) * float(np.sum(residuals**2)) / n**2
    effective = min(n, p * (1 - p) / variance) if variance > 1e-15 else float(n_clusters)
    return wilson_t_interval(estimate, effective, n_clusters - 1, WILSON, confidence)


def wilson_t_interval(
    estimate: Estimate, effective: float, degrees: float, method: str, confidence: float = 0.95
) -> Statistic:
    """Wilson's interval of a proportion from an effective number of items, with t for z."""
    from scipy.special import stdtrit

    p = estimate.value
    t2 = float(stdtrit(degrees, (1 + confidence) / 2)) ** 2
    centre = (p + t2 / (2 * effective)) / (1 + t2 / effective)
    half = math.sqrt(t2 * (p * (1 - p) / effective + t2 / (4 * effective**2)))
    half /= 1 + t2 / effective
    # At 0 and 1 the bound is the value itself, but for rounding.
    return _bounded(estimate, min(centre - half, p), max(centre + half, p), method)


def _without_resampling(
    estimate: Estimate, totals: FloatArray, rare: int | None
) -> Statistic | None:
    """The result where no bootstrap is called for; None where it is."""
    value = estimate.value
    if math.isnan(value):
        return Statistic.undefined(estimate.reason)
    n_clusters = len(totals)
    if n_clusters < MIN_CLUSTERS:
        return Statistic.without_interval(
            value, f"no interval: {_prompts(n_clusters)}, at least {MIN_CLUSTERS} are needed"
        )
    if rare is not None and rare < MIN_RARE_VERDICTS:
        return Statistic.without_interval(
            value,
            f"no interval: {rare} verdict(s) of the rarer kind, "
            f"at least {MIN_RARE_VERDICTS} are needed",
        )
    if n_clusters >= MIN_BOOTSTRAP_CLUSTERS:
        return None
    if estimate.scale == "proportion":
        return wilson_interval(estimate, totals)
    return jackknife_interval(estimate, totals)


def _held_back(estimate: Estimate, result: Statistic, codes: IntArray) -> Statistic:
    """The result without its interval where intervals of its kind do not hold."""
    if not result.has_interval or estimate.rarer_share is None:
        return result
    n_clusters = int(np.count_nonzero(np.bincount(codes, weights=estimate.rows[:, 0])))
    reason = lopsided_reason(estimate, n_clusters)
    return Statistic.without_interval(estimate.value, reason) if reason else result


def lopsided_reason(estimate: Estimate, n_clusters: int) -> str:
    """Why answers are too lopsided for an interval of a kappa or alpha; empty where they are not.

    What such a coefficient is worth then hangs on the few prompts that hold the rarer answer, and
    a sample that holds too few of them does not show how few it holds.
    """
    if estimate.rarer_share is None:
        return ""
    share = estimate.rarer_share(estimate.rows.sum(axis=0))
    enough = max(share / MIN_RARER_SHARE, share * n_clusters / MIN_RARER_PROMPTS) > 1 - 1e-9
    if enough or share <= 0:
        return ""
    return (
        f"no interval: {1 - share:.0%} of answers are the same and there are "
        f"{_prompts(n_clusters)}; a coefficient of this kind then needs "
        f"{math.ceil(MIN_RARER_PROMPTS / share - 1e-9)} prompts"
    )


def _at_boundary(estimate: Estimate, totals: FloatArray) -> Statistic:
    """A value that no resample changes: an interval of no width would be a pretence."""
    if estimate.scale == "proportion":
        return wilson_interval(estimate, totals)
    n_clusters = len(totals)
    if estimate.scale == "coefficient" and estimate.value > 1 - 1e-12:
        # Clopper-Pearson bound for no disagreeing prompt among n.
        unseen = 1 - 0.025 ** (1 / n_clusters)
        return Statistic.without_interval(
            estimate.value,
            f"no interval: all {_prompts(n_clusters)} agree; up to {unseen:.0%} of such prompts "
            "may hold a disagreement",
        )
    return Statistic.without_interval(
        estimate.value, f"no interval: the value is the same in all {_prompts(n_clusters)}"
    )


def _bounded(estimate: Estimate, low: float, high: float, method: str) -> Statistic:
    floor, ceiling = LIMITS[estimate.scale]
    return Statistic(
        estimate.value, min(max(low, floor), ceiling), min(max(high, floor), ceiling), method
    )


def _cluster_codes(clusters: NDArray[Any] | Sequence[Any], n_items: int) -> IntArray:
    names = np.asarray(clusters)
    if names.shape != (n_items,):
        raise InvalidRatingsError(
            f"Clusters need one entry per item: got shape {names.shape} for {n_items} item(s)."
        )
    return np.unique(names, return_inverse=True)[1].astype(np.int64)


def _prompts(n: int) -> str:
    return "1 prompt" if n == 1 else f"{n} prompts"

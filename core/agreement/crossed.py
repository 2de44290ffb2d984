"""Intervals when raters are a sample too: prompts and raters both drawn, crossed.

A statistic of people among themselves varies because other prompts might have been drawn and
because other people might have rated them. Both parts come from leaving out: one prompt at a time
gives V_p, one rater at a time V_r. What happens in a single cell, one rater on one prompt, is in
both and is taken out once: V = V_p + V_r - V_pr, as for errors clustered in two ways.

Below ten raters nothing can be said of raters at large; the default interval is then given, which
speaks for these raters.

Sources: Cameron, Gelbach and Miller (2011), two-way clustering; Efron and Stein (1981), jackknife
of statistics of pairs.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from core.agreement.estimate import Estimate
from core.agreement.intervals import (
    MAX_UNDEFINED_SHARE,
    MIN_CLUSTERS,
    MIN_RARE_VERDICTS,
    atanh_t_interval,
    jackknife_interval,
    jackknife_variance,
    lopsided_reason,
    wilson_interval,
    wilson_t_interval,
)
from core.agreement.observations import Counts, IntArray, one_hot
from core.agreement.statistic import Statistic
from core.agreement.weights import FloatArray

CROSSED = "crossed prompts and raters, jackknife with t"
MIN_CROSSED_RATERS = 10
_RATINGS_PER_CHUNK = 200_000


def crossed_interval(
    estimate: Estimate,
    changes: FloatArray,
    item: IntArray,
    rater: IntArray,
    clusters: IntArray,
    *,
    rare: int | None = None,
) -> Statistic:
    """A 95% interval for other prompts and other raters of the same kind.

    Args:
        estimate: the statistic on all ratings.
        changes: what the row of its item changes by when a rating is left out, shape (m, s).
        item: position of the item of each rating, shape (m,).
        rater: position of its rater, shape (m,); a rater answers an item once.
        clusters: prompt of each item, shape (n_items,).
        rare: verdicts of the rarer kind; None does not check.

    Returns:
        Proportions by Wilson with effective n, others on the atanh scale; t with one degree less
        than the fewer of prompts and raters. No interval, and the reason, as `default_interval`.
    """
    if math.isnan(estimate.value):
        return Statistic.undefined(estimate.reason)
    codes = np.unique(clusters, return_inverse=True)[1]
    totals = _sums(estimate.rows, codes, int(codes.max(initial=-1)) + 1)
    informed = totals[totals[:, 0] > 0]
    refusal = _refusal(len(informed), rare) or lopsided_reason(estimate, len(informed))
    if refusal:
        return Statistic.without_interval(estimate.value, refusal)
    all_rows = totals.sum(axis=0)
    without_prompt = estimate.evaluate(all_rows - informed)
    without_rater, without_cell = _without_raters(estimate, all_rows, changes, codes, item, rater)
    left_out = np.concatenate([without_prompt, without_rater, without_cell])
    undefined = int(np.count_nonzero(~np.isfinite(left_out)))
    if undefined > MAX_UNDEFINED_SHARE * len(left_out) or len(without_rater) < 2:
        return Statistic.without_interval(
            estimate.value,
            f"no interval: the statistic is undefined without one of {undefined} prompts or raters",
        )
    of_prompts = jackknife_variance(without_prompt[np.isfinite(without_prompt)])
    of_raters = jackknife_variance(without_rater[np.isfinite(without_rater)])
    of_cells = jackknife_variance(without_cell[np.isfinite(without_cell)])
    variance = max(of_prompts + of_raters - of_cells, of_prompts, of_raters)
    degrees = min(len(informed), len(without_rater)) - 1
    if variance < 1e-15 or estimate.value >= 1 - 1e-12:
        # At the boundary no leaving out says anything; the methods for prompts know what to say.
        bounded = wilson_interval if estimate.scale == "proportion" else jackknife_interval
        return bounded(estimate, informed)
    if estimate.scale == "proportion":
        spread = estimate.value * (1 - estimate.value)
        return wilson_t_interval(
            estimate, min(float(all_rows[0]), spread / variance), degrees, CROSSED
        )
    return atanh_t_interval(estimate, math.sqrt(variance), degrees, CROSSED)


def changes_of_counts(
    estimate: Estimate,
    counts: FloatArray,
    item: IntArray,
    value: IntArray,
    build: Callable[[Counts], Estimate],
) -> FloatArray:
    """`changes` of a statistic that is a function of counts alone.

    Args:
        estimate: the statistic on all ratings.
        counts: answers per item, shape (n_items, q).
        item, value: of each rating, shape (m,).
        build: the statistic as a function of counts.
    """
    changes = np.empty((len(item), estimate.rows.shape[1]))
    for start in range(0, len(item), _RATINGS_PER_CHUNK):
        part = slice(start, start + _RATINGS_PER_CHUNK)
        fewer = counts[item[part]] - one_hot(value[part], counts.shape[1])
        changes[part] = build(Counts(fewer)).rows - estimate.rows[item[part]]
    return changes


def _without_raters(
    estimate: Estimate,
    all_rows: FloatArray,
    changes: FloatArray,
    codes: IntArray,
    item: IntArray,
    rater: IntArray,
) -> tuple[FloatArray, FloatArray]:
    """The statistic without each rater, and without each rater's answers to each prompt."""
    counted = (estimate.rows[item, 0] > 0) | np.any(changes != 0, axis=1)
    if not counted.any():
        return np.empty(0), np.empty(0)
    changes, prompt, rater = changes[counted], codes[item[counted]], rater[counted]
    cell = np.unique(prompt * (int(rater.max()) + 1) + rater, return_inverse=True)[1]
    who = np.unique(rater, return_inverse=True)[1]
    of_raters = _sums(changes, who, int(who.max()) + 1)
    of_cells = _sums(changes, cell, int(cell.max()) + 1)
    return estimate.evaluate(all_rows + of_raters), estimate.evaluate(all_rows + of_cells)


def _sums(rows: FloatArray, codes: IntArray, n: int) -> FloatArray:
    return np.column_stack([np.bincount(codes, weights=column, minlength=n) for column in rows.T])


def _refusal(n_prompts: int, rare: int | None) -> str:
    if n_prompts < MIN_CLUSTERS:
        return f"no interval: {n_prompts} prompt(s), at least {MIN_CLUSTERS} are needed"
    if rare is not None and rare < MIN_RARE_VERDICTS:
        return (
            f"no interval: {rare} verdict(s) of the rarer kind, "
            f"at least {MIN_RARE_VERDICTS} are needed"
        )
    return ""

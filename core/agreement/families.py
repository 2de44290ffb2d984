"""Categories side by side: what may be said of one by name.

Eight categories invite eight comparisons, and the most striking is the luckiest. So a category
gets three things beside its raw figure: an interval that holds for all categories at once, a test
against all other categories with Holm's adjustment, and an estimate drawn towards the mean of the
categories as far as its own data are few (partial pooling).

Sources: Šidák (1967) for independent intervals; Holm (1979); DerSimonian and Laird (1986) for the
variance between categories.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from core.agreement.comparison import Comparison
from core.agreement.estimate import LIMITS, Estimate
from core.agreement.explanations import is_exploratory
from core.agreement.intervals import (
    MIN_CLUSTERS,
    cluster_totals,
    jackknife_interval,
    jackknife_variance,
    lopsided_reason,
    wilson_interval,
)
from core.agreement.multiplicity import holm_adjusted
from core.agreement.observations import Counts, IntArray
from core.agreement.panel import BoolArray, Panel, Verdicts
from core.agreement.resampling import Resampler
from core.agreement.statistic import Statistic
from core.agreement.weights import FloatArray
from core.errors import InvalidRatingsError

POOLED = "partial pooling"
LEVEL = 0.05


@dataclass(frozen=True)
class CategoryLine:
    """One category among others.

    Attributes:
        n_items, n_prompts: that inform the statistic.
        value: the raw figure; None where undefined.
        simultaneous: with an interval that holds for all categories of the family together.
        pooled: drawn towards the mean of the categories, with its 95% interval.
        minus_rest: value minus that of all other categories; None outside the family.
        p_holm: two-sided, Holm-adjusted, that the two are the same; None outside the family.
        differs: p_holm below .05; None outside the family.
        exploratory: below 50 items or 30 prompts.
        reason: why the category is outside the family.
    """

    category: str
    n_items: int
    n_prompts: int
    value: float | None
    simultaneous: Statistic
    pooled: Statistic
    minus_rest: float | None
    p_holm: float | None
    differs: bool | None
    exploratory: bool
    reason: str = ""

    def as_dict(self) -> dict[str, Any]:
        return {
            "category": self.category,
            "n_items": self.n_items,
            "n_prompts": self.n_prompts,
            "value": self.value,
            "simultaneous": self.simultaneous.as_dict(),
            "pooled": self.pooled.as_dict(),
            "minus_rest": self.minus_rest,
            "p_holm": self.p_holm,
            "differs": self.differs,
            "exploratory": self.exploratory,
            "reason": self.reason,
        }


@dataclass(frozen=True)
class CategoryFamily:
    """A statistic in every category.

    Attributes:
        statistic: its name.
        judge: whose; "" for people among themselves.
        n_tests: categories in the family, the number everything is adjusted for.
        between_sd: standard deviation of true values between categories; None with fewer than 2.
        lines: one per category, sorted by name.
    """

    statistic: str
    judge: str
    n_tests: int
    between_sd: float | None
    lines: tuple[CategoryLine, ...]

    def as_dict(self) -> dict[str, Any]:
        return {
            "statistic": self.statistic,
            "judge": self.judge,
            "n_tests": self.n_tests,
            "between_sd": self.between_sd,
            "lines": [line.as_dict() for line in self.lines],
        }


@dataclass(frozen=True)
class Pooling:
    """Several estimates of the same kind, drawn together.

    Attributes:
        mean: of true values.
        between_sd: standard deviation of true values.
        values, errors: drawn estimates and their standard errors, shape (k,).
    """

    mean: float
    between_sd: float
    values: FloatArray
    errors: FloatArray


def category_family(
    panel: Panel, question: str, statistic: str, judge: Verdicts | None = None
) -> CategoryFamily:
    """A statistic of people, or of one judge, in every category of a panel.

    Args:
        panel: all items.
        question: its name.
        statistic: percent, krippendorff_alpha, gwet_ac, fleiss_kappa (people) or percent,
            cohen_kappa, krippendorff_alpha, gwet_ac, minus_human (a judge).
        judge: verdicts on the items of `panel`; None for people among themselves.

    Raises:
        InvalidRatingsError: no such statistic.
    """
    categories = sorted(set(panel.categories.tolist()) - {""})
    estimate = _estimate(panel, question, statistic, judge)
    known = panel.categories != ""
    parts, rests = [], []
    for name in categories:
        mine = panel.categories == name
        parts.append(_Part.of(estimate, panel.clusters, mine))
        rests.append(_Part.of(estimate, panel.clusters, known & ~mine))
    inside = [not part.reason and not rest.reason for part, rest in zip(parts, rests, strict=True)]
    return _family(statistic, judge.name if judge else "", categories, parts, rests, inside)


def partial_pooling(values: Sequence[float], errors: Sequence[float]) -> Pooling:
    """Estimates drawn towards their mean, the more the less sure they are.

    Args:
        values: shape (k,), k >= 2.
        errors: standard errors, above 0.

    Source: DerSimonian and Laird (1986); eight schools (Rubin 1981): between 0, mean 7.7.
    """
    y, variance = np.asarray(values, dtype=np.float64), np.asarray(errors, dtype=np.float64) ** 2
    weight = 1 / variance
    fixed = np.average(y, weights=weight)
    spread = float(np.sum(weight * (y - fixed) ** 2))
    room = float(weight.sum() - np.sum(weight**2) / weight.sum())
    between = max(0.0, (spread - (len(y) - 1)) / room)
    random = 1 / (variance + between)
    mean = float(np.average(y, weights=random))
    own = between / (between + variance)
    # An estimate's own error, and that of the mean it is drawn towards.
    drawn = own * variance + (1 - own) ** 2 / random.sum()
    return Pooling(mean, math.sqrt(between), own * y + (1 - own) * mean, np.sqrt(drawn))


@dataclass(frozen=True)
class _Part:
    """A statistic with its standard error; `reason` where it takes no part in a family."""

    estimate: Estimate
    totals: FloatArray
    n_items: int
    error: float
    reason: str

    @classmethod
    def of(cls, whole: Estimate, clusters: IntArray, kept: BoolArray) -> _Part:
        """The part of an estimate that some items make, which their rows are all there is to."""
        estimate = replace(whole, rows=whole.rows[kept])
        codes = np.unique(clusters[kept], return_inverse=True)[1].astype(np.int64)
        totals = cluster_totals(estimate.rows, codes)
        n_items = int(np.count_nonzero(estimate.rows[:, 0]))
        if math.isnan(estimate.value):
            return cls(estimate, totals, n_items, math.nan, estimate.reason)
        if len(totals) < MIN_CLUSTERS:
            reason = f"{len(totals)} prompt(s), at least {MIN_CLUSTERS} are needed"
            return cls(estimate, totals, n_items, math.nan, reason)
        lopsided = lopsided_reason(estimate, len(totals))
        if lopsided:
            return cls(estimate, totals, n_items, math.nan, lopsided.removeprefix("no interval: "))
        left_out = estimate.evaluate(totals.sum(axis=0) - totals)
        error = math.sqrt(jackknife_variance(left_out))
        reason = "" if error > 1e-9 else "the value is the same in all prompts"
        return cls(estimate, totals, n_items, error, reason)


def _estimate(panel: Panel, question: str, statistic: str, judge: Verdicts | None) -> Estimate:
    comparison = Comparison(panel, "", question, Resampler(np.random.default_rng(0)))
    estimates = (
        comparison.human_estimates(Counts(comparison.counts))
        if judge is None
        else comparison.judge_estimates(judge)
    )
    if statistic not in estimates:
        raise InvalidRatingsError(
            f"No statistic {statistic!r} here; expected one of {', '.join(estimates)}."
        )
    return estimates[statistic]


def _family(
    statistic: str,
    judge: str,
    categories: Sequence[str],
    parts: Sequence[_Part],
    rests: Sequence[_Part],
    inside: Sequence[bool],
) -> CategoryFamily:
    k = sum(inside)
    confidence = 0.95 ** (1 / k) if k else 0.95
    members = [place for place, is_in in enumerate(inside) if is_in]
    p_values = [_p_of_difference(parts[i], rests[i]) for i in members]
    adjusted = dict(zip(members, holm_adjusted(p_values).tolist(), strict=True))
    pooling = (
        partial_pooling(
            [parts[i].estimate.value for i in members], [parts[i].error for i in members]
        )
        if k > 1
        else None
    )
    place = {member: index for index, member in enumerate(members)}
    lines = []
    for i, (name, part) in enumerate(zip(categories, parts, strict=True)):
        value = part.estimate.value
        reason = part.reason or (f"the rest: {rests[i].reason}" if rests[i].reason else "")
        together = drawn = _outside(value, reason)
        if inside[i] and pooling is not None:
            together = _simultaneous(part, confidence)
            drawn = _pooled(pooling, place[i], part)
        lines.append(
            CategoryLine(
                name,
                part.n_items,
                len(part.totals),
                None if math.isnan(value) else value,
                together,
                drawn,
                value - rests[i].estimate.value if inside[i] else None,
                adjusted.get(i),
                adjusted[i] < LEVEL if inside[i] else None,
                is_exploratory(part.n_items, len(part.totals)),
                reason,
            )
        )
    between = pooling.between_sd if pooling else None
    return CategoryFamily(statistic, judge, k, between, tuple(lines))


def _p_of_difference(part: _Part, rest: _Part) -> float:
    """Two-sided p of a category against all others: other prompts, so the variances add."""
    from scipy.special import stdtr

    variance = part.error**2 + rest.error**2
    # Welch and Satterthwaite: mostly the degrees of freedom of the smaller side.
    degrees = variance**2 / (
        part.error**4 / (len(part.totals) - 1) + rest.error**4 / (len(rest.totals) - 1)
    )
    t = abs(part.estimate.value - rest.estimate.value) / math.sqrt(variance)
    return float(2 * stdtr(degrees, -t))


def _simultaneous(part: _Part, confidence: float) -> Statistic:
    method = wilson_interval if part.estimate.scale == "proportion" else jackknife_interval
    return method(part.estimate, part.totals, confidence)


def _outside(value: float, reason: str) -> Statistic:
    if math.isnan(value):
        return Statistic.undefined(reason)
    return Statistic.without_interval(value, f"no interval: {reason or 'only one category'}")


def _pooled(pooling: Pooling, place: int, part: _Part) -> Statistic:
    value, reach = float(pooling.values[place]), 1.959964 * float(pooling.errors[place])
    floor, ceiling = LIMITS[part.estimate.scale]
    inside = min(max(value, floor), ceiling)
    return Statistic(inside, max(value - reach, floor), min(value + reach, ceiling), POOLED)

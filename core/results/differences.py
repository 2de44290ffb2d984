"""Paired differences to a baseline: the same prompts under two conditions.

Two bars that overlap may hide a clear difference, because the same prompts stand behind both. So
the difference is taken prompt by prompt, over prompts complete in both (measurement rule 14), and a
difference that names a category is read by its simultaneous interval (rule 12).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.diversity import DEFINITIONS, Measure
from core.results.intervals import (
    MIN_PROMPTS_FOR_BOOTSTRAP,
    MIN_PROMPTS_FOR_INTERVAL,
    PromptMeans,
    t_half_width,
    t_p_value,
)
from core.results.rarefaction import rarefied_count
from core.results.sets import SetMeasures

if TYPE_CHECKING:
    import numpy as np

ALL_CATEGORIES = "all"
BASELINE_STRATEGY = "temperature"


@dataclass(frozen=True, slots=True)
class Difference:
    """A condition minus its baseline, in one category, by one measure.

    Attributes:
        n: prompts with a value in both conditions.
        n_dropped: prompts asked under both that lack a value in one of them.
        mean: of the differences; None when n is 0.
        low, high: 95% interval of this difference alone; None below 10 prompts or without spread.
        low_all, high_all: simultaneous 95% interval: wide enough that all differences of the
            table hold at once (Bonferroni over `n_compared`).
        p_holm: two-sided, adjusted over the table by Holm's method; None without an interval.
        pooled: the estimate drawn towards the mean over categories by how uncertain it is; None
            for "all" and where fewer than three categories have an interval.
        rarefied_to: size both sets were cut down to; None where n is the same.
        reason: why mean or interval is missing.
    """

    condition: str
    baseline: str
    model: str
    strategy: str
    category: str
    measure: str
    n: int
    n_dropped: int
    mean: float | None
    low: float | None = None
    high: float | None = None
    low_all: float | None = None
    high_all: float | None = None
    p_holm: float | None = None
    pooled: float | None = None
    rarefied_to: int | None = None
    n_compared: int = 0
    reason: str = ""

    def as_dict(self) -> dict[str, Any]:
        """A JSON value; names of the attributes."""
        return {name: getattr(self, name) for name in self.__slots__}


def find_baselines(measured: Sequence[SetMeasures]) -> dict[str, str]:
    """condition -> the baseline it is compared with: its model's `temperature` condition.

    A model asked at several temperatures has its default one as the baseline, which is the one
    most of its prompts were asked with; of equals, the first by name.
    """
    sizes: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    models: dict[str, str] = {}
    for one in measured:
        models[one.set.condition] = one.set.model
        if one.set.strategy == BASELINE_STRATEGY:
            sizes[one.set.model][one.set.condition] += one.set.is_complete
    best = {
        model: max(sorted(of_model), key=of_model.__getitem__) for model, of_model in sizes.items()
    }
    return {
        condition: best[model]
        for condition, model in models.items()
        if model in best and best[model] != condition
    }


def paired_differences(
    measured: Sequence[SetMeasures],
    measure: str,
    baselines: Mapping[str, str] | None = None,
    *,
    seed: int = 0,
) -> list[Difference]:
    """Every condition minus its baseline, over all prompts and by category.

    Args:
        measured: as `measure_sets` gives it.
        measure: a key of `core.diversity.DEFINITIONS`.
        baselines: condition -> baseline; by default as `find_baselines` finds them.
        seed: of the bootstrap over prompts and of rarefaction.

    Returns:
        By condition, "all" first; the family of the simultaneous interval and of Holm's method is
        all differences returned that have an interval.
    """
    by_condition: dict[str, dict[str | int, SetMeasures]] = defaultdict(dict)
    for one in measured:
        by_condition[one.set.condition][one.set.prompt_id] = one
    pairs = find_baselines(measured) if baselines is None else baselines
    found: list[tuple[Difference, list[float]]] = []
    for condition, baseline in sorted(pairs.items()):
        own, base = by_condition.get(condition, {}), by_condition.get(baseline, {})
        shared = [(own[prompt], base[prompt]) for prompt in own if prompt in base]
        found += _of_pair(shared, condition, baseline, measure, seed)
    return _with_intervals(found, seed)


def contrast_difference(
    measured: Sequence[SetMeasures], measure: str, condition: str, baseline: str, category: str
) -> Difference | None:
    """One difference set beforehand, with the interval of it alone; None without such sets."""
    found = paired_differences(measured, measure, {condition: baseline})
    return next((one for one in found if one.category == category), None)


def _of_pair(
    shared: Sequence[tuple[SetMeasures, SetMeasures]],
    condition: str,
    baseline: str,
    measure: str,
    seed: int,
) -> list[tuple[Difference, list[float]]]:
    import numpy as np

    by_category: dict[str, list[tuple[SetMeasures, SetMeasures]]] = {ALL_CATEGORIES: list(shared)}
    for own, base in shared:
        if own.set.category is not None:
            by_category.setdefault(own.set.category, []).append((own, base))
    rng = np.random.default_rng(seed)
    rows = []
    for category in sorted(by_category, key=lambda name: (name != ALL_CATEGORIES, name)):
        pairs = by_category[category]
        if not pairs:
            continue
        values = [_values(own, base, measure, rng) for own, base in pairs]
        kept = [a.value - b.value for a, b in values if a.is_defined and b.is_defined]
        sizes = {own.set.n for own, _ in pairs} | {base.set.n for _, base in pairs}
        reasons = {one.reason for pair in values for one in pair if one.reason}
        rows.append(
            (
                Difference(
                    condition=condition,
                    baseline=baseline,
                    model=pairs[0][0].set.model,
                    strategy=pairs[0][0].set.strategy,
                    category=category,
                    measure=measure,
                    n=len(kept),
                    n_dropped=len(pairs) - len(kept),
                    mean=sum(kept) / len(kept) if kept else None,
                    rarefied_to=min(sizes) if len(sizes) > 1 and measure == "distinct" else None,
                    reason=""
                    if kept
                    else f"No prompt has both values: {'; '.join(sorted(reasons))}.",
                ),
                kept,
            )
        )
    return rows


def _values(
    own: SetMeasures, base: SetMeasures, measure: str, rng: np.random.Generator
) -> tuple[Measure, Measure]:
    if own.set.n == base.set.n or not DEFINITIONS[measure].depends_on_n:
        return own.get(measure), base.get(measure)
    if measure != "distinct":
        undefined = Measure.undefined(
            f"n is {own.set.n} and {base.set.n}; {DEFINITIONS[measure].name} grows with n"
        )
        return undefined, undefined
    size = min(own.set.n, base.set.n)
    first, second = (
        one.get(measure)
        if one.set.n == size or not one.get(measure).is_defined
        else rarefied_count(one.set.n, one.verdicts, size, rng)
        for one in (own, base)
    )
    return first, second


def _with_intervals(found: list[tuple[Difference, list[float]]], seed: int) -> list[Difference]:
    from dataclasses import replace

    import numpy as np

    means = PromptMeans(seed)
    spreads = {
        place: float(np.std(values, ddof=1) / math.sqrt(len(values)))
        for place, (_, values) in enumerate(found)
        if len(values) >= MIN_PROMPTS_FOR_INTERVAL and float(np.ptp(values)) > 1e-12
    }
    m = len(spreads)
    p_values = {
        place: t_p_value((found[place][0].mean or 0.0) / se, found[place][0].n - 1)
        for place, se in spreads.items()
    }
    adjusted = holm(p_values)
    pooled = _pooled([one for one, _ in found], spreads)
    rows: list[Difference] = []
    for place, (one, values) in enumerate(found):
        if place not in spreads or one.mean is None:
            rows.append(replace(one, n_compared=m, reason=one.reason or _why(values)))
            continue
        half = t_half_width(spreads[place], one.n)
        low, high = one.mean - half, one.mean + half
        if one.n >= MIN_PROMPTS_FOR_BOOTSTRAP:
            low, high = means.bootstrap(values)
        wide = t_half_width(spreads[place], one.n, level=1 - 0.05 / m)
        rows.append(
            replace(
                one,
                low=low,
                high=high,
                low_all=one.mean - wide,
                high_all=one.mean + wide,
                p_holm=adjusted[place],
                pooled=pooled.get(place),
                n_compared=m,
            )
        )
    return rows


def _why(values: Sequence[float]) -> str:
    n = len(values)
    if n < MIN_PROMPTS_FOR_INTERVAL:
        noun = "prompt" if n == 1 else "prompts"
        return f"{n} {noun}; an interval needs at least {MIN_PROMPTS_FOR_INTERVAL}."
    # Clopper-Pearson with 0 of n, as for means (measurement rule 9).
    bound = 1 - 0.025 ** (1 / n)
    return f"All {n} differ by {values[0]:.3g}; up to {bound:.0%} of such prompts may not."


def holm(p_values: Mapping[int, float]) -> dict[int, float]:
    """Holm's adjusted p-values: the k-th smallest of m times m - k + 1, never falling.

    Source: Holm (1979), A simple sequentially rejective multiple test procedure.
    """
    m = len(p_values)
    adjusted: dict[int, float] = {}
    highest = 0.0
    for rank, place in enumerate(sorted(p_values, key=p_values.__getitem__)):
        highest = max(highest, min(1.0, (m - rank) * p_values[place]))
        adjusted[place] = highest
    return adjusted


def _pooled(found: Sequence[Difference], spreads: Mapping[int, float]) -> dict[int, float]:
    """Partial pooling over categories, for each condition by itself.

    The between-category variance is DerSimonian and Laird's moment estimate; each category's
    difference is drawn towards the weighted mean by se² / (se² + tau²).
    """
    by_condition: dict[str, list[int]] = defaultdict(list)
    for place, one in enumerate(found):
        if place in spreads and one.category != ALL_CATEGORIES:
            by_condition[one.condition].append(place)
    pooled: dict[int, float] = {}
    for places in by_condition.values():
        if len(places) < 3:
            continue
        variances = [spreads[place] ** 2 for place in places]
        estimates = [found[place].mean or 0.0 for place in places]
        weights = [1 / variance for variance in variances]
        total = sum(weights)
        centre = sum(w * x for w, x in zip(weights, estimates, strict=True)) / total
        scatter = sum(w * (x - centre) ** 2 for w, x in zip(weights, estimates, strict=True))
        scale = total - sum(w * w for w in weights) / total
        between = max(0.0, (scatter - (len(places) - 1)) / scale)
        spread = [1 / (variance + between) for variance in variances]
        centre = sum(w * x for w, x in zip(spread, estimates, strict=True)) / sum(spread)
        for place, variance, estimate in zip(places, variances, estimates, strict=True):
            own = between / (between + variance)
            pooled[place] = own * estimate + (1 - own) * centre
    return pooled

"""The agreement coefficients, each written once over `Observations`.

pa is observed agreement and pe agreement by chance, as in Gwet (2014); Do and De are observed and
expected disagreement, as in Krippendorff (2011).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.agreement.estimate import Estimate, mean_estimate, ratio
from core.agreement.observations import Counts, Observations, Pairs, encode, observe, one_hot
from core.agreement.weights import FloatArray, Options, Weights, distance_matrix, weight_matrix
from core.errors import InvalidRatingsError
from core.types import Level

Table = NDArray[Any] | Sequence[Sequence[Any]]

NO_TWO_RATINGS = "no item has two ratings"
NO_VARIATION = "all ratings are the same, so agreement beyond chance is undefined"
ONE_OPTION = "the question has one possible answer, so agreement beyond chance is undefined"
# Ordinal alpha keeps a q × q table per cluster; longer scales are continuous in all but name.
MAX_ORDINAL_OPTIONS = 100


def percent_agreement(ratings: Table, *, options: Options | None = None) -> Estimate:
    """Mean pairwise agreement, any number of raters, missing ratings allowed.

    Args:
        ratings: shape (n_raters, n_items); NaN or None = not rated.
        options: declared answers; None takes the values present.

    Returns:
        Proportion 0 to 1: per item the share of agreeing rater pairs, averaged over items with
        two ratings or more. NaN when there is no such item.

    Raises:
        InvalidRatingsError: `ratings` is not 2-D or holds an undeclared answer.
    """
    return percent_of(observe(ratings, options)[0])


def krippendorff_alpha(ratings: Table, *, level: Level, options: Options | None = None) -> Estimate:
    """Krippendorff's α = 1 - Do/De, any number of raters, missing ratings allowed.

    Args:
        ratings: shape (n_raters, n_items); NaN or None = not rated.
        level: measurement level; sets the distance δ².
        options: declared answers in order; None takes the values present.

    Returns:
        Unitless; 1 perfect, 0 chance, below 0 worse than chance. NaN when no item has two
        ratings, or when the ratings do not vary.

    Raises:
        InvalidRatingsError: `ratings` is not 2-D, holds an undeclared answer, or words at a level
            that needs numbers.

    Source: Krippendorff (2011), example C: nominal .743, ordinal .815, interval .849, ratio .797.
    """
    counts, names = observe(ratings, options)
    return alpha_of(counts, level, names)


def gwet_ac(
    ratings: Table, *, weights: Weights = "identity", options: Options | None = None
) -> Estimate:
    """Gwet's AC1 (identity weights) or AC2 (any other), any number of raters.

    Args:
        ratings: shape (n_raters, n_items); NaN or None = not rated.
        weights: a name or a matrix, see `weight_matrix`.
        options: declared answers in order. Their number q enters pe, so declare them: values
            present is the fallback.

    Returns:
        Unitless; 1 perfect, 0 chance. NaN when no item has two ratings or q is 1.

    Raises:
        InvalidRatingsError: as `percent_agreement`, and for unfit weights.

    Source: Gwet (2008; 2014, chapter 5); four raters, twelve subjects: AC1 .775, SE .143.
    """
    counts, names = observe(ratings, options)
    return gwet_of(counts, weight_matrix(weights, names))


def fleiss_kappa(ratings: Table, *, options: Options | None = None) -> Estimate:
    """Fleiss' κ, accepting unequal numbers of raters per item.

    pe = Σ π_k², where π_k is the mean over rated items of the share of raters who said k; with
    equally many raters on every item this is Fleiss' own definition.

    Args:
        ratings: shape (n_raters, n_items); NaN or None = not rated.
        options: declared answers; None takes the values present. Does not change the value.

    Returns:
        Unitless. NaN when no item has two ratings or the ratings do not vary.

    Raises:
        InvalidRatingsError: as `percent_agreement`.

    Source: Fleiss (1971), 30 patients, six psychiatrists: .430. Unequal raters: Gwet (2014).
    """
    return fleiss_of(observe(ratings, options)[0])


def cohen_kappa(
    first: NDArray[Any] | Sequence[Any],
    second: NDArray[Any] | Sequence[Any],
    *,
    weights: Weights = "identity",
    options: Options | None = None,
) -> Estimate:
    """Cohen's κ of two raters, plain or weighted.

    Args:
        first: answers of one rater, shape (n_items,); NaN or None = not rated.
        second: answers of the other, same items.
        weights: a name or a matrix, see `weight_matrix`.
        options: declared answers in order; None takes the values present.

    Returns:
        Unitless. Items rated by one of the two are left out. NaN when no item has both ratings,
        or when both raters give one and the same answer throughout.

    Raises:
        InvalidRatingsError: the two differ in length, an undeclared answer, unfit weights.

    Source: Cohen (1960); Cohen (1968): κ .492, weighted .348.
    """
    pairs, names = answers_of_two(first, second, options)
    return cohen_of(pairs, weight_matrix(weights, names))


def answers_of_two(
    first: NDArray[Any] | Sequence[Any],
    second: NDArray[Any] | Sequence[Any],
    options: Options | None,
) -> tuple[Pairs, tuple[str | float, ...]]:
    """Two raters' answers to the same items, and the options.

    Raises:
        InvalidRatingsError: the two differ in length, or an undeclared answer.
    """
    if len(first) != len(second):
        raise InvalidRatingsError(
            f"Two raters are compared on the same items: got {len(first)} answers from one rater "
            f"and {len(second)} from the other. Mark unrated items as missing."
        )
    one, two = (
        answers if isinstance(answers, np.ndarray) else np.array(list(answers), dtype=object)
        for answers in (first, second)
    )
    if one.dtype != two.dtype:
        one, two = one.astype(object), two.astype(object)
    codes, names = encode(np.array([one, two]), options)
    return Pairs(one_hot(codes[0], len(names)), one_hot(codes[1], len(names))), names


def percent_of(seen: Observations) -> Estimate:
    """Mean pairwise agreement of observations; see `percent_agreement`."""
    identity = np.eye(seen.shares.shape[1])
    return mean_estimate(
        seen.agreement(identity), seen.pairable, scale="proportion", empty=NO_TWO_RATINGS
    )


def fleiss_kappa_by_option(
    ratings: Table, *, options: Options | None = None
) -> dict[str | float, Estimate]:
    """Fleiss' κ of each option against all others taken together.

    Says on which answers raters agree: 1 - Σ n_ij (m - n_ij) / (N m (m - 1) p_j (1 - p_j)) with
    m raters of each item.

    Args, returns and raises per option as `fleiss_kappa`.

    Source: Fleiss (1971); his psychiatrists: .245, .245, .520, .471, .566.
    """
    counts, names = observe(ratings, options)
    return {
        name: fleiss_of(Counts(np.column_stack([column, counts.raters - column])))
        for name, column in zip(names, counts.counts.T, strict=True)
    }


def gwet_of(seen: Observations, weights: FloatArray) -> Estimate:
    """Gwet's AC of observations, weights as a (q, q) matrix; see `gwet_ac`."""
    q = len(weights)
    scale = float(weights.sum()) / (q * (q - 1)) if q > 1 else float("nan")

    def chance(pi: FloatArray) -> FloatArray:
        return np.asarray(scale * np.sum(pi * (1 - pi), axis=-1))

    return _pooled_chance(seen, weights, chance)


def fleiss_of(seen: Observations) -> Estimate:
    """Fleiss' κ of observations; see `fleiss_kappa`."""
    identity = np.eye(seen.shares.shape[1])
    estimate = _pooled_chance(seen, identity, lambda pi: np.asarray(np.sum(pi**2, axis=-1)))
    return replace(estimate, rarer_share=lambda sums: rarer_share(sums[3:]))


def _pooled_chance(
    seen: Observations, weights: FloatArray, chance: Callable[[FloatArray], FloatArray]
) -> Estimate:
    """(pa - pe)/(1 - pe) with pe from the pooled shares π_k of all rated items."""
    shares = seen.shares
    rated = (shares.sum(axis=1) > 0).astype(np.float64)
    rows = np.column_stack([seen.pairable, seen.agreement(weights), rated, shares])

    def evaluate(sums: FloatArray) -> FloatArray:
        pa = ratio(sums[..., 1], sums[..., 0])
        pe = chance(ratio(sums[..., 3:], sums[..., 2:3]))
        return ratio(pa - pe, 1 - pe)

    def explain(sums: FloatArray) -> str:
        if sums[0] == 0:
            return NO_TWO_RATINGS
        return ONE_OPTION if shares.shape[1] < 2 else NO_VARIATION

    return Estimate(rows, evaluate, explain, "coefficient")


def cohen_of(pairs: Pairs, weights: FloatArray) -> Estimate:
    """Cohen's κ of paired answers, weights as a (q, q) matrix; see `cohen_kappa`."""
    both = pairs.pairable[:, None]
    q = len(weights)
    rows = np.column_stack(
        [pairs.pairable, pairs.agreement(weights), pairs.first * both, pairs.second * both]
    )

    def evaluate(sums: FloatArray) -> FloatArray:
        n = sums[..., 0]
        pa = ratio(sums[..., 1], n)
        first, second = sums[..., 2 : 2 + q], sums[..., 2 + q :]
        pe = ratio(np.sum((first @ weights) * second, axis=-1), n**2)
        return ratio(pa - pe, 1 - pe)

    return Estimate(
        rows,
        evaluate,
        _no_pairs_or_no_variation,
        "coefficient",
        lambda sums: rarer_share(sums[2 : 2 + q] + sums[2 + q :]),
    )


def alpha_of(seen: Observations, level: Level, options: Options) -> Estimate:
    """Krippendorff's α of observations; see `krippendorff_alpha`."""
    if level == "ordinal":
        return _ordinal_alpha(seen, len(options))
    distance = distance_matrix(level, options)
    rows = np.column_stack([seen.pairable, seen.disagreement(distance), seen.values])

    def evaluate(sums: FloatArray) -> FloatArray:
        values = sums[..., 2:]
        n = values.sum(axis=-1)
        observed = ratio(sums[..., 1], n)
        expected = ratio(np.sum((values @ distance) * values, axis=-1), n * (n - 1))
        return 1 - ratio(observed, expected)

    return Estimate(
        rows,
        evaluate,
        _no_pairs_or_no_variation,
        "coefficient",
        lambda sums: rarer_share(sums[2:]),
    )


def _ordinal_alpha(seen: Observations, q: int) -> Estimate:
    """Ordinal α. Its distance moves with the ratings, so the coincidences themselves are kept.

    δ²_kl = (Σ_{g=k..l} n_g - (n_k + n_l)/2)² is the squared difference of mid-ranks
    m_k = Σ_{g<=k} n_g - n_k/2.
    """
    if q > MAX_ORDINAL_OPTIONS:
        raise InvalidRatingsError(
            f"Ordinal alpha takes up to {MAX_ORDINAL_OPTIONS} different answers, got {q}. "
            "Use level interval for a continuous scale."
        )
    coincidences = seen.coincidences()
    rows = np.column_stack([seen.pairable, coincidences.reshape(len(coincidences), q * q)])

    def evaluate(sums: FloatArray) -> FloatArray:
        table = sums[..., 1:].reshape(*sums.shape[:-1], q, q)
        values = table.sum(axis=-1)
        n = values.sum(axis=-1)
        rank = values.cumsum(axis=-1) - values / 2
        spread = np.sum(values * rank**2, axis=-1)
        cross = np.sum(np.matmul(table, rank[..., None])[..., 0] * rank, axis=-1)
        observed = ratio(2 * (spread - cross), n)
        centre = np.sum(values * rank, axis=-1)
        expected = ratio(2 * (n * spread - centre**2), n * (n - 1))
        return 1 - ratio(observed, expected)

    return Estimate(
        rows,
        evaluate,
        _no_pairs_or_no_variation,
        "coefficient",
        lambda sums: rarer_share(sums[1:].reshape(q, q).sum(axis=1)),
    )


def rarer_share(answers: FloatArray) -> float:
    """Share of answers other than the commonest, from how often each was given."""
    total = float(answers.sum())
    return (total - float(answers.max(initial=0.0))) / total if total > 0 else 0.0


def _no_pairs_or_no_variation(sums: FloatArray) -> str:
    return NO_TWO_RATINGS if sums[0] == 0 else NO_VARIATION

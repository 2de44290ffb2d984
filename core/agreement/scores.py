"""Agreement of scores: intraclass correlations, and rank correlations of two raters.

Scores are numbers on one scale, as with quality from 1 to 5. An intraclass correlation asks how
much of the variance of scores lies between items; a rank correlation asks only whether two raters
put items in the same order, so that a rater who is one point stricter throughout loses nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from core.agreement.coefficients import MAX_ORDINAL_OPTIONS, Table, answers_of_two
from core.agreement.estimate import Estimate, ratio
from core.agreement.observations import Pairs
from core.agreement.weights import FloatArray, Options
from core.errors import InvalidRatingsError

IccForm = Literal["1,1", "2,1", "3,1", "1,k", "2,k", "3,k"]

NO_TWO_SCORES = "no item has two scores"
NO_COMPLETE_ITEM = "fewer than two items have a score of every rater"
ONE_SCORE = "all scores are the same, so their order is undefined"


def icc(ratings: Table, *, form: IccForm = "2,1") -> Estimate:
    """Intraclass correlation of scores.

    Args:
        ratings: shape (n_raters, n_items), numbers; NaN or None = not rated.
        form: raters drawn anew for each item (1), raters drawn once for all items (2), or just
            these raters, whose different strictness does not count (3); reliability of one score
            (1) or of the mean of all raters' scores (k).

    Returns:
        Unitless, 1 perfect; NaN with fewer than two usable items or without any variance. Form 1
        takes items with two scores or more, and k is then their mean number; forms 2 and 3 take
        items that every rater scored.

    Raises:
        InvalidRatingsError: unknown form, a table that is not 2-D, or words.

    Source: Shrout and Fleiss (1979), six targets, four judges: ICC(1,1) .17, (2,1) .29, (3,1) .71,
    (1,k) .44, (2,k) .62, (3,k) .91. Unequal numbers of scores: one-way analysis of variance.
    """
    if form not in get_args(IccForm):
        raise InvalidRatingsError(
            f"Unknown form {form!r} of the intraclass correlation; expected one of "
            f"{', '.join(get_args(IccForm))}."
        )
    scores = _numbers(ratings)
    # Sums of squares of centred scores keep their digits.
    given = scores[np.isfinite(scores)]
    scores = scores - (given.mean() if given.size else 0.0)
    return _one_way(scores, form) if form.startswith("1") else _two_way(scores, form)


def spearman(
    first: NDArray[Any] | Sequence[Any],
    second: NDArray[Any] | Sequence[Any],
    *,
    options: Options | None = None,
) -> Estimate:
    """Spearman's rank correlation of two raters, ties at their mean rank.

    Args:
        first: scores of one rater, shape (n_items,); NaN or None = not rated.
        second: scores of the other, same items.
        options: declared scores in order; None takes the values present.

    Returns:
        Unitless, 1 same order, -1 reversed; NaN when a rater gives one score throughout.

    Raises:
        InvalidRatingsError: the two differ in length, or have more than 100 different scores.
    """
    return spearman_of(answers_of_two(first, second, options)[0])


def kendall_tau_b(
    first: NDArray[Any] | Sequence[Any],
    second: NDArray[Any] | Sequence[Any],
    *,
    options: Options | None = None,
) -> Estimate:
    """Kendall's tau-b of two raters: items in the same order minus in reverse, ties allowed for.

    Args, returns and raises as `spearman`.

    Source: Kendall (1945); (C - D) / sqrt((n0 - n1)(n0 - n2)), n0 pairs of items, n1 and n2 those
    tied for one rater.
    """
    return kendall_of(answers_of_two(first, second, options)[0])


def spearman_of(pairs: Pairs) -> Estimate:
    """Spearman's correlation of paired answers whose options are in order."""

    def evaluate(table: FloatArray) -> FloatArray:
        mine, yours = table.sum(axis=-1), table.sum(axis=-2)
        n = mine.sum(axis=-1)[..., None]
        # Mid-ranks around their mean, (n + 1) / 2 in both.
        a = mine.cumsum(axis=-1) - mine / 2 - n / 2
        b = yours.cumsum(axis=-1) - yours / 2 - n / 2
        cross = np.sum(np.matmul(table, b[..., None])[..., 0] * a, axis=-1)
        spread = np.sum(mine * a**2, axis=-1) * np.sum(yours * b**2, axis=-1)
        return ratio(cross, np.sqrt(spread))

    return _of_table(pairs, evaluate)


def kendall_of(pairs: Pairs) -> Estimate:
    """Kendall's tau-b of paired answers whose options are in order."""

    def evaluate(table: FloatArray) -> FloatArray:
        above = np.flip(np.flip(table, (-1, -2)).cumsum(axis=-1).cumsum(axis=-2), (-1, -2))
        left = np.flip(table, -2).cumsum(axis=-1).cumsum(axis=-2)
        left = np.flip(left, -2)
        same = np.sum(table[..., :-1, :-1] * above[..., 1:, 1:], axis=(-1, -2))
        reverse = np.sum(table[..., :-1, 1:] * left[..., 1:, :-1], axis=(-1, -2))
        mine, yours = table.sum(axis=-1), table.sum(axis=-2)
        n = mine.sum(axis=-1)
        untied = (n**2 - np.sum(mine**2, axis=-1)) * (n**2 - np.sum(yours**2, axis=-1)) / 4
        return ratio(same - reverse, np.sqrt(untied))

    return _of_table(pairs, evaluate)


def _of_table(pairs: Pairs, evaluate: Any) -> Estimate:
    """An estimate that reads the table of both raters' answers, shape (..., q of each)."""
    shape = pairs.first.shape[1], pairs.second.shape[1]
    if max(shape) > MAX_ORDINAL_OPTIONS:
        raise InvalidRatingsError(
            f"Rank correlations take up to {MAX_ORDINAL_OPTIONS} different scores, got "
            f"{max(shape)}. Round the scores."
        )
    cells = np.einsum("ik,il->ikl", pairs.first, pairs.second)
    cells = cells.reshape(len(cells), shape[0] * shape[1])
    rows = np.column_stack([pairs.pairable, cells])
    return Estimate(
        rows,
        lambda sums: evaluate(sums[..., 1:].reshape(*sums.shape[:-1], *shape)),
        lambda sums: NO_TWO_SCORES if sums[0] == 0 else ONE_SCORE,
        "coefficient",
    )


def icc_of_counts(counts: FloatArray, numbers: FloatArray, *, form: IccForm) -> Estimate:
    """Intraclass correlation of form 1 from how often each score was given to each item.

    Args:
        counts: shape (n_items, q).
        numbers: the score each column counts, shape (q,).
        form: "1,1" or "1,k"; other forms need to know whose scores they are.
    """
    if form not in ("1,1", "1,k"):
        raise InvalidRatingsError(f"Counts of scores give forms 1,1 and 1,k, not {form!r}.")
    # Sums of squares of centred scores keep their digits.
    centred = numbers - (numbers.mean() if numbers.size else 0.0)
    return _analysis_of_variance(counts.sum(axis=1), counts @ centred, counts @ centred**2, form)


def _one_way(scores: FloatArray, form: IccForm) -> Estimate:
    rated = np.isfinite(scores)
    return _analysis_of_variance(
        rated.sum(axis=0).astype(np.float64),
        np.where(rated, scores, 0.0).sum(axis=0),
        np.where(rated, scores**2, 0.0).sum(axis=0),
        form,
    )


def _analysis_of_variance(
    k: FloatArray, total: FloatArray, squares: FloatArray, form: IccForm
) -> Estimate:
    """One-way, from each item's number of scores, their sum and their sum of squares."""
    usable = (k >= 2).astype(np.float64)
    rows = (
        np.column_stack([np.ones_like(k), k, k**2, total, squares, total**2 / np.maximum(k, 1)])
        * usable[:, None]
    )

    def evaluate(sums: FloatArray) -> FloatArray:
        n, answers, k_squared, total, squares, of_items = (sums[..., i] for i in range(6))
        between = ratio(of_items - ratio(total**2, answers), n - 1)
        within = ratio(squares - of_items, answers - n)
        # The number of scores per item that an analysis of variance reckons with.
        k0 = ratio(answers - ratio(k_squared, answers), n - 1)
        single = ratio(between - within, between + (k0 - 1) * within)
        return single if form == "1,1" else ratio(k0 * single, 1 + (k0 - 1) * single)

    return Estimate(rows, evaluate, _why_undefined, "coefficient")


def _two_way(scores: FloatArray, form: IccForm) -> Estimate:
    k = len(scores)
    complete = np.isfinite(scores).all(axis=0) if k > 1 else np.zeros(scores.shape[1], bool)
    known = np.where(complete, scores, 0.0)
    rows = np.column_stack(
        [
            complete.astype(np.float64),
            known.sum(axis=0) ** 2 / max(k, 1),
            np.sum(known**2, axis=0),
            *known,
        ]
    )

    def evaluate(sums: FloatArray) -> FloatArray:
        n, of_items, squares, of_raters = sums[..., 0], sums[..., 1], sums[..., 2], sums[..., 3:]
        mean = ratio(of_raters.sum(axis=-1) ** 2, n * k)
        between = ratio(of_items - mean, n - 1)
        strictness = ratio(np.sum(of_raters**2, axis=-1), n) - mean
        rest = ratio(squares - of_items - strictness, (n - 1) * (k - 1))
        strictness = strictness / max(k - 1, 1)
        match form:
            case "2,1":
                apart = k * ratio(strictness - rest, n)
                return ratio(between - rest, between + (k - 1) * rest + apart)
            case "2,k":
                return ratio(between - rest, between + ratio(strictness - rest, n))
            case "3,1":
                return ratio(between - rest, between + (k - 1) * rest)
        return ratio(between - rest, between)

    def explain(sums: FloatArray) -> str:
        return NO_COMPLETE_ITEM if sums[0] < 2 else _why_undefined(sums)

    return Estimate(rows, evaluate, explain, "coefficient")


def _why_undefined(sums: FloatArray) -> str:
    if sums[0] == 0:
        return NO_TWO_SCORES
    return "one item alone has no variance between items" if sums[0] < 2 else "scores do not vary"


def _numbers(ratings: Table) -> FloatArray:
    try:
        scores = np.asarray(ratings, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidRatingsError(
            "Scores must be numbers; the table holds words or rows of different length."
        ) from error
    if scores.ndim != 2:
        raise InvalidRatingsError(
            f"Scores must have shape (n_raters, n_items), got shape {scores.shape}. "
            "Pass one row per rater."
        )
    return scores

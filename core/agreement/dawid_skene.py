"""What people say of an item taken together, weighed by how often each of them errs.

The model of Dawid and Skene: every item has one true answer k, drawn with prevalence p_k; rater j
answers l with probability π_j,kl, independently of the others given k. EM finds p and π that make
the answers most likely; what it says of each item is a posterior over the answers.

Source: Dawid and Skene (1979), equations 2.3 to 2.5. Spammer score: Raykar and Yu (2012).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.agreement.observations import IntArray, encode
from core.agreement.weights import FloatArray, Options
from core.errors import InvalidRatingsError

MIN_RATERS = 3
MAX_ITERATIONS = 500
# Iterations end when the log-likelihood per item grows by less than this.
TOLERANCE = 1e-7
MIN_RATINGS_OF_SPAMMER = 20
SPAMMER_SCORE = 0.1
_TINY = 1e-300


@dataclass(frozen=True)
class DawidSkene:
    """Consensus of raters who err.

    Attributes:
        options: the q answers.
        raters: names, in the order of `confusion`.
        posteriors: shape (n_items, q), rows sum to 1; NaN for an item nobody rated.
        prevalence: share of items whose true answer is k, shape (q,).
        confusion: π_j,kl, shape (n_raters, q, q), rows the true answer; NaN where a rater met no
            item of that kind.
        n_ratings: valid answers per rater, shape (n_raters,).
        accuracy: chance that a rater is right, on the items she met; shape (n_raters,).
        spammer_scores: 1 for an answer that always follows the truth (in whatever code), 0 for one
            that does not depend on it; shape (n_raters,); NaN without two kinds of items.
        log_likelihood: of all answers, natural logarithm.
        n_iterations: of EM.
        converged: False where EM was stopped at its limit.
        reason: why everything is NaN; empty otherwise.
    """

    options: tuple[str | float, ...]
    raters: tuple[str, ...]
    posteriors: FloatArray
    prevalence: FloatArray
    confusion: FloatArray
    n_ratings: IntArray
    accuracy: FloatArray
    spammer_scores: FloatArray
    log_likelihood: float
    n_iterations: int
    converged: bool
    reason: str = ""

    @property
    def answers(self) -> IntArray:
        """Position of the answer with more than half of an item's posterior, else -1."""
        known = np.nan_to_num(self.posteriors, nan=0.0)
        if not known.shape[1]:
            return np.full(len(known), -1)
        return np.where(known.max(axis=1) > 0.5, known.argmax(axis=1), -1).astype(np.int64)

    def spammers(
        self, *, below: float = SPAMMER_SCORE, min_ratings: int = MIN_RATINGS_OF_SPAMMER
    ) -> tuple[str, ...]:
        """Raters whose answers hardly depend on the item, among those with enough answers.

        A reason to look, not to exclude: exclusion rules are set before results are seen.
        """
        low = (self.spammer_scores < below) & (self.n_ratings >= min_ratings)
        return tuple(self.raters[place] for place in np.flatnonzero(low))


def dawid_skene(
    ratings: NDArray[Any] | Sequence[Sequence[Any]],
    *,
    raters: Sequence[str] | None = None,
    options: Options | None = None,
) -> DawidSkene:
    """Consensus of a table of answers.

    Args:
        ratings: shape (n_raters, n_items); NaN or None = not rated.
        raters: names; None calls them "1", "2", …
        options: declared answers; None takes the values present.

    Raises:
        InvalidRatingsError: `ratings` is not 2-D or holds an undeclared answer.
    """
    table = ratings if isinstance(ratings, np.ndarray) else np.asarray(ratings, dtype=object)
    if table.ndim != 2:
        raise InvalidRatingsError(
            f"Ratings must have shape (n_raters, n_items), got shape {table.shape}. "
            "Pass one row per rater."
        )
    codes, names = encode(table, options)
    rater, item = np.nonzero(codes >= 0)
    labels = tuple(map(str, raters)) if raters else tuple(str(i + 1) for i in range(len(table)))
    return dawid_skene_of(
        item, rater, codes[rater, item], n_items=table.shape[1], raters=labels, options=names
    )


def dawid_skene_of(
    item: IntArray,
    rater: IntArray,
    value: IntArray,
    *,
    n_items: int,
    raters: Sequence[str],
    options: Options,
) -> DawidSkene:
    """Consensus of answers in long form; a rater may answer an item more than once.

    Args:
        item, rater, value: positions, one entry per answer, shape (m,).
        n_items: items there are, rated or not.
        raters: names.
        options: the q answers.

    Returns:
        All NaN, with the reason, with fewer than 3 raters: two raters who part cannot tell who
        errs. Rests on little with fewer than 5 answers per item.
    """
    from scipy.sparse import csr_array

    q, names = len(options), tuple(raters)
    n_ratings = np.bincount(rater, minlength=len(names)).astype(np.int64)
    reason = _undefined(item, n_ratings, q)
    if reason:
        return _nothing(names, tuple(options), n_items, n_ratings, reason)
    # Items answered alike by the same raters share their posterior; each pattern is kept once.
    answers = csr_array(
        (np.ones(len(item)), (item, rater * q + value)), shape=(n_items, len(names) * q)
    )
    answers.sum_duplicates()
    patterns, place, times = _patterns(answers)
    votes = np.asarray(patterns @ np.tile(np.eye(q), (len(names), 1)))
    rated = votes.sum(axis=1) > 0
    posteriors = votes / np.maximum(votes.sum(axis=1), 1.0)[:, None]
    by_rater, weight = patterns.T.tocsr(), (times * rated)[:, None]
    previous, converged, iteration = -np.inf, False, 0
    while iteration < MAX_ITERATIONS and not converged:
        iteration += 1
        prevalence = (posteriors * weight).sum(axis=0) / weight.sum()
        counts = np.asarray(by_rater @ (posteriors * weight))
        error_rates = _error_rates(counts, len(names), q)
        joint = np.asarray(patterns @ np.log(np.maximum(error_rates, _TINY)))
        joint += np.log(np.maximum(prevalence, _TINY))
        top = joint.max(axis=1, keepdims=True)
        posteriors = np.exp(joint - top)
        mass = posteriors.sum(axis=1, keepdims=True)
        posteriors /= mass
        likelihood = float(np.sum((top + np.log(mass)) * weight))
        converged = likelihood - previous < TOLERANCE * weight.sum()
        previous = likelihood
    confusion, met = _confusion(np.asarray(by_rater @ (posteriors * weight)), len(names), q)
    right = np.einsum("jkk->j", np.nan_to_num(confusion) * met[:, :, None])
    return DawidSkene(
        tuple(options),
        names,
        np.where(rated[:, None], posteriors, np.nan)[place],
        prevalence,
        confusion,
        n_ratings,
        np.where(n_ratings > 0, right / np.maximum(met.sum(axis=1), 1e-12), np.nan),
        np.array([_spammer_score(table) for table in confusion]),
        previous,
        iteration,
        converged,
    )


def _undefined(item: IntArray, n_ratings: IntArray, q: int) -> str:
    active = int(np.count_nonzero(n_ratings))
    if active < MIN_RATERS:
        return f"Dawid-Skene needs {MIN_RATERS} raters with answers, got {active}"
    if q < 2:
        return "the question has one possible answer"
    if np.bincount(item).max(initial=0) < 2:
        return "no item has two ratings"
    return ""


def _nothing(
    raters: tuple[str, ...],
    options: tuple[str | float, ...],
    n_items: int,
    n_ratings: IntArray,
    reason: str,
) -> DawidSkene:
    q, n = len(options), len(raters)
    return DawidSkene(
        options,
        raters,
        np.full((n_items, q), np.nan),
        np.full(q, np.nan),
        np.full((n, q, q), np.nan),
        n_ratings,
        np.full(n, np.nan),
        np.full(n, np.nan),
        float("nan"),
        0,
        False,
        reason,
    )


def _patterns(answers: Any) -> tuple[Any, IntArray, FloatArray]:
    """Distinct rows of a sparse matrix, the row each item has, and how many items have it.

    Rows are told apart by sums of random keys and then compared in full, so that a collision
    costs time and not correctness.
    """
    keys = np.random.default_rng(0).random(answers.shape[1])
    _, first, place, times = np.unique(
        answers @ keys, return_index=True, return_inverse=True, return_counts=True
    )
    patterns = answers[first]
    if (patterns[place] != answers).nnz:
        n = answers.shape[0]
        return answers, np.arange(n), np.ones(n)
    return patterns, place.astype(np.int64), times.astype(np.float64)


def _confusion(counts: FloatArray, n_raters: int, q: int) -> tuple[FloatArray, FloatArray]:
    """π_j,kl and the expected answers of j to items of kind k, from expected counts (j l, k)."""
    table = counts.reshape(n_raters, q, q).transpose(0, 2, 1)
    met = table.sum(axis=2)
    known = met[:, :, None] > 1e-9
    return np.where(known, table / np.where(known, met[:, :, None], 1.0), np.nan), met


def _error_rates(counts: FloatArray, n_raters: int, q: int) -> FloatArray:
    """π laid out as the patterns are, shape (n_raters * q, q): answer by truth."""
    confusion, _ = _confusion(counts, n_raters, q)
    # A kind of item a rater never met says nothing of her: all answers alike.
    known = np.where(np.isnan(confusion), 1.0 / q, confusion)
    return np.asarray(known.transpose(0, 2, 1).reshape(n_raters * q, q))


def _spammer_score(confusion: FloatArray) -> float:
    rows = confusion[~np.isnan(confusion).any(axis=1)]
    k = len(rows)
    if k < 2:
        return float("nan")
    apart = np.sum((rows[:, None] - rows[None]) ** 2, axis=2)
    # Each pair of kinds is counted twice, and two rows are at most 2 apart.
    return float(apart.sum() / (2 * k * (k - 1)))

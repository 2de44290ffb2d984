"""Ratings reduced to what coefficients need: one row of category counts, or one pair, per item.

Both shapes answer the same five questions, so that a coefficient is written once. Every answer is
an array with one row per item; sums of those rows over items (or over clusters of items) are all
that a coefficient reads. That is what makes resampling of clusters cheap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from core.agreement.weights import FloatArray, Options
from core.errors import InvalidRatingsError

IntArray = NDArray[np.int64]


class Observations(Protocol):
    """What a coefficient may ask of the ratings of n items over q options."""

    @property
    def pairable(self) -> FloatArray:
        """1 where an item has two ratings or more, else 0; shape (n,)."""

    @property
    def shares(self) -> FloatArray:
        """Share of each option among an item's ratings, zeros if unrated; shape (n, q)."""

    @property
    def values(self) -> FloatArray:
        """Ratings per option, of pairable items only; shape (n, q)."""

    def agreement(self, weights: FloatArray) -> FloatArray:
        """Mean weighted agreement of an item's rating pairs, 0 if not pairable; shape (n,)."""

    def coincidences(self) -> FloatArray:
        """Krippendorff's coincidences o_kl of each item; shape (n, q, q)."""

    def disagreement(self, distance: FloatArray) -> FloatArray:
        """Sum of o_kl δ²_kl of each item; shape (n,)."""


@dataclass(frozen=True)
class Counts:
    """How often each option was given to each item.

    Attributes:
        counts: shape (n, q), whole numbers; a row of zeros is an unrated item.
    """

    counts: FloatArray

    @cached_property
    def raters(self) -> FloatArray:
        """Ratings per item, shape (n,)."""
        return np.asarray(self.counts.sum(axis=1))

    @cached_property
    def pairable(self) -> FloatArray:
        return (self.raters >= 2).astype(np.float64)

    @cached_property
    def shares(self) -> FloatArray:
        return np.asarray(self.counts / np.maximum(self.raters, 1.0)[:, None])

    @cached_property
    def values(self) -> FloatArray:
        return np.asarray(self.counts * self.pairable[:, None])

    def agreement(self, weights: FloatArray) -> FloatArray:
        # Each rating is compared with the others of its item, hence the subtraction of itself.
        pairs = np.maximum(self.raters * (self.raters - 1), 1.0)
        agreeing = np.einsum("ik,ik->i", self.counts @ weights, self.counts) - self.raters
        return np.asarray(self.pairable * agreeing / pairs)

    def coincidences(self) -> FloatArray:
        outer = np.einsum("ik,il->ikl", self.values, self.counts)
        diagonal = np.arange(self.counts.shape[1])
        outer[:, diagonal, diagonal] -= self.values
        return np.asarray(outer * self._per_partner[:, None, None])

    def disagreement(self, distance: FloatArray) -> FloatArray:
        apart = np.einsum("ik,ik->i", self.values @ distance, self.counts)
        return np.asarray(apart * self._per_partner)

    @cached_property
    def _per_partner(self) -> FloatArray:
        return np.asarray(1.0 / np.maximum(self.raters - 1.0, 1.0))


@dataclass(frozen=True)
class Pairs:
    """Two raters' answers to each item, each a distribution over the options.

    A plain answer has one 1; a judge whose two orders disagree has two halves.

    Attributes:
        first: shape (n, q), rows summing to 1, or to 0 where not rated.
        second: the same for the other rater.
    """

    first: FloatArray
    second: FloatArray

    @cached_property
    def pairable(self) -> FloatArray:
        both = (self.first.sum(axis=1) > 0) & (self.second.sum(axis=1) > 0)
        return np.asarray(both, dtype=np.float64)

    @cached_property
    def shares(self) -> FloatArray:
        rated = np.add(self.first.sum(axis=1) > 0, self.second.sum(axis=1) > 0, dtype=np.float64)
        return np.asarray((self.first + self.second) / np.maximum(rated, 1.0)[:, None])

    @cached_property
    def values(self) -> FloatArray:
        return np.asarray((self.first + self.second) * self.pairable[:, None])

    def agreement(self, weights: FloatArray) -> FloatArray:
        return np.asarray(np.sum((self.first @ weights) * self.second, axis=1))

    def coincidences(self) -> FloatArray:
        outer = np.einsum("ik,il->ikl", self.first, self.second)
        return np.asarray(outer + outer.transpose(0, 2, 1))

    def disagreement(self, distance: FloatArray) -> FloatArray:
        return np.asarray(2.0 * np.einsum("ik,ik->i", self.first @ distance, self.second))


def encode(
    ratings: NDArray[Any], options: Options | None = None
) -> tuple[IntArray, tuple[str | float, ...]]:
    """Answers as positions in the list of options.

    Args:
        ratings: any shape; NaN or None = not rated.
        options: the declared answers, in order; None takes the values present, sorted.

    Returns:
        Positions of the same shape, -1 = not rated, and the options.

    Raises:
        InvalidRatingsError: a value is not among the declared options.
    """
    flat = np.asarray(ratings).ravel()
    missing = (
        np.isnan(flat)
        if np.issubdtype(flat.dtype, np.floating)
        else np.array([value is None or value != value for value in flat], dtype=bool)
    )
    given = flat[~missing]
    present = np.unique(given)
    names: tuple[str | float, ...] = tuple(present.tolist() if options is None else options)
    place = {name: index for index, name in enumerate(names)}
    strangers = [value for value in present.tolist() if value not in place]
    if strangers:
        raise InvalidRatingsError(
            f"The answer {strangers[0]!r} is not among the options "
            f"{', '.join(map(repr, names))}. Correct the answer, declare the option, "
            "or leave it blank if it means 'not rated'."
        )
    codes = np.full(flat.shape, -1, dtype=np.int64)
    lookup = np.array([place[value] for value in present.tolist()], dtype=np.int64)
    if len(present):
        codes[~missing] = lookup[np.searchsorted(present, given)]
    return codes.reshape(np.shape(ratings)), names


def count_answers(items: IntArray, codes: IntArray, n_items: int, q: int) -> FloatArray:
    """Counts of each option per item, shape (n_items, q), from one row per rating.

    Args:
        items: item position of each rating, shape (m,).
        codes: option position of each rating, shape (m,); negative = not rated.
    """
    valid = codes >= 0
    cells = np.bincount(items[valid] * q + codes[valid], minlength=n_items * q)
    return np.asarray(cells.reshape(n_items, q), dtype=np.float64)


def one_hot(codes: IntArray, q: int) -> FloatArray:
    """Rows with a single 1 at the given option, shape (n, q); a negative code gives zeros."""
    rows = np.zeros((len(codes), q))
    valid = np.flatnonzero(codes >= 0)
    rows[valid, codes[valid]] = 1.0
    return rows


def observe(
    ratings: NDArray[Any] | Sequence[Sequence[Any]], options: Options | None
) -> tuple[Counts, tuple[str | float, ...]]:
    """Counts of a raters-by-items table.

    Args:
        ratings: shape (n_raters, n_items); NaN or None = not rated.
        options: see `encode`.

    Raises:
        InvalidRatingsError: `ratings` is not 2-D, or holds an undeclared answer.
    """
    # Lists become objects, else numpy would write a missing answer among words as the word "nan".
    table = ratings if isinstance(ratings, np.ndarray) else np.asarray(ratings, dtype=object)
    if table.ndim != 2:
        raise InvalidRatingsError(
            f"Ratings must have shape (n_raters, n_items), got {table.ndim} dimension(s) of shape "
            f"{table.shape}. Pass one row per rater."
        )
    codes, names = encode(table, options)
    n_raters, n_items = codes.shape
    items = np.tile(np.arange(n_items), n_raters)
    return Counts(count_answers(items, codes.ravel(), n_items, len(names))), names

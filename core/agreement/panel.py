"""Ratings as arrays: items people rated, their answers, judges' verdicts, and the majority."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.agreement.observations import IntArray, count_answers
from core.agreement.weights import FloatArray
from core.types import Level

ORDERS = ("ab", "ba", "")
UNKNOWN_ORDER = ORDERS.index("")

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class Verdicts:
    """One judge's answers to n items, in each order it was asked.

    Attributes:
        name: the judge, or `baseline:...`.
        by_order: shape (n, 3, q), orders ab, ba and unknown; rows sum to 1, or to 0 without a
            verdict. A skill-free baseline may spread its answer over the options.
        asked: shape (n, 3); asked in that order, scored or not.
        ties: shape (n,); items on which the judges of an ensemble tie. None: a single judge, who
            never does.
    """

    name: str
    by_order: FloatArray
    asked: BoolArray
    ties: BoolArray | None = None

    @property
    def merged(self) -> FloatArray:
        """The orders averaged, shape (n, q): agreeing orders give 1, disagreeing ones halves."""
        total = self.by_order.sum(axis=1)
        return np.asarray(total / np.maximum(total.sum(axis=1, keepdims=True), 1.0))

    @property
    def flipped(self) -> BoolArray:
        """Items whose verdict depends on the order, shape (n,)."""
        forth, back = self.by_order[:, 0], self.by_order[:, 1]
        both = (forth.sum(axis=1) > 0) & (back.sum(axis=1) > 0)
        return np.asarray(both & np.any(forth != back, axis=1))

    @property
    def tied(self) -> BoolArray:
        """Items on which the judges of an ensemble tie, shape (n,)."""
        return np.zeros(len(self.asked), dtype=np.bool_) if self.ties is None else self.ties

    @property
    def n_unscored(self) -> int:
        """Questions asked without a readable answer, both orders counted."""
        return int(np.count_nonzero(self.asked & (self.by_order.sum(axis=2) == 0)))

    def seen(self, items: IntArray, orders: IntArray) -> FloatArray:
        """The verdict in the order each person saw, shape (m, q).

        A judge never asked in that order gives its merged verdict; a judge asked in it without a
        readable answer gives none.
        """
        usable = self.asked[items, orders] & (orders != UNKNOWN_ORDER)
        same_order = self.by_order[items, orders]
        return np.where(usable[:, None], same_order, self.merged[items])

    def take(self, kept: BoolArray) -> Verdicts:
        ties = None if self.ties is None else self.ties[kept]
        return Verdicts(self.name, self.by_order[kept], self.asked[kept], ties)


@dataclass(frozen=True)
class People:
    """Valid human answers, one entry per rating, shape (m,) each.

    Attributes:
        item: position of the item.
        rater: position in `names`.
        value: position of the answer among the options.
        order: position in `ORDERS` of the order this person saw.
        names: rater ids.
        unscored_item: position of the item of each rating without an answer, shape (u,).
    """

    item: IntArray
    rater: IntArray
    value: IntArray
    order: IntArray
    names: tuple[str, ...]
    unscored_item: IntArray

    def take(self, kept: BoolArray) -> People:
        """Ratings of the kept items only, renumbered."""
        position = np.cumsum(kept) - 1
        mine, blank = kept[self.item], kept[self.unscored_item]
        return People(
            position[self.item[mine]],
            self.rater[mine],
            self.value[mine],
            self.order[mine],
            self.names,
            position[self.unscored_item[blank]],
        )


@dataclass(frozen=True)
class Panel:
    """Items people were asked about, and what everyone said of them.

    Attributes:
        level: measurement level.
        options: the q answers in order; strings at nominal level, else numbers.
        item_ids, clusters, categories: one entry per item, shape (n,).
        cluster_names: what `clusters` numbers, shape (n,).
        people: human ratings.
        judges: one entry per judge, on the same items.
    """

    level: Level
    options: tuple[str | float, ...]
    item_ids: NDArray[Any]
    clusters: IntArray
    cluster_names: NDArray[Any]
    categories: NDArray[Any]
    people: People
    judges: tuple[Verdicts, ...]

    @property
    def counts(self) -> FloatArray:
        """Human answers per item, shape (n, q)."""
        people = self.people
        return count_answers(people.item, people.value, len(self.item_ids), len(self.options))

    def take(self, kept: BoolArray) -> Panel:
        """The same ratings, of some items only."""
        return Panel(
            self.level,
            self.options,
            self.item_ids[kept],
            self.clusters[kept],
            self.cluster_names[kept],
            self.categories[kept],
            self.people.take(kept),
            tuple(judge.take(kept) for judge in self.judges),
        )


def human_majority(
    counts: FloatArray, level: Level, options: Sequence[str | float]
) -> tuple[IntArray, BoolArray]:
    """What people say of each item, taken together.

    Args:
        counts: human answers, shape (n, q).
        level: nominal takes the answer of more than half; ordinal and above the median.
        options: the q answers.

    Returns:
        Position of the majority answer, shape (n,), -1 where there is none; and whether that is
        because of a tie. A median that falls between two options is a tie, except at interval
        and ratio level when it is itself an option.
    """
    raters = counts.sum(axis=1)
    if level == "nominal":
        best = counts.argmax(axis=1)
        clear = counts.max(axis=1, initial=0) > raters / 2
        return np.where(clear, best, -1), (raters > 0) & ~clear
    cumulated = counts.cumsum(axis=1)
    lower = np.argmax(cumulated >= raters[:, None] / 2, axis=1)
    upper = np.argmax(cumulated > raters[:, None] / 2, axis=1)
    middle = np.where((lower == upper) & (raters > 0), lower, -1)
    if level in ("interval", "ratio"):
        place = {float(option): index for index, option in enumerate(options)}
        for item in np.flatnonzero((raters > 0) & (lower != upper)):
            halfway = (float(options[lower[item]]) + float(options[upper[item]])) / 2
            middle[item] = place.get(halfway, -1)
    return middle.astype(np.int64), (raters > 0) & (middle < 0)

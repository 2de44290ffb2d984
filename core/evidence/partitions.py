"""How alike people sort a set, and how alike a judge does: partitions beside partitions.

A grouping is one answer about a whole set, transitive by construction, so neither its pairs nor
its text may enter alpha or the annotator test (measurement.md 17). Two groupings are compared by
the adjusted Rand index, which says whether the same responses are together, and by whether they
hold as many groups.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from core.agreement import Resampler, Statistic, default_intervals
from core.agreement.estimate import mean_estimate
from core.agreement.explanations import is_exploratory

ALL = "all"
PEOPLE = "people"
NO_TWO = "no set was sorted by two raters who can be compared"
READING = (
    "adjusted Rand: 1 where two raters put the same responses together, 0 where no more than "
    "chance would, below 0 less. same number: how often two raters make as many groups. A judge is "
    "compared with each person; its groups are responses linked by verdicts of the same. Do not "
    "trust either figure where nearly all sets hold one group, or as many groups as responses."
)
Partition = tuple[int, ...]


@dataclass(frozen=True)
class SortedSet:
    """A set with everyone's grouping of it, members in the same order throughout.

    Attributes:
        people: rater id -> label of each member.
        judges: judge key -> the same; absent where verdicts leave the groups open.
    """

    prompt: str
    category: str
    people: Mapping[str, Partition]
    judges: Mapping[str, Partition]


@dataclass(frozen=True)
class PartitionRow:
    """People among themselves, or a judge beside them, in one category or all."""

    rater: str
    category: str
    n_sets: int
    n_prompts: int
    adjusted_rand: Statistic
    same_count: Statistic

    @property
    def exploratory(self) -> bool:
        return self.category != ALL and is_exploratory(self.n_sets, self.n_prompts)

    def as_dict(self) -> dict[str, Any]:
        return {
            "rater": self.rater,
            "category": self.category,
            "n_sets": self.n_sets,
            "n_prompts": self.n_prompts,
            "adjusted_rand": self.adjusted_rand.as_dict(),
            "same_count": self.same_count.as_dict(),
        }


def adjusted_rand(first: Sequence[int], second: Sequence[int]) -> float:
    """How alike two partitions of the same members are, beyond chance.

    Returns:
        1 for equal partitions, also where both are one group or all singletons.

    Source: Hubert and Arabie (1985), by pairs together in both, in one, in the other.
    """
    pairs = list(combinations(range(len(first)), 2))
    one = [first[i] == first[j] for i, j in pairs]
    other = [second[i] == second[j] for i, j in pairs]
    both = sum(a and b for a, b in zip(one, other, strict=True))
    expected = sum(one) * sum(other) / len(pairs) if pairs else 0.0
    most = (sum(one) + sum(other)) / 2
    return 1.0 if most == expected else (both - expected) / (most - expected)


def partition_rows(sets: Sequence[SortedSet], *, seed: int = 0) -> list[PartitionRow]:
    """People first, then each judge; each over all sets and by category.

    A set counts once, with the mean over its pairs of raters. Intervals resample prompts.
    """
    judges = sorted({name for one in sets for name in one.judges})
    rows = []
    for rater in (PEOPLE, *judges):
        alike = [_alike(one, rater) for one in sets]
        for category in (ALL, *sorted({one.category for one in sets} - {""})):
            kept = [
                (one.prompt, values)
                for one, values in zip(sets, alike, strict=True)
                if values is not None and category in (ALL, one.category)
            ]
            rows.append(_row(rater, category, kept, seed))
    return rows


def _alike(one: SortedSet, rater: str) -> tuple[float, float] | None:
    """Mean adjusted Rand and share with as many groups, over pairs of raters; None without any."""
    if rater == PEOPLE:
        pairs = list(combinations(one.people.values(), 2))
    else:
        mine = one.judges.get(rater)
        pairs = [] if mine is None else [(mine, hers) for hers in one.people.values()]
    if not pairs:
        return None
    rand = [adjusted_rand(first, second) for first, second in pairs]
    same = [len(set(first)) == len(set(second)) for first, second in pairs]
    return sum(rand) / len(rand), sum(same) / len(same)


def _row(
    rater: str, category: str, kept: Sequence[tuple[str, tuple[float, float]]], seed: int
) -> PartitionRow:
    if not kept:
        nothing = Statistic.undefined(NO_TWO)
        return PartitionRow(rater, category, 0, 0, nothing, nothing)
    prompts = np.array([prompt for prompt, _ in kept], dtype=object)
    values = np.array([found for _, found in kept])
    counted = np.ones(len(values))
    # The index lies between -1 and 1, as a difference does, and is a mean over sets all the same.
    estimates = [
        mean_estimate(values[:, 0], counted, scale="difference", empty=NO_TWO),
        mean_estimate(values[:, 1], counted, scale="proportion", empty=NO_TWO),
    ]
    rand, same = default_intervals(
        estimates, prompts, resampler=Resampler(np.random.default_rng(seed))
    )
    return PartitionRow(rater, category, len(kept), len(set(prompts.tolist())), rand, same)

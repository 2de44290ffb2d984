"""Distinct responses as connected components of the graph of equivalent pairs.

Verdicts are True (equivalent), False (different) or None (unscored); a pair that is missing from
the mapping is unscored too. Identical texts are not special: only verdicts make an edge.

Source: Jain et al. (arXiv 2509.21267), definition 3.2.
"""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

from core.errors import InvalidRatingsError

Pair = tuple[int, int]
PairVerdicts = Mapping[Pair, bool | None]


@dataclass(frozen=True, slots=True)
class DistinctCount:
    """How many functionally distinct responses a set holds.

    Attributes:
        value: the count, or None when unscored pairs leave it open.
        low: the count if every unscored pair were equivalent.
        high: the count if every unscored pair were different.
    """

    value: int | None
    low: int
    high: int


def distinct_count(n: int, verdicts: PairVerdicts) -> DistinctCount:
    """Count the components of a set of n responses.

    A further edge can only merge components, so all completions of the unscored pairs agree
    exactly when the two extreme completions do.

    Args:
        n: responses in the set, numbered 0 to n - 1.
        verdicts: (i, j) -> verdict, in either order of i and j.

    Returns:
        The count; `value` is None when completions of the unscored pairs disagree.

    Raises:
        InvalidRatingsError: an index outside the set, or a pair given both ways with two answers.
    """
    scored = scored_pairs(n, verdicts)
    high = _n_components(n, (pair for pair, equivalent in scored.items() if equivalent))
    possible = (pair for pair in combinations(range(n), 2) if scored.get(pair, True))
    low = high if high <= 1 else _n_components(n, possible)
    return DistinctCount(value=high if low == high else None, low=low, high=high)


def groups(n: int, verdicts: PairVerdicts) -> list[str]:
    """Letter of each response's component, lettered A, B, … by first appearance.

    Only pairs known to be equivalent join responses.

    Args:
        n: responses in the set.
        verdicts: as for `distinct_count`.

    Returns:
        One label per response; after Z come AA, AB, …
    """
    scored = scored_pairs(n, verdicts)
    roots = _roots(n, (pair for pair, equivalent in scored.items() if equivalent))
    label_of_root: dict[int, str] = {}
    return [label_of_root.setdefault(root, _letters(len(label_of_root))) for root in roots]


def n_nontransitive_triples(n: int, verdicts: PairVerdicts) -> int:
    """Triples with all three pairs scored of which exactly two are equivalent.

    Meaningless for verdicts that were inferred rather than asked (measurement rule 18).
    """
    scored = scored_pairs(n, verdicts)
    count = 0
    for a, b, c in combinations(range(n), 3):
        answers = [scored.get(pair) for pair in ((a, b), (a, c), (b, c))]
        count += None not in answers and sum(map(bool, answers)) == 2
    return count


def components(n: int, edges: Iterable[Pair]) -> list[list[int]]:
    """Members of each connected component, by first appearance."""
    members: dict[int, list[int]] = {}
    for node, root in enumerate(_roots(n, edges)):
        members.setdefault(root, []).append(node)
    return list(members.values())


def scored_pairs(n: int, verdicts: PairVerdicts) -> dict[Pair, bool]:
    """The pairs with a verdict, smaller index first.

    Raises:
        InvalidRatingsError: an index outside the set, or a pair given both ways with two answers.
    """
    scored: dict[Pair, bool] = {}
    for (i, j), equivalent in verdicts.items():
        if i == j or not (0 <= i < n and 0 <= j < n):
            raise InvalidRatingsError(
                f"Verdict on pair ({i}, {j}): expected two different indices from 0 to {n - 1}. "
                "Give n as the size of the set."
            )
        if equivalent is None:
            continue
        pair = (i, j) if i < j else (j, i)
        if scored.setdefault(pair, equivalent) != equivalent:
            raise InvalidRatingsError(
                f"Pair {pair} has two different verdicts, one per order. "
                "Merge the orders first, for example with core.results.majority_verdicts."
            )
    return scored


def _roots(n: int, edges: Iterable[Pair]) -> list[int]:
    parent = list(range(n))

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for i, j in edges:
        parent[root(i)] = root(j)
    return [root(node) for node in range(n)]


def _n_components(n: int, edges: Iterable[Pair]) -> int:
    return len(set(_roots(n, edges)))


def _letters(position: int) -> str:
    label = ""
    position += 1
    while position:
        position, remainder = divmod(position - 1, 26)
        label = string.ascii_uppercase[remainder] + label
    return label

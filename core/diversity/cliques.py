"""Distinct responses by the strict reading: a group holds only responses that are all equivalent.

Connected components join two responses that never were found equivalent as soon as a third lies
between them, so one wrong "same" merges two kinds (measurement rule 16). Here a group is a clique:
every two of its members have a verdict "same". The strict count is the least number of cliques that
hold every response once; it is never below the number of components, and equals it exactly when
verdicts are transitive.
"""

from __future__ import annotations

from core.diversity.equivalence_graph import DistinctCount, PairVerdicts, components, scored_pairs


def strict_count(n: int, verdicts: PairVerdicts) -> DistinctCount:
    """Least number of groups whose members are pairwise equivalent.

    A further equivalent pair can only lower the number, so the two extreme completions of the
    unscored pairs bound it. Exact; exponential only in the size of one component, so meant for
    sets of up to some twenty responses.

    Args:
        n: responses in the set, numbered 0 to n - 1.
        verdicts: (i, j) -> verdict, in either order of i and j.

    Returns:
        The count; `value` is None when completions of the unscored pairs disagree.

    Raises:
        InvalidRatingsError: an index outside the set, or a pair given both ways with two answers.
    """
    scored = scored_pairs(n, verdicts)
    sure = {pair for pair, equivalent in scored.items() if equivalent}
    possible = {
        (i, j) for i in range(n) for j in range(i + 1, n) if scored.get((i, j), True)
    }  # fmt: skip
    high = _least_cover(n, sure)
    low = high if possible == sure else _least_cover(n, possible)
    return DistinctCount(value=high if low == high else None, low=low, high=high)


def _least_cover(n: int, edges: set[tuple[int, int]]) -> int:
    neighbours = [0] * n
    for i, j in edges:
        neighbours[i] |= 1 << j
        neighbours[j] |= 1 << i
    return sum(_cover_component(members, neighbours) for members in components(n, edges))


def _cover_component(members: list[int], neighbours: list[int]) -> int:
    """Branch and bound: put each response into a clique that takes it, or open another one."""
    # Those with few neighbours first: they have the fewest cliques to go to.
    order = sorted(members, key=lambda one: neighbours[one].bit_count())
    best = len(order)

    def place(position: int, cliques: list[int]) -> None:
        nonlocal best
        if len(cliques) >= best:
            return
        if position == len(order):
            best = len(cliques)
            return
        one = order[position]
        for number, clique in enumerate(cliques):
            if clique & ~neighbours[one] == 0:
                cliques[number] = clique | 1 << one
                place(position + 1, cliques)
                cliques[number] = clique
        cliques.append(1 << one)
        place(position + 1, cliques)
        cliques.pop()

    place(0, [])
    return best

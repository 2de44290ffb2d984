from itertools import combinations, product

from hypothesis import given
from hypothesis import strategies as st

from core.diversity import DistinctCount, distinct_count, strict_count


def all_pairs(n: int, equivalent: set[tuple[int, int]]) -> dict[tuple[int, int], bool]:
    return {pair: pair in equivalent for pair in combinations(range(n), 2)}


def least_partition(n: int, equivalent: set[tuple[int, int]]) -> int:
    """By trying every assignment of responses to groups."""
    return min(
        len(set(groups))
        for groups in product(range(n), repeat=n)
        if all(groups[i] != groups[j] or (i, j) in equivalent for i, j in combinations(range(n), 2))
    )


def test_a_chain_is_one_component_but_two_strict_groups():
    chain = all_pairs(3, {(0, 1), (1, 2)})
    assert distinct_count(3, chain).value == 1
    assert strict_count(3, chain) == DistinctCount(2, 2, 2)


def test_transitive_verdicts_count_the_same_both_ways():
    verdicts = all_pairs(5, {(0, 1), (0, 2), (1, 2), (3, 4)})
    assert strict_count(5, verdicts).value == distinct_count(5, verdicts).value == 2


def test_a_ring_of_five_needs_three_groups():
    # No two neighbouring pairs close a triangle, so a group holds at most two.
    ring = all_pairs(5, {(0, 1), (1, 2), (2, 3), (3, 4), (0, 4)})
    assert strict_count(5, ring).value == 3


def test_an_unscored_pair_that_matters_leaves_a_range():
    verdicts = all_pairs(3, {(0, 1), (1, 2)})
    del verdicts[0, 2]
    assert strict_count(3, verdicts) == DistinctCount(None, 1, 2)


def test_twenty_responses_are_counted_exactly():
    # Ten pairs joined in a ring: groups of two at most.
    n = 20
    ring = {(i, i + 1) for i in range(n - 1)} | {(0, n - 1)}
    assert strict_count(n, all_pairs(n, ring)).value == 10


graphs = st.integers(1, 5).flatmap(
    lambda n: st.tuples(
        st.just(n), st.sets(st.sampled_from([*combinations(range(n), 2)] or [(0, 0)]))
    )
)


@given(graphs)
def test_the_count_is_the_least_over_all_partitions_and_never_below_components(case):
    n, drawn = case
    equivalent = {pair for pair in drawn if pair[0] != pair[1]}
    found = strict_count(n, all_pairs(n, equivalent)).value
    assert found == least_partition(n, equivalent)
    assert found >= distinct_count(n, all_pairs(n, equivalent)).value

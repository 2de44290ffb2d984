from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.diversity import DistinctCount, distinct_count, groups, n_nontransitive_triples
from core.errors import InvalidRatingsError


def all_pairs(n: int, equivalent: set[tuple[int, int]]) -> dict[tuple[int, int], bool]:
    return {pair: pair in equivalent for pair in combinations(range(n), 2)}


def test_five_different_responses_count_five():
    assert distinct_count(5, all_pairs(5, set())) == DistinctCount(5, 5, 5)


def test_a_chain_of_equivalent_pairs_is_one_component_although_its_ends_differ():
    assert distinct_count(5, all_pairs(5, {(0, 1), (1, 2), (3, 4)})).value == 2


def test_an_unscored_pair_inside_a_component_leaves_the_count_given():
    verdicts = all_pairs(3, {(0, 1), (1, 2)}) | {(0, 2): None}
    assert distinct_count(3, verdicts) == DistinctCount(1, 1, 1)


def test_an_unscored_pair_between_components_leaves_only_a_range():
    verdicts = all_pairs(4, {(0, 1)})
    del verdicts[2, 3]
    assert distinct_count(4, verdicts) == DistinctCount(None, 2, 3)


def test_no_verdicts_at_all_leave_everything_from_one_to_n_open():
    assert distinct_count(5, {}) == DistinctCount(None, 1, 5)


@pytest.mark.parametrize("n", [0, 1])
def test_a_set_without_pairs_needs_no_verdict(n: int):
    assert distinct_count(n, {}) == DistinctCount(n, n, n)


def test_a_pair_may_be_given_in_either_order():
    assert distinct_count(2, {(1, 0): True}).value == 1


def test_two_orders_that_disagree_are_refused():
    with pytest.raises(InvalidRatingsError, match="two different verdicts"):
        distinct_count(2, {(1, 0): True, (0, 1): False})


@pytest.mark.parametrize("pair", [(0, 0), (0, 3), (-1, 2)])
def test_an_index_outside_the_set_is_refused(pair: tuple[int, int]):
    with pytest.raises(InvalidRatingsError, match="from 0 to 2"):
        distinct_count(3, {pair: True})


verdict_sets = st.integers(0, 4).flatmap(
    lambda n: st.tuples(
        st.just(n),
        st.fixed_dictionaries(
            {pair: st.sampled_from([True, False, None]) for pair in combinations(range(n), 2)}
        ),
    )
)


@given(verdict_sets)
def test_the_range_is_that_of_every_completion(case: tuple[int, dict[tuple[int, int], bool]]):
    n, verdicts = case
    unscored = [pair for pair, verdict in verdicts.items() if verdict is None]
    counts = {
        distinct_count(n, verdicts | dict(zip(unscored, answers, strict=True))).value
        for answers in product([True, False], repeat=len(unscored))
    }
    result = distinct_count(n, verdicts)
    assert (result.low, result.high) == (min(counts), max(counts))
    assert result.value == (counts.pop() if len(counts) == 1 else None)


@given(verdict_sets)
def test_groups_are_as_many_as_the_largest_count(case: tuple[int, dict[tuple[int, int], bool]]):
    n, verdicts = case
    assert len(set(groups(n, verdicts))) == distinct_count(n, verdicts).high


def test_groups_are_lettered_by_first_appearance():
    assert groups(5, all_pairs(5, {(1, 3), (2, 4)})) == ["A", "B", "C", "B", "C"]


def test_groups_continue_after_z_with_two_letters():
    assert groups(28, {})[25:] == ["Z", "AA", "AB"]


def test_only_fully_scored_triples_with_two_equivalent_pairs_are_nontransitive():
    assert n_nontransitive_triples(3, {(0, 1): True, (1, 2): True, (0, 2): False}) == 1
    assert n_nontransitive_triples(3, {(0, 1): True, (1, 2): True, (0, 2): True}) == 0
    assert n_nontransitive_triples(3, {(0, 1): True, (1, 2): True, (0, 2): None}) == 0
    assert n_nontransitive_triples(3, {(0, 1): True, (1, 2): False, (0, 2): False}) == 0

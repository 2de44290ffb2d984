"""Drawing and assigning: what holds for every study."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.assignment import Candidate, Planned, assign, draw
from core.errors import UserError


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def candidates(sizes: Sequence[int]) -> list[Candidate]:
    """So many candidates in stratum 0, 1, 2, …"""
    strata = [stratum for stratum, size in enumerate(sizes) for _ in range(size)]
    return [Candidate(number, stratum, sided=True) for number, stratum in enumerate(strata)]


@st.composite
def plans(pick: st.DrawFn) -> tuple[list[Candidate], int, int, int]:
    n_raters = pick(st.integers(1, 8))
    items = [
        Candidate(number, 0, sided=pick(st.booleans()))
        for number in range(pick(st.integers(0, 30)))
    ]
    return items, n_raters, pick(st.integers(1, n_raters)), pick(st.integers(0, 2**16))


def plan_of(plan: tuple[list[Candidate], int, int, int]) -> list[Planned]:
    items, n_raters, per_item, seed = plan
    return assign(items, n_raters=n_raters, ratings_per_item=per_item, rng=rng(seed))


@given(plans())
def test_every_item_goes_to_as_many_different_people_as_asked(plan):
    items, _, per_item, _ = plan
    raters = defaultdict(list)
    for one in plan_of(plan):
        raters[one.item_id].append(one.rater_index)
    assert set(raters) == {item.item_id for item in items}
    assert all(len(set(own)) == len(own) == per_item for own in raters.values())


@given(plans())
def test_loads_differ_by_one_at_most(plan):
    loads = Counter(one.rater_index for one in plan_of(plan))
    counts = [loads[rater] for rater in range(plan[1])]
    assert max(counts) - min(counts) <= 1


@given(plans())
def test_each_response_of_a_pair_stands_left_equally_often(plan):
    items, _, per_item, _ = plan
    sided = {item.item_id: item.sided for item in items}
    lefts = defaultdict(Counter)
    for one in plan_of(plan):
        lefts[one.item_id][one.left] += 1
    for item_id, counts in lefts.items():
        if sided[item_id]:
            assert abs(counts["a"] - counts["b"]) <= 1
            assert counts[""] == 0
        else:
            assert counts == {"": per_item}


@given(plans())
def test_everybody_gets_positions_without_gaps(plan):
    positions = defaultdict(list)
    for one in plan_of(plan):
        positions[one.rater_index].append(one.position)
    assert all(sorted(own) == list(range(len(own))) for own in positions.values())


@given(plans())
def test_same_seed_same_plan(plan):
    assert plan_of(plan) == plan_of(plan)


def test_another_seed_gives_another_plan():
    items = candidates([20])
    assert plan_of((items, 4, 2, 1)) != plan_of((items, 4, 2, 2))


def test_people_see_items_in_orders_of_their_own():
    plan = plan_of((candidates([20]), 2, 2, 1))
    orders = [[one.item_id for one in plan if one.rater_index == rater] for rater in (0, 1)]
    assert sorted(orders[0]) == sorted(orders[1])
    assert orders[0] != orders[1]


@pytest.mark.parametrize("per_item", [0, 4])
def test_more_ratings_than_people_is_refused(per_item):
    with pytest.raises(UserError, match="at least as many people; 3 are planned"):
        assign(candidates([5]), n_raters=3, ratings_per_item=per_item, rng=rng())


@given(st.lists(st.integers(1, 12), min_size=1, max_size=6), st.integers(0, 80), st.integers(0, 99))
def test_a_draw_takes_what_was_asked_evenly_over_strata(sizes, wanted, seed):
    drawn = draw(candidates(sizes), wanted, rng(seed))
    counts = Counter(one.candidate.stratum for one in drawn)
    assert len({one.candidate.item_id for one in drawn}) == len(drawn) == min(wanted, sum(sizes))
    # A stratum with fewer than another has given all it has, or is one behind for the rest.
    most = max(counts.values(), default=0)
    assert all(counts[s] == size or counts[s] >= most - 1 for s, size in enumerate(sizes))


@given(st.lists(st.integers(1, 12), min_size=1, max_size=6), st.integers(0, 80))
def test_inclusion_probabilities_sum_to_the_items_drawn(sizes, wanted):
    # Over all candidates, the probabilities of a fixed-size draw sum to its size; items of one
    # stratum share theirs, so a stratum seen in some draw tells the whole stratum's.
    known = {}
    for seed in range(40):
        for one in draw(candidates(sizes), wanted, rng(seed)):
            known[one.candidate.stratum] = one.inclusion_probability
    if len(known) == len(sizes):
        total = sum(known[stratum] * size for stratum, size in enumerate(sizes))
        assert total == pytest.approx(min(wanted, sum(sizes)))
    assert all(0 < probability <= 1 for probability in known.values())


def test_inclusion_probability_is_how_often_an_item_is_drawn():
    # 3 of strata with 1, 4 and 4: shares of 1 each. 4 of them: one more from either big one, so
    # 1 for the single item and (1 + 1/2) / 4 = 0.375 for the others.
    draws = 4_000
    hits = Counter()
    for seed in range(draws):
        for one in draw(candidates([1, 4, 4]), 4, rng(seed)):
            hits[one.candidate.item_id] += 1
            expected = 1.0 if one.candidate.stratum == 0 else 0.375
            assert one.inclusion_probability == expected
    # Standard error of a proportion of .375 over 4,000 draws: 0.008.
    assert all(abs(hits[item] / draws - 0.375) < 0.03 for item in range(1, 9))


def test_a_draw_smaller_than_the_strata_leaves_none_out_for_its_place():
    drawn = {
        one.candidate.stratum
        for seed in range(60)
        for one in draw(candidates([3] * 5), 1, rng(seed))
    }
    assert drawn == set(range(5))


def test_the_beginning_of_a_draw_is_balanced_too():
    drawn = draw(candidates([6, 6, 6]), 18, rng())
    assert [one.candidate.stratum for one in drawn[:6]] == [0, 1, 2, 0, 1, 2]

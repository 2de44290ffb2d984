"""Drawing by chance and by verdicts: probabilities are those of the draw."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.assignment import Candidate
from core.crowd.plan import ItemPlan
from core.crowd.sampling import draw_balanced, draw_disagreement, mixture_probabilities, sample

DRAWS = 3_000


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def candidates(n: int) -> list[Candidate]:
    return [Candidate(number, ("A", f"c{number % 2}"), sided=True) for number in range(n)]


def frequencies(draw_once) -> tuple[Counter, dict[int, float]]:
    """How often each item came in many draws, and the probability recorded for it."""
    hits: Counter = Counter()
    said: dict[int, float] = {}
    for seed in range(DRAWS):
        for one in draw_once(rng(seed)):
            hits[one.candidate.item_id] += 1
            said[one.candidate.item_id] = one.inclusion_probability
    return hits, said


def assert_matches(hits: Counter, said: dict[int, float]) -> None:
    """Observed shares are within four standard errors of what was recorded."""
    for item_id, probability in said.items():
        error = np.sqrt(probability * (1 - probability) / DRAWS)
        assert abs(hits[item_id] / DRAWS - probability) <= 4 * error + 1e-9


def test_half_of_a_balanced_draw_is_judged_equivalent():
    shares = {number: 1.0 if number < 5 else 0.0 for number in range(40)}
    drawn = draw_balanced(candidates(40), 10, shares, rng())
    assert Counter(one.candidate.stratum[-1] for one in drawn) == {
        "equivalent": 5,
        "different": 5,
    }
    kinds = [one.candidate.stratum[-1] for one in drawn]
    assert kinds[:4] == ["equivalent", "different"] * 2


def test_a_kind_that_is_short_gives_all_and_the_other_the_rest():
    shares = {number: 1.0 if number < 2 else 0.25 for number in range(12)}
    drawn = draw_balanced(candidates(12), 8, shares, rng())
    assert Counter(one.candidate.stratum[-1] for one in drawn) == {
        "equivalent": 2,
        "different": 6,
    }
    assert {
        one.inclusion_probability
        for one in drawn
        if one.candidate.stratum[-1] == "equivalent"
    } == {1.0}  # fmt: skip


def test_pairs_that_are_not_judged_or_tied_are_not_in_a_balanced_frame():
    shares = {0: 1.0, 1: 0.5, 2: 0.0}
    drawn = draw_balanced(candidates(5), 5, shares, rng())
    assert {one.candidate.item_id for one in drawn} == {0, 2}


def test_probabilities_of_a_balanced_draw_are_how_often_items_come():
    shares = {number: 0.9 if number < 6 else 0.1 for number in range(20)}
    assert_matches(*frequencies(lambda one: draw_balanced(candidates(20), 7, shares, one)))


def test_disagreement_comes_first_over_a_random_floor():
    shares = {number: 0.5 if number < 8 else 1.0 for number in range(40)}
    drawn = draw_disagreement(candidates(40), 10, shares, 0.2, rng())
    split = [one for one in drawn if one.candidate.item_id < 8]
    assert len(drawn) == 10
    assert len(split) >= 8 - 2
    assert {one.candidate.stratum[-1] for one in split} == {"disagreement 1.00"}


def test_probabilities_of_a_draw_by_disagreement_are_how_often_items_come():
    levels = [0.5] * 3 + [0.25] * 4 + [1.0] * 5
    shares = dict(enumerate(levels))  # items 12 to 14 are not judged
    hits, said = frequencies(lambda one: draw_disagreement(candidates(15), 7, shares, 0.3, one))
    assert_matches(hits, said)
    assert len(set(said.values())) > 1


@given(
    st.lists(st.sampled_from([0.0, 0.5, 1.0, -1.0]), min_size=1, max_size=40),
    st.integers(0, 40),
    st.integers(0, 40),
)
def test_mixture_probabilities_sum_to_what_is_drawn(levels, n_floor, n_top):
    n_floor = min(n_floor, len(levels))
    n_top = min(n_top, len(levels) - n_floor)
    probabilities = mixture_probabilities(levels, n_floor, n_top)
    total = sum(probabilities[level] for level in levels)
    assert total == pytest.approx(n_floor + n_top)
    ordered = [probabilities[level] for level in sorted(probabilities, reverse=True)]
    assert all(a >= b - 1e-9 for a, b in pairwise(ordered))
    assert all(-1e-9 <= one <= 1 for one in ordered)


def test_without_a_floor_the_highest_are_certain():
    # Two of three split pairs by chance, none of the others.
    assert mixture_probabilities([1.0] * 3 + [0.0] * 5, 0, 2) == pytest.approx(
        {1.0: 2 / 3, 0.0: 0.0}
    )


def test_a_floor_alone_is_a_random_draw():
    found = mixture_probabilities([1.0] * 3 + [0.0] * 5, 4, 0)
    assert found == pytest.approx({1.0: 0.5, 0.0: 0.5})


@pytest.mark.parametrize("selection", ["random", "balanced", "disagreement"])
def test_the_same_seed_draws_the_same(selection):
    plan = ItemPlan(selection=selection)
    shares = {number: number / 19 for number in range(20)}
    drawn = [sample(candidates(20), 8, plan, shares, rng(3)) for _ in range(2)]
    assert drawn[0] == drawn[1]
    assert len(drawn[0]) == 8


def test_questions_that_are_not_about_pairs_are_drawn_at_random():
    drawn = sample(candidates(20), 8, ItemPlan(selection="balanced"), {}, rng())
    assert {one.inclusion_probability for one in drawn} == {0.4}

from itertools import combinations
from math import comb

import numpy as np
import pytest

from core.results.rarefaction import MAX_SUBSETS, rarefied_count


def partition_verdicts(sizes: list[int]) -> tuple[int, dict[tuple[int, int], bool]]:
    of = [kind for kind, size in enumerate(sizes) for _ in range(size)]
    n = len(of)
    return n, {(i, j): of[i] == of[j] for i, j in combinations(range(n), 2)}


def hypergeometric(sizes: list[int], m: int) -> float:
    """Hurlbert (1971): sum over kinds of 1 - C(n - n_i, m) / C(n, m)."""
    n = sum(sizes)
    return sum(1 - comb(n - size, m) / comb(n, m) for size in sizes)


@pytest.mark.parametrize("sizes", [[1] * 10, [10], [4, 3, 2, 1], [5, 5]])
def test_kinds_are_rarefied_by_hurlberts_formula(sizes):
    n, verdicts = partition_verdicts(sizes)
    found = rarefied_count(n, verdicts, 5, np.random.default_rng(0))
    assert found.value == pytest.approx(hypergeometric(sizes, 5))


def test_a_bridge_that_is_not_drawn_does_not_join():
    # 0~1~2: drawing {0, 2} gives two, {0, 1} and {1, 2} one each.
    verdicts = {(0, 1): True, (1, 2): True, (0, 2): False}
    assert rarefied_count(3, verdicts, 2, np.random.default_rng(0)).value == pytest.approx(4 / 3)


def test_many_subsets_are_drawn_by_the_generator_given():
    n, verdicts = partition_verdicts([8, 6, 4, 2])
    assert comb(n, 10) > MAX_SUBSETS
    found = [rarefied_count(n, verdicts, 10, np.random.default_rng(seed)).value for seed in (1, 1)]
    assert found[0] == found[1]
    assert found[0] == pytest.approx(hypergeometric([8, 6, 4, 2], 10), abs=0.1)


def test_an_open_pair_or_a_larger_size_leave_it_undefined():
    n, verdicts = partition_verdicts([2, 1])
    assert not rarefied_count(n, verdicts, 4, np.random.default_rng(0)).is_defined
    del verdicts[0, 2]
    assert "not all pairs" in rarefied_count(n, verdicts, 2, np.random.default_rng(0)).reason

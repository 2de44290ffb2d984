"""Partitions beside partitions: the adjusted Rand index and the number of groups."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from core.evidence.partitions import SortedSet, adjusted_rand, partition_rows

partitions = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=2, max_size=8)


@given(partitions)
def test_the_index_is_hubert_and_arabies(members):
    first, second = zip(*members, strict=True)
    assert adjusted_rand(first, second) == pytest.approx(adjusted_rand_score(first, second))


def test_people_are_compared_in_pairs_and_a_judge_with_each_of_them():
    # Together in both: 1 of ann's 2 pairs and bob's 1; 6 pairs: (1 - 2/6) / (1.5 - 2/6) = 4/7.
    ann, bob = (0, 0, 1, 1), (0, 0, 1, 2)
    sets = [SortedSet(f"p{n}", "G", {"ann": ann, "bob": bob}, {"j:x": ann}) for n in range(12)]
    rows = {(row.rater, row.category): row for row in partition_rows(sets)}
    people, judge = rows["people", "all"], rows["j:x", "all"]
    assert people.adjusted_rand.value == pytest.approx(4 / 7)
    assert people.same_count.value == 0.0
    assert judge.adjusted_rand.value == pytest.approx((1 + 4 / 7) / 2)
    assert judge.same_count.value == 0.5
    assert rows["people", "G"].exploratory


def test_one_grouping_per_set_leaves_people_undefined_with_the_reason():
    row = partition_rows([SortedSet("p", "G", {"ann": (0, 1)}, {})])[0]
    assert row.adjusted_rand.value is None
    assert "sorted by two raters" in row.adjusted_rand.reason


def test_intervals_resample_prompts():
    rng = np.random.default_rng(0)
    sets = [
        SortedSet(f"p{n // 3}", "G", {who: tuple(rng.integers(0, 3, 5)) for who in "abc"}, {})
        for n in range(60)
    ]
    row = partition_rows(sets)[0]
    assert (row.n_sets, row.n_prompts) == (60, 20)
    assert row.adjusted_rand.low < row.adjusted_rand.value < row.adjusted_rand.high
    assert abs(row.adjusted_rand.value) < 0.1

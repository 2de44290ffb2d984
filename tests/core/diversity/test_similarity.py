import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from core.diversity import cosine_similarities, embedding_distance, vendi_score


def test_cosines_ignore_length():
    found = cosine_similarities(np.array([[1.0, 0.0], [3.0, 3.0]]))
    assert found[0, 1] == pytest.approx(math.sqrt(0.5))


def test_sparse_rows_give_the_same_cosines_and_empty_rows_are_like_nothing_else():
    dense = np.array([[1.0, 2.0], [2.0, 1.0], [0.0, 0.0]])
    found = cosine_similarities(csr_matrix(dense))
    assert found[0, 1] == pytest.approx(0.8)
    assert list(found[2]) == [0.0, 0.0, 1.0]


def test_distance_is_the_mean_over_pairs():
    # Pairs: 1 - 1, 1 - 0, 1 - 0.
    found = embedding_distance(cosine_similarities(np.array([[1, 0], [2, 0], [0, 1]])))
    assert found.value == pytest.approx(2 / 3)


def test_distance_of_one_response_is_undefined():
    assert not embedding_distance(np.ones((1, 1))).is_defined


def test_vendi_is_one_for_copies_and_n_for_unrelated_responses():
    assert vendi_score(np.ones((5, 5))).value == pytest.approx(1)
    assert vendi_score(np.eye(5)).value == pytest.approx(5)


def test_vendi_of_two_half_alike_responses():
    # K/2 has eigenvalues .75 and .25; exp(-.75 ln .75 - .25 ln .25) = 1.7548
    similar = np.array([[1.0, 0.5], [0.5, 1.0]])
    assert vendi_score(similar).value == pytest.approx(math.exp(0.5623351446), rel=1e-9)


def test_two_kinds_in_equal_parts_count_two():
    kinds = np.kron(np.eye(2), np.ones((3, 3)))
    assert vendi_score(kinds).value == pytest.approx(2)


@given(st.lists(st.lists(st.floats(-5, 5), min_size=3, max_size=3), min_size=1, max_size=6))
def test_vendi_lies_between_one_and_n(rows):
    found = vendi_score(cosine_similarities(np.array(rows, dtype=float)))
    assert 1 - 1e-6 <= found.value <= len(rows) + 1e-6

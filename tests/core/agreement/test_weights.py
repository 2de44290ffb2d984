import numpy as np
import pytest

from core.agreement.weights import distance_matrix, weight_matrix
from core.errors import InvalidRatingsError


def test_ordinal_weights_of_three_options_are_gwets():
    # Ranks 0, 1, 2 apart cost 0, 1, 3 of at most 3.
    expected = [[1, 2 / 3, 0], [2 / 3, 1, 2 / 3], [0, 2 / 3, 1]]
    np.testing.assert_allclose(weight_matrix("ordinal", ("low", "mid", "high")), expected)


def test_linear_and_quadratic_weights_read_the_distance_between_options():
    np.testing.assert_allclose(weight_matrix("linear", (1, 2, 5))[0], [1, 0.75, 0])
    np.testing.assert_allclose(weight_matrix("quadratic", (1, 2, 5))[0], [1, 15 / 16, 0])


def test_ratio_weights_read_relative_distance():
    # ((1 - 2)/3)² = 1/9 and ((1 - 3)/4)² = 1/4, scaled by the widest, 1/4.
    np.testing.assert_allclose(weight_matrix("ratio", (1, 2, 3))[0], [1, 1 - 4 / 9, 0])


def test_two_zeros_agree_perfectly_at_ratio_level():
    assert distance_matrix("ratio", (0, 1)).tolist() == [[0, 1], [1, 0]]


def test_a_negative_answer_at_ratio_level_is_refused():
    with pytest.raises(InvalidRatingsError, match="-1"):
        distance_matrix("ratio", (-1, 2))


def test_ordinal_level_has_no_fixed_distance():
    with pytest.raises(InvalidRatingsError, match="no fixed distance"):
        distance_matrix("ordinal", (1, 2))


def test_unknown_weights_are_refused_with_the_names_known():
    with pytest.raises(InvalidRatingsError, match=r"'cubic'.*identity"):
        weight_matrix("cubic", (1, 2))


def test_a_weight_matrix_of_the_wrong_shape_is_refused():
    with pytest.raises(InvalidRatingsError, match=r"\(3, 3\)"):
        weight_matrix(np.eye(2), (1, 2, 3))

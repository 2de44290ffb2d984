import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.agreement.multiplicity import benjamini_yekutieli, holm_adjusted
from core.errors import InvalidRatingsError

P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=12)


def benjamini_hochberg(p: np.ndarray, q: float) -> np.ndarray:
    """The procedure that is *not* used, for comparison."""
    order, m = np.argsort(p), len(p)
    holds = np.flatnonzero(p[order] <= np.arange(1, m + 1) * q / m)
    rejected = np.zeros(m, dtype=bool)
    if len(holds):
        rejected[order[: holds[-1] + 1]] = True
    return rejected


def test_yekutieli_rejects_nothing_where_hochberg_would_reject_all():
    # m = 3, c(3) = 11/6: thresholds .0091, .0182, .0273 instead of .0167, .0333, .05.
    p = np.array([0.03, 0.01, 0.02])
    assert benjamini_hochberg(p, 0.05).tolist() == [True, True, True]
    assert benjamini_yekutieli(p).tolist() == [False, False, False]


def test_a_larger_p_that_holds_takes_smaller_ones_that_do_not_with_it():
    # Thresholds .0091, .0182, .0273: .02 misses the second, but .027 holds the third.
    assert benjamini_yekutieli([0.02, 0.027, 0.02]).tolist() == [True, True, True]


def test_one_test_is_compared_with_q_itself():
    assert benjamini_yekutieli([0.05]).tolist() == [True]
    assert benjamini_yekutieli([0.0501]).tolist() == [False]


def test_no_tests_reject_nothing():
    assert benjamini_yekutieli([]).tolist() == []


def test_holm_steps_down_and_never_falls():
    # Sorted .01, .02, .03 times 3, 2, 1 is .03, .04, .03; the last may not be below .04.
    assert holm_adjusted([0.03, 0.01, 0.02]) == pytest.approx([0.04, 0.03, 0.04])


def test_a_p_value_that_is_none_is_refused():
    with pytest.raises(InvalidRatingsError, match="nan"):
        benjamini_yekutieli([0.1, float("nan")])


@given(p=P_VALUES)
def test_yekutieli_rejects_no_more_than_hochberg(p):
    by, bh = benjamini_yekutieli(p), benjamini_hochberg(np.array(p), 0.05)
    assert not np.any(by & ~bh)


@given(p=P_VALUES, seed=st.integers(0, 99))
def test_holm_does_not_depend_on_the_order_of_tests(p, seed):
    order = np.random.default_rng(seed).permutation(len(p))
    assert holm_adjusted(np.array(p)[order]) == pytest.approx(holm_adjusted(p)[order])

import numpy as np
import pytest

from core.agreement.observations import Pairs, encode, observe, one_hot
from core.errors import InvalidRatingsError


def test_missing_answers_among_words_stay_missing():
    counts, names = observe([["a", None], ["b", float("nan")], ["a", "b"]], None)
    assert names == ("a", "b")
    assert counts.counts.tolist() == [[2, 1], [0, 1]]


def test_declared_options_keep_their_order_and_unused_ones():
    codes, names = encode(np.array([3.0, np.nan, 1.0]), (3, 2, 1))
    assert names == (3, 2, 1)
    assert codes.tolist() == [0, -1, 2]


def test_an_undeclared_answer_is_refused_by_name():
    with pytest.raises(InvalidRatingsError, match=r"'maybe'.*'yes', 'no'"):
        encode(np.array(["yes", "maybe"]), ("yes", "no"))


def test_a_pair_with_one_answer_keeps_its_share_but_is_not_pairable():
    pairs = Pairs(one_hot(np.array([0, 1]), 2), one_hot(np.array([-1, 0]), 2))
    assert pairs.pairable.tolist() == [0, 1]
    assert pairs.shares.tolist() == [[1, 0], [0.5, 0.5]]
    assert pairs.values.tolist() == [[0, 0], [1, 1]]

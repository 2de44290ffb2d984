"""Shrout and Fleiss' judges, then agreement with scipy, then what must not change a value."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from core.agreement.intervals import default_interval
from core.agreement.resampling import Resampler
from core.agreement.scores import icc, kendall_tau_b, spearman
from core.errors import InvalidRatingsError

_ = float("nan")

# Shrout and Fleiss (1979), table 2: six targets (columns here), four judges (rows here).
JUDGES = np.array(
    [[9, 6, 8, 7, 10, 6], [2, 1, 4, 1, 5, 2], [5, 3, 6, 2, 6, 4], [8, 2, 8, 6, 9, 7]], float
)
FORMS = ("1,1", "2,1", "3,1", "1,k", "2,k", "3,k")


@pytest.mark.parametrize(
    ("form", "published"),
    [("1,1", 0.17), ("2,1", 0.29), ("3,1", 0.71), ("1,k", 0.44), ("2,k", 0.62), ("3,k", 0.91)],
)
def test_all_six_forms_reproduce_shrout_and_fleiss(form, published):
    assert icc(JUDGES, form=form).value == pytest.approx(published, abs=0.005)


def test_the_forms_follow_from_the_published_mean_squares():
    # Table 3: BMS 11.24, WMS 6.26, JMS 32.49, EMS 1.02; k = 4 judges, n = 6 targets.
    bms, wms, jms, ems, k, n = 11.24, 6.26, 32.49, 1.02, 4, 6
    expected = {
        "1,1": (bms - wms) / (bms + (k - 1) * wms),
        "2,1": (bms - ems) / (bms + (k - 1) * ems + k * (jms - ems) / n),
        "3,1": (bms - ems) / (bms + (k - 1) * ems),
        "1,k": (bms - wms) / bms,
        "2,k": (bms - ems) / (bms + (jms - ems) / n),
        "3,k": (bms - ems) / bms,
    }
    for form, value in expected.items():
        assert icc(JUDGES, form=form).value == pytest.approx(value, abs=0.002)


def test_unequal_numbers_of_scores_use_the_mean_number_of_an_analysis_of_variance():
    # Items with scores (1, 3), (5, 5, 8), (2, 4). N = 7, k0 = (7 - 17/7) / 2 = 16/7.
    # Between: 4²/2 + 18²/3 + 6²/2 - 28²/7 = 8 + 108 + 18 - 112 = 22, over 2 is 11.
    # Within: 1 + 9 + 25 + 25 + 64 + 4 + 16 - 134 = 10, over 7 - 3 is 2.5.
    table = np.array([[1, 5, 2], [3, 5, 4], [_, 8, _]])
    expected = (11 - 2.5) / (11 + (16 / 7 - 1) * 2.5)
    assert icc(table, form="1,1").value == pytest.approx(expected)


def test_forms_two_and_three_leave_out_items_without_every_score():
    more = np.hstack([JUDGES, [[3.0], [_], [4.0], [5.0]]])
    for form in ("2,1", "3,1", "2,k", "3,k"):
        assert icc(more, form=form).value == pytest.approx(icc(JUDGES, form=form).value)


def test_a_stricter_rater_costs_agreement_and_not_consistency():
    rng = np.random.default_rng(0)
    scores = rng.normal(3, 1, 50)
    table = np.array([scores, scores - 1.5])
    assert icc(table, form="3,1").value == pytest.approx(1)
    assert icc(table, form="2,1").value < 0.6


def test_icc_takes_an_interval_by_prompts():
    rng = np.random.default_rng(1)
    truth = rng.normal(3, 1, 200)
    table = truth + rng.normal(0, 0.7, (3, 200))
    result = default_interval(
        icc(table), np.repeat(np.arange(50), 4), resampler=Resampler(np.random.default_rng(0))
    )
    assert result.low < result.value < result.high
    assert result.low < 1 / (1 + 0.49) < result.high


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "table",
    [
        np.full((3, 5), _),
        np.empty((3, 0)),
        np.array([[3.0, 4.0, 5.0]]),
        np.array([[3.0], [4.0]]),
        np.full((3, 5), 4.0),
    ],
    ids=["all missing", "empty", "one rater", "one item", "one value"],
)
def test_degenerate_scores_are_nan_with_a_reason(form, table):
    estimate = icc(table, form=form)
    assert math.isnan(estimate.value)
    assert estimate.reason


def test_a_value_below_minus_one_has_no_interval():
    # Two raters in perfect opposition: consistency of their mean is far below -1.
    first = np.tile([1.0, 5.0, 2.0, 4.1], 5)
    table = np.array([first, 6 - first + np.tile([0.0, 0.1], 10)])
    result = default_interval(
        icc(table, form="3,k"), np.arange(20), resampler=Resampler(np.random.default_rng(0))
    )
    assert result.value < -1
    assert result.low is None
    assert result.reason


def test_unknown_form_and_words_are_refused():
    with pytest.raises(InvalidRatingsError, match="'4,1'"):
        icc(JUDGES, form="4,1")
    with pytest.raises(InvalidRatingsError, match="must be numbers"):
        icc([["good", "bad"], ["bad", "bad"]])
    with pytest.raises(InvalidRatingsError, match="n_raters, n_items"):
        icc([1.0, 2.0])


def test_spearman_reproduces_the_textbook_example():
    # IQ and hours of television of ten people: Σ d² = 194, so 1 - 6 * 194 / 990 = -29/165.
    iq = [106, 86, 100, 101, 99, 103, 97, 113, 112, 110]
    hours = [7, 0, 27, 50, 28, 29, 20, 12, 6, 17]
    assert spearman(iq, hours).value == pytest.approx(-29 / 165)


def test_kendall_of_a_small_table_is_countable():
    # (1, 1), (2, 2), (3, 2), (4, 1): pairs in order 12, 13; reversed 24, 34; tied in second 14, 23.
    # (2 - 2) / sqrt(6 * 4) = 0. With the last changed to 3: in order 12, 13, 14, 24, 34.
    assert kendall_tau_b([1, 2, 3, 4], [1, 2, 2, 1]).value == pytest.approx(0)
    assert kendall_tau_b([1, 2, 3, 4], [1, 2, 2, 3]).value == pytest.approx(5 / math.sqrt(6 * 5))


@given(seed=st.integers(0, 2**16), n=st.integers(5, 60))
@settings(max_examples=40)
def test_rank_correlations_agree_with_scipy(seed, n):
    rng = np.random.default_rng(seed)
    first = rng.integers(1, 6, n).astype(float)
    second = np.clip(first + rng.integers(-2, 3, n), 1, 5)
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return
    options = (1, 2, 3, 4, 5)
    assert spearman(first, second, options=options).value == pytest.approx(
        stats.spearmanr(first, second).statistic
    )
    assert kendall_tau_b(first, second, options=options).value == pytest.approx(
        stats.kendalltau(first, second).statistic
    )


@pytest.mark.parametrize("correlation", [spearman, kendall_tau_b])
def test_rank_correlations_are_nan_with_a_reason_where_there_is_no_order(correlation):
    assert "same" in correlation([3, 3, 3], [1, 2, 3]).reason
    assert "two scores" in correlation([1.0, _], [_, 2.0]).reason
    assert correlation([2], [4]).reason
    assert correlation([], []).reason


def test_rank_correlation_of_more_than_a_hundred_scores_is_refused():
    with pytest.raises(InvalidRatingsError, match="up to 100 different scores"):
        spearman(np.arange(101), np.arange(101))


@pytest.mark.parametrize("form", FORMS)
@given(seed=st.integers(0, 2**16))
@settings(max_examples=15)
def test_icc_does_not_change_with_order_unit_or_origin(form, seed):
    rng = np.random.default_rng(seed)
    table = rng.normal(size=(3, 12)) + rng.normal(size=12)
    changed = 7 * table[rng.permutation(3)][:, rng.permutation(12)] + 100
    assert icc(changed, form=form).value == pytest.approx(icc(table, form=form).value, abs=1e-7)

import math

import numpy as np

from core.agreement.estimate import mean_estimate, ratio


def test_a_ratio_over_zero_or_rounding_error_is_nan():
    quotient = ratio(np.array([1.0, 1.0, 1.0]), np.array([0.0, 1e-16, 2.0]))
    assert np.isnan(quotient).tolist() == [True, True, False]
    assert quotient[2] == 0.5


def test_a_mean_reads_only_counted_items_and_says_when_there_are_none():
    scores = np.array([1.0, float("nan"), 0.0])
    estimate = mean_estimate(
        scores, np.array([1.0, 0.0, 1.0]), scale="proportion", empty="nothing to average"
    )
    assert estimate.value == 0.5
    assert estimate.reason == ""
    nothing = mean_estimate(scores, np.zeros(3), scale="proportion", empty="nothing to average")
    assert math.isnan(nothing.value)
    assert nothing.reason == "nothing to average"


def test_an_estimate_is_evaluated_on_any_stack_of_sums():
    estimate = mean_estimate(np.ones(2), np.ones(2), scale="proportion", empty="none")
    stacked = estimate.evaluate(np.array([[[2.0, 1.0], [4.0, 3.0]]]))
    assert stacked.tolist() == [[0.5, 0.75]]

import math

import numpy as np
import pytest

from core.agreement import (
    Resampler,
    cohen_kappa,
    default_interval,
    default_intervals,
    fleiss_kappa,
    gwet_ac,
    krippendorff_alpha,
    percent_agreement,
)
from core.agreement.estimate import Estimate, mean_estimate
from core.agreement.intervals import (
    BCA,
    BOOTSTRAP,
    JACKKNIFE,
    WILSON,
    bca_interval,
    cluster_totals,
    effective_degrees,
    jackknife_interval,
    wilson_interval,
)
from core.errors import InvalidRatingsError


def resampler(seed: int = 0, replicates: int = 1000) -> Resampler:
    return Resampler(np.random.default_rng(seed), replicates)


def people(prompts: int, pairs: int = 4, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Three people's answers, shape (3, items), and the prompt of each item."""
    rng = np.random.default_rng(seed)
    truth = rng.random(prompts * pairs) < 0.5
    answers = [truth ^ (rng.random(len(truth)) < 0.15) for _ in range(3)]
    return np.array(answers, dtype=float), np.repeat(np.arange(prompts), pairs)


def proportion(scores: list[float]) -> Estimate:
    return mean_estimate(np.array(scores), np.ones(len(scores)), scale="proportion", empty="none")


@pytest.mark.parametrize(
    ("prompts", "method"), [(10, WILSON), (49, WILSON), (50, BOOTSTRAP), (90, BOOTSTRAP)]
)
def test_method_for_a_proportion_depends_on_the_number_of_prompts(prompts, method):
    ratings, clusters = people(prompts)
    result = default_interval(percent_agreement(ratings), clusters, resampler=resampler())
    assert result.method == method
    assert result.low < result.value < result.high


@pytest.mark.parametrize(("prompts", "method"), [(10, JACKKNIFE), (49, JACKKNIFE), (50, BOOTSTRAP)])
def test_method_for_a_coefficient_depends_on_the_number_of_prompts(prompts, method):
    ratings, clusters = people(prompts)
    result = default_interval(gwet_ac(ratings), clusters, resampler=resampler())
    assert result.method == method
    assert result.low < result.value < result.high


def test_nine_prompts_give_a_value_and_no_interval():
    ratings, clusters = people(9)
    result = default_interval(percent_agreement(ratings), clusters, resampler=resampler())
    assert result.value is not None
    assert (result.low, result.high) == (None, None)
    assert "9 prompts, at least 10" in result.reason


def test_nine_verdicts_of_the_rarer_kind_give_no_interval():
    ratings, clusters = people(60)
    estimate = percent_agreement(ratings)
    few = default_interval(estimate, clusters, resampler=resampler(), rare=9)
    assert few.low is None
    assert "9 verdict(s) of the rarer kind" in few.reason
    assert default_interval(estimate, clusters, resampler=resampler(), rare=10).has_interval


def test_prompts_without_a_pairable_item_do_not_count_as_prompts():
    ratings, clusters = people(12)
    ratings[1:, clusters >= 9] = np.nan
    result = default_interval(percent_agreement(ratings), clusters, resampler=resampler())
    assert "9 prompts" in result.reason


def test_an_undefined_value_keeps_its_own_reason():
    result = default_interval(
        krippendorff_alpha(np.ones((2, 60)), level="nominal"),
        np.arange(60),
        resampler=resampler(),
    )
    assert result.value is None
    assert "all ratings are the same" in result.reason


def test_same_seed_gives_the_same_interval_whatever_was_asked_before():
    ratings, clusters = people(60)
    alone = default_interval(gwet_ac(ratings), clusters, resampler=resampler(4))
    shared = resampler(4)
    other, other_clusters = people(75)
    default_interval(percent_agreement(other), other_clusters, resampler=shared)
    assert default_interval(gwet_ac(ratings), clusters, resampler=shared) == alone
    assert default_interval(gwet_ac(ratings), clusters, resampler=resampler(5)) != alone


def test_several_statistics_together_get_the_intervals_they_get_alone():
    ratings, clusters = people(60)
    estimates = [percent_agreement(ratings), gwet_ac(ratings), cohen_kappa(*ratings[:2])]
    together = default_intervals(estimates, clusters, resampler=resampler())
    alone = [default_interval(e, clusters, resampler=resampler()) for e in estimates]
    for ours, theirs in zip(together, alone, strict=True):
        assert ours.low == pytest.approx(theirs.low)
        assert ours.high == pytest.approx(theirs.high)


def test_correlated_items_widen_the_interval():
    rng = np.random.default_rng(2)
    scores = (rng.random(80) < 0.7).astype(float)
    spread = default_interval(proportion(scores), np.arange(80), resampler=resampler())
    repeated = default_interval(
        proportion(np.repeat(scores, 10)), np.repeat(np.arange(80), 10), resampler=resampler()
    )
    # Ten copies of each item carry no more information than one.
    assert repeated.high - repeated.low == pytest.approx(spread.high - spread.low, rel=0.01)


def test_wilson_equals_the_textbook_interval_when_every_prompt_has_one_item():
    scores = np.array([1.0] * 30 + [0.0] * 10)
    estimate = proportion(scores)
    result = wilson_interval(estimate, cluster_totals(estimate.rows, np.arange(40)))
    # variance = 40/39 * 7.5 / 1600, so the effective n is .1875 over it: 39. t(39) = 2.02269.
    n, p, t = 39.0, 0.75, 2.02269
    centre = (p + t**2 / (2 * n)) / (1 + t**2 / n)
    half = t * math.sqrt(p * (1 - p) / n + t**2 / (4 * n**2)) / (1 + t**2 / n)
    assert (result.low, result.high) == pytest.approx((centre - half, centre + half), abs=1e-5)


def test_wilson_never_counts_more_items_than_there_are():
    # Prompts that are all alike have no variance between them; 20 items are still only 20.
    scores, clusters = np.tile([1.0, 0.0], 10), np.repeat(np.arange(10), 2)
    scores[0] = 0.0
    estimate = proportion(scores)
    result = wilson_interval(estimate, cluster_totals(estimate.rows, clusters))
    assert result.high - result.low > 0.35


def test_bca_agrees_with_scipy_on_a_skewed_mean():
    from scipy.stats import bootstrap

    scores = np.random.default_rng(6).beta(1, 6, 60)
    estimate = proportion(list(scores))
    sums = resampler(0, 20_000).resample([estimate.rows])[0]
    ours = bca_interval(estimate, estimate.rows, sums)
    theirs = bootstrap(
        (scores,), np.mean, n_resamples=20_000, method="BCa", rng=np.random.default_rng(1)
    ).confidence_interval
    assert ours.method == BCA
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=0.002)


def test_bca_gives_no_interval_where_the_percentile_bootstrap_gives_none():
    first, second = np.zeros(60), np.zeros(60)
    first[0] = second[0] = 1
    estimate = cohen_kappa(first, second)
    result = bca_interval(estimate, estimate.rows, resampler().resample([estimate.rows])[0])
    assert result.low is None
    assert "undefined" in result.reason


def test_jackknife_of_a_mean_has_the_standard_error_of_a_mean():
    rng = np.random.default_rng(0)
    scores = rng.uniform(-0.3, 0.5, 25)
    estimate = mean_estimate(scores, np.ones(25), scale="difference", empty="none")
    result = jackknife_interval(estimate, estimate.rows)
    error = scores.std(ddof=1) / 5 / (1 - scores.mean() ** 2)
    centre, t = math.atanh(scores.mean()), 2.063899
    assert result.low == pytest.approx(math.tanh(centre - t * error), abs=1e-6)
    assert result.high == pytest.approx(math.tanh(centre + t * error), abs=1e-6)


def test_few_dominating_prompts_leave_fewer_degrees_of_freedom():
    even = np.tile([1.0, -1.0], 10)
    assert effective_degrees(even) == 19
    # One unit off by .95 from the mean, nineteen by .05.
    lone = np.zeros(20)
    lone[0] = 1
    u2 = np.array([0.95**2] + [0.05**2] * 19)
    assert effective_degrees(lone) == pytest.approx(3 * u2.sum() ** 2 / np.sum(u2**2) - 1)
    assert effective_degrees(lone) < 3


@pytest.mark.parametrize("prompts", [14, 80])
def test_complete_agreement_is_never_a_certainty(prompts):
    ratings = np.tile(np.resize([1.0, 0.0], prompts), (3, 1))
    percent, ac = default_intervals(
        [percent_agreement(ratings), gwet_ac(ratings)], np.arange(prompts), resampler=resampler()
    )
    assert percent.value == percent.high == 1
    assert percent.low < 1
    assert ac.value == 1
    assert ac.low is None
    assert f"all {prompts} prompts agree" in ac.reason


def test_fourteen_agreeing_prompts_leave_room_for_23_per_cent():
    ratings = np.tile(np.resize([1.0, 0.0], 14), (2, 1))
    result = default_interval(gwet_ac(ratings), np.arange(14), resampler=resampler())
    assert "up to 23% of such prompts may hold a disagreement" in result.reason


def test_more_than_one_per_cent_undefined_replicates_give_no_interval():
    # One dissenting prompt of 60: a third of the resamples miss it and leave kappa undefined.
    first, second = np.zeros(60), np.zeros(60)
    first[0] = 1
    second[0] = 1
    result = default_interval(cohen_kappa(first, second), np.arange(60), resampler=resampler())
    assert result.value == 1
    assert result.low is None
    assert "bootstrap replicates are undefined" in result.reason


def test_a_jackknife_with_an_undefined_left_out_value_gives_no_interval():
    first, second = np.zeros(20), np.zeros(20)
    first[0] = second[0] = 1
    result = default_interval(cohen_kappa(first, second), np.arange(20), resampler=resampler())
    assert result.low is None
    assert "undefined without one of" in result.reason


@pytest.mark.parametrize(
    ("prompts", "rarer", "given"), [(20, 4, True), (20, 3, False), (79, 8, True), (79, 7, False)]
)
def test_lopsided_answers_need_more_prompts_for_a_kappa_and_not_for_ac1(prompts, rarer, given):
    # One item per prompt, three people; in `rarer` of the prompts everybody says 0, and one of
    # three dissents here and there, alternately, which leaves the shares as they are.
    ratings = np.ones((3, prompts))
    ratings[:, :rarer] = 0
    ratings[0, 0], ratings[0, -1] = 1, 0
    for estimate in (krippendorff_alpha(ratings, level="nominal"), fleiss_kappa(ratings)):
        result = default_interval(estimate, np.arange(prompts), resampler=resampler())
        assert result.has_interval is given
        assert given or "of answers are the same" in result.reason
    others = default_intervals(
        [gwet_ac(ratings), percent_agreement(ratings)], np.arange(prompts), resampler=resampler()
    )
    assert all(other.has_interval for other in others)


def test_the_reason_says_how_many_prompts_lopsided_answers_need():
    ratings = np.ones((2, 30))
    ratings[:, :3] = 0
    ratings[0, 0], ratings[0, -1] = 1, 0
    result = default_interval(
        krippendorff_alpha(ratings, level="nominal"), np.arange(30), resampler=resampler()
    )
    assert "90% of answers are the same and there are 30 prompts" in result.reason
    assert "needs 80 prompts" in result.reason


def test_many_clusters_are_resampled_without_holding_all_weights():
    scores = np.resize([1.0, 1.0, 0.0], 5000)
    result = default_interval(proportion(scores), np.arange(5000), resampler=resampler())
    error = math.sqrt(2 / 9 / 5000)
    assert result.high - result.low == pytest.approx(2 * 1.96 * error, rel=0.1)


def test_clusters_of_another_length_are_refused():
    with pytest.raises(InvalidRatingsError, match="one entry per item"):
        default_interval(proportion([1.0, 0.0]), [1, 2, 3], resampler=resampler())


def test_a_bootstrap_without_replicates_is_refused():
    with pytest.raises(InvalidRatingsError, match="got 0"):
        resampler(replicates=0)

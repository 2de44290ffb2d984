"""Judge-corrected means: by hand where a hand suffices, then studies whose mean is known."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.agreement.corrected import answer_means, corrected_mean
from core.errors import InvalidRatingsError

_ = float("nan")


def study(prompts: int, pairs: int, accuracy: float, seed: int = 0):
    """What people would say of every pair, what the judge says, and the prompt of each."""
    rng = np.random.default_rng(seed)
    code = np.repeat(np.arange(prompts), pairs)
    people = (rng.random(len(code)) < rng.beta(1.4, 0.6, prompts)[code]).astype(float)
    error = rng.beta((1 - accuracy) * 6, accuracy * 6, prompts)[code]
    judge = np.where(rng.random(len(code)) < error, 1 - people, people)
    return people, judge, code


def sampled(people: np.ndarray, code: np.ndarray, n: int, seed: int = 0) -> np.ndarray:
    """People's answers in n prompts drawn at random; NaN elsewhere."""
    drawn = np.random.default_rng(seed).choice(code.max() + 1, n, replace=False)
    return np.where(np.isin(code, drawn), people, _)


def test_people_alone_are_a_cluster_sample_with_finite_population():
    people, judge, code = study(60, 5, 0.8)
    human = sampled(people, code, 24)
    found = corrected_mean(judge, human, code, np.full(300, 24 / 60)).human_only
    means = human[~np.isnan(human)].reshape(24, 5).mean(axis=1)
    error = math.sqrt((1 - 24 / 60) * means.var(ddof=1) / 24)
    assert found.value == pytest.approx(means.mean())
    # t(23) = 2.06866
    assert found.high - found.low == pytest.approx(2 * 2.06866 * error, rel=1e-5)


def test_a_judge_off_by_a_constant_is_corrected_without_error():
    rng = np.random.default_rng(1)
    people = rng.uniform(1, 4, 80)
    code = np.arange(80)
    human = sampled(people, code, 30)
    found = corrected_mean(people + 0.7, human, code, np.full(80, 30 / 80), limits=(1, 5))
    assert found.judge_only.value == pytest.approx(people.mean() + 0.7)
    assert found.corrected.value == pytest.approx(people.mean())
    assert found.judge_weight == pytest.approx(1)


def test_the_difference_estimator_equals_its_formula_when_the_weight_is_one():
    # λ is 1 in every fold where people's spread is at least the judge's: clip at 1.
    rng = np.random.default_rng(2)
    judge = rng.uniform(2, 3, 100)
    people = 2 * judge + rng.normal(0, 0.05, 100)
    human = sampled(people, np.arange(100), 40)
    rated = ~np.isnan(human)
    found = corrected_mean(judge, human, np.arange(100), np.full(100, 0.4), limits=(0, 10))
    assert found.judge_weight == 1
    by_hand = judge.mean() + np.mean(people[rated] - judge[rated])
    assert found.corrected.value == pytest.approx(by_hand)


def test_intervals_hold_the_mean_of_the_study_and_are_narrower_than_peoples():
    hits, alone, together = 0, 0.0, 0.0
    for seed in range(200):
        people, judge, code = study(150, 10, 0.85, seed)
        human = sampled(people, code, 30, seed)
        found = corrected_mean(judge, human, code, np.full(1500, 0.2), seed=seed)
        hits += found.corrected.low <= people.mean() <= found.corrected.high
        alone += found.human_only.high - found.human_only.low
        together += found.corrected.high - found.corrected.low
    assert 0.91 <= hits / 200 <= 0.99
    assert together < 0.75 * alone


def test_unequal_probabilities_are_weighted_away():
    # Prompts with many equal pairs are drawn five times as often.
    truths, estimates = [], []
    for seed in range(60):
        people, judge, code = study(200, 4, 0.9, seed)
        rate = people.reshape(200, 4).mean(axis=1)
        pi = np.where(rate > 0.6, 0.5, 0.1)
        drawn = np.random.default_rng(seed).random(200) < pi
        human = np.where(drawn[code], people, _)
        found = corrected_mean(judge, human, code, pi[code])
        truths.append(people.mean())
        estimates.append(found.corrected.value)
        assert np.nanmean(human) > people.mean() + 0.05
    assert np.mean(estimates) == pytest.approx(np.mean(truths), abs=0.015)


def test_a_judge_without_skill_adds_nothing_and_it_is_said():
    people, _judge, code = study(80, 5, 0.8)
    human = sampled(people, code, 40)
    coin = np.random.default_rng(9).integers(2, size=400).astype(float)
    for judge in (np.ones(400), coin):
        found = corrected_mean(judge, human, code, np.full(400, 0.5))
        assert found.judge_adds is False
        assert "The judge adds nothing" in found.sentence
    constant = corrected_mean(np.ones(400), human, code, np.full(400, 0.5))
    assert constant.judge_weight == 0
    assert constant.corrected.value == pytest.approx(constant.human_only.value)


def test_a_skilled_judge_is_said_to_help():
    people, judge, code = study(100, 10, 0.9)
    found = corrected_mean(judge, sampled(people, code, 40), code, np.full(1000, 0.4))
    assert found.judge_adds is True
    assert "With the judge's help" in found.sentence


def test_unknown_probabilities_are_refused():
    people, judge, code = study(60, 5, 0.8)
    human = sampled(people, code, 30)
    for probabilities in (None, np.where(np.arange(300) < 200, 0.5, _)):
        found = corrected_mean(judge, human, code, probabilities)
        assert found.corrected.value is None
        assert "unknown, so this sample cannot estimate the study" in found.corrected.reason
        assert found.human_only.value is None
        assert found.judge_only.value is not None


def test_nineteen_rated_prompts_give_no_interval():
    people, judge, code = study(60, 5, 0.8)
    found = corrected_mean(judge, sampled(people, code, 19), code, np.full(300, 19 / 60))
    assert found.corrected.low is None
    assert "19 prompt(s), at least 20" in found.corrected.reason
    assert found.judge_adds is None
    assert corrected_mean(
        judge, sampled(people, code, 20), code, np.full(300, 1 / 3)
    ).corrected.has_interval


def test_rating_everything_leaves_only_the_doubt_about_other_raters():
    people, judge, code = study(40, 5, 0.8)
    certain = corrected_mean(judge, people, code, np.ones(200))
    assert certain.corrected.value == pytest.approx(people.mean())
    assert "nothing to correct" in certain.sentence
    assert certain.human_only.high - certain.human_only.low == pytest.approx(0, abs=1e-9)
    doubtful = corrected_mean(judge, people, code, np.ones(200), human_variance=np.full(200, 0.04))
    # Variance of the mean of 200 answers of variance .04 each: .0002; t(39) = 2.02269.
    width = 2 * 2.02269 * math.sqrt(0.04 / 200)
    assert doubtful.human_only.high - doubtful.human_only.low == pytest.approx(width, rel=1e-5)


def test_items_the_judge_did_not_score_are_counted_and_left_out():
    people, judge, code = study(60, 5, 0.8)
    judge[:7] = _
    human = people.copy()
    found = corrected_mean(judge, human, code, np.ones(300))
    assert found.n_without_verdict == 7
    assert (found.n_items, found.n_labelled_items) == (293, 293)


def test_bounds_stay_within_what_is_possible():
    code = np.arange(40)
    human = np.where(code < 20, 5.0, _)
    human[0] = 4.0
    judge = np.where(code == 0, 4.0, 5.0)
    found = corrected_mean(judge, human, code, np.full(40, 0.5), limits=(1, 5))
    assert found.human_only.high == 5
    assert found.human_only.low < found.human_only.value


def test_the_same_answer_in_every_rated_prompt_is_no_interval_of_no_width():
    human = np.where(np.arange(60) < 30, 1.0, _)
    found = corrected_mean(np.ones(60), human, np.arange(60), np.full(60, 0.5))
    assert found.corrected.value == 1
    assert "same in all 30 rated prompts" in found.corrected.reason


@pytest.mark.parametrize("n", [0, 1, 5], ids=["empty", "one item", "none rated"])
def test_degenerate_studies_are_undefined_with_a_reason(n):
    found = corrected_mean(np.ones(n), np.full(n, _), np.arange(n), np.full(n, 0.5))
    assert found.corrected.value is None
    assert "no item has both" in found.corrected.reason
    json.dumps(found.as_dict(), allow_nan=False)


@pytest.mark.parametrize("wrong", [0.0, 1.2, -0.1])
def test_impossible_probabilities_are_refused(wrong):
    with pytest.raises(InvalidRatingsError, match="above 0 and at most 1"):
        corrected_mean(np.ones(3), np.ones(3), np.arange(3), np.full(3, wrong))


def test_arrays_of_different_length_are_refused():
    with pytest.raises(InvalidRatingsError, match=r"\(3,\).*\(2,\)"):
        corrected_mean(np.ones(3), np.ones(2), np.arange(3), None)


def test_the_variance_of_answer_means_is_pooled_over_items():
    # Item 0: 1, 2, 3 (sum of squares 2); item 1: 4, 4 (0); item 2: one answer. Pooled 2 / 3.
    mean, variance = answer_means(
        np.array([0, 0, 0, 1, 1, 2]), np.array([1.0, 2, 3, 4, 4, 5]), n_items=4
    )
    assert mean[:3].tolist() == [2, 4, 5]
    assert variance[:3] == pytest.approx([2 / 9, 1 / 3, 2 / 3])
    assert np.isnan(mean[3])
    assert np.isnan(variance[3])


@given(seed=st.integers(0, 2**16))
@settings(max_examples=20)
def test_the_order_of_items_does_not_matter(seed):
    people, judge, code = study(50, 4, 0.8, seed)
    human = sampled(people, code, 25, seed)
    order = np.random.default_rng(seed).permutation(200)
    before = corrected_mean(judge, human, code, np.full(200, 0.5))
    after = corrected_mean(judge[order], human[order], code[order], np.full(200, 0.5))
    assert after.corrected.value == pytest.approx(before.corrected.value)
    assert after.corrected.low == pytest.approx(before.corrected.low)

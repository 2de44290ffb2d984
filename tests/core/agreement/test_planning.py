"""Closed forms by hand, pilots whose truth is known, and costs one can add up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.agreement.planning import (
    SampleDesign,
    design_from_pilot,
    effort,
    half_width,
    pilot_of,
    plan_sample,
)
from core.errors import InvalidRatingsError


@pytest.mark.parametrize(("half", "items"), [(0.05, 246), (0.10, 62)])
def test_items_at_eighty_per_cent_are_the_textbooks(half, items):
    # z² p (1 - p) / E² = 3.8415 * .16 / .0025 = 245.9, and a quarter of it.
    plan = plan_sample(SampleDesign(half_width=half, expected=0.8))
    assert (plan.n_independent, plan.n_items) == (items, items)


def test_pairs_of_a_prompt_multiply_items_by_the_design_effect():
    # 1 + 9 * .1 = 1.9; 61.46 * 1.9 = 116.8 items, 12 prompts of ten.
    plan = plan_sample(SampleDesign(0.1, 0.8, pairs_per_prompt=10, correlation=0.1))
    assert plan.design_effect == pytest.approx(1.9)
    assert (plan.n_prompts, plan.n_items) == (12, 120)


def test_identical_pairs_of_a_prompt_are_worth_one():
    plan = plan_sample(SampleDesign(0.1, 0.8, pairs_per_prompt=10, correlation=1.0))
    assert plan.n_prompts == 62


def test_raters_who_differ_take_part_of_the_wanted_width():
    # E² - z² s² / R = .01 - 3.8415 * .0025 / 10 = .00904: 61.46 * .01 / .00904 = 68.
    plan = plan_sample(SampleDesign(0.1, 0.8, n_raters=10, rater_sd=0.05))
    assert plan.n_items == 68
    assert not any("these" in note for note in plan.notes)


def test_too_few_raters_cannot_be_made_up_for_by_items():
    plan = plan_sample(SampleDesign(0.05, 0.8, n_raters=3, rater_sd=0.1))
    assert plan.n_items is None
    # z² .01 / .0025 = 15.4: sixteen raters at least.
    assert "takes at least 16 raters" in plan.notes[0]
    assert plan_sample(SampleDesign(0.05, 0.8, n_raters=16, rater_sd=0.1)).n_items is not None


def test_a_plan_without_rater_variance_speaks_for_these_raters():
    assert any("these 3 raters" in note for note in plan_sample(SampleDesign()).notes)


def test_eight_categories_need_eight_times_the_items_and_may_be_exploratory():
    few = plan_sample(SampleDesign(0.15, 0.8, n_categories=8))
    assert few.total_items == 8 * few.n_items
    assert few.exploratory
    enough = plan_sample(SampleDesign(0.1, 0.8, n_categories=8))
    assert not enough.exploratory


@given(
    half=st.floats(0.02, 0.3),
    expected=st.floats(0.05, 0.95),
    pairs=st.integers(1, 10),
    correlation=st.floats(0, 1),
)
def test_the_planned_number_of_prompts_is_the_smallest_that_reaches_the_half_width(
    half, expected, pairs, correlation
):
    design = SampleDesign(half, expected, pairs_per_prompt=pairs, correlation=correlation)
    plan = plan_sample(design)
    assert half_width(design, plan.n_prompts) <= half * (1 + 1e-6)
    if plan.n_prompts > 1:
        assert half_width(design, plan.n_prompts - 1) > half * (1 - 1e-6)


def test_effort_adds_up_and_pays_those_screened_out():
    # 480 items * 3 raters * 25 s = 36,000 s = 10 h; a fifth screened out makes it 12.5 h.
    found = effort(
        480,
        raters_per_item=3,
        seconds_per_rating=25,
        hourly_rate=12,
        fee_share=1 / 3,
        screened_out_share=0.2,
        judges=2,
        orders=2,
        tokens_per_call=1000,
        price_per_million_tokens=2.5,
    )
    assert (found.n_ratings, found.judge_calls, found.judge_tokens) == (1440, 1920, 1_920_000)
    assert found.person_hours == pytest.approx(12.5)
    assert found.people_cost == pytest.approx(200)
    assert found.judge_cost == pytest.approx(4.8)


def test_a_pilot_finds_agreement_and_correlation_within_prompts():
    rng = np.random.default_rng(0)
    prompt = np.repeat(np.arange(400), 5)
    error = rng.choice([0.02, 0.4], 400)[prompt]
    truth = rng.random(2000) < 0.5
    people = (truth ^ (rng.random((3, 2000)) < error)).astype(float)
    pilot = pilot_of(people, prompt)
    # Two people agree at (1 - e)² + e²: .9608 at e = .02, .52 at .4; the mean is .7404.
    assert pilot.expected == pytest.approx(0.7404, abs=0.02)
    # Between prompts .2204² of variance. Within: three pairs of one item are .3333 apart from it
    # or not at all; the share of 1 - 3 e (1 - e) is certain, so agreement is 1 or 1/3.
    within = np.mean([(4 / 9) * 3 * e * (1 - e) * (1 - 3 * e * (1 - e)) for e in (0.02, 0.4)])
    expected = 0.2204**2 / (0.2204**2 + within)
    assert pilot.correlation == pytest.approx(expected, abs=0.05)
    assert pilot.pairs_per_prompt == 5


def test_a_pilot_of_raters_alike_has_no_rater_variance_and_of_unlike_ones_has():
    rng = np.random.default_rng(1)
    truth = rng.random(3000) < 0.5
    alike = (truth ^ (rng.random((8, 3000)) < 0.15)).astype(float)
    unlike = (truth ^ (rng.random((8, 3000)) < np.linspace(0.02, 0.4, 8)[:, None])).astype(float)
    prompts = np.arange(3000)
    assert pilot_of(alike, prompts).rater_sd < 0.01
    assert pilot_of(unlike, prompts).rater_sd > 0.05


def test_a_design_takes_what_the_pilot_measured():
    rng = np.random.default_rng(2)
    truth = rng.random(200) < 0.5
    people = (truth ^ (rng.random((3, 200)) < 0.1)).astype(float)
    pilot = pilot_of(people, np.repeat(np.arange(50), 4))
    design = design_from_pilot(pilot, SampleDesign(0.05, pairs_per_prompt=4))
    assert design.expected == pilot.expected
    assert design.correlation == pilot.correlation
    assert design.half_width == 0.05


@pytest.mark.parametrize(
    "ratings",
    [np.full((3, 20), np.nan), np.zeros((1, 20)), np.empty((3, 0)), np.zeros((3, 1))],
    ids=["all missing", "one rater", "empty", "one item"],
)
def test_a_pilot_without_two_prompts_of_shared_items_is_refused(ratings):
    with pytest.raises(InvalidRatingsError, match="two prompts"):
        pilot_of(ratings, np.arange(ratings.shape[1]))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"half_width": 0}, "half_width is 0"),
        ({"expected": 1.0}, "expected is 1"),
        ({"correlation": -0.1}, "correlation is -0.1"),
        ({"n_raters": 2}, "3 raters per item cannot come from a pool of 2"),
    ],
)
def test_a_design_that_makes_no_sense_is_refused(wrong, message):
    with pytest.raises(InvalidRatingsError, match=message):
        SampleDesign(**wrong)


def test_an_impossible_screen_out_share_is_refused():
    with pytest.raises(InvalidRatingsError, match="screened_out_share is 1"):
        effort(10, screened_out_share=1.0)

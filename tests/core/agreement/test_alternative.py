"""The alternative annotator test: the procedure by hand, then judges whose worth is known."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from core.agreement.alternative import (
    _one_sided,
    _skewness,
    _without_skewness,
    alternative_test,
    panel_tests,
)
from core.agreement.alternative_rows import AltTestPlan
from core.agreement.baselines import skill_free_baselines
from core.agreement.table import build_panel
from core.errors import InvalidRatingsError

_ = float("nan")


def published(epsilon: float = 0.1, **more: object) -> AltTestPlan:
    return AltTestPlan(epsilon, variant="published", **more)


def by_hand(people: np.ndarray, judge: np.ndarray, epsilon: float, score: str) -> list[dict]:
    """Section 3 of the paper, item by item, in loops."""
    results = []
    for j in range(len(people)):
        person, judge_wins = [], []
        for i in range(people.shape[1]):
            others = [people[k, i] for k in range(len(people)) if k != j]
            others = [answer for answer in others if not math.isnan(answer)]
            if math.isnan(people[j, i]) or math.isnan(judge[i]) or not others:
                continue

            def aligned(answer: float, others: list[float] = others) -> float:
                if score == "accuracy":
                    return float(np.mean([answer == other for other in others]))
                return -math.sqrt(np.mean([(answer - other) ** 2 for other in others]))

            person.append(float(aligned(people[j, i]) >= aligned(judge[i])))
            judge_wins.append(float(aligned(judge[i]) >= aligned(people[j, i])))
        difference = np.array(person) - np.array(judge_wins)
        p = stats.ttest_1samp(difference, epsilon, alternative="less").pvalue
        results.append({"n": len(person), "rho": np.mean(judge_wins), "p": p})
    return results


def crowd(
    n: int, accuracy: float, judge: float, *, raters: int = 3, seed: int = 0, q: int = 2
) -> tuple[np.ndarray, np.ndarray]:
    """People and a judge who are right this often, independently; answers 0 … q - 1."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(q, size=n)

    def answers(right: float) -> np.ndarray:
        wrong = (truth + rng.integers(1, q, size=n)) % q if q > 1 else truth
        return np.where(rng.random(n) < right, truth, wrong).astype(float)

    return np.array([answers(accuracy) for _ in range(raters)]), answers(judge)


@pytest.mark.parametrize("score", ["accuracy", "rmse"])
def test_the_published_variant_equals_the_procedure_by_hand(score):
    people, judge = crowd(90, 0.7, 0.65, raters=4, q=5, seed=3)
    rng = np.random.default_rng(4)
    people[rng.random(people.shape) < 0.2] = _
    judge[rng.random(90) < 0.1] = _
    expected = by_hand(people, judge, 0.15, score)
    found = alternative_test(people, judge, published(0.15, score=score))
    for ours, theirs in zip(found.per_rater, expected, strict=True):
        assert ours.n_items == theirs["n"]
        assert ours.rho == pytest.approx(theirs["rho"])
        assert ours.p == pytest.approx(theirs["p"])
    assert found.rho == pytest.approx(np.mean([row["rho"] for row in expected]))


def test_wins_losses_and_ties_of_a_small_table_are_countable():
    # 30 items. People 1 and 2 always say 0, person 3 says 1 on six of them; the judge says 1 on
    # three others. Person 1: on the 3 items the judge loses (W_h = 1, W_f = 0), elsewhere both
    # answers score alike: rho = 27/30, difference 3/30, ties 27/30. Person 3: on her 6 the judge
    # wins, on its 3 it loses: rho = 27/30, difference (3 - 6)/30, ties 21/30.
    people = np.zeros((3, 30))
    people[2, :6] = 1
    judge = np.zeros(30)
    judge[6:9] = 1
    first, _second, third = alternative_test(people, judge, published()).per_rater
    assert (first.rho, first.difference, first.ties) == pytest.approx((0.9, 0.1, 0.9))
    assert (third.rho, third.difference, third.ties) == pytest.approx((0.9, -0.1, 0.7))


def test_distance_counts_for_rmse_and_not_for_accuracy():
    # Others say 3 and 3. The person says 4, the judge 5: both are wrong, the judge further off.
    people = np.array([[4.0] * 30, [3.0] * 30, [3.0] * 30])
    judge = np.full(30, 5.0)
    exact = alternative_test(people, judge, published(), options=(1, 2, 3, 4, 5)).per_rater[0]
    near = alternative_test(
        people, judge, published(score="rmse"), options=(1, 2, 3, 4, 5)
    ).per_rater[0]
    assert (exact.rho, exact.difference) == (1, 0)
    assert (near.rho, near.difference) == (0, 1)


def test_with_one_item_per_prompt_the_variants_differ_by_the_skewness_alone():
    people, judge = crowd(80, 0.8, 0.8)
    alone = alternative_test(people, judge, AltTestPlan(0.1))
    theirs = alternative_test(people, judge, published())
    for mine, published_row in zip(alone.per_rater, theirs.per_rater, strict=True):
        assert mine.difference == published_row.difference
        # Never less careful, and hardly more with 80 prompts.
        assert published_row.p <= mine.p < published_row.p + 0.01


def test_the_clustered_variant_is_halls_t_test_of_prompt_means_when_prompts_are_alike_in_size():
    people, judge = crowd(100, 0.8, 0.7, seed=5)
    clusters = np.repeat(np.arange(20), 5)
    row = alternative_test(people, judge, AltTestPlan(0.1), clusters=clusters).per_rater[0]
    others = people[1:]
    hers, its = (others == people[0]).mean(axis=0), (others == judge).mean(axis=0)
    means = (np.sign(hers - its)).reshape(20, 5).mean(axis=1)
    t = stats.ttest_1samp(means, 0.1, alternative="less").statistic
    g = max(0.0, stats.skew(means, bias=False)) * (1 + 4 / 20)
    corrected = t + g * (1 / 6 + t**2 / 3) / math.sqrt(20) + g**2 * t**3 / (27 * 20)
    assert row.p == pytest.approx(stats.t.cdf(corrected, 19))
    assert row.n_prompts == 20


def test_copies_of_an_item_within_its_prompt_do_not_make_the_clustered_variant_surer():
    people, judge = crowd(40, 0.8, 0.75, seed=2)
    once = alternative_test(people, judge, AltTestPlan(0.2))
    many = alternative_test(
        np.repeat(people, 5, axis=1),
        np.repeat(judge, 5),
        AltTestPlan(0.2),
        clusters=np.repeat(np.arange(40), 5),
    )
    assert [row.p for row in many.per_rater] == pytest.approx([row.p for row in once.per_rater])
    naive = alternative_test(np.repeat(people, 5, axis=1), np.repeat(judge, 5), published(0.2))
    assert naive.per_rater[0].p < many.per_rater[0].p


def test_wilcoxon_ranks_the_differences_from_epsilon():
    people, judge = crowd(60, 0.8, 0.8, seed=8)
    row = alternative_test(people, judge, published(test="wilcoxon")).per_rater[0]
    others = people[1:]
    difference = np.sign((others == people[0]).mean(axis=0) - (others == judge).mean(axis=0))
    assert row.p == pytest.approx(stats.wilcoxon(difference - 0.1, alternative="less").pvalue)


def test_a_rater_below_thirty_items_is_skipped_and_named():
    people, judge = crowd(60, 0.9, 0.9, raters=4)
    people[3, 29:] = _
    found = alternative_test(people, judge, AltTestPlan(0.2), raters=["ann", "bob", "cat", "dan"])
    assert found.skipped == ("dan",)
    assert "29 comparable item(s), at least 30" in found.skip_reasons[0]
    assert [row.rater for row in found.per_rater] == ["ann", "bob", "cat"]
    assert found.n_tests == 3


def test_items_without_another_person_or_without_a_verdict_do_not_count():
    people, judge = crowd(50, 0.9, 0.9)
    people[1:, :5] = _
    judge[5:9] = _
    assert [row.n_items for row in alternative_test(people, judge, published()).per_rater] == [
        41,
        41,
        41,
    ]


def test_fewer_than_three_raters_are_undefined_with_the_reason():
    people, judge = crowd(60, 0.9, 0.9)
    people[2, 20:] = _
    found = alternative_test(people, judge, AltTestPlan(0.2), raters=["ann", "bob", "cat"])
    assert (found.omega, found.passed, found.power) == (None, None, None)
    assert "2 rater(s) can be tested, at least 3" in found.reason
    assert "cat: 20 comparable" in found.reason
    assert found.to_dict()["reason"] == found.reason


def test_fewer_than_ten_prompts_are_too_few_for_the_clustered_variant_only():
    people, judge = crowd(90, 0.9, 0.9)
    nine = np.repeat(np.arange(9), 10)
    found = alternative_test(people, judge, AltTestPlan(0.2), clusters=nine)
    assert found.omega is None
    assert "9 prompt(s), at least 10" in found.reason
    assert alternative_test(people, judge, published(0.2), clusters=nine).omega is not None


def test_without_variation_published_takes_the_limit_and_clustered_counts_prompts():
    people, judge = np.zeros((3, 40)), np.zeros(40)
    limit = alternative_test(people, judge, published(0.1), options=(0, 1))
    assert [row.p for row in limit.per_rater] == [0, 0, 0]
    # 40 prompts without a loss although a tenth of all prompts are lost: .9^40 = .0148.
    counted = alternative_test(people, judge, AltTestPlan(0.1), options=(0, 1))
    assert [row.p for row in counted.per_rater] == pytest.approx([0.9**40] * 3)
    # With 14 prompts, .9^14 = .229: complete ties of 14 prompts show nothing at epsilon .1.
    few = np.repeat(np.arange(14), 3)
    fourteen = alternative_test(
        np.zeros((3, 42)), np.zeros(42), AltTestPlan(0.1), clusters=few, options=(0, 1)
    )
    assert fourteen.per_rater[0].p == pytest.approx(0.9**14)
    assert fourteen.passed is False


def test_a_judge_that_always_loses_is_not_shown_without_variation_either():
    found = alternative_test(np.zeros((3, 40)), np.ones(40), published(0.2))
    assert [row.p for row in found.per_rater] == [1, 1, 1]
    assert found.passed is False


def test_a_judge_as_good_as_people_passes_on_many_items_and_a_coin_does_not():
    people, equal = crowd(600, 0.85, 0.85, seed=1)
    assert alternative_test(people, equal, AltTestPlan(0.15)).passed is True
    coin = np.random.default_rng(2).integers(2, size=600).astype(float)
    found = alternative_test(people, coin, AltTestPlan(0.15))
    assert found.passed is False
    # Ties win for both sides, which is why rho of a coin is far above one half.
    assert found.rho > 0.6


def test_a_judge_that_costs_more_than_epsilon_is_hardly_ever_passed():
    passed = 0
    for seed in range(60):
        people, judge = crowd(200, 0.9, 0.75, seed=seed)
        passed += bool(alternative_test(people, judge, AltTestPlan(0.1)).passed)
    assert passed <= 3


def test_the_always_same_judge_passes_on_lopsided_pairs_which_is_why_baselines_exist():
    rng = np.random.default_rng(0)
    truth = rng.random(200) < 0.95
    people = (truth ^ (rng.random((3, 200)) < 0.1)).astype(float)
    assert alternative_test(people, np.ones(200), AltTestPlan(0.1), options=(0, 1)).passed is True


def test_power_is_the_share_of_equal_judges_that_pass():
    # Measured in 400 simulated studies of 100 items: .60.
    powers = []
    for seed in range(20):
        people, judge = crowd(100, 0.85, 0.85, seed=seed)
        powers.append(alternative_test(people, judge, AltTestPlan(0.1), options=(0, 1)).power)
    assert np.mean(powers) == pytest.approx(0.6, abs=0.06)


def test_people_hardly_better_than_coins_are_below_the_floor():
    people, judge = crowd(300, 0.6, 0.6)
    found = alternative_test(people, judge, AltTestPlan(0.2), options=(0, 1))
    assert found.people_reliable is False
    better, judge = crowd(300, 0.9, 0.9)
    assert alternative_test(better, judge, AltTestPlan(0.2), options=(0, 1)).people_reliable is True


def test_the_json_form_has_the_agreed_keys_and_no_nan():
    people, judge = crowd(60, 0.9, 0.9)
    values = alternative_test(people, judge, AltTestPlan(0.2)).to_dict()
    assert list(values)[:9] == [
        "variant", "epsilon", "omega", "rho", "passed", "q", "n_tests", "skipped", "per_rater",
    ]  # fmt: skip
    assert list(values["per_rater"][0])[:5] == ["rater", "n_items", "rho", "p", "rejected"]
    json.dumps(values, allow_nan=False)


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        ({"epsilon": 1.0}, "epsilon is 1"),
        ({"epsilon": -0.1}, "epsilon is -0.1"),
        ({"epsilon": 0.1, "q": 0.0}, "rate q is 0"),
        ({"epsilon": 0.1, "score": "f1"}, "'f1'.*accuracy or rmse"),
        ({"epsilon": 0.1, "variant": "robust"}, "'robust'.*clustered or published"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(plan, message):
    with pytest.raises(InvalidRatingsError, match=message):
        AltTestPlan(**plan)


def test_a_judge_of_another_length_is_refused_with_the_shapes():
    with pytest.raises(InvalidRatingsError, match=r"\(3, 5\).*\(4,\)"):
        alternative_test(np.zeros((3, 5)), np.zeros(4), AltTestPlan(0.1))


@pytest.mark.parametrize(
    "people",
    [
        np.full((3, 40), _),
        np.empty((0, 0)),
        np.empty((3, 0)),
        np.zeros((1, 40)),
        np.zeros((3, 1)),
    ],
    ids=["all missing", "empty", "no items", "one rater", "one item"],
)
def test_degenerate_tables_are_undefined_with_a_reason(people):
    found = alternative_test(people, np.zeros(people.shape[1]), AltTestPlan(0.1))
    assert found.omega is None
    assert "at least 3" in found.reason
    json.dumps(found.to_dict(), allow_nan=False)


@given(seed=st.integers(0, 2**16), variant=st.sampled_from(["clustered", "published"]))
@settings(deadline=None, max_examples=25)
def test_neither_order_nor_names_of_answers_matter(seed, variant):
    people, judge = crowd(45, 0.8, 0.7, q=3, seed=seed)
    rng = np.random.default_rng(seed)
    clusters = rng.integers(15, size=45)
    plan = AltTestPlan(0.2, variant=variant)
    before = alternative_test(people, judge, plan, clusters=clusters)
    raters, items, names = rng.permutation(3), rng.permutation(45), rng.permutation(3)
    after = alternative_test(
        names[people.astype(int)][raters][:, items],
        names[judge.astype(int)][items],
        plan,
        clusters=clusters[items],
    )
    assert after.omega == before.omega
    assert after.rho == pytest.approx(before.rho)
    assert sorted(row.p for row in after.per_rater) == pytest.approx(
        sorted(row.p for row in before.per_rater)
    )


def panel_of(make_ratings, categories: dict[str, str], *, judge_order: str = ""):
    people, judge = crowd(120, 0.9, 0.9, seed=7)
    words = ("different", "equivalent")
    rows = []
    for item in range(120):
        for rater in range(3):
            rows.append((f"i{item}", f"r{rater}", words[int(people[rater, item])]))
        rows.append((f"i{item}", "judge", words[int(judge[item])], judge_order))
    return build_panel(make_ratings(rows, categories=categories), "nominal", words)


def test_categories_are_corrected_over_raters_times_categories(make_ratings):
    panel = panel_of(make_ratings, {f"i{n}": "AB"[n % 2] for n in range(120)})
    tests = panel_tests(panel, panel.judges[0], AltTestPlan(0.2))
    assert list(tests) == ["all", "A", "B"]
    assert (tests["all"].n_tests, tests["all"].family) == (3, "3 raters")
    assert (tests["A"].n_tests, tests["B"].n_tests) == (6, 6)
    assert tests["A"].family == "raters × categories: 6 tests in 2 categories"


def test_an_undefined_category_stays_out_of_the_family(make_ratings):
    panel = panel_of(make_ratings, {f"i{n}": "B" if n < 20 else "A" for n in range(120)})
    tests = panel_tests(panel, panel.judges[0], AltTestPlan(0.2))
    assert tests["B"].omega is None
    assert tests["A"].n_tests == 3
    assert len(tests["B"].skipped) == 3


def test_a_baseline_that_draws_at_random_counts_with_its_expectation(make_ratings):
    panel = panel_of(make_ratings, {})
    coin = skill_free_baselines(panel)[1]
    found = panel_tests(panel, coin, AltTestPlan(0.2))["all"]
    assert found.difference == pytest.approx(found.coin_difference)


def test_rmse_on_a_nominal_question_is_refused(make_ratings):
    panel = panel_of(make_ratings, {})
    with pytest.raises(InvalidRatingsError, match="needs a scale"):
        panel_tests(panel, panel.judges[0], AltTestPlan(0.2, score="rmse"))


def test_the_correction_for_skewness_is_halls_cubic():
    # T + g (1/6 + T²/3) / √n + g² T³ / (27 n) at T = -2, g = 1.5, n = 9:
    # -2 + 1.5 * (1/6 + 4/3) / 3 - 2.25 * 8 / 243 = -2 + .75 - .0741.
    corrected = _without_skewness(np.array(-2.0), 1.5, 9)
    assert float(corrected) == pytest.approx(-1.3241, abs=1e-4)
    falling = _without_skewness(np.linspace(-30, 5, 200), 3.0, 10)
    assert np.all(np.diff(falling) > 0)


def test_skewness_is_that_of_the_sample_made_up_for_its_size_and_never_negative():
    # 0, 0, 0, 10: mean 2.5, s = 5, G1 = 4/(3·2) · (3·(-2.5)³ + 7.5³) / 125 = 2; times 1 + 4/4.
    assert _skewness(np.array([0.0, 0.0, 0.0, 10.0])) == pytest.approx(4.0)
    assert _skewness(np.array([0.0, 0.0, 0.0, -10.0])) == 0.0


def test_fourteen_prompts_reject_a_judge_that_costs_epsilon_in_about_five_percent():
    """Differences of prompts as skewed as judges' are, with mean exactly epsilon."""
    rng = np.random.default_rng(0)
    plan = AltTestPlan(0.1)
    plain = corrected = 0
    prompts = np.repeat(np.arange(14), 10)
    for _ in range(3000):
        # Beta(.5, 1.5) has mean .25 and skewness 1.1; shifted by -.15 its mean is epsilon.
        cost = np.repeat(rng.beta(0.5, 1.5, 14) - 0.15, 10)
        p, error, freedom, _skew = _one_sided(cost, prompts, plan)
        corrected += p < 0.05
        plain += float(stats.t.cdf((cost.mean() - 0.1) / error, freedom)) < 0.05
    assert plain / 3000 > 0.075
    assert corrected / 3000 < 0.065

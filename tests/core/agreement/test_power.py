"""Power of the alternative annotator test, against figures measured apart from this code."""

import pytest

from core.agreement.alternative_rows import AltTestPlan
from core.agreement.power import alternative_power, plan_power
from core.errors import InvalidRatingsError


@pytest.mark.parametrize(("items", "power"), [(50, 0.34), (100, 0.59), (200, 0.88)])
def test_an_equal_judge_passes_as_often_as_is_known(items, power):
    # Three raters 85% right, epsilon .1; 200 studies leave an error of about .035.
    found = alternative_power(items, plan=AltTestPlan(0.1), n_studies=200)
    assert found == pytest.approx(power, abs=0.1)


def test_pairs_that_share_prompts_have_less_power():
    alone = alternative_power(200, plan=AltTestPlan(0.1), n_studies=100)
    shared = alternative_power(200, plan=AltTestPlan(0.1), n_studies=100, pairs_per_prompt=10)
    assert shared < alone


def test_a_worse_judge_passes_less_often():
    plan = AltTestPlan(0.1)
    assert alternative_power(150, plan=plan, n_studies=60, judge_accuracy=0.7) < alternative_power(
        150, plan=plan, n_studies=60
    )


def test_the_plan_finds_a_number_of_items_with_the_wanted_power():
    found = plan_power(plan=AltTestPlan(0.2), wanted=0.8, n_studies=60)
    assert found.power >= 0.8
    sizes = dict(found.curve)
    assert sizes[found.n_items] == found.power
    assert all(power < 0.8 for items, power in found.curve if items < found.n_items)


def test_below_the_minimum_of_items_nothing_is_tried():
    found = plan_power(plan=AltTestPlan(0.2), wanted=0.05, n_studies=50, pairs_per_prompt=5)
    assert min(items for items, _power in found.curve) == 50
    assert found.n_prompts == 10


def test_the_same_seed_gives_the_same_power():
    plan = AltTestPlan(0.15)
    assert alternative_power(60, plan=plan, n_studies=50, seed=3) == alternative_power(
        60, plan=plan, n_studies=50, seed=3
    )


def test_too_few_studies_and_impossible_accuracies_are_refused():
    with pytest.raises(InvalidRatingsError, match="n_studies is 5"):
        alternative_power(60, plan=AltTestPlan(0.1), n_studies=5)
    with pytest.raises(InvalidRatingsError, match=r"accuracy is 1\.2"):
        alternative_power(60, plan=AltTestPlan(0.1), accuracy=1.2)

from itertools import combinations

import pytest

from core.diversity import Measure
from core.results import ResponseSet, SetMeasures, find_baselines, paired_differences
from core.results.differences import holm

BASE, OWN = "m/temperature#1", "m/system-anchored#2"


def measured(condition, values, *, category="G", n=5, start=0, measure="distinct", verdicts=None):
    """One set per value; None is a set without a value."""
    strategy = condition.split("/")[1].split("#")[0]
    return [
        SetMeasures(
            set=ResponseSet(condition, start + number, "m", strategy, category, n),
            count=None,
            measures={measure: Measure.undefined("gap") if value is None else Measure(value)},
            verdicts=verdicts or {},
        )
        for number, value in enumerate(values)
    ]


def only(found, category="all"):
    (one,) = [row for row in found if row.category == category]
    return one


def test_differences_are_taken_prompt_by_prompt_over_prompts_complete_in_both():
    base = measured(BASE, [1, 2, None, 4, 1])
    own = measured(OWN, [3, 5, 5, None, 2])
    row = only(paired_differences([*base, *own], "distinct"))
    assert (row.n, row.n_dropped) == (3, 2)
    assert row.mean == pytest.approx((2 + 3 + 1) / 3)
    assert row.low is None
    assert row.reason == "3 prompts; an interval needs at least 10."


def test_the_interval_is_that_of_the_paired_t():
    # Differences 0 and 1 in turns, n = 10: mean .5, sd .527, se .1667, t(9) = 2.2622.
    base = measured(BASE, [1.0] * 10)
    own = measured(OWN, [1.0, 2.0] * 5)
    row = only(paired_differences([*base, *own], "distinct"))
    assert row.low == pytest.approx(0.5 - 2.2622 * 0.16667, abs=1e-4)
    assert row.high == pytest.approx(0.5 + 2.2622 * 0.16667, abs=1e-4)


def test_the_simultaneous_interval_covers_all_rows_of_the_table():
    base = measured(BASE, [1.0] * 20) + measured(BASE, [1.0] * 20, category="H", start=20)
    own = measured(OWN, [1.0, 2.0] * 10)
    own += measured(OWN, [1.0, 3.0] * 10, category="H", start=20)
    found = paired_differences([*base, *own], "distinct")
    assert [row.category for row in found] == ["all", "G", "H"]
    assert {row.n_compared for row in found} == {3}
    for row in found:
        assert row.low_all < row.low < row.mean < row.high < row.high_all


def test_equal_differences_give_no_interval_but_what_could_be():
    base, own = measured(BASE, [1.0] * 14), measured(OWN, [5.0] * 14)
    row = only(paired_differences([*base, *own], "distinct"))
    assert (row.mean, row.low) == (4, None)
    assert row.reason == "All 14 differ by 4; up to 23% of such prompts may not."


def test_a_larger_set_is_cut_down_before_counts_are_compared():
    all_different = dict.fromkeys(combinations(range(10), 2), False)
    base = measured(BASE, [5.0] * 3)
    own = measured(OWN, [10.0] * 3, n=10, verdicts=all_different)
    row = only(paired_differences([*base, *own], "distinct"))
    assert row.mean == 0
    assert row.rarefied_to == 5


def test_a_measure_that_grows_with_n_is_not_compared_across_n():
    base = measured(BASE, [2.0] * 3, measure="vendi")
    own = measured(OWN, [4.0] * 3, n=10, measure="vendi")
    row = only(paired_differences([*base, *own], "vendi"))
    assert row.mean is None
    assert "Vendi score grows with n" in row.reason


def test_means_over_pairs_may_be_compared_across_n():
    base = measured(BASE, [0.2] * 3, measure="vocabulary")
    own = measured(OWN, [0.6] * 3, n=10, measure="vocabulary")
    row = only(paired_differences([*base, *own], "vocabulary"))
    assert row.mean == pytest.approx(0.4)
    assert row.rarefied_to is None


def test_the_baseline_is_the_same_models_temperature_condition():
    rows = measured(BASE, [1.0]) + measured(OWN, [1.0])
    assert find_baselines(rows) == {OWN: BASE}


def test_without_a_baseline_there_is_nothing_to_compare():
    assert paired_differences(measured(OWN, [1.0] * 12), "distinct") == []


def test_holm_multiplies_from_the_smallest_and_never_falls():
    # Sorted .01 .02 .03 .04 times 4 3 2 1: .04 .06 .06 .06.
    assert holm({0: 0.02, 1: 0.01, 2: 0.04, 3: 0.03}) == pytest.approx(
        {1: 0.04, 0: 0.06, 3: 0.06, 2: 0.06}
    )


def test_pooling_draws_categories_together_and_noisy_ones_further():
    rows = []
    # Differences 1 ± 0.5, 2 ± 0.5 and 6 ± 5, by category.
    for place, (mean, spread) in enumerate([(1, 0.5), (2, 0.5), (6, 5)]):
        category, start = "ABC"[place], place * 20
        rows += measured(BASE, [0.0] * 20, category=category, start=start)
        values = [mean + spread, mean - spread] * 10
        rows += measured(OWN, values, category=category, start=start)
    found = {row.category: row for row in paired_differences(rows, "distinct")}
    assert found["all"].pooled is None
    pulled = {key: found[key].pooled - found[key].mean for key in "ABC"}
    assert pulled["A"] > 0 > pulled["C"]
    assert abs(pulled["C"]) > abs(pulled["A"])

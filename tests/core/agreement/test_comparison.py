import numpy as np
import pytest

from core.agreement import Resampler
from core.agreement.baselines import skill_free_baselines
from core.agreement.comparison import Comparison
from core.agreement.table import build_panel

VERDICTS = ("equivalent", "different")
E, D = VERDICTS


def compare(ratings, level="nominal", options=VERDICTS, question="equivalence") -> Comparison:
    panel = build_panel(ratings, level, options)
    return Comparison(panel, "all", question, Resampler(np.random.default_rng(0)))


def test_the_baseline_that_comes_closest_is_the_one_to_beat(make_ratings):
    # People say E on 20 of 25 items: always-E matches 80%, a coin 50%. The judge matches 84%.
    rows = [(f"i{n}", "ann", E if n < 20 else D) for n in range(25)]
    rows += [(f"i{n}", "judge", E if n < 24 else D) for n in range(25)]
    comparison = compare(make_ratings(rows))
    baselines = skill_free_baselines(comparison.panel)
    contrast = comparison.judge_row(comparison.panel.judges[0], baselines).beats_baseline
    assert contrast.baseline == "baseline:constant"
    assert contrast.difference.value == pytest.approx(0.04)
    # Five D answers are too few of the rarer kind for an interval, so nothing is claimed.
    assert contrast.beats is None
    assert "5 verdict(s) of the rarer kind" in contrast.difference.reason


def test_minus_human_leaves_out_items_with_one_person(make_ratings):
    rows = [
        ("i1", "ann", E), ("i1", "bob", D), ("i1", "judge", E),
        ("i2", "ann", E), ("i2", "judge", D),
    ]  # fmt: skip
    comparison = compare(make_ratings(rows))
    statistics = comparison.judge_row(comparison.panel.judges[0], None).statistics
    assert statistics["minus_human"].value == pytest.approx(0.5 - 0)
    assert statistics["percent"].value == pytest.approx((0.5 + 0) / 2)


def test_people_rating_items_once_each_have_no_agreement(make_ratings):
    human = compare(make_ratings([("i1", "ann", E), ("i2", "bob", D)])).human_row()
    assert (human.n_items, human.n_prompts, human.n_raters) == (2, 2, 2)
    assert {s.reason for s in human.statistics.values()} == {"no item has two human ratings"}


def test_sensitivity_needs_ten_verdicts_of_its_own_kind(make_ratings):
    rows = [(f"i{n}", "ann", E if n < 30 else D) for n in range(36)]
    rows += [(f"i{n}", "judge", E if n % 5 else D) for n in range(36)]
    comparison = compare(make_ratings(rows))
    statistics = comparison.judge_row(comparison.panel.judges[0], None).statistics
    assert statistics["sensitivity"].has_interval
    assert statistics["specificity"].value is not None
    assert not statistics["specificity"].has_interval


def test_scores_have_no_rarer_kind(make_ratings):
    rng = np.random.default_rng(0)
    rows = [
        (f"i{n}", rater, int(rng.integers(1, 6))) for n in range(12) for rater in ("ann", "bob")
    ]
    human = compare(make_ratings(rows), "ordinal", (1, 2, 3, 4, 5), "quality").human_row()
    assert human.statistics["krippendorff_alpha"].has_interval

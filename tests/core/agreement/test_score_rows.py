"""Rows of scores against hand-worked examples, published ones, and the library's functions."""

from __future__ import annotations

import numpy as np
import pytest

from core.agreement import (
    Resampler,
    agreement_report,
    default_interval,
    icc,
    kendall_tau_b,
    score_agreement,
    spearman,
)
from core.agreement.crossed import CROSSED
from tests.core.agreement.test_scores import JUDGES

STEPS = (1.0, 2.0, 3.0, 4.0, 5.0)


def scores_of(ratings, question="quality", options=None, level=None):
    report = agreement_report(ratings, study="s", question=question, options=options, level=level)
    return score_agreement(report.panel)


def value(row, name):
    return row.statistics[name].value


def long(table, names):
    """Rows of a table of shape (n_raters, n_items); NaN was not rated."""
    return [
        (f"i{item}", name, score)
        for name, scores in zip(names, table, strict=True)
        for item, score in enumerate(scores)
        if np.isfinite(score)
    ]


@pytest.fixture
def drawn():
    """Three people (one item in four lacks one of them) and a judge; 120 items."""
    rng = np.random.default_rng(4)
    truth = rng.integers(1, 6, 120)
    table = np.clip(truth + rng.integers(-1, 2, (4, 120)), 1, 5).astype(float)
    table[2, ::4] = np.nan
    return table


def test_people_who_score_everything_reproduce_shrout_and_fleiss(make_ratings):
    # Shrout and Fleiss (1979), two-way random: ICC(2,1) .29, ICC(2,4) .62.
    found = scores_of(make_ratings(long(JUDGES, ("ann", "bob", "cy", "dee"))))
    assert found.design == "two-way"
    assert value(found.humans[0], "icc_single") == pytest.approx(0.29, abs=0.005)
    assert value(found.humans[0], "icc_mean") == pytest.approx(0.62, abs=0.005)
    assert found.humans[0].scores_per_item == 4
    assert "6 prompts" in found.humans[0].statistics["icc_single"].reason


def test_people_who_vary_by_item_have_the_one_way_form(make_ratings, drawn):
    found = scores_of(make_ratings(long(drawn[:3], ("ann", "bob", "cy"))), options=STEPS)
    assert found.design == "one-way"
    row = found.humans[0]
    for name, form in (("icc_single", "1,1"), ("icc_mean", "1,k")):
        assert value(row, name) == pytest.approx(icc(drawn[:3], form=form).value)
    assert row.scores_per_item == pytest.approx(2.75)


def test_one_skipped_answer_leaves_a_two_way_design(make_ratings, drawn):
    people = drawn[:3].copy()
    people[2, ::4] = 3
    people[1, 7] = np.nan
    found = scores_of(make_ratings(long(people, ("ann", "bob", "cy"))), options=STEPS)
    assert found.design == "two-way"
    assert found.humans[0].n_items == 119
    assert value(found.humans[0], "icc_single") == pytest.approx(icc(people, form="2,1").value)


def test_a_judge_beside_peoples_mean_is_countable_by_hand(make_ratings):
    # Means 1.5, 2, 3, 4.5; judge 2, 1, 4, 5. Ranks 2, 1, 3, 4 against 1, 2, 3, 4: Spearman
    # 1 - 6 * 2 / (4 * 15) = .8; five pairs in order, one in reverse: 4/6. Means 3 and 2.75.
    table = [[1, 2, 3, 4], [2, 2, 3, 5], [2, 1, 4, 5]]
    found = scores_of(make_ratings(long(table, ("ann", "bob", "judge"))), options=STEPS)
    row = found.judges[0]
    assert value(row, "spearman") == pytest.approx(0.8)
    assert value(row, "kendall_tau_b") == pytest.approx(4 / 6)
    assert value(row, "mean_difference") == pytest.approx(0.25)
    assert (row.n_items, row.n_prompts) == (4, 4)


def test_judges_have_the_librarys_values_and_intervals(make_ratings, drawn):
    found = scores_of(make_ratings(long(drawn, ("ann", "bob", "cy", "judge"))), options=STEPS)
    row, means = found.judges[0], np.nanmean(drawn[:3], axis=0).round(9)
    for name, of in (("spearman", spearman), ("kendall_tau_b", kendall_tau_b)):
        expected = default_interval(
            of(drawn[3], means), np.arange(120), resampler=Resampler(np.random.default_rng(0))
        )
        assert value(row, name) == pytest.approx(expected.value)
        assert row.statistics[name].low == pytest.approx(expected.low)
        assert row.statistics[name].high == pytest.approx(expected.high)
    apart = row.statistics["mean_difference"]
    assert apart.value == pytest.approx(np.mean(drawn[3] - means))
    # 120 items are prompts of their own: the bootstrap is near the t interval of a plain mean.
    half = 1.98 * np.std(drawn[3] - means, ddof=1) / np.sqrt(120)
    assert apart.high - apart.low == pytest.approx(2 * half, rel=0.15)


def test_without_skill_there_is_no_order_but_there_may_be_the_right_mean(make_ratings, drawn):
    found = scores_of(make_ratings(long(drawn, ("ann", "bob", "cy", "judge"))), options=STEPS)
    constant = next(row for row in found.baselines if row.judge == "baseline:constant")
    assert value(constant, "spearman") is None
    assert "their order is undefined" in constant.statistics["spearman"].reason
    assert abs(value(constant, "mean_difference")) < 0.5


def test_a_judge_whose_orders_part_counts_with_their_mean(make_ratings):
    rows = [("i1", "ann", 3, "ab"), ("i1", "judge", 2, "ab"), ("i1", "judge", 5, "ba")]
    found = scores_of(make_ratings(rows), options=STEPS)
    assert value(found.judges[0], "mean_difference") == pytest.approx(0.5)


def test_ten_people_give_an_interval_that_speaks_for_other_people(make_ratings):
    rng = np.random.default_rng(0)
    table = np.clip(rng.integers(1, 6, 60) + rng.integers(-1, 2, (10, 60)), 1, 5).astype(float)
    table[rng.random(table.shape) < 0.3] = np.nan
    names = [f"person{number}" for number in range(10)]
    row = scores_of(make_ratings(long(table, names)), options=STEPS).humans[0]
    single = row.statistics["icc_single"]
    assert single.method == CROSSED
    assert single.low < single.value < single.high


def test_every_category_has_rows_of_its_own(make_ratings, drawn):
    rows = long(drawn, ("ann", "bob", "cy", "judge"))
    half = {f"i{item}": "B" for item in range(60)}
    found = scores_of(make_ratings(rows, categories=half), options=STEPS)
    assert [row.category for row in found.humans] == ["all", "A", "B"]
    assert [(row.judge, row.n_items) for row in found.judges] == [
        ("judge", 120), ("judge", 60), ("judge", 60),
    ]  # fmt: skip
    alone = kendall_tau_b(drawn[3, :60], np.nanmean(drawn[:3, :60], axis=0).round(9))
    assert value(found.judges[2], "kendall_tau_b") == pytest.approx(alone.value)


def test_only_scores_have_scores(make_ratings):
    def imported(*answers):
        rows = [(f"i{place}", "ann", answer) for place, answer in enumerate(answers)]
        return scores_of(make_ratings(rows), question="fluency")

    assert imported("9", "10", "2") is not None
    assert imported("0", "1", "1") is None
    assert imported("good", "fair", "2") is None
    assert imported() is None


def test_numbers_of_an_imported_question_are_ordered_as_numbers(make_ratings):
    rows = long([[2, 9, 10, 11], [3, 7, 8, 9]], ("ann", "judge"))
    found = scores_of(make_ratings([(i, who, f"{v:g}") for i, who, v in rows]), question="fluency")
    assert value(found.judges[0], "spearman") == pytest.approx(1)


def test_more_than_a_hundred_different_scores_are_taken_in_steps(make_ratings):
    people = np.arange(150.0)
    rows = long([people, people], ("ann", "judge"))
    found = scores_of(make_ratings(rows), question="length", level="interval")
    assert value(found.judges[0], "spearman") == pytest.approx(1)


def test_what_cannot_be_told_says_why(make_ratings):
    rows = [("i1", "ann", 3), ("i2", "ann", 4), ("i3", "judge", 5), ("i1", "judge", None)]
    found = scores_of(make_ratings(rows), options=STEPS)
    assert found.humans[0].statistics["icc_mean"].reason == "no item has two human ratings"
    assert found.humans[0].scores_per_item is None
    assert "no item has both" in found.judges[0].statistics["spearman"].reason

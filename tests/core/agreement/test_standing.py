"""When "may stand in" is said, and what is said instead."""

from __future__ import annotations

import numpy as np
import pytest

from core.agreement import agreement_report
from core.agreement.alternative_rows import AltTestPlan
from core.agreement.standing import standing, standings

WORDS = ("different", "equivalent")


def report_of(make_ratings, *, n=300, same=0.5, people=0.9, judge=0.9, plan=None, raters=3):
    """A study in which everyone is right at random this often; judge None always says same."""
    rng = np.random.default_rng(0)
    truth = rng.random(n) < same
    answers = truth ^ (rng.random((raters, n)) >= people)
    verdicts = np.ones(n, bool) if judge is None else truth ^ (rng.random(n) >= judge)
    rows = [(f"i{i}", f"r{r}", WORDS[int(answers[r, i])]) for r in range(raters) for i in range(n)]
    rows += [(f"i{i}", "judge", WORDS[int(verdicts[i])]) for i in range(n)]
    return agreement_report(
        make_ratings(rows),
        study="s",
        question="equivalence",
        options=WORDS,
        alternative=plan or AltTestPlan(0.1),
    )


def standing_of(report):
    row = next(row for row in report.judges if row.category == "all")
    rivals = {base.judge: base for base in report.baselines if base.category == "all"}
    return standing(row, rivals, question=report.question, constant=report.constant)


def test_a_good_judge_on_balanced_pairs_may_stand_in(make_ratings):
    found = standing_of(report_of(make_ratings))
    assert found.may_stand_in is True
    assert "may stand in for one of these 3 raters at epsilon 0.1" in found.sentence
    assert "beats always answering" in found.sentence


def test_a_judge_that_always_says_same_passes_and_so_does_always_answering_same(make_ratings):
    found = standing_of(report_of(make_ratings, same=0.95, judge=None))
    assert found.may_stand_in is False
    assert found.sentence == "Passes, but so does always answering 'same'."


def test_a_skilled_judge_on_lopsided_pairs_may_not_stand_in_while_a_constant_passes(make_ratings):
    found = standing_of(report_of(make_ratings, n=120, same=0.97))
    assert found.may_stand_in is False
    assert found.sentence.startswith("Passes, but")


def test_a_poor_judge_is_not_shown_and_never_called_failed(make_ratings):
    found = standing_of(report_of(make_ratings, judge=0.6))
    assert found.may_stand_in is False
    assert found.sentence.startswith("Not shown that judge may stand in")
    assert "would pass in" in found.sentence
    assert "fail" not in found.sentence.lower()


def test_people_no_better_than_coins_show_nothing(make_ratings):
    found = standing_of(report_of(make_ratings, people=0.55, plan=AltTestPlan(0.2)))
    assert found.may_stand_in is False
    assert "a coin could pass" in found.sentence


def test_two_raters_leave_it_undefined_with_the_reason(make_ratings):
    found = standing_of(report_of(make_ratings, raters=2))
    assert found.may_stand_in is None
    assert "2 rater(s) can be tested, at least 3" in found.sentence


def test_a_report_without_the_test_says_it_was_not_asked_for(make_ratings):
    rows = [("i1", "ann", "equivalent"), ("i1", "judge", "equivalent")]
    report = agreement_report(make_ratings(rows), study="s", question="equivalence")
    assert standing_of(report).may_stand_in is None
    assert "alt_test" not in report.judges[0].as_dict()


@pytest.mark.parametrize("category", ["all", "A"])
def test_every_judge_and_baseline_row_carries_the_test(make_ratings, category):
    report = report_of(make_ratings, n=60)
    rows = [row for row in (*report.judges, *report.baselines) if row.category == category]
    assert {row.judge for row in rows} == {"judge", "baseline:coin", "baseline:constant"}
    assert all(row.alt_test.category == category for row in rows)
    assert all(row.as_dict()["alt_test"]["n_tests"] == 3 for row in rows)


def test_the_constant_of_a_category_is_tested_with_that_categorys_answer(make_ratings):
    # In A nearly all is the same, in B nearly nothing; the constant must pass in both.
    rows = []
    for i in range(160):
        says = WORDS[int(i % 2 == 0)]
        rows += [(f"i{i}", f"r{r}", says) for r in range(3)] + [(f"i{i}", "judge", says)]
    report = agreement_report(
        make_ratings(rows, categories={f"i{i}": "AB"[i % 2] for i in range(160)}),
        study="s",
        question="equivalence",
        options=WORDS,
        alternative=AltTestPlan(0.2),
    )
    tests = {
        row.category: row.alt_test for row in report.baselines if row.judge == "baseline:constant"
    }
    assert tests["A"].passed is True
    assert tests["B"].passed is True
    assert tests["all"].passed is False


def test_standings_name_the_constant_of_each_category(make_ratings):
    rows = []
    for i in range(200):
        says = WORDS[int(i % 2 == 0)]
        rows += [(f"i{i}", f"r{r}", says) for r in range(3)] + [(f"i{i}", "judge", says)]
    report = agreement_report(
        make_ratings(rows, categories={f"i{i}": "AB"[i % 2] for i in range(200)}),
        study="s",
        question="equivalence",
        options=WORDS,
        alternative=AltTestPlan(0.2),
    )
    found = standings(report)
    assert set(found) == {("judge", "all"), ("judge", "A"), ("judge", "B")}
    assert found["judge", "A"].sentence == "Passes, but so does always answering 'same'."
    assert found["judge", "B"].sentence == "Passes, but so does always answering 'different'."

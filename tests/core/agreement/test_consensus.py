"""Rules of consensus on the same answers of people."""

from __future__ import annotations

import numpy as np

from core.agreement.consensus import compare_rules
from core.agreement.observations import one_hot
from core.agreement.table import build_panel


def crowd(n: int, accuracies: list[float], *, q: int = 2, seed: int = 0):
    """Truth, and answers of people who are right this often; shape (raters, n)."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(q, size=n)
    right = rng.random((len(accuracies), n)) < np.array(accuracies)[:, None]
    wrong = (truth + rng.integers(1, q, size=(len(accuracies), n))) % q
    return truth, np.where(right, truth, wrong).astype(float)


def panel_of(make_ratings, answers: np.ndarray, words=("different", "equivalent")):
    rows = [
        (f"i{i}", f"r{r}", words[int(answers[r, i])])
        for i in range(answers.shape[1])
        for r in range(len(answers))
    ]
    return build_panel(make_ratings(rows), "nominal", words)


def test_rules_are_compared_on_items_both_settle(make_ratings):
    # Four people: i0 all same, i1 two against two, i2 three against one.
    answers = np.array([[1, 1, 0], [1, 1, 0], [1, 0, 0], [1, 0, 1]])
    found = compare_rules(panel_of(make_ratings, answers))
    assert found.rules == ("majority", "plurality", "dawid-skene")
    assert found.answers[0].tolist() == [1, -1, 0]
    assert found.n_undecided[:2] == (1, 1)
    assert found.agreement[0, 1] == 1
    assert found.n_rated == 3


def test_rules_part_where_a_good_rater_stands_against_two_poor_ones(make_ratings):
    _truth, answers = crowd(400, [0.97, 0.62, 0.62, 0.97, 0.62], seed=3)
    found = compare_rules(panel_of(make_ratings, answers))
    assert len(found.parting) > 20
    item = found.parting[0]
    assert found.answers[0, item] != found.answers[2, item]


def test_a_judge_is_matched_with_each_rule_on_the_items_all_settle(make_ratings):
    truth, answers = crowd(300, [0.9, 0.9, 0.9])
    panel = panel_of(make_ratings, answers)
    found = compare_rules(panel, one_hot(truth, 2))
    assert found.n_match == 300
    assert all(share > 0.95 for share in found.judge_match)


def test_two_people_leave_dawid_skene_out(make_ratings):
    found = compare_rules(panel_of(make_ratings, np.array([[0, 1], [0, 0]])))
    assert found.rules == ("majority", "plurality")

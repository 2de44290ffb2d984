import pytest

from core.judges.accuracy import recall_by_category


def test_recall_counts_by_true_category_with_all_prompts_first():
    pairs = [("B", "B"), ("B", "A"), ("A", "A"), (None, "A"), ("A", None)]
    found = [
        (one.category, one.n, one.n_right, one.n_unclassified) for one in recall_by_category(pairs)
    ]
    assert found == [("all", 3, 2, 1), ("A", 1, 1, 1), ("B", 2, 1, 0)]


def test_no_ground_truth_gives_no_recall_rather_than_zero():
    assert recall_by_category([(None, "A"), (None, None)]) == []


def test_few_prompts_get_a_reason_instead_of_an_interval():
    (overall, _) = recall_by_category([("A", "A")] * 9)
    assert (overall.low, overall.high) == (None, None)
    assert overall.reason == "fewer than 10 prompts"


def test_wilson_interval_reproduces_the_published_formula():
    # 15 of 16: centre (p + z²/2n) / (1 + z²/n), half-width z √(p(1-p)/n + z²/4n²) / (1 + z²/n)
    # with p = .9375, n = 16, z = 1.959964: .85280 ± .13608.
    (overall, _) = recall_by_category([("A", "A")] * 15 + [("A", "B")])
    assert overall.low == pytest.approx(0.7167, abs=5e-4)
    assert overall.high == pytest.approx(0.9889, abs=5e-4)

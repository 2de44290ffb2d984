import pytest

from core.diversity import distinct_k, first_member_classes, utility_k


def test_a_response_joins_the_class_of_the_first_member_it_equals():
    verdicts = {(0, 1): True, (0, 2): False, (0, 3): False, (2, 3): True}
    # (1, 2), (1, 3) are never asked: 1 is no first member.
    assert first_member_classes(4, verdicts) == [0, 0, 1, 1]


def test_only_the_first_member_counts_where_verdicts_are_not_transitive():
    # 0~1 and 1~2 but not 0~2: one component, but 2 opens a class.
    classes = first_member_classes(3, {(0, 1): True, (1, 2): True, (0, 2): False})
    assert classes == [0, 0, 1]
    assert distinct_k(classes) == 2


def test_classes_are_unknown_when_a_needed_comparison_has_no_verdict():
    assert first_member_classes(3, {(0, 1): False, (0, 2): False}) is None


def test_utility_counts_new_classes_only_and_wears_off():
    # Classes 0 0 1, scores 5 4 3, p = 0.8: (1·5 + 0.8·0 + 0.64·3) / (1 + 0.8 + 0.64) = 6.92 / 2.44
    assert utility_k([0, 0, 1], [5, 4, 3]).value == pytest.approx(6.92 / 2.44)


def test_utility_of_all_different_equal_scores_is_that_score():
    assert utility_k([0, 1, 2, 3], [4.0] * 4).value == pytest.approx(4.0)


def test_with_no_patience_lost_every_response_weighs_the_same():
    assert utility_k([0, 1, 1], [2, 4, 5], patience=1.0).value == pytest.approx(2.0)


def test_a_score_is_needed_only_where_a_class_opens():
    assert utility_k([0, 0], [3, None]).value == pytest.approx(3 / 1.8)
    missing = utility_k([0, 1], [3, None])
    assert not missing.is_defined
    assert "opens a class" in missing.reason


def test_utility_of_nothing_is_undefined():
    assert not utility_k([], []).is_defined

import pytest

from core.results import PairVerdict, QualityScore, majority_verdicts, mean_scores


def says(rater: str, equivalent: bool | None, a: int = 1, b: int = 2) -> PairVerdict:
    return PairVerdict(a, b, rater, "judge", equivalent)


def test_more_than_half_of_the_raters_decide():
    assert majority_verdicts([says("x", True), says("y", True), says("z", False)]) == {(1, 2): True}


def test_a_tie_is_unscored():
    assert majority_verdicts([says("x", True), says("y", False)]) == {(1, 2): None}


def test_unscored_answers_do_not_vote():
    assert majority_verdicts([says("x", None), says("y", False)]) == {(1, 2): False}
    assert majority_verdicts([says("x", None)]) == {(1, 2): None}


def test_both_orders_of_one_pair_share_a_key():
    assert majority_verdicts([says("x", True, 2, 1), says("y", True, 1, 2)]) == {(1, 2): True}


def test_two_orders_that_disagree_vote_one_half():
    flip = [says("x", True), says("x", False, 2, 1)]
    assert majority_verdicts(flip) == {(1, 2): None}
    assert majority_verdicts([*flip, says("y", True)]) == {(1, 2): True}
    assert majority_verdicts([*flip, says("y", True), says("z", False)]) == {(1, 2): None}


def test_a_rater_asked_more_often_has_no_more_weight():
    often = [says("x", True)] * 5
    assert majority_verdicts([*often, says("y", False), says("z", False)]) == {(1, 2): False}


def test_thirds_of_repeats_still_tie_exactly():
    two_of_three = [says("x", True), says("x", True), says("x", False)]
    one_of_three = [says("y", True), says("y", False), says("y", False)]
    assert majority_verdicts([*two_of_three, *one_of_three]) == {(1, 2): None}


def test_scores_are_averaged_within_a_rater_first():
    scores = [
        QualityScore(1, "x", "judge", 1),
        QualityScore(1, "x", "judge", 3),
        QualityScore(1, "y", "judge", 4),
        QualityScore(2, "y", "judge", None),
    ]
    assert mean_scores(scores) == {1: pytest.approx(3)}

"""Which sentence is written in which case; the claims that must never be made."""

import pytest

from core.agreement.rows import BaselineContrast, HumanRow, JudgeRow
from core.agreement.sentences import headline
from core.agreement.statistic import Statistic

PEOPLE = HumanRow("all", 240, 80, 3, 720, 0, {})
NO_PAIRS = Statistic.undefined("no item has two human ratings")
SURE = Statistic(0.9, 0.85, 0.95, "m")
UNSURE = Statistic.without_interval(0.9, "no interval: 4 verdict(s) of the rarer kind")


def between(low: float, high: float) -> Statistic:
    return Statistic((low + high) / 2, low, high, "m")


def sentence(
    minus_human: Statistic,
    *,
    difference: Statistic | None = None,
    baseline: str = "baseline:constant",
    rival: Statistic = between(-0.4, -0.3),
    recall: Statistic = SURE,
    question: str = "equivalence",
    constant: str | float = "equivalent",
    people: HumanRow = PEOPLE,
) -> str:
    statistics = {
        "percent": SURE,
        "sensitivity": SURE,
        "specificity": recall,
        "minus_human": minus_human,
    }
    contrast = None if difference is None else BaselineContrast(baseline, difference)
    row = JudgeRow("gpt-x", "all", 240, 80, 0, 0, 0, statistics, (), contrast)
    skill_free = JudgeRow(baseline, "all", 240, 80, 0, 0, 0, {"minus_human": rival})
    return headline(row, people, {baseline: skill_free}, question=question, constant=constant)


BEATS, DOES_NOT = between(0.1, 0.3), between(-0.02, 0.04)


def test_a_judge_like_a_person_that_beats_constancy_is_praised_within_its_interval():
    assert sentence(between(-0.031, 0.02), difference=BEATS) == (
        "On 240 pairs from 80 prompts, gpt-x agrees with a person as often as another person "
        "does, give or take 4 points; always answering 'same' would not, for these 3 raters."
    )


def test_a_judge_no_better_than_constancy_is_told_so():
    text = sentence(between(-0.03, 0.02), difference=DOES_NOT, rival=between(-0.04, 0.01))
    assert ", but so does always answering 'same', for these 3 raters." in text


def test_not_shown_to_beat_constancy_is_not_called_passing_when_constancy_does_not():
    text = sentence(between(-0.03, 0.02), difference=DOES_NOT)
    assert "it is not shown to beat always answering 'same'" in text


def test_without_an_estimated_specificity_the_praise_is_withheld():
    text = sentence(between(-0.03, 0.02), difference=BEATS, recall=UNSURE)
    assert "specificity cannot be estimated" in text
    assert "would not" not in text


def test_without_an_interval_against_the_baseline_nothing_is_claimed():
    text = sentence(between(-0.03, 0.02), difference=UNSURE)
    assert "whether it beats always answering 'same' cannot be told" in text


def test_a_wide_interval_is_too_little_data_not_as_often():
    text = sentence(between(-0.2, 0.15), difference=BEATS)
    assert "too little data" in text
    assert "between -20 and +15 points" in text


def test_a_judge_below_people_is_said_to_be():
    assert "less often than another person does, by 1 to 9 points" in sentence(
        between(-0.09, -0.01), difference=BEATS
    )


def test_a_judge_above_people_is_said_to_be():
    assert "more often than another person does, by 1 to 5 points" in sentence(
        between(0.01, 0.05), difference=BEATS
    )


def test_one_person_per_item_never_becomes_agreement_of_people():
    text = sentence(NO_PAIRS, difference=BEATS)
    assert "no person-person comparison is possible: each pair has one person" in text
    assert "gpt-x gives that person's answer on 90% (85% to 95%) of them" in text
    assert "as often as" not in text


def test_without_an_interval_there_is_too_little_data():
    assert sentence(UNSURE).startswith("Too little data to compare gpt-x with people")


@pytest.mark.parametrize(
    ("baseline", "words"),
    [("baseline:coin", "answering at random"), ("baseline:tfidf", "comparing the words used")],
)
def test_other_baselines_are_named_in_plain_words(baseline, words):
    text = sentence(between(-0.03, 0.02), difference=DOES_NOT, baseline=baseline)
    assert words in text


def test_scores_speak_of_responses_and_need_no_sensitivity():
    none = Statistic.undefined("defined for question equivalence only, not quality")
    text = sentence(
        between(-0.03, 0.02), difference=BEATS, recall=none, question="quality", constant=4.0
    )
    assert text.startswith("On 240 responses from 80 prompts")
    assert "always answering '4' would not" in text


@pytest.mark.parametrize("minus_human", [between(-0.03, 0.02), between(0.02, 0.05), NO_PAIRS])
@pytest.mark.parametrize("difference", [BEATS, DOES_NOT, UNSURE, None])
def test_no_sentence_says_that_judges_replace_people_or_are_valid(minus_human, difference):
    text = sentence(minus_human, difference=difference).lower()
    for claim in ("replace", "valid", "stand in", "failed"):
        assert claim not in text

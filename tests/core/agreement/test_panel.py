import numpy as np
import pytest

from core.agreement.panel import Verdicts, human_majority

AB, BA, UNKNOWN = 0, 1, 2


def judge(*answers: dict[int, int | None]) -> Verdicts:
    """Verdicts from one {order: option, None = unscored} per item, two options."""
    by_order, asked = np.zeros((len(answers), 3, 2)), np.zeros((len(answers), 3), dtype=bool)
    for item, orders in enumerate(answers):
        for order, option in orders.items():
            asked[item, order] = True
            if option is not None:
                by_order[item, order, option] = 1
    return Verdicts("judge", by_order, asked)


def seen(verdicts: Verdicts, order: int) -> list[list[float]]:
    items = np.arange(len(verdicts.by_order))
    return verdicts.seen(items, np.full(len(items), order)).tolist()


def test_against_a_person_the_verdict_in_the_order_seen_counts():
    verdicts = judge({AB: 0, BA: 1})
    assert seen(verdicts, AB) == [[1, 0]]
    assert seen(verdicts, BA) == [[0, 1]]


def test_an_order_never_asked_falls_back_on_the_other():
    assert seen(judge({AB: 1}), BA) == [[0, 1]]


def test_an_order_asked_without_an_answer_gives_none():
    assert seen(judge({AB: 1, BA: None}), BA) == [[0, 0]]


def test_a_person_whose_order_is_unknown_gets_the_merged_verdict():
    assert seen(judge({AB: 0, BA: 1}), UNKNOWN) == [[0.5, 0.5]]


def test_only_disagreeing_orders_are_flips():
    verdicts = judge({AB: 0, BA: 1}, {AB: 1, BA: 1}, {AB: 0}, {AB: 0, BA: None})
    assert verdicts.flipped.tolist() == [True, False, False, False]
    assert verdicts.merged.tolist() == [[0.5, 0.5], [0, 1], [1, 0], [1, 0]]
    assert verdicts.n_unscored == 1


def test_nominal_majority_needs_more_than_half():
    counts = np.array([[2, 1, 0], [1, 1, 0], [2, 1, 1], [0, 0, 1], [0, 0, 0]], dtype=float)
    majority, tied = human_majority(counts, "nominal", ("a", "b", "c"))
    assert majority.tolist() == [0, -1, -1, 2, -1]
    assert tied.tolist() == [False, True, True, False, False]


@pytest.mark.parametrize(
    ("scores", "median"), [((1, 4, 5), 4), ((2, 2, 3, 5), None), ((4, 4), 4), ((5,), 5)]
)
def test_ordinal_majority_is_the_median_and_a_median_between_options_a_tie(scores, median):
    counts = np.array([[scores.count(option) for option in (1, 2, 3, 4, 5)]], dtype=float)
    majority, tied = human_majority(counts, "ordinal", (1, 2, 3, 4, 5))
    assert majority.tolist() == [-1 if median is None else median - 1]
    assert tied.tolist() == [median is None]


def test_a_median_between_two_answers_counts_at_interval_level_when_it_is_an_option():
    counts = np.array([[1, 0, 1], [1, 1, 0]], dtype=float)
    majority, tied = human_majority(counts, "interval", (1, 2, 3))
    assert majority.tolist() == [1, -1]
    assert tied.tolist() == [False, True]

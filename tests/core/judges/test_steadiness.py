"""Flips, McNemar, repeats and the two definitions, by numbers that can be counted by hand."""

import pytest

from core.judges.steadiness import (
    PairAnswer,
    compare_definitions,
    mcnemar_p,
    measure_steadiness,
)


def answers(*verdicts, order="ab", repeat=0):
    """One answer per pair, pairs numbered from 0, two pairs a prompt."""
    return [
        PairAnswer(item, f"p{item // 2}", order, repeat, verdict)
        for item, verdict in enumerate(verdicts)
    ]


def test_flips_are_counted_by_direction_among_pairs_read_in_both_orders():
    forth = answers(True, True, False, True, None)
    back = answers(True, False, True, False, True, order="ba")
    found = measure_steadiness([*forth, *back])
    assert (found.n_both, found.n_flips, found.only_ab, found.only_ba) == (4, 3, 2, 1)
    assert found.consistency.value == pytest.approx(0.25)
    assert found.flip_rate.value == pytest.approx(0.75)
    assert not found.flip_rate.has_interval
    assert found.flip_rate.reason


def test_mcnemar_is_the_exact_binomial_on_the_discordant_pairs():
    # Worked by hand: 1 and 5 discordant, 2 * (C(6,0) + C(6,1)) / 2^6 = 14/64.
    assert mcnemar_p(1, 5) == pytest.approx(14 / 64)
    assert mcnemar_p(3, 3) == pytest.approx(1.0)
    assert mcnemar_p(0, 0) is None


def test_mcnemar_matches_a_published_table():
    # Agresti, Categorical Data Analysis, approval ratings: 150 and 86 discordant; the exact
    # two-sided p, summed from the binomial tail, is below 0.0001.
    assert mcnemar_p(150, 86) == pytest.approx(3.72e-05, rel=0.01)


def test_repeats_in_the_same_order_give_the_noise_and_no_flips():
    first = answers(True, True, False, None)
    again = answers(True, False, False, True, repeat=1)
    found = measure_steadiness([*first, *again])
    assert (found.n_both, found.n_repeats, found.n_changed) == (0, 3, 1)
    assert found.noise.value == pytest.approx(1 / 3)
    assert found.consistency.value is None
    assert found.consistency.reason == "no pair has a verdict in both orders"


def test_intervals_resample_prompts():
    n = 120
    forth = answers(*[True] * n)
    back = answers(*[item % 4 != 0 for item in range(n)], order="ba")
    found = measure_steadiness([*forth, *back])
    assert found.flip_rate.has_interval
    assert found.flip_rate.low < 0.25 < found.flip_rate.high
    assert "cluster" in found.flip_rate.method


def test_the_two_definitions_are_compared_on_pairs_asked_in_one_order_by_both():
    anchored = answers(True, True, False, False, None)
    general = answers(True, False, False, True, True)
    found = compare_definitions(anchored, [*general, *answers(False, order="ba")])
    assert (found.n, found.only_anchored, found.only_general) == (4, 1, 1)
    assert found.agreement.value == pytest.approx(0.5)
    assert (found.share_anchored, found.share_general) == (0.5, 0.5)


def test_without_a_common_pair_the_definitions_cannot_be_compared():
    found = compare_definitions(answers(True), answers(True, order="ba"))
    assert found.n == 0
    assert found.agreement.reason
    assert found.share_general is None

"""Figures about how somebody worked, each against numbers worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import hypergeom

from core.crowd.plan import ExclusionRules
from core.crowd.quality import AnswerRow, Signal, apply_rules, fastest_seconds, signals


def rows(values: str, *, purpose: str = "rating", question: str = "equivalence", **more: object):
    """One answer a letter: d different, e equivalent, - can't tell; lower case a first, upper b."""
    said = {"d": "different", "e": "equivalent", "-": None}
    return [
        AnswerRow(
            rating_id=number,
            item_id=number,
            question=question,
            purpose=purpose,
            value=said[one.lower()],
            left="a" if one.islower() else "b",
            **more,
        )
        for number, one in enumerate(values)
    ]


def found(own, others=None) -> dict[str, Signal]:
    return {one.key: one for one in signals(own, others or {})}


def test_nothing_answered_gives_no_figure_and_says_why():
    for one in found([]).values():
        assert one.value is None
        assert one.n == 0
        assert one.reason
        assert not one.is_outside


def test_checks_are_shared_into_right_and_wrong_with_the_wrong_ones_named():
    right, wrong = (
        rows("d", purpose="attention", is_right=True),
        AnswerRow(7, 7, "equivalence", "attention", "different", is_right=False),
    )
    one = found([*right, wrong, wrong])["check_share"]
    assert (one.value, one.n, one.evidence) == (pytest.approx(1 / 3), 3, (7, 7))


def test_too_fast_is_faster_than_six_hundred_words_a_minute():
    # 120 words at ten a second are 12 s; short texts take a second at least.
    assert fastest_seconds(120) == 12
    assert fastest_seconds(3) == 1
    own = [
        AnswerRow(1, 1, "same", "rating", "different", seconds=11.9, words=120),
        AnswerRow(2, 2, "same", "rating", "different", seconds=12.1, words=120),
        AnswerRow(3, 3, "same", "rating", "different", seconds=0.9, words=3),
        AnswerRow(4, 4, "same", "rating", "different", seconds=None, words=3),
    ]
    one = found(own)["fast_share"]
    assert (one.value, one.n, one.evidence) == (pytest.approx(2 / 3), 3, (1, 3))


def test_a_run_is_compared_with_what_shuffling_seldom_gives():
    one = found(rows("dddddde"))["longest_run"]
    # p = 6/7, n = 7: the bound falls below .05 at 7 (6/7)^r < .05, r = 33.
    assert (one.value, one.n, one.high) == (6.0, 7, 33.0)
    assert one.evidence == (0, 1, 2, 3, 4, 5)
    even = found(rows("de" * 30 + "d" * 14))["longest_run"]
    # p = 44/74: 74 p^r < .05 from r = 15 on (74 (44/74)^14 = .051).
    assert (even.value, even.high, even.is_outside) == (14.0, 15.0, False)
    assert found(rows("de" * 30 + "d" * 20))["longest_run"].is_outside


def test_a_run_bound_holds_for_people_who_answer_by_chance():
    rng = np.random.default_rng(5)
    outside = 0
    for _ in range(400):
        values = "".join(rng.choice(["d", "e"], size=40))
        outside += found(rows(values))["longest_run"].is_outside
    assert outside / 400 <= 0.05


def test_always_the_same_answer_is_shown_and_not_called_chance():
    signals_ = found(rows("dddd"))
    assert signals_["same_share"].value == 1
    assert signals_["longest_run"].high is None
    assert "cannot be told from habit" in signals_["longest_run"].reason


def test_questions_are_looked_at_one_by_one():
    own = [*rows("dd"), *[AnswerRow(9 + n, 9 + n, "quality", "rating", str(n)) for n in range(2)]]
    assert found(own)["same_share"].value == pytest.approx(3 / 4)


def test_side_bias_is_held_against_the_hypergeometric_range():
    # 20 pairs, half with a first; all 8 called different have a first.
    one = found(rows("d" * 8 + "e" * 2 + "E" * 10))["left_share"]
    chance = hypergeom(20, 10, 8)
    assert (one.value, one.n) == (1.0, 8)
    assert (one.low, one.high) == (chance.ppf(0.025) / 8, chance.ppf(0.975) / 8)
    assert one.is_outside
    assert not found(rows("dDdDeEeE"))["left_share"].is_outside


def test_repeats_are_compared_with_the_first_time():
    again = [
        AnswerRow(10, 0, "equivalence", "repeat", "different"),
        AnswerRow(11, 1, "equivalence", "repeat", "different"),
        AnswerRow(12, 99, "equivalence", "repeat", "different"),
    ]
    one = found([*rows("de"), *again])["repeat_share"]
    assert (one.value, one.n, one.evidence) == (0.5, 2, (1, 11))


def test_agreement_with_the_rest_counts_every_item_once():
    others = {
        (0, "equivalence"): ["different", "equivalent", "equivalent", "equivalent"],
        (1, "equivalence"): ["equivalent"],
        (3, "equivalence"): [],
    }
    one = found(rows("ddde"), others)["others_share"]
    assert (one.value, one.n, one.evidence) == (pytest.approx(0.25 / 2), 2, (1,))


def test_rules_name_what_is_broken_and_leave_out_what_is_unknown():
    rules = ExclusionRules(min_check_share=0.8, max_same_share=0.9, max_fast_share=0.1)
    own = [*rows("dddd"), *rows("d", purpose="attention", is_right=False)]
    assert apply_rules(rules, signals(own, {})) == (
        "0% of 1 attention checks right; the rule is at least 80%",
        "100% of 4 answers that are the same; the rule is at most 90%",
    )


def test_without_rules_nobody_breaks_any():
    own = [*rows("dddd"), *rows("d", purpose="attention", is_right=False)]
    assert apply_rules(ExclusionRules(), signals(own, {})) == ()

"""The ensemble of judges, worked out by hand on a few items."""

from __future__ import annotations

import numpy as np
import pytest

from core.agreement import ENSEMBLE, agreement_report
from core.agreement.ensemble import ensemble_verdicts
from core.agreement.panel import ORDERS, Verdicts
from core.errors import InvalidRatingsError

E, D = "equivalent", "different"


def judge(name: str, *items: dict[str, int | None], q: int = 2) -> Verdicts:
    """A judge from one mapping of order to option per item; None is an unreadable answer."""
    by_order = np.zeros((len(items), len(ORDERS), q))
    asked = np.zeros((len(items), len(ORDERS)), dtype=bool)
    for row, answers in enumerate(items):
        for order, option in answers.items():
            asked[row, ORDERS.index(order)] = True
            if option is not None:
                by_order[row, ORDERS.index(order), option] = 1
    return Verdicts(name, by_order, asked)


def plain(name: str, *options: int | None, q: int = 2) -> Verdicts:
    """A judge that was asked in no particular order."""
    return judge(name, *({"": option} for option in options), q=q)


def test_there_is_no_ensemble_of_one_judge_or_none():
    assert ensemble_verdicts([plain("a", 0)], "nominal") is None
    assert ensemble_verdicts([], "nominal") is None


def test_more_than_half_of_the_judges_decide():
    together = ensemble_verdicts([plain("a", 0, 1), plain("b", 0, 1), plain("c", 1, 1)], "nominal")
    assert together.name == ENSEMBLE
    assert together.merged.tolist() == [[1, 0], [0, 1]]
    assert not together.tied.any()


def test_two_judges_who_differ_tie_and_spread_the_verdict():
    together = ensemble_verdicts([plain("a", 0, 0), plain("b", 1, 0)], "nominal")
    assert together.merged.tolist() == [[0.5, 0.5], [1, 0]]
    assert together.tied.tolist() == [True, False]


def test_the_most_votes_without_more_than_half_is_a_tie():
    judges = [plain(str(i), option, q=3) for i, option in enumerate((0, 0, 1, 2))]
    together = ensemble_verdicts(judges, "nominal")
    assert together.tied.tolist() == [True]
    assert together.merged.tolist() == [[1, 0, 0]]


def test_a_judge_without_a_readable_answer_does_not_vote():
    together = ensemble_verdicts([plain("a", 0, None), plain("b", None, None)], "nominal")
    assert together.merged.tolist() == [[1, 0], [0, 0]]
    assert together.tied.tolist() == [False, False]
    assert together.n_unscored == 1


def test_each_order_has_its_own_majority():
    together = ensemble_verdicts(
        [
            judge("a", {"ab": 0, "ba": 1}),
            judge("b", {"ab": 0, "ba": 1}),
            judge("c", {"ab": 1, "ba": 1}),
        ],
        "nominal",
    )
    assert together.by_order[0, 0].tolist() == [1, 0]
    assert together.by_order[0, 1].tolist() == [0, 1]
    assert together.flipped.tolist() == [True]
    assert together.tied.tolist() == [False]


def test_a_judge_without_order_votes_in_both_orders_and_not_a_third_time():
    together = ensemble_verdicts(
        [plain("imported", 0), judge("b", {"ab": 0, "ba": 1}), judge("c", {"ab": 1, "ba": 1})],
        "nominal",
    )
    assert together.by_order[0].tolist() == [[1, 0], [0, 1], [0, 0]]
    assert together.asked[0].tolist() == [True, True, False]


def test_the_flip_of_a_judge_asked_in_both_orders_is_half_a_vote_where_it_has_none_of_its_own():
    flipping = judge("a", {"ab": 0, "ba": 1})
    together = ensemble_verdicts([flipping, plain("b", 0)], "nominal")
    # ab: two votes for option 0. ba: one vote each.
    assert together.by_order[0, :2].tolist() == [[1, 0], [0.5, 0.5]]
    assert together.merged.tolist() == [[0.75, 0.25]]
    assert together.tied.tolist() == [False]


def test_above_nominal_level_the_median_decides_and_an_even_split_is_halved():
    judges = [plain("a", 0, 0, q=5), plain("b", 1, 3, q=5), plain("c", 4, None, q=5)]
    together = ensemble_verdicts(judges, "ordinal")
    assert together.merged.tolist() == [[0, 1, 0, 0, 0], [0.5, 0, 0, 0.5, 0]]
    assert together.tied.tolist() == [False, True]


def test_a_judge_may_not_carry_the_name_of_the_ensemble():
    with pytest.raises(InvalidRatingsError, match="another rater_id"):
        ensemble_verdicts([plain(ENSEMBLE, 0), plain("a", 0)], "nominal")


def test_taking_items_takes_their_ties():
    together = ensemble_verdicts([plain("a", 0, 0), plain("b", 1, 0)], "nominal")
    assert together.take(np.array([False, True])).tied.tolist() == [False]


@pytest.fixture
def two_judges(make_ratings):
    """Four items, one person: the judges agree on i1 and i2, and part on i3 and i4."""
    answers = {"i1": (E, E, E), "i2": (D, E, E), "i3": (E, E, D), "i4": (D, D, E)}
    table = make_ratings(
        (item, rater, value)
        for item, values in answers.items()
        for rater, value in zip(("ann", "judge 1", "judge 2"), values, strict=True)
    )
    return agreement_report(table, study="s", question="equivalence", options=(D, E))


def ensemble_row(report):
    (row,) = [row for row in report.judges if row.judge == ENSEMBLE and row.category == "all"]
    return row


def test_the_report_has_a_row_for_the_ensemble_in_which_its_ties_score_one_half(two_judges):
    row = ensemble_row(two_judges)
    assert (row.n_items, row.n_tied) == (4, 2)
    # Right on i1, wrong on i2, one half each on i3 and i4.
    assert row.statistics["percent"].value == pytest.approx((1 + 0 + 0.5 + 0.5) / 4)


def test_ties_of_the_ensemble_are_left_out_of_coefficients(two_judges):
    # Left are i1 (same, same) and i2 (judges same, people different). Cohen: p_o = 1/2 and
    # p_e = 1 * 1/2 = 1/2, hence 0.
    row = ensemble_row(two_judges)
    assert row.statistics["cohen_kappa"].value == pytest.approx(0)
    # AC1: mean share of "same" is 3/4, p_e = 2 * 3/4 * 1/4 = 3/8, (1/2 - 3/8) / (5/8) = 1/5.
    assert row.statistics["gwet_ac"].value == pytest.approx(0.2)
    (person,) = row.per_person
    assert person.cohen_kappa.value == pytest.approx(0)
    assert person.percent.value == pytest.approx(0.5)


def test_baselines_have_no_part_in_the_ensemble(make_ratings):
    rows = [(f"i{n}", "ann", E if n else D) for n in range(4)]
    rows += [(f"i{n}", "judge", E) for n in range(4)]
    report = agreement_report(make_ratings(rows), study="s", question="equivalence", options=(D, E))
    assert report.judge_names == ("judge",)
    assert {row.judge for row in report.baselines} >= {"baseline:constant", "baseline:coin"}


def test_items_of_the_confusion_say_where_the_ensemble_ties(two_judges):
    items = {item.item_id: item for item in two_judges.judged_items(ENSEMBLE)}
    assert items["i3"].judge_value is None
    assert items["i1"].agrees
    assert [item.item_id for item in two_judges.disagreements(ENSEMBLE)] == ["i2", "i3", "i4"]
    assert two_judges.judge_confusion(ENSEMBLE).table.sum() == 4

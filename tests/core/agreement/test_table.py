import numpy as np
import pytest

from core.agreement.table import build_panel
from core.errors import InvalidRatingsError

VERDICTS = ("equivalent", "different")


def test_planned_repeats_stay_out(make_ratings):
    ratings = make_ratings([("i1", "ann", "equivalent"), ("i1", "bob", "different")])
    ratings.loc[1, "repeat"] = 1
    panel = build_panel(ratings, "nominal", VERDICTS)
    assert panel.counts.tolist() == [[1, 0]]
    assert panel.people.names == ("ann",)


@pytest.mark.parametrize("blank", [None, float("nan"), "", "  "])
def test_a_blank_answer_is_unscored(make_ratings, blank):
    panel = build_panel(
        make_ratings([("i1", "ann", blank), ("i1", "judge", blank)]), "nominal", VERDICTS
    )
    assert panel.counts.tolist() == [[0, 0]]
    assert len(panel.people.unscored_item) == 1
    assert panel.judges[0].n_unscored == 1


def test_items_without_a_person_are_left_out(make_ratings):
    panel = build_panel(
        make_ratings(
            [("i1", "judge", "same"), ("i2", "judge", "same"), ("i2", "ann", "same")],
        ),
        "nominal",
        None,
    )
    assert panel.item_ids.tolist() == ["i2"]
    assert len(panel.judges[0].by_order) == 1


def test_an_item_without_a_cluster_is_its_own(make_ratings):
    ratings = make_ratings([(f"i{n}", "ann", "same") for n in range(4)], {"i0": "p", "i1": "p"})
    ratings.loc[2:, "cluster"] = None
    clusters = build_panel(ratings, "nominal", None).clusters
    assert clusters[0] == clusters[1]
    assert len(set(clusters.tolist())) == 3


def test_numbers_at_nominal_level_are_names(make_ratings):
    panel = build_panel(make_ratings([("i1", "ann", 1.0), ("i2", "ann", 2)]), "nominal", None)
    assert panel.options == ("1", "2")


def test_numbers_written_as_words_are_numbers_at_ordinal_level(make_ratings):
    panel = build_panel(
        make_ratings([("i1", "ann", "4"), ("i2", "ann", 5.0)]), "ordinal", (1, 2, 3, 4, 5)
    )
    assert panel.options == (1, 2, 3, 4, 5)
    assert panel.counts.argmax(axis=1).tolist() == [3, 4]


def test_an_undeclared_answer_is_refused(make_ratings):
    with pytest.raises(InvalidRatingsError, match=r"'unsure'.*'equivalent'"):
        build_panel(make_ratings([("i1", "ann", "unsure")]), "nominal", VERDICTS)


def test_a_word_at_ordinal_level_is_refused(make_ratings):
    with pytest.raises(InvalidRatingsError, match="'good' is not a number"):
        build_panel(make_ratings([("i1", "ann", "good")]), "ordinal", None)


def test_a_missing_column_is_named(make_ratings):
    ratings = make_ratings([("i1", "ann", "same")]).drop(columns="order")
    with pytest.raises(InvalidRatingsError, match=r"lacks the column\(s\) order"):
        build_panel(ratings, "nominal", None)


def test_a_person_who_answers_an_item_twice_is_refused(make_ratings):
    rows = [("i1", "ann", "same", "ab"), ("i1", "ann", "other", "ba")]
    with pytest.raises(InvalidRatingsError, match="'ann' answered item 'i1' more than once"):
        build_panel(make_ratings(rows), "nominal", None)


def test_a_judge_may_answer_once_in_each_order_and_no_more(make_ratings):
    rows = [("i1", "ann", "same"), ("i1", "judge", "same", "ab"), ("i1", "judge", "other", "ba")]
    assert build_panel(make_ratings(rows), "nominal", None).judges[0].flipped.tolist() == [True]
    with pytest.raises(InvalidRatingsError, match="'judge' answered item 'i1'"):
        build_panel(make_ratings([*rows, ("i1", "judge", "same", "ba")]), "nominal", None)


def test_an_unknown_order_is_refused(make_ratings):
    with pytest.raises(InvalidRatingsError, match="order holds 'left'"):
        build_panel(make_ratings([("i1", "ann", "same", "left")]), "nominal", None)


def test_medians_between_answers_become_options_at_interval_level_only(make_ratings):
    rows = [("i1", "ann", 2), ("i1", "bob", 5), ("i2", "ann", 4)]
    assert build_panel(make_ratings(rows), "interval", None).options == (2, 3.5, 4, 5)
    assert build_panel(make_ratings(rows), "ordinal", None).options == (2, 4, 5)


def test_an_empty_table_gives_an_empty_panel(make_ratings):
    panel = build_panel(make_ratings([]), "nominal", VERDICTS)
    assert panel.counts.shape == (0, 2)
    assert panel.judges == ()
    assert np.shape(panel.clusters) == (0,)

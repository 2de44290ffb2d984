import numpy as np
import pandas as pd
import pytest

from core.agreement import krippendorff_alpha
from core.agreement.frames import ratings_table
from core.errors import InvalidRatingsError


def long(rows, columns=("item_id", "rater_id", "value", "prompt_id")):
    return pd.DataFrame(rows, columns=list(columns)[: len(rows[0])] if rows else list(columns))


def test_a_long_table_becomes_raters_by_items_with_blanks_missing():
    table = ratings_table(
        long([("i1", "ann", 1, "p"), ("i2", "ann", None, "p"), ("i1", "bob", 2, "p")])
    )
    assert table.raters == ("ann", "bob")
    assert table.items == ("i1", "i2")
    np.testing.assert_array_equal(table.ratings, [[1, np.nan], [2, np.nan]])
    assert table.clusters.tolist() == ["p", "p"]


def test_words_stay_words_and_blank_ones_are_missing():
    table = ratings_table(long([("i1", "ann", "same"), ("i1", "bob", " "), ("i2", "bob", "no")]))
    assert table.ratings.tolist() == [["same", None], [None, "no"]]
    assert krippendorff_alpha(table.ratings, level="nominal").reason == "no item has two ratings"


def test_numbers_written_as_text_are_numbers():
    table = ratings_table(long([("i1", "ann", "4"), ("i1", "bob", "5")]))
    assert table.ratings.dtype == np.float64


def test_an_item_without_a_prompt_is_its_own():
    table = ratings_table(long([("i1", "ann", 1, None), ("i2", "ann", 1, "p")]))
    assert table.clusters.tolist() == ["i1", "p"]


def test_one_raters_answers_can_be_taken_by_name():
    table = ratings_table(long([("i1", "ann", 1), ("i1", "bob", 2)]))
    assert table.row("bob").tolist() == [2]
    with pytest.raises(InvalidRatingsError, match="No rater 'cat'"):
        table.row("cat")


def test_an_empty_table_is_empty():
    table = ratings_table(long([]))
    assert table.ratings.shape == (0, 0)
    assert len(table.clusters) == 0


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([("i1", "ann", 1), ("i1", "ann", 2)], "'ann' answered item 'i1' more than once"),
        ([("i1", "ann", 1, "p"), ("i1", "bob", 2, "q")], "'i1' belongs to more than one prompt"),
    ],
)
def test_tables_that_contradict_themselves_are_refused(rows, message):
    with pytest.raises(InvalidRatingsError, match=message):
        ratings_table(long(rows))


def test_a_missing_column_is_named():
    with pytest.raises(InvalidRatingsError, match="lacks the column"):
        ratings_table(pd.DataFrame({"item": [], "rater_id": [], "value": []}))

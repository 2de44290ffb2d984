from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from core.agreement.repeats import repeat_rows
from core.errors import InvalidRatingsError

COLUMNS = ["item_id", "cluster", "category", "rater_id", "rater_kind", "value", "order", "repeat"]


def frame(rows):
    """Rows (item, rater, value, order, repeat); every item is its own prompt."""
    return pd.DataFrame(
        [
            (item, item, "", rater, "judge" if rater.startswith("judge") else "human", *rest)
            for item, rater, *rest in rows
        ],
        columns=COLUMNS,
    )


def test_a_flip_is_another_answer_in_the_other_order():
    rows = repeat_rows(
        frame(
            [
                ("i1", "judge", "same", "ab", 0),
                ("i1", "judge", "same", "ba", 0),
                ("i2", "judge", "same", "ab", 0),
                ("i2", "judge", "different", "ba", 0),
                ("i3", "judge", "same", "ab", 0),
            ]
        )
    )
    assert (rows[0].n_both, rows[0].flip_rate.value) == (2, 0.5)
    assert rows[0].rerun_rate.reason == "no item was asked again in the same order"
    assert "cannot be told" in rows[0].sentence


def test_a_rerun_is_compared_with_the_first_answer_in_the_same_order():
    rows = repeat_rows(
        frame(
            [
                ("i1", "judge", "same", "ab", 0),
                ("i1", "judge", "different", "ab", 1),
                ("i1", "judge", "same", "ab", 2),
                ("i2", "judge", "same", "ba", 0),
                ("i2", "judge", "different", "ab", 1),
            ]
        )
    )
    assert (rows[0].n_reruns, rows[0].rerun_rate.value) == (2, 0.5)
    assert rows[0].n_both == 0


def test_unscored_answers_and_raters_asked_once_are_left_out():
    rows = repeat_rows(
        frame(
            [
                ("i1", "judge", "same", "ab", 0),
                ("i1", "judge", None, "ba", 0),
                ("i1", "ann", "same", "ab", 0),
                ("i1", "bob", "same", "", 0),
                ("i1", "bob", "same", "", 1),
            ]
        )
    )
    assert [row.rater for row in rows] == ["bob"]
    assert rows[0].rerun_rate.value == 0


def simulated(flip: float, noise: float, n: int = 200) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    rows = []
    for i in range(n):
        says = rng.integers(2)
        rows.append((f"i{i}", "judge", says, "ab", 0))
        rows.append((f"i{i}", "judge", says ^ (rng.random() < flip), "ba", 0))
        rows.append((f"i{i}", "judge", says ^ (rng.random() < noise), "ab", 1))
    return frame(rows)


@pytest.mark.parametrize(
    ("flip", "noise", "said"), [(0.3, 0.02, ": more than"), (0.1, 0.1, "not shown to be more")]
)
def test_flips_are_read_beside_the_noise_of_asking_again(flip, noise, said):
    row = repeat_rows(simulated(flip, noise))[0]
    assert said in row.sentence
    assert row.flip_rate.has_interval
    json.dumps(row.as_dict(), allow_nan=False)


def test_few_items_are_too_little_to_tell():
    assert "too little data" in repeat_rows(simulated(0.5, 0.1, n=9))[0].sentence


def test_an_empty_table_has_no_rows_and_a_missing_column_is_named():
    assert repeat_rows(frame([])) == []
    with pytest.raises(InvalidRatingsError, match="repeat"):
        repeat_rows(frame([]).drop(columns="repeat"))

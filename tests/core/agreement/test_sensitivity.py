from __future__ import annotations

import json

import numpy as np
import pytest

from core.agreement.sensitivity import (
    AS_REPORTED,
    CANNOT_TELL,
    WITHOUT_DUPLICATES,
    WITHOUT_TIES,
    sensitivity_lines,
)
from core.agreement.table import build_panel

WORDS = ("different", "equivalent")
D, E = WORDS


def panel_of(make_ratings, rows):
    return build_panel(make_ratings(rows), "nominal", WORDS)


def line(lines, choice, judge=""):
    return next(found for found in lines if (found.choice, found.judge) == (choice, judge))


def test_cannot_tell_counts_as_an_answer_that_agrees_with_itself(make_ratings):
    rows = [("i1", "ann", E), ("i1", "bob", E), ("i2", "ann", None), ("i2", "bob", None)]
    rows += [("i3", "ann", E), ("i3", "bob", None)]
    lines = sensitivity_lines(panel_of(make_ratings, rows), "equivalence")
    assert line(lines, AS_REPORTED).statistics["percent"].value == 1
    other = line(lines, CANNOT_TELL)
    # Alike on i1 and i2, apart on i3.
    assert other.statistics["percent"].value == pytest.approx(2 / 3)
    assert (other.n_items, other.n_changed) == (3, 2)


def test_without_blank_answers_there_is_no_such_line(make_ratings):
    lines = sensitivity_lines(panel_of(make_ratings, [("i1", "ann", E), ("i1", "bob", D)]), "q")
    assert [found.choice for found in lines] == [AS_REPORTED]


def test_ties_count_one_half_as_reported_and_are_left_out_in_the_other_line(make_ratings):
    rows = [("i1", "ann", E), ("i1", "bob", E), ("i1", "judge", E)]
    rows += [("i2", "ann", E), ("i2", "bob", D), ("i2", "judge", E)]
    lines = sensitivity_lines(panel_of(make_ratings, rows), "equivalence")
    assert line(lines, AS_REPORTED, "judge").statistics["percent"].value == pytest.approx(0.75)
    other = line(lines, WITHOUT_TIES, "judge")
    assert other.statistics["percent"].value == 1
    assert (other.n_items, other.n_changed) == (1, 1)


def test_pairs_of_identical_texts_are_left_out(make_ratings):
    rows = [("i1", "ann", E), ("i1", "bob", E), ("i1", "judge", E)]
    rows += [("i2", "ann", E), ("i2", "bob", D), ("i2", "judge", E)]
    panel = panel_of(make_ratings, rows)
    lines = sensitivity_lines(
        panel, "equivalence", texts={"i1": ("4", " 4 "), "i2": ("four", "five")}
    )
    fewer = line(lines, WITHOUT_DUPLICATES)
    assert fewer.statistics["percent"].value == 0
    assert fewer.n_changed == 1
    assert line(lines, WITHOUT_DUPLICATES, "judge").n_items == 1
    assert not any(
        found.choice == WITHOUT_DUPLICATES
        for found in sensitivity_lines(panel, "equivalence", texts={"i1": ("a", "b")})
    )


def test_lines_carry_intervals_and_make_valid_json(make_ratings):
    rng = np.random.default_rng(0)
    rows = []
    for item in range(60):
        truth = rng.integers(2)
        for rater in ("ann", "bob", "cat", "judge"):
            answer = WORDS[truth if rng.random() < 0.85 else 1 - truth]
            rows.append((f"i{item}", rater, None if rng.random() < 0.1 else answer))
    lines = sensitivity_lines(panel_of(make_ratings, rows), "equivalence")
    assert line(lines, CANNOT_TELL).statistics["gwet_ac"].has_interval
    json.dumps([found.as_dict() for found in lines], allow_nan=False)


def test_nobody_leaves_people_undefined(make_ratings):
    lines = sensitivity_lines(panel_of(make_ratings, [("i1", "judge", E)]), "equivalence")
    assert line(lines, AS_REPORTED).statistics["percent"].value is None

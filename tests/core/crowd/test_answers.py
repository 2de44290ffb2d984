"""What counts as an answer, and in which form it is kept."""

from __future__ import annotations

import doctest
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

import core.crowd.answers
from core.crowd.answers import (
    CANNOT_TELL,
    FORMS,
    as_shown,
    canonical_partition,
    offers_cannot_tell,
    pair_verdicts,
    parse_answer,
    partition_labels,
    rearranged,
    shown_order,
)
from core.crowd.plan import QuestionPlan
from core.errors import UserError
from core.importing.ratings import parse_value
from core.types import Question


def test_every_question_has_a_form_of_answer():
    assert set(FORMS) == set(Question)


def test_examples_in_docstrings_run():
    results = doctest.testmod(core.crowd.answers)
    assert results.attempted == 3
    assert results.failed == 0


@pytest.mark.parametrize(
    ("question", "raw", "value"),
    [
        ("equivalence", "equivalent", "equivalent"),
        ("same", " different ", "different"),
        ("usefulness", "not_useful", "not_useful"),
        ("quality", "5", "5"),
        ("count", "5", "5"),
        ("category", "N", "N"),
        ("grouping", "4,4,0,2,4", "0,0,1,2,0"),
        ("grouping", "0, 1, 2, 3, 4", "0,1,2,3,4"),
    ],
)
def test_an_answer_is_kept_in_one_form(question, raw, value):
    assert parse_answer(question, raw, n_members=5, categories=("A", "N")) == value


@pytest.mark.parametrize(
    ("question", "raw", "expected"),
    [
        ("equivalence", "same", "equivalent, different"),
        ("usefulness", "equivalent", "useful, not_useful"),
        ("quality", "6", "1, 2, 3, 4, 5"),
        ("quality", "", "1, 2, 3, 4, 5"),
        ("count", "0", "1, 2, 3, 4, 5"),
        ("count", "6", "1, 2, 3, 4, 5"),
        ("count", "2.5", "1, 2, 3, 4, 5"),
        ("category", "Z", "A, N"),
        ("grouping", "0,0,1", "5 group numbers from 0 to 4"),
        ("grouping", "0,0,1,1,5", "5 group numbers from 0 to 4"),
        ("grouping", "0,0,1,1,-1", "5 group numbers from 0 to 4"),
        ("grouping", "0,0,1,1,²", "5 group numbers from 0 to 4"),
        ("grouping", "", "5 group numbers from 0 to 4"),
        ("mood", "good", "expected one of"),
    ],
)
def test_what_is_no_answer_is_refused_with_what_was_expected(question, raw, expected):
    with pytest.raises(UserError, match="is no answer to") as raised:
        parse_answer(question, raw, n_members=5, categories=("A", "N"))
    assert expected in str(raised.value)


def test_without_a_taxonomy_a_category_only_needs_the_shape_of_one():
    assert parse_answer("category", "N") == "N"
    with pytest.raises(UserError):
        parse_answer("category", "creative writing")


@pytest.mark.parametrize("question", Question)
def test_cannot_tell_is_an_answer_exactly_where_it_is_offered(question):
    offered = QuestionPlan(question=question, cannot_tell=True)
    withheld = QuestionPlan(question=question, cannot_tell=False)
    assert parse_answer(question, CANNOT_TELL, question_plan=offered, n_members=5) is None
    with pytest.raises(UserError):
        parse_answer(question, CANNOT_TELL, question_plan=withheld, n_members=5)
    assert offers_cannot_tell(question, None) == (question != Question.QUALITY)


def test_same_takes_the_values_of_equivalence_in_the_app_and_in_files():
    assert FORMS[Question.SAME].options == FORMS[Question.EQUIVALENCE].options
    for word in ("same", "yes", "equivalent"):
        assert parse_value("same", {"value": word}) == "equivalent"


def test_five_members_can_be_grouped_in_52_ways():
    # Bell number B(5) = 52 (measurement.md 17); 1,024 graphs over ten pairs are not all possible.
    partitions = {canonical_partition(labels) for labels in product(range(5), repeat=5)}
    assert len(partitions) == 52
    assert len({tuple(pair_verdicts(one).values()) for one in partitions}) == 52


def test_a_grouping_says_of_every_pair_whether_it_is_the_same():
    verdicts = pair_verdicts("0,0,1,2,0")
    assert len(verdicts) == 10
    same = [pair for pair, verdict in verdicts.items() if verdict == "equivalent"]
    assert same == [(0, 1), (0, 4), (1, 4)]


@given(st.data())
def test_a_grouping_does_not_depend_on_the_order_in_which_members_were_shown(data):
    n = data.draw(st.integers(1, 10))
    labels = data.draw(st.lists(st.integers(0, n - 1), min_size=n, max_size=n))
    order = data.draw(st.permutations(range(n)))
    value = canonical_partition(labels)
    shown = canonical_partition([labels[place] for place in order])
    assert rearranged(shown, order) == value
    assert as_shown(value, order) == shown
    assert len(set(partition_labels(shown))) == len(set(labels))


def test_the_order_shown_is_told_by_places_or_by_ids():
    assert shown_order([], [7, 8, 9]) == (0, 1, 2)
    assert shown_order([2, 0, 1], [7, 8, 9]) == (2, 0, 1)
    assert shown_order([9, 7, 8], [7, 8, 9]) == (2, 0, 1)
    with pytest.raises(UserError, match="its members are"):
        shown_order([9, 7], [7, 8, 9])

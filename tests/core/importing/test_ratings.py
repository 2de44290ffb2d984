import json

import pytest

from core.errors import UserError
from core.importing import ExternalItem, external_items, parse_ratings, read_table

BASE = {
    "item_id": "i1",
    "question": "equivalence",
    "rater_id": "ann",
    "rater_kind": "human",
    "value": "same",
}


def ratings(*changes: dict[str, object]):
    lines = "\n".join(json.dumps(BASE | change) for change in changes)
    return parse_ratings(read_table("r.jsonl", lines.encode()), {"A", "B"})


@pytest.mark.parametrize(
    "value", ["equivalent", "Same", " YES ", "true", "1", 1, 1.0, True], ids=repr
)
def test_words_for_equivalent(value: object):
    assert ratings({"value": value}).rows[0].value == "equivalent"


@pytest.mark.parametrize("value", ["different", "no", "FALSE", "0", 0, False], ids=repr)
def test_words_for_different(value: object):
    assert ratings({"value": value}).rows[0].value == "different"


@pytest.mark.parametrize("value", ["maybe", "2", 0.5, ["same"], {"a": 1}], ids=repr)
def test_any_other_equivalence_value_is_a_problem(value: object):
    parsed = ratings({"value": value})
    assert not parsed.rows
    assert parsed.problems[0][0] == 1


@pytest.mark.parametrize("question", ["equivalence", "quality", "anything"])
@pytest.mark.parametrize("value", ["", "  ", None], ids=repr)
def test_blank_is_unscored(question: str, value: object):
    assert ratings({"question": question, "value": value}).rows[0].value is None


@pytest.mark.parametrize(("value", "stored"), [("4", "4"), (4.0, "4"), ("3.5", "3.5"), (1, "1")])
def test_quality_is_a_number_from_one_to_five(value: object, stored: str):
    assert ratings({"question": "quality", "value": value}).rows[0].value == stored


@pytest.mark.parametrize("value", ["0", "5.1", "good", "nan", "inf", "-3", True], ids=repr)
def test_any_other_quality_is_a_problem(value: object):
    parsed = ratings({"question": "quality", "value": value})
    assert "from 1 to 5" in parsed.problems[0][1]


def test_other_questions_keep_their_value():
    assert ratings({"question": "tone", "value": " warm "}).rows[0].value == "warm"


def test_the_same_answer_twice_is_a_problem_but_a_numbered_repeat_is_not():
    parsed = ratings({}, {"value": "different"}, {"repeat": 1}, {"rater_id": "ben"})
    assert [(rating.rater_id, rating.repeat) for rating in parsed.rows] == [
        ("ann", 0),
        ("ann", 1),
        ("ben", 0),
    ]
    ((line, text),) = parsed.problems
    assert line == 2
    assert "line 1" in text


def test_a_rater_is_a_person_or_a_judge():
    assert ratings({"rater_kind": "Judge"}).rows[0].rater_kind == "judge"
    assert "expected human or judge" in ratings({"rater_kind": "robot"}).problems[0][1]


def test_one_rater_cannot_be_both():
    parsed = ratings({}, {"item_id": "i2", "rater_kind": "judge"})
    assert "use two ids" in parsed.problems[0][1]


def test_rows_of_one_item_are_merged():
    parsed = ratings(
        {"prompt": "P?", "category": "A"},
        {"rater_id": "ben", "response_a": "x", "response_b": "y", "prompt_id": "p1"},
    )
    assert external_items(parsed.rows) == {"i1": ExternalItem("p1", "A", "P?", "x", "y")}


def test_one_item_with_two_texts_is_a_problem():
    parsed = ratings({"response_a": "x"}, {"rater_id": "ben", "response_a": "z"})
    assert "response_a of item 'i1' differs" in parsed.problems[0][1]


def test_a_second_response_without_a_first_is_a_problem():
    assert "without response_a" in ratings({"response_b": "y"}).problems[0][1]


def test_a_foreign_category_is_kept_as_metadata_with_a_notice():
    parsed = ratings({"category": "Creativity", "site": "lab"})
    assert parsed.rows[0].item.category is None
    assert parsed.rows[0].metadata == {"site": "lab", "source_category": "Creativity"}
    assert len(parsed.notices) == 1


def test_a_missing_column_is_named():
    with pytest.raises(UserError, match="'value' is missing"):
        parse_ratings(read_table("r.csv", b"item_id,question,rater_id,rater_kind\na,b,c,d\n"), ())


def test_a_judge_may_answer_an_item_once_in_each_order():
    judge = {"rater_id": "j", "rater_kind": "judge"}
    parsed = ratings(judge | {"order": "ab"}, judge | {"order": "BA"}, judge | {"order": "ba"})
    assert [row.order for row in parsed.rows] == ["ab", "ba"]
    assert [line for line, _ in parsed.problems] == [3]


def test_a_person_answers_an_item_once_whatever_the_order():
    parsed = ratings({"order": "ab"}, {"order": "ba"})
    assert [line for line, _ in parsed.problems] == [2]


def test_an_order_that_is_none_is_a_problem():
    assert "expected ab or ba" in ratings({"order": "left"}).problems[0][1]

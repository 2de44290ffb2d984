import json

import pytest

from core.errors import UserError
from core.importing import parse_ratings, parse_responses, read_table
from core.importing.noveltybench import (
    item_id,
    pairs_to_ratings,
    partition_verdicts,
    responses_to_responses,
)

PAIR = {
    "id": "w-1",
    "prompt": "Say hello.",
    "response_a": "Hello!",
    "response_b": "Hi.",
    "model": "some-model",
    "annotator": "annotator-3",
    "equivalent": 1,
}
RESPONSES = {
    "id": "c-0",
    "prompt": "Pick a number.",
    "model": "some/model",
    "generations": ["7", "7", "42"],
    "partition": [0, 0, 1],
    "distinct_k": 2,
    "generation_scores": [5, 0, 6],
    "partition_scores": [5, 6],
    "utility": 3.5,
}


def table(*rows: dict[str, object]):
    return read_table("n.jsonl", "\n".join(map(json.dumps, rows)).encode())


def test_a_pair_becomes_one_persons_equivalence_rating():
    parsed = parse_ratings(pairs_to_ratings(table(PAIR, PAIR | {"id": "w-2", "equivalent": 0})), ())
    assert not parsed.problems
    one, two = parsed.rows
    assert (one.rater_id, one.rater_kind, one.question) == ("annotator-3", "human", "equivalence")
    assert (one.value, two.value) == ("equivalent", "different")
    assert one.item_id == item_id("w-1", "Hello!", "Hi.")
    assert (one.item.prompt_id, one.item.prompt) == ("w-1", "Say hello.")
    assert (one.item.response_a, one.item.response_b) == ("Hello!", "Hi.")
    assert one.metadata == {"model": "some-model"}
    assert two.line == 2


def test_a_pair_given_twice_by_one_person_is_a_problem():
    parsed = parse_ratings(pairs_to_ratings(table(PAIR, PAIR)), ())
    assert [line for line, _ in parsed.problems] == [2]


def test_item_ids_depend_on_where_one_text_ends_and_the_next_begins():
    ids = {item_id("p", "ab", "c"), item_id("p", "a", "bc"), item_id("pa", "b", "c")}
    assert len(ids) == 3
    assert all(len(one) == 16 for one in ids)


def test_generations_become_responses_under_an_imported_condition():
    parsed = parse_responses(responses_to_responses(table(RESPONSES)))
    assert [(row.condition, row.sample_index, row.text) for row in parsed.rows] == [
        ("imported:some/model", 0, "7"),
        ("imported:some/model", 1, "7"),
        ("imported:some/model", 2, "42"),
    ]
    assert parsed.rows[2].metadata == {
        "prompt": RESPONSES["prompt"],
        "generation_score": 6,
        "partition": 1,
        "distinct_k": 2,
        "utility": 3.5,
    }


def test_a_partition_becomes_a_verdict_for_every_pair_even_of_equal_texts():
    parsed = partition_verdicts(table(RESPONSES))
    assert [(row.index_a, row.index_b, row.equivalent) for row in parsed.rows] == [
        (0, 1, True),
        (0, 2, False),
        (1, 2, False),
    ]


@pytest.mark.parametrize("partition", [[0, 1], "012", ["a", "b", "c"]])
def test_a_partition_that_does_not_fit_is_a_problem(partition: object):
    assert partition_verdicts(table(RESPONSES | {"partition": partition})).problems[0][0] == 1


@pytest.mark.parametrize(
    ("convert", "missing"),
    [
        (pairs_to_ratings, "prompt"),
        (responses_to_responses, "model"),
        (partition_verdicts, "model"),
    ],
)
def test_another_file_is_refused_by_the_field_it_lacks(convert, missing: str):
    with pytest.raises(UserError, match=f"'{missing}' is missing; found: id, score"):
        convert(table({"id": "x", "score": 1}))


def test_a_row_of_another_shape_is_a_problem_of_its_line():
    broken = RESPONSES | {"generations": "not a list"}
    converted = responses_to_responses(table(RESPONSES, broken))
    assert converted.problems == [(2, "generations is no list; expected a list")]
    assert len(converted.rows) == 3

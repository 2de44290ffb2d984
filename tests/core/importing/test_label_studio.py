"""Label Studio: tasks with annotations (JSON), and one row per annotation (JSON-MIN, CSV)."""

import json

import pytest

from core.errors import UserError
from core.importing.rating_files import read_ratings


def annotation(who, *results, **others):
    return {"completed_by": who, "result": list(results), **others}


def choice(name, *words, kind="choices"):
    return {"from_name": name, "to_name": "text", "type": kind, "value": {kind: list(words)}}


def task(number, *annotations, **others):
    return {"id": number, "data": {}, "annotations": list(annotations), **others}


def read(*tasks):
    return read_ratings("export.json", json.dumps(list(tasks), indent=1).encode(), "label-studio")


def test_a_control_is_a_question_and_an_annotator_a_person():
    parsed = read(
        task(1, annotation(5, choice("equivalence", "Same")), annotation(6, choice("tone", "dry")))
    )
    assert [
        (row.item_id, row.question, row.rater_id, row.rater_kind, row.value) for row in parsed.rows
    ] == [("1", "equivalence", "5", "human", "equivalent"), ("1", "tone", "6", "human", "dry")]


def test_an_annotator_may_be_given_by_address():
    parsed = read(task(1, annotation({"id": 3, "email": "a@example.org"}, choice("q", "x"))))
    assert parsed.rows[0].rater_id == "a@example.org"


def test_a_prediction_is_a_judge_named_by_its_model():
    guess = {"model_version": "model-2", "result": [choice("q", "x")]}
    parsed = read(task(1, annotation(1, choice("q", "x")), predictions=[guess]))
    assert [(row.rater_id, row.rater_kind) for row in parsed.rows] == [
        ("1", "human"),
        ("model-2", "judge"),
    ]


@pytest.mark.parametrize(
    ("result", "answer"),
    [
        (choice("q", "b", "a"), "a + b"),
        (choice("q", ["plant", "tree"], kind="taxonomy"), "plant / tree"),
        ({"from_name": "q", "type": "rating", "value": {"rating": 4}}, "4"),
        ({"from_name": "q", "type": "number", "value": {"number": 2.5}}, "2.5"),
        ({"from_name": "q", "type": "pairwise", "value": {"selected": "left"}}, "left"),
        ({"from_name": "q", "type": "textarea", "value": {"text": ["hm"]}}, "hm"),
    ],
    ids=lambda value: value["type"] if isinstance(value, dict) else "",
)
def test_answers_of_every_control(result, answer):
    assert read(task(1, annotation(1, result))).rows[0].value == answer


def test_a_cancelled_annotation_is_no_answer():
    parsed = read(
        task(
            1, annotation(1, choice("q", "x"), was_cancelled=True), annotation(2, choice("q", "y"))
        )
    )
    assert [row.rater_id for row in parsed.rows] == ["2"]


def test_regions_are_left_out_and_said_so():
    box = {"from_name": "tag", "type": "rectanglelabels", "value": {"rectanglelabels": ["cat"]}}
    parsed = read(task(1, annotation(1, box, choice("q", "x"))))
    assert len(parsed.rows) == 1
    assert "1 result(s) of type 'rectanglelabels' mark a region" in parsed.notices[0]


def test_what_the_task_says_of_its_item_is_kept():
    data = {"prompt_id": "p1", "prompt": "Why?", "response_a": "a", "response_b": "b"}
    item = read({**task(1, annotation(1, choice("q", "x"))), "data": data}).rows[0].item
    assert (item.prompt_id, item.prompt, item.response_a, item.response_b) == (
        "p1", "Why?", "a", "b",
    )  # fmt: skip


def test_a_bad_task_is_named_by_its_line():
    good = task(1, annotation(1, choice("q", "x")))
    parsed = read_ratings(
        "e.json",
        f"[{json.dumps(good)},\n{json.dumps({**good, 'id': 2, 'data': 3})}\n]".encode(),
        "label-studio",
    )
    assert parsed.problems == [(2, "data is missing; expected an object with what was shown")]
    assert len(parsed.rows) == 1


def test_an_annotation_by_nobody_is_a_problem():
    parsed = read(task(1, annotation(None, choice("q", "x"))))
    assert "completed_by is blank" in parsed.problems[0][1]


def test_broken_json_is_named_by_line():
    with pytest.raises(UserError, match="line 2 is not valid JSON"):
        read_ratings("e.json", b'[{"id": 1},\n{"id": }]', "label-studio")


FLAT = (
    "annotation_id,annotator,id,lead_time,text,verdict\n"
    "11,1,7,3.2,some text,same\n"
    "12,2,7,2.0,some text,different\n"
    "13,1,8,1.0,other text,same\n"
)


def test_in_a_table_what_annotators_differ_in_is_the_answer():
    parsed = read_ratings("e.csv", FLAT.encode())
    assert [(row.item_id, row.question, row.value) for row in parsed.rows] == [
        ("7", "verdict", "same"),
        ("7", "verdict", "different"),
        ("8", "verdict", "same"),
    ]
    assert "Read as answers, because annotators differ in them: verdict" in parsed.notices[1]
    assert "data of the tasks: text" in parsed.notices[1]


def test_json_min_is_read_like_the_table():
    rows = [
        {"id": 7, "annotator": 1, "annotation_id": 1, "q": {"choices": ["b", "a"]}, "text": "t"},
        {"id": 7, "annotator": 2, "annotation_id": 2, "q": "a", "text": "t"},
    ]
    parsed = read_ratings("e.json", json.dumps(rows).encode())
    assert [row.value for row in parsed.rows] == ["a + b", "a"]


def test_a_table_in_which_nobody_differs_asks_for_the_other_export():
    with pytest.raises(UserError, match="Export as JSON, which names the questions"):
        read_ratings("e.csv", FLAT.replace("different", "same").encode())

"""Potato: objects per annotator and instance, and tables with a column per label."""

import json

import pytest

from core.importing.rating_files import read_ratings


def read_objects(*rows):
    return read_ratings("a.jsonl", "\n".join(json.dumps(row) for row in rows).encode(), "potato")


def labelled(labels, **others):
    return {"user_id": "ann", "instance_id": "i1", "label_annotations": labels, **others}


@pytest.mark.parametrize(
    ("labels", "answer"),
    [
        ({"tone": {"dry": True, "warm": False}}, "dry"),
        ({"tone": {"dry": "dry"}}, "dry"),
        ({"tone": {"warm": "1", "dry": "true"}}, "dry + warm"),
        ({"tone": {"scale_4": "4"}}, "4"),
        ({"tone": {"scale_4": "true"}}, "4"),
        ({"tone": {"slider": "37"}}, "37"),
        ({"tone": {"text_box": "so so"}}, "so so"),
        ({"tone": "dry"}, "dry"),
    ],
    ids=str,
)
def test_a_label_that_is_set_is_the_answer(labels, answer):
    row = read_objects(labelled(labels)).rows[0]
    assert (row.item_id, row.question, row.rater_id, row.rater_kind, row.value) == (
        "i1", "tone", "ann", "human", answer,
    )  # fmt: skip


def test_a_schema_without_a_set_label_is_no_rating():
    assert read_objects(labelled({"tone": {"dry": False}, "q": {"a": "true"}})).rows[
        0
    ].question == ("q")


def test_the_old_table_has_a_column_per_label():
    table = "user\tinstance_id\tdisplayed_text\ttone:::dry\ttone:::warm\tgrade:::scale_5\n"
    table += "ann\ti1\tsome text\ttone:::dry\t\t5\nbob\ti1\tsome text\t\ttrue\t3\n"
    parsed = read_ratings("annotated_instances.tsv", table.encode())
    assert [(row.rater_id, row.question, row.value) for row in parsed.rows] == [
        ("ann", "tone", "dry"),
        ("ann", "grade", "5"),
        ("bob", "tone", "warm"),
        ("bob", "grade", "3"),
    ]


def test_the_new_table_names_labels_after_a_dot_and_may_hold_the_final_answer():
    table = "instance_id,user_id,tone.dry,tone.warm,tone,marks._spans\n"
    table += "i1,ann,true,true,warm,[]\n"
    parsed = read_ratings("annotations.csv", table.encode())
    assert [(row.question, row.value) for row in parsed.rows] == [("tone", "warm")]


def test_a_file_that_names_no_annotator_says_what_to_do():
    parsed = read_objects({"id": "i1", "label_annotations": {"q": {"a": True}}})
    assert "add user_id to its rows, or use the merged file" in parsed.problems[0][1]
    assert parsed.problems[0][0] == 1

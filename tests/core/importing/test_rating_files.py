"""Which tool a file of ratings comes from is seen in its columns."""

import json
from pathlib import Path

import pytest

from core.errors import UserError
from core.importing.rating_files import read_ratings

LONG = b"item_id,question,rater_id,rater_kind,value\ni1,equivalence,ann,human,same\n"
STUDIO = json.dumps(
    [
        {
            "id": 7,
            "data": {"text": "x"},
            "annotations": [
                {
                    "completed_by": 1,
                    "result": [
                        {"from_name": "q", "type": "choices", "value": {"choices": ["yes"]}}
                    ],
                }
            ],
        }
    ]
).encode()
POTATO = b"user\tinstance_id\tq:::yes\nann\ti1\ttrue\n"
NOVELTY = json.dumps(
    {
        "id": "p1",
        "prompt": "x",
        "response_a": "a",
        "response_b": "b",
        "annotator": "ann",
        "equivalent": True,
    }
).encode()


@pytest.mark.parametrize(
    ("name", "content", "notice"),
    [
        ("r.csv", LONG, None),
        ("r.json", STUDIO, "Recognised as an export of Label Studio."),
        ("r.tsv", POTATO, "Recognised as an export of Potato."),
        ("r.jsonl", NOVELTY, "Recognised as an export of NoveltyBench."),
    ],
)
def test_the_tool_is_recognised(name, content, notice):
    parsed = read_ratings(name, content)
    assert not parsed.problems
    assert len(parsed.rows) == 1
    assert parsed.notices == ([notice] if notice else [])


def test_a_file_of_no_known_tool_says_what_the_long_format_needs():
    with pytest.raises(UserError, match="column 'item_id' is missing; found: who, what"):
        read_ratings("r.csv", b"who,what\nann,yes\n")


def test_a_file_that_is_not_what_it_is_said_to_be_is_refused():
    with pytest.raises(UserError, match="no export of Label Studio"):
        read_ratings("r.csv", LONG, "label-studio")
    with pytest.raises(UserError, match="no export of Potato"):
        read_ratings("r.csv", b"user_id,instance_id\nann,i1\n", "potato")


def test_an_unknown_format_is_refused():
    with pytest.raises(UserError, match="Format is 'prodigy'; expected one of auto, long"):
        read_ratings("r.csv", LONG, "prodigy")  # type: ignore[arg-type]


def test_long_rows_may_be_separated_by_tabs(tmp_path: Path):
    path = tmp_path / "r.tsv"
    path.write_bytes(LONG.replace(b",", b"\t"))
    assert read_ratings(path.name, path).rows[0].value == "equivalent"

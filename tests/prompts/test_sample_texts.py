"""The sample study has the shape its readers rely on, and shows what it claims."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from statistics import mean
from typing import Any

import pytest

SAMPLE = Path(__file__).parents[2] / "prompts" / "sample"
STRATEGIES = (
    "temperature",
    "system-general",
    "system-anchored",
    "regenerate-general",
    "regenerate-anchored",
)
ANCHORED = ("system-anchored", "regenerate-anchored")
DIVERSITY_DESIRED = "BCEFGH"

Row = dict[str, Any]


def read_rows() -> list[Row]:
    lines = (SAMPLE / "study.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


ROWS = read_rows()
EVERY_PROMPT = pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])


def groups(row: Row, strategy: str) -> list[str]:
    return [response["group"] for response in row["responses"][strategy]]


def texts(row: Row, strategy: str) -> list[str]:
    return [response["text"] for response in row["responses"][strategy]]


def states(answer: str, text: str) -> bool:
    return re.search(rf"\b{re.escape(answer)}\b", text, re.IGNORECASE) is not None


def mean_group_count(category: str, strategy: str) -> float:
    rows = [row for row in ROWS if row["category"] == category]
    return mean(len(set(groups(row, strategy))) for row in rows)


def test_each_category_has_two_prompts_with_ids_that_name_it() -> None:
    assert [row["id"] for row in ROWS] == [f"sample-{c}{n}" for c in "abcdefgh" for n in (1, 2)]
    assert all(row["id"][len("sample-")] == row["category"].lower() for row in ROWS)


def test_prompt_texts_are_distinct_so_that_recordings_can_be_found_by_text() -> None:
    assert len({row["prompt"] for row in ROWS}) == len(ROWS)


@EVERY_PROMPT
def test_prompt_has_exactly_the_documented_fields(row: Row) -> None:
    assert list(row) == [
        "id",
        "prompt",
        "category",
        "classified_as",
        "reference",
        "language",
        "checklist",
        "responses",
    ]
    assert row["prompt"] == row["prompt"].strip() != ""
    assert row["classified_as"] in set("ABCDEFGH")
    assert row["language"] == "en"


@EVERY_PROMPT
def test_reference_is_given_exactly_where_there_is_one_right_answer(row: Row) -> None:
    assert (row["reference"] != "") == (row["category"] in "AD")


@EVERY_PROMPT
def test_checklist_holds_three_to_five_different_questions(row: Row) -> None:
    questions = row["checklist"]
    assert 3 <= len(questions) <= 5
    assert len(set(questions)) == len(questions)
    assert all(question.endswith("?") for question in questions)


@EVERY_PROMPT
def test_every_strategy_has_five_responses(row: Row) -> None:
    assert tuple(row["responses"]) == STRATEGIES
    assert all(len(responses) == 5 for responses in row["responses"].values())


@EVERY_PROMPT
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_response_is_text_with_a_group_and_a_score_from_one_to_five(
    row: Row, strategy: str
) -> None:
    for response in row["responses"][strategy]:
        assert set(response) == {"text", "group", "quality"}
        assert type(response["quality"]) is int
        assert 1 <= response["quality"] <= 5
        assert response["text"] == response["text"].strip() != ""
    in_order_of_appearance = list(dict.fromkeys(groups(row, strategy)))
    assert in_order_of_appearance == list("abcde")[: len(in_order_of_appearance)]


@EVERY_PROMPT
def test_no_text_holds_a_header_line_that_would_split_a_set(row: Row) -> None:
    for strategy in STRATEGIES:
        for text in texts(row, strategy):
            assert re.search(r"^\W*response\b", text, re.IGNORECASE | re.MULTILINE) is None


@EVERY_PROMPT
def test_identical_texts_are_in_one_group(row: Row) -> None:
    for strategy in STRATEGIES:
        group_of: dict[str, str] = {}
        for text, group in zip(texts(row, strategy), groups(row, strategy), strict=True):
            assert group_of.setdefault(text, group) == group


def test_some_temperature_responses_are_byte_identical() -> None:
    assert any(len(set(texts(row, "temperature"))) < 5 for row in ROWS)


@pytest.mark.parametrize("strategy", ANCHORED)
def test_anchored_factual_answers_agree_and_state_the_reference(strategy: str) -> None:
    for row in (row for row in ROWS if row["category"] == "A"):
        assert len(set(groups(row, strategy))) == 1
        assert all(states(row["reference"], text) for text in texts(row, strategy))


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_worked_solution_reaches_the_reference(strategy: str) -> None:
    for row in (row for row in ROWS if row["category"] == "D"):
        assert all(states(row["reference"], text) for text in texts(row, strategy))


@pytest.mark.parametrize("strategy", ANCHORED)
def test_anchored_solutions_use_at_least_three_strategies(strategy: str) -> None:
    for row in (row for row in ROWS if row["category"] == "D"):
        assert len(set(groups(row, strategy))) >= 3


@pytest.mark.parametrize("strategy", ANCHORED)
def test_anchored_creative_pieces_all_differ(strategy: str) -> None:
    for row in (row for row in ROWS if row["category"] == "G"):
        assert len(set(groups(row, strategy))) == 5


@pytest.mark.parametrize("category", DIVERSITY_DESIRED)
@pytest.mark.parametrize("strategy", ANCHORED)
def test_temperature_repeats_itself_more_than_anchored_sampling(
    category: str, strategy: str
) -> None:
    assert mean_group_count(category, "temperature") < mean_group_count(category, strategy)


def test_one_prompt_is_misclassified_and_its_anchored_responses_follow_the_wrong_category() -> None:
    misclassified = [row for row in ROWS if row["classified_as"] != row["category"]]
    assert [(row["category"], row["classified_as"]) for row in misclassified] == [("F", "A")]
    for strategy in ANCHORED:
        assert len(set(groups(misclassified[0], strategy))) == 1


def test_quality_scores_vary() -> None:
    scores = Counter(
        response["quality"]
        for row in ROWS
        for responses in row["responses"].values()
        for response in responses
    )
    assert {2, 3, 4, 5} <= set(scores)


def test_texts_exercise_markdown_and_scripts_other_than_latin() -> None:
    every_text = "\n".join(
        text for row in ROWS for strategy in STRATEGIES for text in texts(row, strategy)
    )
    for pattern in (
        r"```python",
        r"^- ",
        r"^1\. ",
        r"\*\*",
        r"^\| ",
        r"[\u0600-\u06ff]",
        r"[\u4e00-\u9fff]",
    ):
        assert re.search(pattern, every_text, re.MULTILINE), pattern


def test_readme_says_that_nothing_was_measured_and_names_the_seed() -> None:
    readme = (SAMPLE / "README.md").read_text(encoding="utf-8")
    assert "Nothing here was measured" in readme
    assert "20261123" in readme

import json
from collections.abc import Sequence
from itertools import combinations

import pytest

from core.errors import InvalidRatingsError, UserError
from core.results import (
    ENSEMBLE,
    PairVerdict,
    QualityScore,
    ResponseRow,
    measure_sets,
    results_report,
)

WORDS = ["apple", "banana", "cherry", "dates", "elder"]


def response_set(
    prompt: int,
    *,
    condition: str = "m/temperature#0001",
    category: str | None = "B",
    n: int = 5,
    failed: Sequence[int] = (),
) -> list[ResponseRow]:
    return [
        ResponseRow(
            id=prompt * 100 + index + (50 if "anchored" in condition else 0),
            prompt_id=prompt,
            condition=condition,
            model="m",
            strategy=condition.split("/")[1].split("#")[0],
            n=n,
            sample_index=index,
            category=category,
            text="" if index in failed else f"{WORDS[index]} number {prompt}",
            status="failed" if index in failed else "ok",
        )
        for index in range(n)
    ]


def verdicts_on(
    responses: Sequence[ResponseRow], same: set[tuple[int, int]], rater: str = "judge-x"
) -> list[PairVerdict]:
    return [
        PairVerdict(a.id, b.id, rater, "judge", (a.sample_index, b.sample_index) in same)
        for a, b in combinations(responses, 2)
    ]


def report(responses, verdicts=(), scores=(), rater: str = ENSEMBLE):
    return results_report(
        study="s", rater=rater, responses=responses, verdicts=verdicts, scores=scores
    )


def only_row(result, category: str = "all"):
    (row,) = [row for row in result["rows"] if row["category"] == category]
    return row


def test_a_report_is_json_with_all_and_each_category_per_condition():
    responses = [
        *response_set(1, category="B"),
        *response_set(2, category="G"),
        *response_set(1, condition="m/system-anchored#0002"),
    ]
    result = json.loads(json.dumps(report(responses), allow_nan=False))
    assert (result["study"], result["rater"]) == ("s", ENSEMBLE)
    assert [(row["strategy"], row["category"]) for row in result["rows"]] == [
        ("system-anchored", "all"),
        ("system-anchored", "B"),
        ("temperature", "all"),
        ("temperature", "B"),
        ("temperature", "G"),
    ]
    assert set(result["rows"][0]) == {
        *("condition", "model", "strategy", "category"),
        *("n_prompts", "n_responses", "n_failed", "n_incomplete"),
        *("distinct", "vocabulary", "compression", "quality"),
        *("accuracy", "strict", "distinct_k", "utility_k", "nontransitive"),
    }


def test_distinct_counts_are_averaged_over_prompts():
    one, two = response_set(1), response_set(2)
    verdicts = verdicts_on(one, set()) + verdicts_on(two, {(0, 1), (1, 2)})
    row = only_row(report([*one, *two], verdicts))
    assert row["distinct"]["mean"] == 4
    assert row["distinct"]["n"] == 2
    assert row["n_incomplete"] == 0


def test_a_set_with_a_failed_response_is_counted_and_left_out_of_all_means():
    one, two = response_set(1), response_set(2, failed=[3])
    verdicts = verdicts_on(one, {(0, 1)}) + verdicts_on(two, set())
    scores = [QualityScore(row.id, "judge-x", "judge", 4) for row in (*one, *two)]
    row = only_row(report([*one, *two], verdicts, scores))
    assert (row["n_prompts"], row["n_responses"], row["n_failed"], row["n_incomplete"]) == (
        2,
        9,
        1,
        1,
    )
    assert {row[name]["n"] for name in ("distinct", "vocabulary", "compression", "quality")} == {1}


def test_slots_beyond_n_are_ignored():
    rows = response_set(1)
    surplus = ResponseRow(199, 1, rows[0].condition, "m", "temperature", 5, 5, "B", "surplus")
    row = only_row(report([*rows, surplus], verdicts_on(rows, set())))
    assert row["n_responses"] == 5
    assert row["distinct"]["mean"] == 5


def test_an_unscored_pair_that_matters_leaves_only_the_distinct_mean_undefined():
    rows = response_set(1)
    row = only_row(report(rows, verdicts_on(rows, set())[1:]))
    assert row["n_incomplete"] == 1
    assert row["distinct"] == {
        "mean": None,
        "reason": "No prompt has a value: unscored pairs leave the count open (1).",
    }
    assert row["vocabulary"]["mean"] > 0


def test_the_ensemble_takes_the_majority_of_judges_and_no_person():
    rows = response_set(1, n=2)
    verdicts = [
        *verdicts_on(rows, {(0, 1)}, "x"),
        *verdicts_on(rows, {(0, 1)}, "y"),
        *verdicts_on(rows, set(), "z"),
        PairVerdict(rows[0].id, rows[1].id, "ann", "human", False),
        PairVerdict(rows[0].id, rows[1].id, "ben", "human", False),
    ]
    assert only_row(report(rows, verdicts))["distinct"]["mean"] == 1
    assert only_row(report(rows, verdicts, rater="z"))["distinct"]["mean"] == 2
    assert only_row(report(rows, verdicts, rater="ann"))["distinct"]["mean"] == 2


def test_quality_is_the_mean_over_judges_then_responses():
    rows = response_set(1, n=2)
    scores = [
        QualityScore(rows[0].id, "x", "judge", 5),
        QualityScore(rows[0].id, "y", "judge", 3),
        QualityScore(rows[1].id, "x", "judge", 2),
        QualityScore(rows[1].id, "ann", "human", 1),
    ]
    assert only_row(report(rows, scores=scores))["quality"]["mean"] == pytest.approx(3)


def test_a_prompt_without_a_category_counts_under_all_only():
    result = report(response_set(1, category=None))
    assert [row["category"] for row in result["rows"]] == ["all"]


def test_without_ratings_the_ensemble_still_reports_texts_and_says_why_counts_are_missing():
    row = only_row(report(response_set(1)))
    assert row["distinct"]["mean"] is None
    assert row["quality"] == {
        "mean": None,
        "reason": "No prompt has a value: no quality score (1).",
    }
    assert row["compression"]["mean"] > 0


def test_an_unknown_rater_is_named_with_those_there_are():
    rows = response_set(1)
    with pytest.raises(UserError, match=r"'nobody'.*judge-x"):
        report(rows, verdicts_on(rows, set()), rater="nobody")


def test_a_slot_given_twice_is_refused():
    rows = response_set(1)
    with pytest.raises(InvalidRatingsError, match="more than once"):
        report([*rows, rows[0]])


def test_the_order_of_rows_does_not_matter():
    rows = [row for prompt in range(60) for row in response_set(prompt)]
    verdicts = [
        verdict
        for prompt in range(60)
        for verdict in verdicts_on(rows[prompt * 5 : prompt * 5 + 5], {(0, prompt % 5)})
    ]
    forward = only_row(report(rows, verdicts))["distinct"]
    backward = only_row(report(rows[::-1], verdicts[::-1]))["distinct"]
    assert forward == backward
    assert forward["low"] < forward["mean"] < forward["high"]


def test_each_set_can_be_read_on_its_own():
    rows = response_set(1, n=3)
    (measures,) = measure_sets(rows, {(rows[0].id, rows[1].id): True}, {})
    assert measures.count is not None
    assert (measures.count.low, measures.count.high) == (1, 2)

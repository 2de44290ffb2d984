"""Distinct counts of whole sets: judge, people, and the judge corrected by people."""

from itertools import combinations

import numpy as np
import pytest

from core.diversity import distinct_count, strict_count
from core.diversity.equivalence_graph import DistinctCount
from core.diversity.measure import Measure
from core.evidence.counts import (
    HumanCounts,
    corrected_counts,
    count_notes,
    majority_count,
    partition_count,
)
from core.results import ResponseRow, ResponseSet, SetMeasures

N = 5


def a_set(number, verdicts, *, n=N, strategy="temperature"):
    """The set of prompt `number`, ids 100 number + 0 … n - 1, as a judge sees it."""
    rows = [
        ResponseRow(100 * number + i, number, "c", "m", strategy, n, i, "G", "x", "ok")
        for i in range(n)
    ]
    one = ResponseSet("c", number, "m", strategy, "G", n, rows)
    count = distinct_count(n, verdicts)
    value = Measure.undefined("open") if count.value is None else Measure(float(count.value))
    strict = strict_count(n, verdicts)
    cliques = Measure.undefined("open") if strict.value is None else Measure(float(strict.value))
    return SetMeasures(one, count, {"distinct": value, "strict": cliques})


def simulated(n_prompts=300, n_rated=60, error=0.1, seed=0):
    """True partitions; a judge wrong on a tenth of pairs; people who count nearly right."""
    rng = np.random.default_rng(seed)
    measured, truths = [], []
    for number in range(n_prompts):
        labels = rng.integers(0, 4, N)
        truths.append(len(set(labels)))
        verdicts = {
            (i, j): bool((labels[i] == labels[j]) ^ (rng.random() < error))
            for i, j in combinations(range(N), 2)
        }
        measured.append(a_set(number, verdicts))
    rated = rng.choice(n_prompts, n_rated, replace=False)
    answers = {
        measured[k].set.ids: [
            float(np.clip(truths[k] + rng.choice([-1, 0, 0, 0, 1]), 1, N)) for _ in range(3)
        ]
        for k in rated
    }
    return measured, answers, dict.fromkeys(answers, n_rated / n_prompts), float(np.mean(truths))


def test_false_same_makes_a_judge_count_too_few_and_people_put_it_right():
    measured, answers, probabilities, truth = simulated()
    found = corrected_counts("j", measured, [HumanCounts("count", answers, probabilities)])
    whole = found.leads[0].row.mean
    # One wrong "same" merges two groups: pairs are 90% right, the count is not.
    assert whole.judge_only.value < truth - 0.3
    assert whole.judge_only.low is None
    assert whole.corrected.low < truth < whole.corrected.high
    assert whole.human_only.low < truth < whole.human_only.high
    assert whole.n_labelled_prompts == 60
    assert whole.judge_adds is not None
    # Cliques are never fewer than components.
    assert found.leads[0].strict >= whole.judge_only.value
    assert [(one.row.strategy, one.row.category) for one in found.rows][:2] == [
        ("all", "all"),
        ("temperature", "all"),
    ]


def test_a_judge_that_guesses_counts_is_said_to_add_nothing():
    rng = np.random.default_rng(3)
    _, answers, probabilities, _ = simulated(seed=3)
    guessed = [
        a_set(k, {pair: bool(rng.random() < 0.3) for pair in combinations(range(N), 2)})
        for k in range(300)
    ]
    whole = corrected_counts("j", guessed, [HumanCounts("count", answers, probabilities)])
    assert whole.leads[0].row.mean.judge_adds is False
    assert "adds nothing" in whole.leads[0].row.mean.sentence


def test_sets_of_unknown_probability_correct_no_count():
    measured, answers, _, _ = simulated()
    whole = corrected_counts("j", measured, [HumanCounts("grouping", answers, {})]).leads[0]
    assert whole.way == "sorted into groups"
    assert whole.row.mean.corrected.value is None
    assert "cannot estimate the study" in whole.row.mean.corrected.reason


def test_sets_of_different_sizes_have_no_common_mean():
    same = dict.fromkeys(combinations(range(N), 2), True)
    two = {(0, 1): False}
    measured = [a_set(k, same) for k in range(4)]
    measured += [a_set(k, two, n=2, strategy="regenerate-general") for k in range(4, 8)]
    answers = {one.set.ids: [1.0] for one in measured}
    found = corrected_counts("j", measured, [HumanCounts("count", answers, {})])
    assert not found.leads
    assert {one.row.strategy for one in found.rows} == {
        "temperature, n = 5",
        "regenerate-general, n = 2",
    }
    assert any("no common mean" in note for note in count_notes(found))


def test_incomplete_and_open_sets_are_left_out_and_counted():
    open_set = a_set(1, {(0, 1): True})
    short = SetMeasures(
        ResponseSet("c", 2, "m", "temperature", "G", N), DistinctCount(None, 1, 5), {}
    )
    full = a_set(0, dict.fromkeys(combinations(range(N), 2), False))
    found = corrected_counts(
        "j", [full, open_set, short], [HumanCounts("count", {full.set.ids: [5.0]}, {})]
    )
    assert (found.n_incomplete, found.n_open) == (1, 1)
    assert found.leads[0].row.mean.n_items == 1
    assert "1 with fewer responses" in count_notes(found)[-1]


@pytest.mark.parametrize(("value", "count"), [("0,0,0", 1.0), ("0,1,2", 3.0), ("0,1,0", 2.0)])
def test_a_grouping_counts_its_groups(value, count):
    assert partition_count(value) == count


def test_a_majority_counts_only_where_missing_pairs_cannot_matter():
    assert majority_count((7, 8, 9), {(7, 8): True, (8, 9): True}) == 1.0
    assert np.isnan(majority_count((7, 8, 9), {(7, 8): True}))

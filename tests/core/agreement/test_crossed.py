"""Intervals for other raters: by hand on the jackknife's parts, then by simulated pools."""

from __future__ import annotations

import numpy as np
import pytest

from core.agreement import Resampler, agreement_report
from core.agreement.coefficients import gwet_of, percent_of
from core.agreement.crossed import CROSSED, changes_of_counts
from core.agreement.crossed import crossed_interval as crossed_of_changes
from core.agreement.intervals import default_interval
from core.agreement.observations import Counts, count_answers
from core.agreement.panel import UNKNOWN_ORDER, People

NOBODY = np.empty(0, dtype=np.int64)


def crossed_interval(estimate, counts, people, prompt, build):
    changes = changes_of_counts(estimate, counts, people.item, people.value, build)
    return crossed_of_changes(estimate, changes, people.item, people.rater, prompt)


def pool(n_prompts: int, pairs: int, n_raters: int, accuracies, *, per_item: int, seed: int):
    """Answers of per_item raters drawn for each prompt; counts, ratings, prompt of each item."""
    rng = np.random.default_rng(seed)
    n = n_prompts * pairs
    prompt = np.repeat(np.arange(n_prompts), pairs)
    truth = rng.integers(2, size=n)
    who = np.argsort(rng.random((n_prompts, n_raters)), axis=1)[:, :per_item][prompt]
    item = np.repeat(np.arange(n), per_item)
    rater = who.ravel()
    wrong = rng.random(len(item)) > np.asarray(accuracies)[rater]
    value = np.where(wrong, 1 - truth[item], truth[item])
    names = tuple(f"r{i}" for i in range(n_raters))
    people = People(item, rater, value, np.full(len(item), UNKNOWN_ORDER), names, NOBODY)
    return count_answers(item, value, n, 2), people, prompt


def test_the_variance_is_prompts_plus_raters_minus_cells_and_no_less_than_either():
    counts, people, prompt = pool(30, 2, 10, np.linspace(0.5, 1, 10), per_item=4, seed=0)
    result = crossed_interval(percent_of(Counts(counts)), counts, people, prompt, percent_of)

    def without(dropped) -> float:
        kept = ~dropped
        fewer = count_answers(people.item[kept], people.value[kept], len(counts), 2)
        return percent_of(Counts(fewer)).value

    def jackknife(values) -> float:
        values = np.array(values)
        return (len(values) - 1) / len(values) * np.sum((values - values.mean()) ** 2)

    where = prompt[people.item]
    by_prompt = jackknife([without(where == g) for g in range(30)])
    by_rater = jackknife([without(people.rater == r) for r in range(10)])
    cells = sorted(set(zip(where.tolist(), people.rater.tolist(), strict=True)))
    by_cell = jackknife([without((where == g) & (people.rater == r)) for g, r in cells])
    # Never below either part: with few ratings the difference can fall short of what it stands for.
    variance = max(by_prompt + by_rater - by_cell, by_prompt, by_rater)
    p, t = result.value, 2.262157  # t(9)
    n = p * (1 - p) / variance
    centre = (p + t**2 / (2 * n)) / (1 + t**2 / n)
    half = t * np.sqrt(p * (1 - p) / n + t**2 / (4 * n**2)) / (1 + t**2 / n)
    assert result.method == CROSSED
    assert (result.low, result.high) == pytest.approx((centre - half, centre + half), abs=1e-5)


def test_intervals_hold_the_agreement_of_the_whole_pool_where_prompts_alone_do_not():
    # Raters from experts to careless: of a large pool two agree at the mean of products.
    rng = np.random.default_rng(1)
    large = rng.beta(6, 1.5, 4000)
    a, b = large[:2000], large[2000:]
    truth = float(np.mean(a * b + (1 - a) * (1 - b)))
    hits = {"crossed": 0, "prompts": 0}
    for seed in range(120):
        drawn = np.random.default_rng(1000 + seed).choice(large, 12)
        counts, people, prompt = pool(60, 3, 12, drawn, per_item=3, seed=seed)
        estimate = percent_of(Counts(counts))
        crossed = crossed_interval(estimate, counts, people, prompt, percent_of)
        alone = default_interval(
            estimate, prompt, resampler=Resampler(np.random.default_rng(seed), 300)
        )
        hits["crossed"] += crossed.low <= truth <= crossed.high
        hits["prompts"] += alone.low <= truth <= alone.high
    assert hits["crossed"] / 120 >= 0.9
    assert hits["prompts"] / 120 < 0.85


def test_coefficients_get_a_crossed_interval_within_bounds():
    counts, people, prompt = pool(40, 3, 12, np.full(12, 0.9), per_item=3, seed=4)

    def build(seen: Counts):
        return gwet_of(seen, np.eye(2))

    result = crossed_interval(build(Counts(counts)), counts, people, prompt, build)
    assert -1 <= result.low < result.value < result.high <= 1


@pytest.mark.parametrize("n_prompts", [1, 9])
def test_few_prompts_give_no_interval(n_prompts):
    counts, people, prompt = pool(n_prompts, 5, 12, np.full(12, 0.8), per_item=3, seed=5)
    result = crossed_interval(percent_of(Counts(counts)), counts, people, prompt, percent_of)
    assert result.low is None
    assert "at least 10 are needed" in result.reason


def test_complete_agreement_is_no_certainty():
    counts, people, prompt = pool(30, 2, 12, np.ones(12), per_item=3, seed=6)
    result = crossed_interval(percent_of(Counts(counts)), counts, people, prompt, percent_of)
    assert result.value == 1
    assert result.low < 0.95


def test_unrated_items_leave_the_statistic_undefined_with_its_reason():
    people = People(NOBODY, NOBODY, NOBODY, NOBODY, (), NOBODY)
    counts = np.zeros((3, 2))
    result = crossed_interval(percent_of(Counts(counts)), counts, people, np.arange(3), percent_of)
    assert (result.value, result.reason) == (None, "no item has two ratings")


@pytest.mark.parametrize(("n_raters", "crossed"), [(9, False), (10, True)])
def test_a_report_speaks_for_other_raters_from_ten_raters_on(make_ratings, n_raters, crossed):
    counts, people, prompt = pool(60, 1, n_raters, np.full(n_raters, 0.85), per_item=3, seed=7)
    rows = [
        (f"i{item:03d}", people.names[rater], ("different", "equivalent")[value])
        for item, rater, value in zip(people.item, people.rater, people.value, strict=True)
    ]
    report = agreement_report(
        make_ratings(rows), study="s", question="equivalence", options=("different", "equivalent")
    )
    assert len(counts) == len(prompt)
    assert (report.humans[0].statistics["percent"].method == CROSSED) is crossed


def test_the_judges_difference_from_people_speaks_for_other_raters_too(make_ratings):
    counts, people, prompt = pool(60, 2, 12, np.linspace(0.7, 1, 12), per_item=3, seed=8)
    words = ("different", "equivalent")
    rng = np.random.default_rng(0)
    rows = [
        (f"i{item:03d}", people.names[rater], words[value])
        for item, rater, value in zip(people.item, people.rater, people.value, strict=True)
    ]
    rows += [(f"i{i:03d}", "judge", words[rng.integers(2)]) for i in range(len(counts))]
    clusters = {f"i{i:03d}": f"p{prompt[i]}" for i in range(len(counts))}
    table = make_ratings(rows, clusters)

    def minus_human(ratings) -> float:
        return report_of(ratings).judges[0].statistics["minus_human"]

    def report_of(ratings):
        return agreement_report(ratings, study="s", question="equivalence", options=words)

    found = minus_human(table)
    assert found.method == CROSSED
    # Leaving out raters by hand gives no less than the jackknife over raters alone.
    left_out = np.array(
        [minus_human(table[table["rater_id"] != name]).value for name in people.names]
    )
    by_rater = 11 / 12 * np.sum((left_out - left_out.mean()) ** 2)
    reach = (np.arctanh(found.high) - np.arctanh(found.low)) / 2
    assert reach * (1 - found.value**2) / 2.200985 >= np.sqrt(by_rater) * (1 - 1e-6)
    assert "for raters like these 12" in report_of(table).headline_sentence("judge")

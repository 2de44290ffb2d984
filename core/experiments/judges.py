"""Do judges differ, and does what one judge shows hold with another?"""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from typing import Any

from core.experiments.data import StudyData
from core.experiments.outcome import Outcome, Table
from core.results import (
    ALL_CATEGORIES,
    PossibleRange,
    PromptMeans,
    majority_verdicts,
    paired_differences,
    summarize,
)


def analyse_judges(data: StudyData, *, seed: int = 0) -> Outcome:
    """Agreement of judges pair by pair, conditions by each judge, and the conclusions by each."""
    judges = sorted(data.by_judge)
    tables = (_agreement(data, judges, seed), _by_judge(data, judges), _conclusions(data, judges))
    notes = [
        "Agreement among judges says nothing about people: judges agree with each other more than "
        "with people. Compare judges with people on Agreement.",
        "A judge of the generator's own family may prefer its texts.",
    ]
    if len(judges) < 2:
        notes.append("There are fewer than two judges: nothing can be compared yet.")
    return Outcome("judges", tables, tuple(notes))


def _agreement(data: StudyData, judges: list[str], seed: int) -> Table:
    prompt_of = {response: one.set.prompt_id for one in data.measured for response in one.set.ids}
    merged = {
        judge: majority_verdicts(row for row in data.verdicts if row.rater == judge)
        for judge in judges
    }
    means = PromptMeans(seed)
    rows: list[tuple[Any, ...]] = []
    for first, second in combinations(judges, 2):
        own, other = merged[first], merged[second]
        both = [
            (pair, own[pair], other[pair])
            for pair in own.keys() & other.keys()
            if own[pair] is not None and other[pair] is not None and pair[0] in prompt_of
        ]
        by_prompt: dict[Any, list[bool]] = defaultdict(list)
        for pair, a, b in both:
            by_prompt[prompt_of[pair[0]]].append(a == b)
        shares = [sum(same) / len(same) for same in by_prompt.values()]
        metric = means.metric(shares, PossibleRange(0, 1)) if shares else {"mean": None}
        rows.append((first, second, len(both), len(shares), metric, _kappa(both)))
    columns = ("judge", "judge", "pairs", "prompts", "agreement", "Cohen's kappa")
    note = "Agreement: mean over prompts of the share of pairs, its interval over prompts."
    return Table("Judge with judge", columns, rows, note)


def _kappa(both: list[tuple[Any, bool | None, bool | None]]) -> float | None:
    """Cohen (1960): (po - pe) / (1 - pe); None where both always say the same one thing."""
    n = len(both)
    if n == 0:
        return None
    observed = sum(a == b for _, a, b in both) / n
    first, second = (sum(bool(row[place]) for row in both) / n for place in (1, 2))
    expected = first * second + (1 - first) * (1 - second)
    return None if expected == 1 else (observed - expected) / (1 - expected)


def _by_judge(data: StudyData, judges: list[str]) -> Table:
    rows: list[tuple[Any, ...]] = []
    for judge in judges:
        report = summarize(
            data.by_judge[judge], study=data.slug, rater=judge, metrics=("distinct", "quality")
        )
        whole = [row for row in report["rows"] if row["category"] == ALL_CATEGORIES]
        ranked = sorted(
            (row for row in whole if row["distinct"]["mean"] is not None),
            key=lambda row: -row["distinct"]["mean"],
        )
        places = {row["condition"]: place for place, row in enumerate(ranked, 1)}
        rows += [
            (judge, row["condition"], row["distinct"], places.get(row["condition"]), row["quality"])
            for row in whole
        ]
    columns = ("judge", "condition", "distinct", "place", "quality")
    return Table("Conditions by each judge", columns, rows)


def _conclusions(data: StudyData, judges: list[str]) -> Table:
    """Difference to the baseline over all prompts, by each judge alone."""
    rows: list[tuple[Any, ...]] = []
    for judge in judges:
        for one in paired_differences(data.by_judge[judge], "distinct"):
            if one.category == ALL_CATEGORIES:
                metric = {"mean": one.mean, "low": one.low_all, "high": one.high_all}
                rows.append((one.condition, judge, one.n, metric))
    rows.sort(key=lambda row: row[:2])
    columns = ("condition", "judge", "prompts", "distinct minus baseline")
    note = "Simultaneous 95% intervals over all conditions and categories of one judge."
    return Table("Does the conclusion hold with another judge?", columns, rows, note)

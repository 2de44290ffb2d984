"""How many different answers a set holds: a judge's count, corrected by people at prompt level.

Pair agreement does not validate counts, because one false "same" merges two groups. So people and
judge are compared on what they make of a whole set, and a set is what was sampled
(measurement.md 16, 19). People's count of a set comes in three ways, never mixed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.agreement.corrected import answer_means
from core.agreement.weights import FloatArray
from core.crowd.answers import partition_labels
from core.diversity import distinct_count
from core.evidence.corrected import ALL, CorrectedRow, CorrectionItems, corrected_rows
from core.results import ResponseSet, SetMeasures
from core.types import Question

# How people counted -> what their mean is.
MEASURES: dict[str, str] = {
    Question.COUNT: "the mean count this rater pool gives when asked how many differ",
    Question.GROUPING: "the mean number of groups this rater pool sorts a set into",
    Question.EQUIVALENCE: (
        "the mean number of groups by these people's majority on every pair of a set"
    ),
}
WAYS: dict[str, str] = {
    Question.COUNT: "asked for the number",
    Question.GROUPING: "sorted into groups",
    Question.EQUIVALENCE: "majority on every pair",
}


@dataclass(frozen=True)
class HumanCounts:
    """What people made of whole sets, in one way.

    Attributes:
        question: how they were asked; of `MEASURES`.
        answers: response ids of a set, smallest first -> one count per person; of pairs, the one
            count of their majority.
        probabilities: response ids of a set -> chance to be in the sample; absent is unknown.
    """

    question: str
    answers: Mapping[tuple[int, ...], Sequence[float]]
    probabilities: Mapping[tuple[int, ...], float]


@dataclass(frozen=True)
class CountRow:
    """One strategy and category; strict: the judge's mean number of cliques, where all have it."""

    row: CorrectedRow
    way: str
    strict: float | None

    def as_dict(self) -> dict[str, object]:
        return {"people": self.way, "judge_strict": self.strict, **self.row.as_dict()}


@dataclass(frozen=True)
class CorrectedCounts:
    """A judge's counts beside people's.

    Attributes:
        n_incomplete: sets with fewer than n responses, left out.
        n_open: complete sets whose count the judge's verdicts leave open, left out.
        rows: by the ways people counted, each from the whole study to its parts.
    """

    judge: str
    n_incomplete: int
    n_open: int
    rows: tuple[CountRow, ...]

    @property
    def leads(self) -> list[CountRow]:
        """One row per way: all strategies and categories, or, where sets differ in size, none."""
        return [one for one in self.rows if (one.row.strategy, one.row.category) == (ALL, ALL)]


def count_notes(found: CorrectedCounts) -> list[str]:
    """What a reader of the table has to know."""
    notes = [
        "judge only: groups of responses linked by verdicts of the same (components); strict: "
        "groups in which every two are the same. λ is the weight the judge gets.",
        *(f"{WAYS[one]}: {meaning}." for one, meaning in MEASURES.items() if _has(found, one)),
    ]
    if _has(found, Question.EQUIVALENCE):
        notes.append(
            "By pairs a set's count is taken as settled: what other people might have said of it "
            "is not in the interval."
        )
    if found.rows and not found.leads:
        notes.append("Sets differ in size, so strategies have no common mean.")
    left_out = [
        f"{n:,} {why}"
        for n, why in (
            (found.n_incomplete, "with fewer responses than asked for"),
            (found.n_open, "whose count this judge's verdicts leave open"),
        )
        if n
    ]
    return [*notes, f"Sets left out: {', '.join(left_out)}."] if left_out else notes


def _has(found: CorrectedCounts, question: str) -> bool:
    return any(one.way == WAYS[question] for one in found.rows)


def partition_count(value: str) -> float:
    """Groups of a canonical partition.

    >>> partition_count("0,0,1,2,0")
    3.0
    """
    return float(max(partition_labels(value)) + 1)


def majority_count(members: Sequence[int], verdicts: Mapping[tuple[int, int], bool]) -> float:
    """Components of a set by people's majority; NaN where a missing pair leaves them open.

    Args:
        verdicts: (smaller response id, larger id) -> majority; tied and unrated pairs are absent.
    """
    place = {response: number for number, response in enumerate(members)}
    inside = {
        (place[a], place[b]): same for (a, b), same in verdicts.items() if a in place and b in place
    }
    found = distinct_count(len(members), inside).value
    return np.nan if found is None else float(found)


def corrected_counts(
    judge: str, measured: Sequence[SetMeasures], people: Sequence[HumanCounts], *, seed: int = 0
) -> CorrectedCounts:
    """A judge's mean distinct count, people's and the corrected one, by strategy and category.

    Args:
        measured: every set of the study as the judge sees it.
        people: one entry per way people counted in; those without answers give no rows.
        seed: deals prompts into folds.
    """
    complete = [one for one in measured if one.set.is_complete and one.set.n > 1]
    scores = np.array([one.get("distinct").value for one in complete], dtype=np.float64)
    strict = np.array([one.get("strict").value for one in complete], dtype=np.float64)
    rows: list[CountRow] = []
    for counts in people:
        items = _items(judge, [one.set for one in complete], scores, counts)
        if not np.isfinite(items.human).any():
            continue
        rows += [
            CountRow(row, WAYS[counts.question], _strict_mean(items, scores, strict, row))
            for row in corrected_rows(items, seed=seed)
        ]
    return CorrectedCounts(
        judge,
        n_incomplete=sum(not one.set.is_complete for one in measured),
        n_open=int(np.count_nonzero(np.isnan(scores))),
        rows=tuple(rows),
    )


def _items(
    judge: str, sets: Sequence[ResponseSet], scores: FloatArray, counts: HumanCounts
) -> CorrectionItems:
    keys = [tuple(sorted(one.ids)) for one in sets]
    given = [
        (place, answer)
        for place, key in enumerate(keys)
        for answer in counts.answers.get(key, ())
        if not np.isnan(answer)
    ]
    human, variance = answer_means(
        np.array([place for place, _ in given], dtype=np.int64),
        np.array([answer for _, answer in given], dtype=np.float64),
        len(keys),
    )
    sizes = {one.n for one in sets}
    several = len(sizes) > 1
    return CorrectionItems(
        question=counts.question,
        judge=judge,
        clusters=np.array([one.prompt_id for one in sets], dtype=object),
        categories=np.array([one.category or "" for one in sets], dtype=object),
        strategies=np.array(
            [f"{one.strategy}, n = {one.n}" if several else one.strategy for one in sets],
            dtype=object,
        ),
        scores=scores,
        human=human,
        human_variance=variance,
        probabilities=np.array([counts.probabilities.get(key, np.nan) for key in keys]),
        limits=(1.0, float(max(sizes, default=1))),
        target=MEASURES[counts.question],
        is_comparable=not several,
    )


def _strict_mean(
    items: CorrectionItems, scores: FloatArray, strict: FloatArray, row: CorrectedRow
) -> float | None:
    """Over the very sets the judge's components are counted in, or nothing."""
    part = np.isfinite(scores)
    if row.strategy != ALL:
        part &= items.strategies == row.strategy
    if row.category != ALL:
        part &= items.categories == row.category
    if not part.any() or np.isnan(strict[part]).any():
        return None
    return float(strict[part].mean())

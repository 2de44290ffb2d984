"""Measures of one prompt's set of responses under one condition."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from core.diversity import (
    DistinctCount,
    Measure,
    compression_ratio,
    distinct_count,
    vocabulary_distance,
)
from core.errors import InvalidRatingsError
from core.results.rows import ResponseRow

_INCOMPLETE = Measure.undefined("fewer than n responses")


@dataclass(slots=True)
class ResponseSet:
    """The slots of one prompt under one condition.

    Attributes:
        responses: usable ones with a sample index below n, by sample index.
        n_failed: slots below n that hold a failure.
    """

    condition: str
    prompt_id: str | int
    model: str
    strategy: str
    category: str | None
    n: int
    responses: list[ResponseRow] = field(default_factory=list)
    n_failed: int = 0

    @property
    def is_complete(self) -> bool:
        return len(self.responses) == self.n


@dataclass(frozen=True, slots=True)
class SetMeasures:
    """What is known about one set; each measure may be undefined with a reason.

    Attributes:
        count: with its range where unscored pairs leave it open; None for an incomplete set.
    """

    set: ResponseSet
    count: DistinctCount | None
    distinct: Measure
    vocabulary: Measure
    compression: Measure
    quality: Measure


def measure_sets(
    responses: Sequence[ResponseRow],
    verdicts: Mapping[tuple[int, int], bool | None],
    scores: Mapping[int, float],
) -> list[SetMeasures]:
    """Measure every prompt × condition.

    A set with fewer than n responses has no measure: 3 of 5 responses cannot show 5 kinds.

    Args:
        responses: one row per slot.
        verdicts: merged, as `majority_verdicts` gives them.
        scores: merged, as `mean_scores` gives them.

    Returns:
        One entry per set, by condition, then in order of the prompts' first appearance.

    Raises:
        InvalidRatingsError: a slot given twice.
    """
    return [_measure(one, verdicts, scores) for one in _gather(responses)]


def _gather(responses: Sequence[ResponseRow]) -> list[ResponseSet]:
    sets: dict[tuple[str, str | int], ResponseSet] = {}
    slots = Counter((row.condition, row.prompt_id, row.sample_index) for row in responses)
    repeated = [slot for slot, count in slots.items() if count > 1]
    if repeated:
        condition, prompt_id, index = repeated[0]
        raise InvalidRatingsError(
            f"Response {index} of prompt {prompt_id} under {condition} is given more than once. "
            "Expected one row per slot: give only the replicate that counts."
        )
    for row in responses:
        one = sets.setdefault(
            (row.condition, row.prompt_id),
            ResponseSet(row.condition, row.prompt_id, row.model, row.strategy, row.category, row.n),
        )
        if row.sample_index >= row.n:
            continue
        if row.status == "ok":
            one.responses.append(row)
        else:
            one.n_failed += 1
    for one in sets.values():
        one.responses.sort(key=lambda row: row.sample_index)
    return sorted(sets.values(), key=lambda one: one.condition)


def _measure(
    one: ResponseSet,
    verdicts: Mapping[tuple[int, int], bool | None],
    scores: Mapping[int, float],
) -> SetMeasures:
    if not one.is_complete:
        return SetMeasures(one, None, *[_INCOMPLETE] * 4)
    ids = [row.id for row in one.responses]
    texts = [row.text for row in one.responses]
    count = distinct_count(
        one.n,
        {
            (i, j): verdicts.get((min(ids[i], ids[j]), max(ids[i], ids[j])))
            for i, j in combinations(range(one.n), 2)
        },
    )
    scored = [scores[response] for response in ids if response in scores]
    return SetMeasures(
        set=one,
        count=count,
        distinct=(
            Measure.undefined("unscored pairs leave the count open")
            if count.value is None
            else Measure(float(count.value))
        ),
        vocabulary=vocabulary_distance(texts),
        compression=compression_ratio(texts),
        quality=(
            Measure(sum(scored) / len(scored)) if scored else Measure.undefined("no quality score")
        ),
    )

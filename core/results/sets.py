"""Measures of one prompt's set of responses under one condition."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import combinations
from types import MappingProxyType

from core.diversity import (
    DistinctCount,
    Measure,
    compression_ratio,
    distinct_count,
    distinct_k,
    first_member_classes,
    n_nontransitive_triples,
    strict_count,
    utility_k,
    vocabulary_distance,
)
from core.errors import InvalidRatingsError
from core.results.rows import ResponseRow

INCOMPLETE = Measure.undefined("fewer than n responses")
_OPEN = Measure.undefined("unscored pairs leave the count open")
_NOT_MEASURED = Measure.undefined("not measured")
SKIPPED = "pairs were skipped (adaptive judging), which leaves only the count"
# Made of every single verdict, not of the components alone.
_BY_ALL_VERDICTS = ("strict", "distinct_k", "utility_k", "nontransitive")
_TEXT_MEASURES = {"vocabulary": vocabulary_distance, "compression": compression_ratio}

# Patterns of verdicts whose graph is remembered: all 1,024 of five responses, and some of larger n.
_REMEMBERED = 8_192

# response ids of a set -> measure -> value, for measures of the texts alone.
SurfaceMeasures = Mapping[tuple[int, ...], Mapping[str, Measure]]


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

    @property
    def ids(self) -> tuple[int, ...]:
        return tuple(row.id for row in self.responses)


@dataclass(frozen=True, slots=True)
class SetMeasures:
    """What is known about one set; each measure may be undefined with a reason.

    Attributes:
        count: with its range where unscored pairs leave it open; None for an incomplete set.
        measures: by the keys of `core.diversity.DEFINITIONS`.
        verdicts: (i, j) -> merged verdict, by place in the set; unscored pairs are absent.
        n_unasked: pairs nobody was asked about.
        is_adaptive: pairs were skipped, and what fills them in holds for the count alone.
    """

    set: ResponseSet
    count: DistinctCount | None
    measures: Mapping[str, Measure]
    verdicts: Mapping[tuple[int, int], bool] = field(default_factory=dict)
    n_unasked: int = 0
    is_adaptive: bool = False

    def get(self, name: str) -> Measure:
        """A measure by its key; undefined where nobody took it."""
        return self.measures.get(name, _NOT_MEASURED)


def gather_sets(responses: Sequence[ResponseRow]) -> list[ResponseSet]:
    """Slots by prompt × condition, sorted by condition, then by the prompts' first appearance.

    Raises:
        InvalidRatingsError: a slot given twice.
    """
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


def measure_sets(
    responses: Sequence[ResponseRow],
    verdicts: Mapping[tuple[int, int], bool | None],
    scores: Mapping[int, float],
    surface: SurfaceMeasures | None = None,
    skipping: Collection[tuple[str, str | int]] = (),
    accuracy: Mapping[int, float] = MappingProxyType({}),
) -> list[SetMeasures]:
    """Measure every prompt × condition.

    A set with fewer than n responses has no measure: 3 of 5 responses cannot show 5 kinds.

    Args:
        responses: one row per slot.
        verdicts: merged, as `majority_verdicts` gives them.
        scores: merged, as `mean_scores` gives them.
        surface: measures of the texts that are known already; without it vocabulary and
            compression are computed from the rows' texts.
        skipping: (condition, prompt id) of sets that were judged adaptively. What fills in their
            verdicts holds for the count alone, so nothing else is made of them.
        accuracy: response id -> 1 right, 0 wrong, or between them the share of judges who call it
            right; a response that was not checked is absent.

    Returns:
        One entry per set, as `gather_sets` orders them.

    Raises:
        InvalidRatingsError: a slot given twice.
    """
    measured = [
        _measure(one, verdicts, scores, surface, accuracy) for one in gather_sets(responses)
    ]
    return [
        _counted_only(one) if (one.set.condition, one.set.prompt_id) in skipping else one
        for one in measured
    ]


def _counted_only(one: SetMeasures) -> SetMeasures:
    if not one.set.is_complete:
        return one
    undefined = dict.fromkeys(_BY_ALL_VERDICTS, Measure.undefined(SKIPPED))
    return replace(one, measures={**one.measures, **undefined}, is_adaptive=True)


def measure_texts(texts: Sequence[str]) -> dict[str, Measure]:
    """The measures that need nothing but a complete set's texts."""
    return {name: measure(texts) for name, measure in _TEXT_MEASURES.items()}


def _measure(
    one: ResponseSet,
    verdicts: Mapping[tuple[int, int], bool | None],
    scores: Mapping[int, float],
    surface: SurfaceMeasures | None,
    accuracy: Mapping[int, float],
) -> SetMeasures:
    if not one.is_complete:
        names = ("distinct", "strict", "distinct_k", "utility_k", "nontransitive")
        known = (*names, "quality", "accuracy", *_TEXT_MEASURES, "embedding", "vendi")
        return SetMeasures(one, None, dict.fromkeys(known, INCOMPLETE))
    ids = one.ids
    of_texts = (
        measure_texts([row.text for row in one.responses])
        if surface is None
        else surface.get(ids, {})
    )
    answers: list[bool | None] = []
    n_unasked = 0
    for a, b in combinations(ids, 2):
        pair = (a, b) if a < b else (b, a)
        answers.append(verdicts.get(pair))
        n_unasked += pair not in verdicts
    graph = _read_graph(one.n, tuple(answers))
    qualities = [scores.get(response) for response in ids]
    classes = graph.classes
    return SetMeasures(
        set=one,
        count=graph.count,
        measures={
            **graph.measures,
            "utility_k": _OPEN if classes is None else utility_k(classes, qualities),
            **of_texts,
            "quality": _mean(qualities, "no quality score"),
            "accuracy": _mean(
                [accuracy.get(response) for response in ids],
                "not checked against a reference answer",
            ),
        },
        verdicts=graph.scored,
        n_unasked=n_unasked,
    )


@dataclass(frozen=True, slots=True)
class _Graph:
    """What follows from the verdicts of a set alone.

    Attributes:
        scored: (i, j) -> verdict, by place in the set.
        classes: by NoveltyBench's rule; None where unscored pairs leave them open.
    """

    scored: Mapping[tuple[int, int], bool]
    count: DistinctCount
    classes: tuple[int, ...] | None
    measures: Mapping[str, Measure]


@lru_cache(maxsize=_REMEMBERED)
def _read_graph(n: int, answers: tuple[bool | None, ...]) -> _Graph:
    """The graph of a set; most sets of a study share theirs with others.

    Args:
        answers: verdicts of (0, 1), (0, 2), … (n - 2, n - 1); None = unscored.
    """
    pairs = zip(combinations(range(n), 2), answers, strict=True)
    scored = {pair: answer for pair, answer in pairs if answer is not None}
    count = distinct_count(n, scored)
    classes = first_member_classes(n, scored)
    return _Graph(
        scored=MappingProxyType(scored),
        count=count,
        classes=None if classes is None else tuple(classes),
        measures={
            "distinct": _counted(count),
            "strict": _counted(strict_count(n, scored)),
            "distinct_k": _OPEN if classes is None else Measure(float(distinct_k(classes))),
            "nontransitive": _nontransitive_share(n, scored),
        },
    )


def _mean(values: Sequence[float | None], missing: str) -> Measure:
    known = [value for value in values if value is not None]
    return Measure(sum(known) / len(known)) if known else Measure.undefined(missing)


def _counted(count: DistinctCount) -> Measure:
    return _OPEN if count.value is None else Measure(float(count.value))


def _nontransitive_share(n: int, scored: Mapping[tuple[int, int], bool]) -> Measure:
    n_triples = n * (n - 1) * (n - 2) // 6
    if n_triples == 0:
        return Measure.undefined("fewer than three responses")
    if len(scored) < n * (n - 1) // 2:
        return Measure.undefined("not all pairs have a verdict")
    return Measure(n_nontransitive_triples(n, scored) / n_triples)

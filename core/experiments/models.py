"""Do models repeat each other? Diversity within a model against diversity between two."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from itertools import combinations, product
from typing import Any

from core.experiments.data import StudyData
from core.experiments.outcome import Outcome, Table
from core.results import PossibleRange, PromptMeans, SetMeasures

# Two response ids -> how different they are, 0 to 1; None where that is not known.
Distance = Callable[[int, int], float | None]


def analyse_models(data: StudyData, distances: Mapping[str, Distance], *, seed: int = 0) -> Outcome:
    """For every strategy, the mean difference of two responses, within and between models.

    Args:
        data: the study.
        distances: measure -> how different two responses to one prompt are by it.

    Returns:
        One matrix per strategy and measure. On the diagonal pairs of one model's responses, off
        it pairs of two models' responses to the same prompt; each cell averages prompts.
    """
    by_strategy: dict[str, dict[str, dict[Any, SetMeasures]]] = defaultdict(
        lambda: defaultdict(dict)
    )
    for one in data.measured:
        if one.set.is_complete:
            # One condition per model and strategy: the first by name.
            of_model = by_strategy[one.set.strategy][one.set.model]
            of_model.setdefault(one.set.prompt_id, one)
    means = PromptMeans(seed)
    tables = [
        _matrix(strategy, measure, models, distance, means)
        for strategy, models in sorted(by_strategy.items())
        if len(models) > 1
        for measure, distance in distances.items()
    ]
    notes = [
        "Between below within: two models differ less than two answers of one model do; they "
        "repeat each other. By the texts alone this concerns wording, not meaning.",
        "Functional difference needs verdicts on pairs of two models' responses: a sample is drawn "
        "and judged by this experiment's runs, on Judges under pairs of two models, or with "
        "`taskanchor judge --pairs across`. Cells without any are empty.",
    ]
    if not tables:
        notes.append("No strategy has complete sets of two models yet.")
    return Outcome("across-models", tuple(tables), tuple(notes))


def _matrix(
    strategy: str,
    measure: str,
    models: Mapping[str, Mapping[Any, SetMeasures]],
    distance: Distance,
    means: PromptMeans,
) -> Table:
    names = sorted(models)
    rows = []
    for first in names:
        cells: list[Any] = [first]
        for second in names:
            shared = models[first].keys() & models[second].keys()
            values = [
                value
                for prompt in sorted(shared)
                if (
                    value := _mean_distance(models[first][prompt], models[second][prompt], distance)
                )
                is not None
            ]
            cells.append(means.metric(values, PossibleRange(0, 1)) if values else {"mean": None})
        rows.append(tuple(cells))
    return Table(f"{strategy}: {measure}", ("", *names), rows)


def _mean_distance(first: SetMeasures, second: SetMeasures, distance: Distance) -> float | None:
    pairs = (
        combinations(first.set.ids, 2)
        if first is second
        else product(first.set.ids, second.set.ids)
    )
    known = [value for a, b in pairs if (value := distance(a, b)) is not None]
    return sum(known) / len(known) if known else None

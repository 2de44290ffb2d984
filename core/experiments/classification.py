"""How well models classify prompts, what a wrong category does, and which prompts fit none."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from core.diversity import DEFINITIONS
from core.experiments.data import StudyData
from core.experiments.outcome import Outcome, Table
from core.judges.accuracy import recall_by_category
from core.pipeline.judge_units import NONE_CATEGORY
from core.results import PossibleRange, PromptMeans
from core.strategies import find_strategy

# The paper's six sets, as importers and the paper name them.
SIX_SETS = ("simpleqa", "math-500", "math500", "macgyver", "noveltybench", "communityalignment",
            "community-alignment", "wildbench")  # fmt: skip
MIN_FOR_INTERVAL = 10


def analyse_classification(data: StudyData, *, seed: int = 0) -> Outcome:
    """Recall by model family and true category, and results by right and wrong category used."""
    held_out = [one for one in data.prompts if not one.is_example]
    models = sorted({model for one in held_out for model in one.by_model})
    rows: list[tuple[Any, ...]] = []
    for model in models:
        for one in recall_by_category((p.truth, p.by_model.get(model)) for p in held_out):
            rows.append(
                (
                    family_of(model),
                    model,
                    one.category,
                    one.n,
                    _share(one.n_right, one.n, one.low, one.high),
                    one.n_unclassified,
                )
            )
    n_examples = len(data.prompts) - len(held_out)
    notes = [
        f"Held out: {n_examples} prompts that are examples of the taxonomy are left out; "
        f"{sum(one.truth is None for one in held_out)} have no ground truth and count nowhere."
    ]
    effect = _effect(data, seed)
    if not rows:
        notes.append("No prompt has both a ground truth and a model's category yet.")
    if effect.rows:
        notes.append(
            "Right and wrong concern different prompts, so the two rows are not paired: prompts "
            "that are hard to classify may differ in other ways as well."
        )
    columns = ("family", "model", "true category", "prompts", "recall", "unclassified")
    return Outcome(
        "classification", (Table("Recall by true category", columns, rows), effect), tuple(notes)
    )


def analyse_outside(data: StudyData) -> Outcome:
    """Prompts outside the paper's six sets, and the share that fits no category."""
    outside = [one for one in data.prompts if _normal(one.source) not in SIX_SETS]
    models = sorted({model for one in outside for model in one.by_model})
    shares: list[tuple[Any, ...]] = []
    for rater in ("ground truth", *models):
        given: dict[str, list[bool]] = defaultdict(list)
        for one in outside:
            category = one.truth if rater == "ground truth" else one.by_model.get(rater)
            if category is not None:
                for source in ("all", one.source or "no source"):
                    given[source].append(category == NONE_CATEGORY)
        shares += [
            (rater, source, len(values), _wilson(sum(values), len(values)))
            for source, values in sorted(given.items(), key=lambda item: (item[0] != "all", item))
        ]
    spread: list[tuple[Any, ...]] = [
        (model, category, count)
        for model in models
        for category, count in sorted(Counter(one.by_model.get(model, "not classified")
                                              for one in outside).items())
    ]  # fmt: skip
    inside = len(data.prompts) - len(outside)
    notes = [f"{len(outside)} prompts come from outside the six sets; {inside} are left out."]
    if not outside:
        notes.append("Import prompts of your own, with a column `source`, to ask this.")
    return Outcome(
        "outside",
        (
            Table("Share that fits no category", ("by", "source", "prompts", "share N"), shares),
            Table("What they were taken for", ("model", "category", "prompts"), spread),
        ),
        tuple(notes),
    )


def family_of(model_id: str) -> str:
    """A model's family by its name: the letters before the first digit or hyphen."""
    name = model_id.partition(":")[2].rpartition("/")[2].lower()
    letters = ""
    for character in name:
        if not character.isalpha():
            break
        letters += character
    return letters or name


def _effect(data: StudyData, seed: int) -> Table:
    """Anchored conditions, by whether the category used was the truth."""
    means = PromptMeans(seed)
    truth = {one.id: one.truth for one in data.prompts}
    rows: list[tuple[Any, ...]] = []
    grouped: dict[tuple[str, bool], list[Any]] = defaultdict(list)
    for one in data.measured:
        strategy = find_strategy(one.set.strategy)
        used = data.categories_used.get((one.set.condition, int(one.set.prompt_id)))
        known = truth.get(int(one.set.prompt_id))
        if strategy is not None and strategy.anchored and used and known:
            grouped[one.set.condition, used == known].append(one)
    for (condition, right), sets in sorted(
        grouped.items(), key=lambda item: (item[0][0], -item[0][1])
    ):
        rows.append(
            (
                condition,
                "right" if right else "wrong",
                len(sets),
                *(_metric(means, name, sets) for name in ("distinct", "quality")),
            )
        )
    columns = ("condition", "category used", "prompts", "distinct", "quality")
    return Table("What misclassification does", columns, rows)


def _metric(means: PromptMeans, name: str, sets: list[Any]) -> dict[str, Any]:
    values = [one.get(name).value for one in sets if one.get(name).is_defined]
    if not values:
        return {"mean": None, "reason": "no prompt has a value"}
    meant = DEFINITIONS[name]
    high = float(sets[0].set.n) if meant.high_is_n else meant.high
    return means.metric(values, PossibleRange(meant.low, high))


def _wilson(k: int, n: int) -> dict[str, Any]:
    if n < MIN_FOR_INTERVAL:
        return _share(k, n, None, None)
    from scipy.stats import binomtest

    interval = binomtest(k, n).proportion_ci(0.95, "wilson")
    return _share(k, n, float(interval.low), float(interval.high))


def _share(k: int, n: int, low: float | None, high: float | None) -> dict[str, Any]:
    return {"mean": k / n if n else None, "low": low, "high": high, "n": n}


def _normal(source: str) -> str:
    return source.strip().lower().replace(" ", "").replace("_", "-")

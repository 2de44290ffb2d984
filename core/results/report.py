"""The `results` report: one row per condition and category."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from core.diversity import DEFINITIONS, Measure
from core.errors import UserError
from core.results.differences import ALL_CATEGORIES
from core.results.estimators import (
    AdaptiveSet,
    adaptive_keys,
    count_verdicts,
    estimator_of,
    transitive_raters,
    votes_in_ensemble,
)
from core.results.intervals import PossibleRange, PromptMeans
from core.results.rows import (
    ENSEMBLE,
    PairVerdict,
    QualityScore,
    ResponseRow,
    mean_scores,
)
from core.results.sets import SetMeasures, measure_sets

COUNTS = ("distinct", "strict", "distinct_k")
_SKIPPED = "Some pairs were not asked, so triples cannot be counted (adaptive judging)."
DEFAULT_METRICS = (
    "distinct",
    "vocabulary",
    "compression",
    "quality",
    "accuracy",
    "strict",
    "distinct_k",
    "utility_k",
    "nontransitive",
)


def results_report(
    *,
    study: str,
    rater: str,
    responses: Sequence[ResponseRow],
    verdicts: Sequence[PairVerdict],
    scores: Sequence[QualityScore],
    adaptive: Sequence[AdaptiveSet] = (),
    seed: int = 0,
) -> dict[str, Any]:
    """Diversity and quality per condition × category, averaged over prompts.

    With the ensemble, judges' verdicts are merged pair by pair and components counted after
    (measurement rule 4); a tie is unscored; quality is the mean over judges. A prompt's quality
    is the mean of its scored responses.

    Args:
        study: its slug.
        rater: "ensemble:majority" for all judges, the key of one rater, or a judge's with
            "~transitive" for the estimator of transitive judging (see `core.results.estimators`).
        responses: one row per slot of every condition.
        verdicts: answers to `equivalence`; pairs across sets are ignored.
        scores: answers to `quality`.
        adaptive: sets that judges were asked about adaptively.
        seed: of the bootstrap over prompts.

    Returns:
        The JSON object of the `results` command. Per row, `n_prompts` have at least one slot
        and `n_incomplete` of them have no distinct count, because responses are missing or
        unscored pairs leave it open. A metric averages the prompts for which it is defined
        and is `{"mean": None, "reason"}` when there is none.

    Raises:
        UserError: nobody of that name has rated anything.
        InvalidRatingsError: a response slot given twice.
    """
    _check_rater(rater, verdicts, scores, adaptive)
    measured = measure_sets(
        responses,
        count_verdicts(rater, verdicts, responses, adaptive),
        mean_scores(row for row in scores if _counts(row, estimator_of(rater)[0])),
        skipping=adaptive_keys(rater, adaptive),
    )
    return summarize(measured, study=study, rater=rater, seed=seed)


def summarize(
    measured: Sequence[SetMeasures],
    *,
    study: str,
    rater: str,
    seed: int = 0,
    metrics: Sequence[str] = DEFAULT_METRICS,
) -> dict[str, Any]:
    """Means over prompts of sets that are measured already (see `results_report`).

    Args:
        metrics: keys of `core.diversity.DEFINITIONS`, in the order of the row.
    """
    means = PromptMeans(seed)
    rows = [
        _row(category, sets, means, metrics)
        for of_condition in _by_condition(measured)
        for category, sets in _by_category(of_condition)
    ]
    return {"study": study, "rater": rater, "rows": rows}


def _check_rater(
    rater: str,
    verdicts: Sequence[PairVerdict],
    scores: Sequence[QualityScore],
    adaptive: Sequence[AdaptiveSet],
) -> None:
    known = {row.rater for row in verdicts} | {row.rater for row in scores}
    known |= set(transitive_raters(adaptive))
    if rater != ENSEMBLE and rater not in known:
        there = ", ".join(sorted(known)) or "none yet"
        raise UserError(
            f"No rater '{rater}' has judged responses of this study. "
            f"Expected {ENSEMBLE} or one of: {there}."
        )


def _counts(row: QualityScore, rater: str) -> bool:
    if rater == ENSEMBLE:
        return votes_in_ensemble(row.rater, row.rater_kind)
    return row.rater == rater


def _by_condition(measured: Iterable[SetMeasures]) -> list[list[SetMeasures]]:
    grouped: dict[str, list[SetMeasures]] = defaultdict(list)
    for measures in measured:
        grouped[measures.set.condition].append(measures)
    return list(grouped.values())


def _by_category(sets: list[SetMeasures]) -> list[tuple[str, list[SetMeasures]]]:
    grouped: dict[str, list[SetMeasures]] = defaultdict(list)
    for measures in sets:
        if measures.set.category is not None:
            grouped[measures.set.category].append(measures)
    return [(ALL_CATEGORIES, sets), *sorted(grouped.items())]


def _row(
    category: str, sets: list[SetMeasures], means: PromptMeans, metrics: Sequence[str]
) -> dict[str, Any]:
    first = sets[0].set
    return {
        "condition": first.condition,
        "model": first.model,
        "strategy": first.strategy,
        "category": category,
        "n_prompts": len(sets),
        "n_responses": sum(len(one.set.responses) for one in sets),
        "n_failed": sum(one.set.n_failed for one in sets),
        "n_incomplete": sum(not one.get("distinct").is_defined for one in sets),
        **{
            name: {"mean": None, "reason": _SKIPPED}
            if name == "nontransitive" and not _nontransitive_allowed(sets)
            else _metric(means, [one.get(name) for one in sets], _possible(name, first.n))
            for name in metrics
        },
    }


def _nontransitive_allowed(sets: Sequence[SetMeasures]) -> bool:
    """Where pairs were skipped although the count is known, the rate would be of a chosen part."""
    return not any(
        one.n_unasked or one.is_adaptive for one in sets if one.get("distinct").is_defined
    )


def _possible(name: str, n: int) -> PossibleRange:
    meant = DEFINITIONS[name]
    return PossibleRange(
        meant.low,
        float(n) if meant.high_is_n else meant.high,
        "fewer" if name in COUNTS else "less",
    )


def _metric(means: PromptMeans, measures: list[Measure], possible: PossibleRange) -> dict[str, Any]:
    values = [measure.value for measure in measures if measure.is_defined]
    if values:
        return means.metric(values, possible)
    counted = Counter(measure.reason for measure in measures).most_common()
    reasons = "; ".join(f"{reason} ({count})" for reason, count in counted)
    return {"mean": None, "reason": f"No prompt has a value: {reasons}."}

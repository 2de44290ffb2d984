"""Diversity and quality per condition and category, from stored responses and ratings."""

from core.results.differences import (
    ALL_CATEGORIES,
    Difference,
    contrast_difference,
    find_baselines,
    paired_differences,
)
from core.results.estimators import (
    AdaptiveSet,
    adaptive_keys,
    audit_counts,
    count_verdicts,
    estimator_of,
    transitive_raters,
    votes_in_ensemble,
)
from core.results.intervals import PossibleRange, PromptMeans
from core.results.report import DEFAULT_METRICS, results_report, summarize
from core.results.rows import (
    ENSEMBLE,
    PairVerdict,
    QualityScore,
    ResponseRow,
    majority_verdicts,
    mean_scores,
)
from core.results.sets import (
    ResponseSet,
    SetMeasures,
    gather_sets,
    measure_sets,
    measure_texts,
)

__all__ = [
    "ALL_CATEGORIES",
    "DEFAULT_METRICS",
    "ENSEMBLE",
    "AdaptiveSet",
    "Difference",
    "PairVerdict",
    "PossibleRange",
    "PromptMeans",
    "QualityScore",
    "ResponseRow",
    "ResponseSet",
    "SetMeasures",
    "adaptive_keys",
    "audit_counts",
    "contrast_difference",
    "count_verdicts",
    "estimator_of",
    "find_baselines",
    "gather_sets",
    "majority_verdicts",
    "mean_scores",
    "measure_sets",
    "measure_texts",
    "paired_differences",
    "results_report",
    "summarize",
    "transitive_raters",
    "votes_in_ensemble",
]

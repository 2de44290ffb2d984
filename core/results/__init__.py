"""Diversity and quality per condition and category, from stored responses and ratings."""

from core.results.estimators import (
    AdaptiveSet,
    adaptive_keys,
    audit_counts,
    count_verdicts,
    transitive_raters,
    votes_in_ensemble,
)
from core.results.intervals import PossibleRange, PromptMeans
from core.results.report import results_report
from core.results.rows import (
    ENSEMBLE,
    PairVerdict,
    QualityScore,
    ResponseRow,
    majority_verdicts,
    mean_scores,
)
from core.results.sets import ResponseSet, SetMeasures, measure_sets

__all__ = [
    "ENSEMBLE",
    "AdaptiveSet",
    "PairVerdict",
    "PossibleRange",
    "PromptMeans",
    "QualityScore",
    "ResponseRow",
    "ResponseSet",
    "SetMeasures",
    "adaptive_keys",
    "audit_counts",
    "count_verdicts",
    "majority_verdicts",
    "mean_scores",
    "measure_sets",
    "results_report",
    "transitive_raters",
    "votes_in_ensemble",
]

"""What the Results page shows, computed once per state of the study and kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from core.results import (
    DEFAULT_METRICS,
    Difference,
    SetMeasures,
    contrast_difference,
    find_baselines,
    paired_differences,
    summarize,
)
from db.queries.compare_choices import ConditionChoice, list_condition_choices
from db.queries.contrast import PrimaryContrast
from db.reports import result_templates
from db.results import ALL_SURFACE, keep, load_measured
from pages.components.workspace import database, settings

# What differences are offered for; the page computes those of one measure in a few milliseconds,
# but only while the sets are at hand.
COMPARED = (
    "distinct", "strict", "quality", "accuracy", "vocabulary", "compression", "embedding", "vendi",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Loaded:
    """Results as one rater sees them.

    Attributes:
        rows: of the `results` report, with the measures of texts that were asked for.
        differences: measure -> paired differences to the baseline.
        baselines: condition -> its baseline.
        metrics: keys of the measures in each row.
        primary: difference of the contrast that was set beforehand, where it can be taken.
    """

    rows: list[dict[str, Any]]
    differences: dict[str, list[Difference]]
    baselines: dict[str, str]
    conditions: tuple[ConditionChoice, ...]
    metrics: tuple[str, ...]
    primary: Difference | None = None


def _any_checked(measured: Sequence[SetMeasures]) -> bool:
    """Most studies have no reference answers, and no use for a column without a value."""
    return any(one.get("accuracy").is_defined for one in measured)


@st.cache_data(show_spinner="Computing", max_entries=20)
def load_results(
    study_id: int,
    slug: str,
    rater: str,
    surface: tuple[str, ...],
    embedder: str,
    baseline: str,
    contrast: PrimaryContrast | None,
    version: tuple[int, int],  # noqa: ARG001 - part of the key
) -> Loaded:
    """The results; computed anew when the study changes.

    Args:
        surface: measures of texts that are wanted.
        baseline: label of the condition all others are compared with; "" takes each model's own
            temperature condition.
        contrast: that was set beforehand.

    Raises:
        UserError: see `db.results.load_measured`.
    """
    with database().read() as session:
        measured, found = load_measured(
            session,
            result_templates(settings()),
            study_id,
            rater,
            surface=surface,
            embedder=embedder,
        )
        conditions = list_condition_choices(session, study_id)
    keep(database(), study_id, found)
    surfaces = [name for name in ALL_SURFACE if name in surface]
    given = [
        name
        for name in DEFAULT_METRICS
        if name not in ALL_SURFACE and (name != "accuracy" or _any_checked(measured))
    ]
    metrics = (*given, *surfaces)
    report = summarize(measured, study=slug, rater=rater, metrics=metrics)
    baselines = (
        {one.label: baseline for one in conditions if one.label != baseline}
        if baseline
        else find_baselines(measured)
    )
    return Loaded(
        rows=report["rows"],
        differences={
            name: paired_differences(measured, name, baselines)
            for name in COMPARED
            if name in metrics
        },
        baselines=baselines,
        conditions=conditions,
        metrics=metrics,
        primary=None
        if contrast is None
        else contrast_difference(
            measured, contrast.measure, contrast.condition, contrast.baseline, contrast.category
        ),
    )

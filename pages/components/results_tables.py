"""Tables of results, and the meaning of each measure one click away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import streamlit as st

from core.diversity import DEFINITIONS
from core.results import Difference
from pages.components.charts_table import Column, draw_table, figure_of, rounded

Row = dict[str, Any]
_LEAD = "distinct"
_COUNTS = {
    "n_prompts": "prompts",
    "n_responses": "responses",
    "n_failed": "failed",
    "n_incomplete": "incomplete",
}


def draw_results(rows: Sequence[Row], metrics: Sequence[str], *, each: bool) -> None:
    """One line per condition, and per category where asked for."""
    columns = [Column("condition"), Column("category")]
    columns += [Column(title, is_number=True) for title in _COUNTS.values()]
    columns += [Column(name, is_number=True, is_lead=name == _LEAD) for name in metrics]
    draw_table(
        columns,
        [
            [
                row["condition"],
                row["category"],
                *[f"{row[name]:,}" for name in _COUNTS],
                *[figure_of(row[name]) for name in metrics],
            ]
            for row in rows
            if each or row["category"] == "all"
        ],
        notes=[
            "incomplete: sets without a distinct count, because responses are missing or unscored "
            "pairs leave it open. They are left out of the means.",
        ],
    )


def draw_differences(differences: Sequence[Difference], names: Mapping[str, str]) -> None:
    """One line per condition and category, with both intervals."""
    columns = [
        Column("condition"),
        Column("category"),
        Column("prompts", is_number=True),
        Column("dropped", is_number=True),
        Column("difference, 95%", is_number=True, is_lead=True),
        Column("simultaneous 95%", is_number=True),
        Column("p, Holm", is_number=True),
        Column("pooled", is_number=True),
    ]
    draw_table(
        columns,
        [
            [
                names.get(one.condition, one.condition),
                one.category,
                f"{one.n:,}",
                f"{one.n_dropped:,}",
                figure_of({"value": one.mean, "low": one.low, "high": one.high,
                           "reason": one.reason}),
                _span(one.low_all, one.high_all),
                _p_text(one.p_holm),
                "" if one.pooled is None else rounded(one.pooled),
            ]
            for one in differences
        ],
    )  # fmt: skip


def draw_meanings(measures: Sequence[str], *, embedder: str, key: str) -> None:
    """What each measure means, behind one button."""
    with st.popover("What the measures mean", key=key, icon=":material/info:"):
        for name in measures:
            meant = DEFINITIONS[name]
            st.html(
                f'<div class="ta-meaning"><h4>{escape(meant.name)}</h4><p>{escape(meant.text)}</p>'
                f"<small>{escape(meant.source)}</small></div>"
            )
        vectors = "TF-IDF, offline; it counts words" if embedder == "tfidf" else embedder
        st.text(f"Vectors here: {vectors}.")


def _span(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"{rounded(low)} to {rounded(high)}"


def _p_text(p: float | None) -> str:
    if p is None:
        return ""
    return "< .001" if p < 0.001 else f"{p:.3f}"

"""What agreement goes with: the items' length, place, strategy and language; stated confidence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.agreement import AgreementReport
from core.evidence.associations import FACTS, GroupRow, group_rows
from core.evidence.confidence import PEOPLE, ConfidenceBin
from pages.components.charts_figures import (
    ACCENT,
    NEUTRAL,
    SYMBOLS,
    draw_csv_button,
    draw_figure,
    plain_label,
    whiskers,
)
from pages.components.charts_table import Column, Figure, draw_notes, draw_table, figure_of

if TYPE_CHECKING:
    import plotly.graph_objects as go


def draw_groups(found: AgreementReport, facts: Any, seed: int, name: str) -> None:
    """One fact at a time: agreement in each of its groups."""
    fact: Any = st.segmented_control(
        "Beside", list(FACTS), format_func=FACTS.__getitem__, default="characters", key="fact"
    )
    fact = fact or "characters"
    rows = group_rows(found, facts, fact, seed=seed)
    if not rows:
        st.text(f"The {FACTS[fact]} is the same for all items, or not known.")
        return
    judges = [judge for judge, _ in rows[0].judges]
    draw_table(
        [Column(FACTS[fact]), Column("items", is_number=True),
         Column("two people agree", is_number=True, is_lead=True)]
        + [Column(f"{judge} minus people", is_number=True) for judge in judges],
        [
            [
                row.group,
                Figure(f"{row.n_items:,}", f"{row.n_prompts:,} prompts"),
                figure_of(row.people.as_dict()),
                *(figure_of(value.as_dict()) for _, value in row.judges),
            ]
            for row in rows
        ],
        notes=[
            "Each interval is that row's own; several groups are looked at, so overlapping or not, "
            "they are no test of a difference."
        ],
    )  # fmt: skip
    draw_csv_button(_csv_rows(rows), name=f"{name}-{fact}", key="groups-csv")


def draw_confidence(bins: Sequence[ConfidenceBin], name: str) -> None:
    """Stated confidence beside agreement with people."""
    if not bins:
        st.text("Nobody said how sure they are on this question.")
        return
    draw_figure(
        confidence_figure(bins),
        name=f"{name}-confidence",
        alt="Agreement with people by stated confidence, per judge and for people together",
        key="confidence-figure",
    )
    draw_table(
        [Column("rater"), Column("stated", is_number=True), Column("answers", is_number=True),
         Column("agrees with people", is_number=True)],
        [
            [one.rater, f"{one.stated:.2f}", f"{one.n_answers:,}", figure_of(one.share.as_dict())]
            for one in bins
        ],
    )  # fmt: skip
    draw_notes(
        [
            "People are compared with the other people, judges with all of them. On the dotted "
            "line a rater would be in line with people exactly as often as it says; people's "
            "steps (guessing 0, fairly sure 0.5, very sure 1) are an order, not a frequency."
        ]
    )
    draw_csv_button([one.as_dict() for one in bins], name=f"{name}-confidence", key="sure-csv")


def confidence_figure(bins: Sequence[ConfidenceBin]) -> go.Figure:
    """A line per rater, with the diagonal."""
    import plotly.graph_objects as go

    figure = go.Figure()
    for place, rater in enumerate(dict.fromkeys(one.rater for one in bins)):
        mine = [one for one in bins if one.rater == rater and one.share.value is not None]
        color = NEUTRAL if rater == PEOPLE else ACCENT
        label = plain_label(rater, 28)
        figure.add_scatter(
            x=[one.stated for one in mine],
            y=[one.share.value for one in mine],
            error_y=whiskers([one.share.as_dict() for one in mine]) | {"color": color},
            mode="lines+markers",
            name=label,
            marker={"symbol": SYMBOLS[place % len(SYMBOLS)], "size": 9, "color": color},
            line={"color": color, "width": 1},
            customdata=[[one.n_answers, one.n_prompts] for one in mine],
            hovertemplate=f"{label}, stated %{{x:.2f}}: %{{y:.0%}}<br>%{{customdata[0]}} answers, "
            "%{customdata[1]} prompts<extra></extra>",
        )
    figure.add_shape(
        type="line", x0=0, y0=0, x1=1, y1=1, line={"dash": "dot", "color": NEUTRAL, "width": 1}
    )
    figure.update_layout(
        title="Are the surer ones more often in line with people?",
        height=360,
        margin={"l": 10, "r": 10, "t": 50, "b": 10},
        xaxis={"title": "stated confidence", "range": [-0.04, 1.04]},
        yaxis={"title": "agreement with people", "range": [-0.03, 1.03], "tickformat": ".0%"},
    )
    return figure


def _csv_rows(rows: Sequence[GroupRow]) -> list[dict[str, Any]]:
    return [row.as_dict() for row in rows]

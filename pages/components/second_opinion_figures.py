"""Usefulness where the definition says different, and where it says the same, by category."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.evidence.second_opinion import SecondOpinion
from pages.components.charts_figures import ACCENT, NEUTRAL, plain_label, whiskers

if TYPE_CHECKING:
    import plotly.graph_objects as go


def opinion_figure(found: SecondOpinion) -> go.Figure:
    """Two marks per category, with 95% intervals over prompts."""
    import plotly.graph_objects as go

    figure = go.Figure()
    series = (
        ("different by the definition", "useful_if_different", "diamond", ACCENT, 0.14),
        ("the same by the definition", "useful_if_equivalent", "circle", NEUTRAL, -0.14),
    )
    for name, field, symbol, color, offset in series:
        marks = [
            (-place + offset, row, getattr(row, field))
            for place, row in enumerate(found.rows)
            if getattr(row, field).value is not None
        ]
        figure.add_scatter(
            x=[statistic.value for _, _, statistic in marks],
            y=[y for y, _, _ in marks],
            error_x=whiskers([statistic.as_dict() for _, _, statistic in marks]) | {"color": color},
            mode="markers",
            name=name,
            marker={"symbol": symbol, "size": 10, "color": color},
            customdata=[[row.category, row.n_prompts] for _, row, _ in marks],
            hovertemplate=f"%{{customdata[0]}}, {name}: %{{x:.0%}} useful<br>"
            "%{customdata[1]} prompts<extra></extra>",
        )
    figure.update_layout(
        title="Is a different response a useful one?",
        height=150 + 46 * len(found.rows),
        margin={"l": 10, "r": 10, "t": 50, "b": 90},
        xaxis={"title": "share of answers 'still useful'", "range": [-0.03, 1.03],
               "tickformat": ".0%"},
        yaxis={
            "tickvals": [-place for place in range(len(found.rows))],
            "ticktext": [
                f"{plain_label(row.category, 16)} · {row.n_prompts}" for row in found.rows
            ],
            "automargin": True,
            "zeroline": False,
        },
        legend={"orientation": "h", "yref": "container", "y": 0, "yanchor": "bottom", "x": 0},
    )  # fmt: skip
    return figure

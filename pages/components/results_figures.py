"""Figures of results: distinct responses by category, and quality against diversity."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pages.components.charts_figures import NEUTRAL, SYMBOLS, dodge, plain_label, whiskers
from pages.components.theme import strategy_color

if TYPE_CHECKING:
    import plotly.graph_objects as go

Row = dict[str, Any]


def distinct_figure(rows: Sequence[Row]) -> go.Figure:
    """Mean distinct responses by category: colour is the strategy, shape the model."""
    import plotly.graph_objects as go

    figure = go.Figure()
    categories = list(dict.fromkeys(row["category"] for row in rows))
    ticks = [f"{plain_label(name, 16)}<br>{_prompts(rows, name)}" for name in categories]
    places = {category: place for place, category in enumerate(categories)}
    conditions = list(dict.fromkeys(row["condition"] for row in rows))
    for place, condition in enumerate(conditions):
        own = [row for row in rows if row["condition"] == condition]
        drawn = [row for row in own if row["distinct"]["mean"] is not None]
        figure.add_scatter(
            x=[places[row["category"]] + dodge(place, len(conditions)) for row in drawn],
            y=[row["distinct"]["mean"] for row in drawn],
            error_y=whiskers([row["distinct"] for row in drawn]) | {"color": _color(own[0])},
            name=plain_label(condition),
            mode="markers",
            marker=_marker(own[0], rows),
            customdata=[[row["category"], _hover(row, "distinct")] for row in drawn],
            hovertemplate=f"{plain_label(condition)}<br>%{{customdata[0]}}: %{{y:.2f}} distinct"
            "<br>%{customdata[1]}<extra></extra>",
        )
    figure.update_layout(
        title="How many of the responses<br>are functionally distinct?",
        height=470,
        margin={"l": 10, "r": 10, "t": 70, "b": 10},
        xaxis={
            "title": "category, and prompts in it",
            "tickvals": list(places.values()),
            "ticktext": ticks,
            "range": [-0.6, len(categories) - 0.4],
            "zeroline": False,
        },
        yaxis={"title": "mean distinct responses per prompt", "rangemode": "tozero"},
        legend={"orientation": "h", "y": -0.28, "x": 0},
    )
    if len(categories) > 1:
        # All categories together are not one more category.
        figure.add_vline(x=0.5, line_width=1, line_color=NEUTRAL, opacity=0.4)
    return figure


def quality_figure(rows: Sequence[Row], category: str) -> go.Figure | None:
    """Mean quality against mean distinct, one mark per condition; None where nothing is scored."""
    import plotly.graph_objects as go

    drawn = [
        row
        for row in rows
        if row["category"] == category
        and row["distinct"]["mean"] is not None
        and row["quality"]["mean"] is not None
    ]
    if not drawn:
        return None
    figure = go.Figure()
    for row in drawn:
        label = plain_label(row["condition"])
        figure.add_scatter(
            x=[row["distinct"]["mean"]],
            y=[row["quality"]["mean"]],
            error_x=whiskers([row["distinct"]]) | {"color": _color(row)},
            error_y=whiskers([row["quality"]]) | {"color": _color(row)},
            name=f"{label} (n = {row['quality']['n']})",
            mode="markers",
            marker=_marker(row, rows, size=12),
            hovertemplate=f"{label}<br>%{{x:.2f}} distinct, quality %{{y:.2f}}"
            f"<br>{_hover(row, 'quality')}<extra></extra>",
        )
    figure.update_layout(
        title="How do quality and<br>diversity go together?",
        height=470,
        margin={"l": 10, "r": 10, "t": 70, "b": 10},
        xaxis={"title": "mean distinct responses per prompt"},
        yaxis={"title": "mean quality, 1 to 5"},
        legend={"orientation": "h", "y": -0.22, "x": 0},
    )
    return figure


def _color(row: Row) -> str:
    return strategy_color(row["strategy"])


def _marker(row: Row, rows: Sequence[Row], size: int = 10) -> dict[str, Any]:
    models = list(dict.fromkeys(other["model"] for other in rows))
    symbol = SYMBOLS[models.index(row["model"]) % len(SYMBOLS)]
    return {"size": size, "color": _color(row), "symbol": symbol}


def _hover(row: Row, metric: str) -> str:
    found = row[metric]
    n = f"n = {found['n']} of {row['n_prompts']} prompts"
    if found["low"] is None:
        return f"{n}<br>{plain_label(found.get('reason', ''), 120)}"
    return f"{n}<br>95% interval {found['low']:.2f} to {found['high']:.2f}"


def _prompts(rows: Sequence[Row], category: str) -> str:
    counts = [row["n_prompts"] for row in rows if row["category"] == category]
    low, high = min(counts), max(counts)
    return f"{low}" if low == high else f"{low} to {high}"

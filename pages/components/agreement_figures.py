"""The forest plots: people among themselves, and judges beside people, by category.

They stand in two figures because they are two scales. What a judge is compared with is people's
agreement on the same items, so its figure is the difference; zero is "another person".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from core.agreement.explanations import is_exploratory
from pages.components.charts_figures import (
    ACCENT,
    NEUTRAL,
    SYMBOLS,
    dodge,
    plain_label,
    whiskers,
)

if TYPE_CHECKING:
    import plotly.graph_objects as go

Row = dict[str, Any]
_REASON_CHARACTERS = 44


def people_figure(humans: Sequence[Row], n_judges: int) -> go.Figure:
    """How often two people give the same answer, by category.

    Args:
        n_judges: marks per line in the judges' figure beside it, so that the lines are level.
    """
    import plotly.graph_objects as go

    figure = go.Figure()
    places = {row["category"]: -place for place, row in enumerate(humans)}
    _add_marks(figure, humans, "percent", places, 0.0, name="people", symbol="circle",
               color=NEUTRAL, unit="")  # fmt: skip
    _lay_out(figure, humans, n_judges)
    figure.update_layout(
        title="How often do<br>two people agree?",
        xaxis={"title": "share of person pairs<br>that agree", "range": [-0.03, 1.03]},
        showlegend=False,
    )
    return figure


def judges_figure(judges: Sequence[Row], ensemble: str) -> go.Figure:
    """Judge-person minus person-person agreement, by category, one mark per judge."""
    import plotly.graph_objects as go

    figure = go.Figure()
    names = list(dict.fromkeys(row["judge"] for row in judges))
    categories = list(dict.fromkeys(row["category"] for row in judges))
    widest = [
        max((row for row in judges if row["category"] == category), key=lambda row: row["n_items"])
        for category in categories
    ]
    places = {category: -place for place, category in enumerate(categories)}
    for place, name in enumerate(names):
        _add_marks(
            figure,
            [row for row in judges if row["judge"] == name],
            "minus_human",
            places,
            -dodge(place, len(names)),
            name=name,
            symbol=SYMBOLS[place % len(SYMBOLS)],
            color=ACCENT if name == ensemble or len(names) == 1 else NEUTRAL,
            unit=" more than another person",
        )
    _lay_out(figure, widest, len(names))
    figure.add_vline(x=0, line_width=1.5, line_dash="dot", line_color=NEUTRAL)
    figure.update_layout(
        title="Does a judge agree with a person<br>as often as another person does?",
        xaxis={"title": "agreement with a person,<br>judge minus another person"},
        legend={"orientation": "h", "yref": "container", "y": 0, "yanchor": "bottom", "x": 0},
    )
    return figure


def _add_marks(
    figure: go.Figure,
    rows: Sequence[Row],
    statistic: str,
    places: dict[str, int],
    offset: float,
    *,
    name: str,
    symbol: str,
    color: str,
    unit: str,
) -> None:
    """One rater's marks, with whiskers; what is undefined is written where its mark would be."""
    drawn = [row for row in rows if row[statistic]["value"] is not None]
    label = plain_label(name)
    figure.add_scatter(
        x=[row[statistic]["value"] for row in drawn],
        y=[places[row["category"]] + offset for row in drawn],
        error_x=whiskers([row[statistic] for row in drawn]) | {"color": color},
        mode="markers",
        name=label,
        marker={"symbol": symbol, "size": 9, "color": color},
        customdata=[[name, row["category"], _hover(row, statistic)] for row in drawn],
        hovertemplate=f"{label}, %{{customdata[1]}}: %{{x:.2f}}{unit}<br>%{{customdata[2]}}"
        "<extra></extra>",
    )
    missing = [row for row in rows if row[statistic]["value"] is None]
    if missing:
        figure.add_scatter(
            x=[0] * len(missing),
            y=[places[row["category"]] + offset for row in missing],
            text=["undefined: " + plain_label(row[statistic]["reason"], _REASON_CHARACTERS)
                  for row in missing],
            customdata=[[name, row["category"]] for row in missing],
            mode="text",
            textposition="middle right",
            textfont={"color": color, "size": 12},
            hovertext=[plain_label(row[statistic]["reason"], 200) for row in missing],
            hoverinfo="text",
            showlegend=False,
        )  # fmt: skip


def _hover(row: Row, statistic: str) -> str:
    found = row[statistic]
    n = f"{row['n_items']} items from {row['n_prompts']} prompts"
    if found["low"] is None:
        return f"{plain_label(found.get('reason', ''), 120)}<br>{n}"
    return f"95% interval {found['low']:.2f} to {found['high']:.2f}, {found['method']}<br>{n}"


def _lay_out(figure: go.Figure, rows: Sequence[Row], n_judges: int) -> None:
    """A labelled line per category; n is part of the label, thin categories are starred."""
    below = 60 + (30 + 20 * n_judges if n_judges else 0)  # on a phone a legend has a line per judge
    figure.update_layout(
        height=60 + below + len(rows) * max(34, 13 * n_judges),
        margin={"l": 10, "r": 10, "t": 60, "b": below},
        yaxis={
            "tickvals": [-place for place in range(len(rows))],
            "ticktext": [_tick(row) for row in rows],
            "range": [-len(rows) + 0.4, 0.6],
            "zeroline": False,
            "automargin": True,
        },
    )


def _tick(row: Row) -> str:
    thin = row["category"] != "all" and is_exploratory(row["n_items"], row["n_prompts"])
    name = plain_label(row["category"], 16) + ("*" if thin else "")
    return f"{name} · {row['n_items']} in {row['n_prompts']}"

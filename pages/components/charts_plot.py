"""Draws a figure of `core.figures` on a page, with its rows and its SVG to take away."""

from __future__ import annotations

import textwrap
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.figures import Axis, Figure, Panel, Series
from pages.components.charts_figures import NEUTRAL, csv_of
from pages.components.charts_table import draw_notes

if TYPE_CHECKING:
    import plotly.graph_objects as go

_SYMBOLS = {
    "circle": "circle",
    "square": "square",
    "diamond": "diamond",
    "triangle": "triangle-up",
    "cross": "cross",
    "star": "star",
    "hexagon": "hexagon",
    "down": "triangle-down",
}
_MARKS = {
    "circle": "●○",
    "square": "■□",
    "diamond": "◆◇",
    "triangle": "▲△",
    "cross": "✚✛",
    "star": "★☆",
    "hexagon": "⬢⬡",
    "down": "▼▽",
}
_STYLE = Path(__file__).with_suffix(".css")
_PANEL_HEIGHT, _TALLEST = 360, 1_100
# Height of a mark with its whisker where marks stand one under the other, and of what is around.
_LANE, _AROUND = 12, 110
# Marks above which each is drawn smaller, so that those beside each other can be told apart.
_MANY, _SIZE, _SMALL = 30, 10, 7
_LABEL_CHARACTERS = 60
# An axis title longer than this goes on over two lines, so that it fits a phone.
_AXIS_CHARACTERS = 30


def draw_plot(figure: Figure, *, key: str) -> tuple[str, ...]:
    """The figure, its notes, and what it can be taken away as.

    Each panel is a chart of its own, so that panels stand side by side on a wide screen and one
    under the other on a phone; they share one legend.

    Returns:
        The key of the point that was clicked last; () for none.
    """
    st.html(_STYLE)
    st.html(head_html(figure))
    chosen: dict[str, tuple[str, ...]] = {}
    for start in range(0, len(figure.panels), figure.columns):
        line = figure.panels[start : start + figure.columns]
        columns = st.columns(figure.columns) if figure.columns > 1 else [st.container()]
        for number, (column, panel) in enumerate(zip(columns, line, strict=False), start):
            event: Any = column.plotly_chart(
                panel_chart(panel),
                theme="streamlit",
                key=f"{key}-{number}",
                alt=f"{figure.alt}. {panel.title}".rstrip(". "),
                on_select="rerun",
                selection_mode="points",
                config={"displayModeBar": False},
            )
            chosen[f"{key}-{number}"] = _clicked(event)
    draw_notes(figure.notes)
    draw_downloads(figure, key=key)
    return _latest(chosen, key)


def head_html(figure: Figure) -> str:
    """Title and legend; every text is escaped."""
    entries = {
        series.name: (series.color, _MARKS[series.symbol][series.hollow])
        for panel in figure.panels
        for series in panel.series
    }
    legend = "".join(
        f'<li><i style="color:{escape(color)}" aria-hidden="true">{mark}</i>{escape(name)}</li>'
        for name, (color, mark) in entries.items()
    )
    return (
        f'<div class="ta-plot-head"><h3>{escape(figure.title)}</h3>'
        f'<ul class="ta-legend">{legend}</ul></div>'
    )


def draw_downloads(figure: Figure, *, key: str) -> None:
    """Buttons for the SVG, drawn only when it is asked for, and for the rows."""
    with st.container(horizontal=True):
        st.download_button(
            "Figure as SVG", lambda: _svg(figure), f"{figure.name}.svg", "image/svg+xml",
            key=f"{key}-svg", on_click="ignore", type="tertiary", icon=":material/download:",
        )  # fmt: skip
        st.download_button(
            "Rows as CSV", lambda: csv_of(figure.rows), f"{figure.name}.csv", "text/csv",
            key=f"{key}-csv", on_click="ignore", type="tertiary", icon=":material/download:",
        )  # fmt: skip


def panel_chart(panel: Panel) -> go.Figure:
    """One panel for the screen. Every text is escaped: Plotly would read tags in it."""
    import plotly.graph_objects as go

    n_points = sum(len(series.points) for series in panel.series)
    size = _SIZE if n_points <= _MANY else _SMALL
    height = _AROUND + _LANE * n_points if panel.y.ticks else _PANEL_HEIGHT
    drawn = go.Figure([_trace(series, size) for series in panel.series])
    drawn.update_xaxes(_axis(panel.x))
    drawn.update_yaxes(_axis(panel.y))
    for direction, at in panel.rules:
        add = drawn.add_vline if direction == "x" else drawn.add_hline
        add(at, line_width=1, line_color=NEUTRAL, opacity=0.4)
    drawn.update_layout(
        title={"text": _label(panel.title), "font": {"size": 14}},
        height=min(max(height, _PANEL_HEIGHT), _TALLEST),
        margin={"l": 10, "r": 10, "t": 40 if panel.title else 12, "b": 10},
        clickmode="event+select",
        dragmode=False,
        hoverlabel={"align": "left"},
        showlegend=False,
    )
    return drawn


def _trace(series: Series, size: int) -> go.Scatter:
    import plotly.graph_objects as go

    points = series.points
    marker: dict[str, Any] = {
        "size": size,
        "color": series.color,
        "symbol": _SYMBOLS[series.symbol] + ("-open" if series.hollow else ""),
    }
    if series.hollow:
        marker["line"] = {"width": 1.6, "color": series.color}
    return go.Scatter(
        x=[point.x for point in points],
        y=[point.y for point in points],
        error_x=_whiskers([(point.x, point.x_range) for point in points], series.color),
        error_y=_whiskers([(point.y, point.y_range) for point in points], series.color),
        mode="lines+markers" if series.joined else "markers",
        line={"color": series.color, "width": 1.4},
        marker=marker,
        # Selecting a point must not fade what it is compared with.
        unselected={"marker": {"opacity": 1}},
        selected={"marker": {"size": 14}},
        name=_label(series.name),
        customdata=[[list(point.key), _hover(series.name, point.hover)] for point in points],
        hovertemplate="%{customdata[1]}<extra></extra>",
    )


def _whiskers(ends: list[tuple[float, tuple[float, float] | None]], color: str) -> dict[str, Any]:
    return {
        "type": "data",
        "symmetric": False,
        "array": [span[1] - middle if span else 0.0 for middle, span in ends],
        "arrayminus": [middle - span[0] if span else 0.0 for middle, span in ends],
        "thickness": 1.5,
        "width": 3,
        "color": color,
        "visible": any(span for _, span in ends),
    }


def _axis(axis: Axis) -> dict[str, Any]:
    drawn: dict[str, Any] = {"title": {"text": _broken(axis.title)}, "zeroline": False}
    if axis.ticks is not None:
        drawn["tickvals"] = [place for place, _ in axis.ticks]
        drawn["ticktext"] = [
            "<br>".join(_label(line) for line in label.split("\n")) for _, label in axis.ticks
        ]
    if axis.span is not None:
        drawn["range"] = list(axis.span)
    return drawn


def _clicked(event: Any) -> tuple[str, ...]:
    points = (event or {}).get("selection", {}).get("points", [])
    if not points:
        return ()
    data = points[-1].get("customdata") or [[]]
    key = data[0] if isinstance(data, list) else data.get("0", [])
    return tuple(str(part) for part in key)


def _svg(figure: Figure) -> str:
    from core.figures.svg import figure_svg

    return figure_svg(figure)


def _label(text: str) -> str:
    short = text if len(text) <= _LABEL_CHARACTERS else text[: _LABEL_CHARACTERS - 1] + "…"
    return escape(short, quote=False)


def _hover(name: str, hover: str) -> str:
    return "<br>".join(escape(line, quote=False) for line in (name, *hover.split("\n")) if line)


def _broken(title: str) -> str:
    lines = textwrap.wrap(title, _AXIS_CHARACTERS)
    return "<br>".join(escape(line, quote=False) for line in lines)


def _latest(chosen: dict[str, tuple[str, ...]], key: str) -> tuple[str, ...]:
    """Of the panels' selections the one that changed since the last run, else the one before."""
    name = f"{key}-chosen"
    before, last = st.session_state.get(name, ({}, ()))
    for panel, selected in chosen.items():
        if selected and selected != before.get(panel):
            last = selected
    if not any(chosen.values()):
        last = ()
    st.session_state[name] = (chosen, last)
    return tuple(last)

"""Figures as SVG for a paper: one column wide or two, text that stays text, colours on white.

Drawn with matplotlib, without its global state, so that pages may draw at the same time. The file
depends on the figure alone: no date, no random ids.
"""

from __future__ import annotations

import io
import math
import textwrap
from typing import TYPE_CHECKING, Any

from core.figures.spec import Axis, Figure, Panel, Series

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MARKERS = {
    "circle": "o",
    "square": "s",
    "diamond": "D",
    "triangle": "^",
    "cross": "P",
    "star": "*",
    "hexagon": "h",
    "down": "v",
}
_TEXT = "#222222"
_RULE = "#9A9A9A"
# A journal's two columns, and a height that keeps the marks apart, in inches.
_WIDTH = 7.0
_PANEL_HEIGHT = 2.7
_LEGEND_LINE = 0.19
_NOTE_LINE = 0.15
_SMALL, _NORMAL = 7, 8


def figure_svg(figure: Figure) -> str:
    """The figure as an SVG document, readable without this program."""
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure as Drawing

    # Constant for the process: text as text, and ids that do not change from run to run.
    mpl.rcParams["svg.fonttype"] = "none"
    mpl.rcParams["svg.hashsalt"] = "taskanchor"
    columns = min(figure.columns, max(1, len(figure.panels)))
    lines = math.ceil(len(figure.panels) / columns) or 1
    names = _legend(figure)
    per_line = max(1, min(3, int(150 / max(20, max((len(name) for name in names), default=20)))))
    legend_height = _LEGEND_LINE * math.ceil(len(names) / per_line) + 0.1
    notes = [line for note in figure.notes for line in textwrap.wrap(note, 118)]
    notes_height = _NOTE_LINE * len(notes) + 0.05
    height = lines * _PANEL_HEIGHT + legend_height + notes_height + 0.35
    drawing = Drawing(figsize=(_WIDTH, height))
    FigureCanvasSVG(drawing)
    grid = drawing.subplots(
        lines,
        columns,
        squeeze=False,
        gridspec_kw={
            "left": _left(figure),
            "right": 0.985,
            "top": 1 - 0.55 / height,
            "bottom": (legend_height + notes_height + 0.55) / height,
            "hspace": 0.5,
            "wspace": 0.2,
        },
    )
    places = [axes for line in grid for axes in line]
    for axes, panel in zip(places, figure.panels, strict=False):
        _draw_panel(axes, panel)
    for axes in places[len(figure.panels) :]:
        axes.set_visible(False)
    drawing.suptitle(
        _plain(figure.title), x=0.01, y=1 - 0.1 / height, ha="left", va="top",
        fontsize=_NORMAL + 1, color=_TEXT,
    )  # fmt: skip
    if names:
        drawing.legend(
            handles=list(names.values()), labels=[_plain(name) for name in names],
            loc="lower left", bbox_to_anchor=(0.005, notes_height / height), ncols=per_line,
            frameon=False, fontsize=_SMALL, labelcolor=_TEXT, handletextpad=0.4, borderpad=0.2,
        )  # fmt: skip
    drawing.text(
        0.01, 0.05 / height, "\n".join(map(_plain, notes)), fontsize=_SMALL - 1, color=_TEXT,
        va="bottom", linespacing=1.35,
    )  # fmt: skip
    buffer = io.StringIO()
    drawing.savefig(buffer, format="svg", metadata={"Date": None, "Title": figure.title})
    # Drawn with matplotlib's own wide font; a reader's common one is narrower and fits as well.
    return buffer.getvalue().replace("'DejaVu Sans'", "Helvetica, Arial, 'DejaVu Sans'")


def _left(figure: Figure) -> float:
    """Room for the longest label of the vertical axis, as a share of the width."""
    labels = [label for panel in figure.panels for _, label in panel.y.ticks or ()]
    return max(0.085, 0.045 + 0.0085 * max((len(label) for label in labels), default=0))


def _draw_panel(axes: Axes, panel: Panel) -> None:
    axes.set_title(_plain(panel.title), loc="left", fontsize=_NORMAL, color=_TEXT)
    for direction, place in panel.rules:
        line = axes.axvline if direction == "x" else axes.axhline
        line(place, color=_RULE, linewidth=0.6, zorder=1)
    for series in panel.series:
        _draw_series(axes, series)
    _draw_axis(axes.xaxis, panel.x, axes.set_xlim)
    _draw_axis(axes.yaxis, panel.y, axes.set_ylim)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(_RULE)
    axes.tick_params(labelsize=_SMALL, colors=_TEXT, length=2.5, width=0.6)


def _draw_axis(axis: Any, wanted: Axis, set_limits: Any) -> None:
    axis.set_label_text(_plain(wanted.title), fontsize=_SMALL, color=_TEXT)
    if wanted.ticks is not None:
        axis.set_ticks([place for place, _ in wanted.ticks])
        axis.set_ticklabels([_plain(label) for _, label in wanted.ticks])
    if wanted.span is not None:
        set_limits(*wanted.span)


def _draw_series(axes: Axes, series: Series) -> None:
    for point in series.points:
        if point.y_range:
            axes.plot([point.x] * 2, point.y_range, color=series.color, linewidth=0.9, zorder=2)
        if point.x_range:
            axes.plot(point.x_range, [point.y] * 2, color=series.color, linewidth=0.9, zorder=2)
    axes.plot(
        [point.x for point in series.points],
        [point.y for point in series.points],
        linestyle="-" if series.joined else "none",
        linewidth=0.9,
        zorder=3,
        **_mark(series),
    )


def _legend(figure: Figure) -> dict[str, Any]:
    """Legend name -> its mark; a name drawn in several panels appears once."""
    from matplotlib.lines import Line2D

    return {
        series.name: Line2D([], [], linestyle="none", **_mark(series))
        for panel in figure.panels
        for series in panel.series
    }


def _mark(series: Series) -> dict[str, Any]:
    return {
        "marker": _MARKERS[series.symbol],
        "markersize": 4.5,
        "color": series.color,
        "markerfacecolor": "white" if series.hollow else series.color,
        "markeredgecolor": series.color,
        "markeredgewidth": 0.9,
    }


def _plain(text: str) -> str:
    """Text as it is: matplotlib would read formulas between dollar signs."""
    return text.replace("\\", "\\\\").replace("$", r"\$") if "$" in text else text

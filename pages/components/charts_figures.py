"""What all figures share: labels that cannot act, whiskers, and taking figure and rows away."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.exporting import spreadsheet_safe

if TYPE_CHECKING:
    import plotly.graph_objects as go

# Readable on light and dark grounds alike.
NEUTRAL = "#808791"
ACCENT = "#6C66C9"
SYMBOLS = (
    "circle",
    "square",
    "diamond",
    "triangle-up",
    "cross",
    "star",
    "hexagon",
    "triangle-down",
)

_LABEL_CHARACTERS = 48


def plain_label(text: str, limit: int = _LABEL_CHARACTERS) -> str:
    """A name for a figure: Plotly would read tags in it, so they are escaped; long ones are cut."""
    short = text if len(text) <= limit else text[: limit - 1] + "…"
    return escape(short, quote=False)


def whiskers(metrics: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Error bars from the values' own bounds; none where there is no interval.

    Args:
        metrics: statistics (`value`) or metrics (`mean`), all defined.
    """
    middles = [_middle(metric) for metric in metrics]
    both = list(zip(metrics, middles, strict=True))
    highs = [_reach(metric.get("high"), middle) for metric, middle in both]
    lows = [_reach(metric.get("low"), middle) for metric, middle in both]
    return {
        "type": "data",
        "symmetric": False,
        "array": highs,
        "arrayminus": lows,
        "thickness": 1.5,
        "width": 4,
    }


def dodge(place: int, count: int, width: float = 0.6) -> float:
    """Offset of the place-th of `count` marks around one tick, within `width` of it."""
    return 0.0 if count < 2 else width * (place / (count - 1) - 0.5)


def draw_figure(
    figure: go.Figure, *, name: str, alt: str, key: str, on_select: Any = "ignore"
) -> None:
    """A figure in the app's theme, downloadable as SVG from its bar."""
    st.plotly_chart(
        figure,
        theme="streamlit",
        key=key,
        alt=alt,
        on_select=on_select,
        selection_mode="points",
        config={
            "displaylogo": False,
            "toImageButtonOptions": {"format": "svg", "filename": name},
            "modeBarButtonsToRemove": [
                "zoom2d", "pan2d", "select2d", "lasso2d", "zoomIn2d", "zoomOut2d", "autoScale2d",
            ],
        },
    )  # fmt: skip


def csv_of(rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows of a report as CSV: statistics spread over columns, texts safe in a spreadsheet."""
    flat = [_flattened(row) for row in rows]
    columns = list(dict.fromkeys(name for row in flat for name in row))
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, columns, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(flat)
    return buffer.getvalue()


def draw_csv_button(rows: Iterable[Mapping[str, Any]], *, name: str, key: str) -> None:
    """Offers the rows behind a figure or table."""
    st.download_button(
        "Rows as CSV", csv_of(rows), f"{name}.csv", "text/csv", key=key, on_click="ignore",
        type="tertiary", icon=":material/download:",
    )  # fmt: skip


def _flattened(row: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, Mapping):
            flat |= {f"{name}_{part}": _safe(inner) for part, inner in value.items()
                     if not isinstance(inner, Mapping | list)}  # fmt: skip
        elif not isinstance(value, list):
            flat[name] = _safe(value)
    return flat


def _safe(value: Any) -> Any:
    return spreadsheet_safe(value) if isinstance(value, str) else value


def _middle(metric: Mapping[str, Any]) -> float:
    return float(metric["value"] if "value" in metric else metric["mean"])


def _reach(bound: float | None, middle: float) -> float:
    return 0.0 if bound is None else abs(bound - middle)

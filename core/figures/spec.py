"""What a figure shows, without how it is drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

# Shapes that both drawers know, told apart without colour.
Symbol = Literal["circle", "square", "diamond", "triangle", "cross", "star", "hexagon", "down"]
SYMBOLS: tuple[Symbol, ...] = (
    "circle",
    "square",
    "diamond",
    "triangle",
    "cross",
    "star",
    "hexagon",
    "down",
)


@dataclass(frozen=True, slots=True)
class Point:
    """One mark.

    Attributes:
        x_range, y_range: ends of its whiskers; None where there is no interval.
        hover: lines shown beside it, as plain text.
        key: what it stands for, handed back when it is clicked; "" for nothing.
    """

    x: float
    y: float
    x_range: tuple[float, float] | None = None
    y_range: tuple[float, float] | None = None
    hover: str = ""
    key: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Series:
    """Marks of one meaning.

    Attributes:
        name: in the legend; plain text.
        color: #RRGGBB.
        hollow: outlined marks, for what is not of this study.
        joined: a line through the points.
    """

    name: str
    color: str
    symbol: Symbol
    points: tuple[Point, ...]
    hollow: bool = False
    joined: bool = False


@dataclass(frozen=True, slots=True)
class Axis:
    """title: with the unit. ticks: (place, label); None lets the drawer choose numbers."""

    title: str
    ticks: tuple[tuple[float, str], ...] | None = None
    span: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    """One pair of axes.

    Attributes:
        title: what sets it apart from the other panels; "" for a single one.
        rules: where thin lines are drawn: ("x" or "y", place).
    """

    title: str
    x: Axis
    y: Axis
    series: tuple[Series, ...]
    rules: tuple[tuple[Literal["x", "y"], float], ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its rows.

    Attributes:
        name: for file names: letters, digits and hyphens.
        title: the question it answers.
        alt: for those who cannot see it.
        panels: drawn in order, `columns` side by side.
        rows: the same figures as a table, for CSV.
        notes: to stand under it wherever it is shown.
    """

    name: str
    title: str
    alt: str
    panels: tuple[Panel, ...]
    rows: Sequence[Mapping[str, Any]]
    columns: int = 1
    notes: tuple[str, ...] = ()

"""Figures drawn as SVG text: no library, no script, readable on light and dark grounds."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

_ROW, _LEFT, _RIGHT, _TOP, _BOTTOM = 22, 250, 20, 30, 46
_WIDTH = 760
_REASON_CHARACTERS = 60


@dataclass(frozen=True, slots=True)
class Mark:
    """One line of a forest plot.

    Attributes:
        label: what it is about; "" repeats the line above.
        statistic: as `Statistic.as_dict`.
        n: items, written beside the label.
    """

    label: str
    statistic: Mapping[str, Any]
    n: int


def forest(
    marks: Sequence[Mark], *, axis: str, limits: tuple[float, float], zero: float | None = None
) -> str:
    """Values with their intervals, one line each; what is undefined says why.

    Args:
        axis: title below.
        limits: of the axis.
        zero: where a dotted line stands; None for none.
    """
    height = _TOP + _ROW * max(len(marks), 1) + _BOTTOM
    low, high = limits
    plot = _WIDTH - _LEFT - _RIGHT

    def x(value: float) -> float:
        return _LEFT + plot * (min(max(value, low), high) - low) / (high - low)

    bottom = _TOP + _ROW * len(marks)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" '
        f'width="{_WIDTH}" height="{height}" role="img" font-size="12" '
        f'font-family="system-ui,sans-serif" fill="currentColor"><title>{escape(axis)}</title>'
    ]
    for tick in _ticks(low, high):
        parts.append(
            f'<line x1="{x(tick):.1f}" x2="{x(tick):.1f}" y1="{_TOP - 8}" y2="{bottom}" '
            'stroke="currentColor" stroke-opacity=".12"/>'
            f'<text x="{x(tick):.1f}" y="{bottom + 16}" text-anchor="middle">{tick:g}</text>'
        )
    if zero is not None:
        parts.append(
            f'<line x1="{x(zero):.1f}" x2="{x(zero):.1f}" y1="{_TOP - 8}" y2="{bottom}" '
            'stroke="currentColor" stroke-dasharray="2 3"/>'
        )
    for place, mark in enumerate(marks):
        parts.append(_mark(mark, _TOP + _ROW * place + _ROW / 2, x))
    parts.append(
        f'<text x="{_LEFT + plot / 2:.0f}" y="{bottom + 38}" text-anchor="middle" '
        f'font-weight="600">{escape(axis)}</text></svg>'
    )
    return "".join(parts)


def heat_map(names: Sequence[str], values: Sequence[Sequence[float]]) -> str:
    """A square of shares from 0 to 1, each written in its cell; NaN stays empty."""
    cell, left, top = 46, 190, 26
    width, height = left + cell * len(names) + 10, top + cell * len(names) + 10
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img" font-size="12" '
        'font-family="system-ui,sans-serif" fill="currentColor">'
        "<title>Share of shared items on which two raters agree</title>"
    ]
    for place, name in enumerate(names):
        middle = top + cell * place + cell / 2
        parts.append(
            f'<text x="{left - 8}" y="{middle + 4:.0f}" text-anchor="end">'
            f"{place + 1} {escape(_cut(name, 26))}</text>"
            f'<text x="{left + cell * place + cell / 2:.0f}" y="{top - 8}" text-anchor="middle">'
            f"{place + 1}</text>"
        )
        for other, value in enumerate(values[place]):
            if math.isnan(value):
                continue
            at = left + cell * other
            parts.append(
                f'<rect x="{at}" y="{top + cell * place}" width="{cell - 2}" height="{cell - 2}" '
                f'fill="#6c66c9" fill-opacity="{0.08 + 0.72 * value**2:.2f}"/>'
                f'<text x="{at + cell / 2 - 1:.0f}" y="{middle + 4:.0f}" text-anchor="middle">'
                f"{value:.2f}</text>"
            )
    return "".join([*parts, "</svg>"])


def _mark(mark: Mark, y: float, x: Any) -> str:
    found = mark.statistic
    label = (
        f'<text x="{_LEFT - 10}" y="{y + 4:.1f}" text-anchor="end">'
        f"{escape(_cut(mark.label, 30))} · {mark.n:,}</text>"
    )
    if found.get("value") is None:
        reason = escape(_cut(f"undefined: {found.get('reason', '')}", _REASON_CHARACTERS))
        return f'{label}<text x="{_LEFT}" y="{y + 4:.1f}" opacity=".65">{reason}</text>'
    bar = ""
    if found.get("low") is not None and found.get("high") is not None:
        bar = (
            f'<line x1="{x(found["low"]):.1f}" x2="{x(found["high"]):.1f}" y1="{y:.1f}" '
            f'y2="{y:.1f}" stroke="currentColor" stroke-width="2" stroke-opacity=".55"/>'
        )
    return f'{label}{bar}<circle cx="{x(found["value"]):.1f}" cy="{y:.1f}" r="4.5" fill="#6c66c9"/>'


def _ticks(low: float, high: float) -> list[float]:
    step = 0.25 if high - low > 0.6 else 0.1
    first = math.ceil(low / step - 1e-9)
    return [
        round(step * number, 10) + 0.0
        for number in range(first, math.floor(high / step + 1e-9) + 1)
    ]


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"

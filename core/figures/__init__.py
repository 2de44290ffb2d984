"""Figures as plain values: one description, drawn on a page, and as SVG for a paper."""

from core.figures.spec import Axis, Figure, Panel, Point, Series

__all__ = ["Axis", "Figure", "Panel", "Point", "Series"]

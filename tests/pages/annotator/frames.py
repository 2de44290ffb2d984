"""A frame to draw screens in, and what a reader sees of the markup."""

from __future__ import annotations

from collections import defaultdict
from html import unescape

from core.annotator_texts import load_texts
from core.taxonomy import load_taxonomy
from pages.annotator.frame import Frame
from pages.annotator.words import Words
from tests.support.drawn_sets import words as visible


def a_frame(language: str = "en", **values: object) -> Frame:
    assets: dict[str, str] = defaultdict(lambda: "/asset")
    words = Words(load_texts(language), language)
    return Frame(words, load_taxonomy(), assets, link="TOKEN", **values)


def said(html: str) -> str:
    """The text of a screen with single spaces."""
    return unescape(visible(html))

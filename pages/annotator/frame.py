"""What every screen of an annotator has in common, and how a screen becomes a page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from core.taxonomy import Taxonomy
from pages.annotator.words import Words

TEXT_SIZES = ("small", "normal", "large")
NORMAL_SIZE = "normal"
# What the script says itself.
_SCRIPT_TEXTS = {
    "offline": "connection.offline",
    "kept": "connection.kept",
    "keptText": "connection.kept_text",
    "sending": "connection.sending",
    "again": "connection.again",
    "waiting": "connection.waiting",
    "copied": "end.copied",
    "where": "grouping.where",
    "sorted": "grouping.sorted",
    "group": "grouping.group",
    "none": "grouping.none",
    "notSaved": "rate.not_saved",
}


@dataclass(frozen=True, slots=True)
class Preview:
    """A researcher's walk through the screens.

    Attributes:
        at: number of the screen shown, from 0. names: of all screens.
    """

    token: str
    at: int
    names: tuple[str, ...]

    @property
    def next(self) -> int:
        return min(self.at + 1, len(self.names) - 1)

    @property
    def previous(self) -> int:
        return max(self.at - 1, 0)


@dataclass(frozen=True, slots=True)
class Frame:
    """What a screen needs beside its own content.

    Attributes:
        assets: name -> address of style sheet, script, icon and fonts.
        preloaded: names of fonts that every screen needs.
        link: the personal token; "" where nobody is known.
        may_withdraw: whether the screen offers to withdraw.
        preview: set where a researcher looks; nothing is stored then.
    """

    words: Words
    taxonomy: Taxonomy
    assets: Mapping[str, str]
    preloaded: tuple[str, ...] = ()
    link: str = ""
    text_size: str = NORMAL_SIZE
    may_withdraw: bool = False
    preview: Preview | None = None

    def address(self, **values: str | int) -> str:
        """Address of this person's page; of the same screen in a preview."""
        if self.preview is not None:
            token, at = self.preview.token, self.preview.at
            return f"/preview?{urlencode({'token': token, 'at': at, **values})}"
        return f"/rate?{urlencode({'link': self.link, **values})}"


@dataclass(frozen=True, slots=True)
class Screen:
    """One screen, without the page around it. title: of the browser's tab."""

    title: str
    html: str


def draw(name: str, title: str, /, **values: Any) -> Screen:
    """Fills a template; whatever is not marked as safe HTML is escaped."""
    return Screen(title, _templates().get_template(f"{name}.html").render(values))


def draw_page(frame: Frame, screen: Screen) -> str:
    """The whole page around a screen."""
    texts = {name: frame.words[key] for name, key in _SCRIPT_TEXTS.items()}
    inner = {"title": screen.title, "html": Markup(screen.html)}
    return (
        _templates()
        .get_template("layout.html")
        .render(frame=frame, screen=inner, texts=json.dumps(texts, ensure_ascii=False))
    )


@lru_cache(maxsize=1)
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )

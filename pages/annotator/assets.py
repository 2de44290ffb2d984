"""The style sheet and the script of the annotator's pages, put together from files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pages.components.theme import group_css

_HERE = Path(__file__).parent
_COMPONENTS = _HERE.parent / "components"
_FONT_FOLDER = "app/static/fonts/"
# 50 kB for a few words of emphasis: browsers slant the upright letters as well.
_LEFT_OUT = "source-serif-4-5.3.1-latin-italic.woff2"
# A first visit needs these at once; the others only when a text has such letters.
PRELOADED = ("inter-5.3.0-latin.woff2", "source-serif-4-5.3.1-latin.woff2")


def style_sheet(fonts: Mapping[str, str]) -> str:
    """All rules. fonts: file name -> address."""
    faces = (_COMPONENTS / "fonts.css").read_text(encoding="utf-8").split("@font-face")
    sheet = "@font-face".join(face for face in faces if _LEFT_OUT not in face)
    for name, address in fonts.items():
        sheet = sheet.replace(_FONT_FOLDER + name, address)
    sheet += (_COMPONENTS / "responses.css").read_text(encoding="utf-8")
    return sheet + group_css() + (_HERE / "static" / "annotator.css").read_text(encoding="utf-8")


def script() -> str:
    """The script; without it every screen still works."""
    return (_HERE / "static" / "annotator.js").read_text(encoding="utf-8")

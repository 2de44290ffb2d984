"""The one renderer for text written by models.

Such text is untrusted: it may hold HTML, images that report who looks, links, or marks that turn
the reading direction around. Markdown is parsed into tokens, and from the tokens only the few
tags below are written; everything else arrives as escaped text. Nothing a model wrote is hidden:
raters must see all of what they rate.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, Literal

import streamlit as st

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it import MarkdownIt
    from markdown_it.token import Token

# Stored with every rating. Raise it whenever the same text would look different to a rater.
RENDERER_VERSION = "responses-3"

Direction = Literal["auto", "ltr", "rtl"]

# Embeddings, overrides and isolates can make text read in another order than it is written.
_BIDI_CONTROLS = {
    "\u202a": "LRE",
    "\u202b": "RLE",
    "\u202c": "PDF",
    "\u202d": "LRO",
    "\u202e": "RLO",
    "\u2066": "LRI",
    "\u2067": "RLI",
    "\u2068": "FSI",
    "\u2069": "PDI",
}
_BIDI_PATTERN = re.compile("[\u202a-\u202e\u2066-\u2069]")
_CONTROL_PATTERN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")

# Token type -> tag. Headings are bold lines: a response has no place in the page's outline.
_BLOCK_TAGS = {
    "paragraph": "p",
    "bullet_list": "ul",
    "ordered_list": "ol",
    "list_item": "li",
    "blockquote": "blockquote",
    "strong": "strong",
    "em": "em",
}
# Links, images, HTML and references stay visible as the text they were written in. So do
# backslashes (LaTeX needs them), underlined headings and indented blocks (poems use both).
_RULES_OFF = [
    "autolink",
    "code",
    "escape",
    "html_block",
    "html_inline",
    "image",
    "lheading",
    "link",
    "reference",
]
# Deeper nesting than this is an attack or an accident; such text is shown as it is written.
_MAX_NESTING = 40


@lru_cache(maxsize=2048)
def response_html(text: str, *, dir: Direction = "auto") -> str:
    """Safe HTML for a model's text.

    Args:
        text: Markdown or plain text, as the model wrote it.
        dir: writing direction; "auto" lets each paragraph's first strong letter decide.

    Returns:
        One `div.ta-response` holding p, ul, ol, li, blockquote, strong, em, code, pre, br, hr and
        span elements and no attribute but class, dir and start. Addresses are text, never links.
    """
    tokens = _parser().parse(text)
    if max((token.level for token in tokens), default=0) >= _MAX_NESTING - 1:
        body = f'<pre class="ta-plain" dir="{dir}">{_visible(text)}</pre>'
    else:
        body = _render(tokens, dir)
    return f'<div class="ta-response" dir="{dir}">{body or _EMPTY}</div>'


def opening_html(text: str, characters: int = 90) -> str:
    """Safe HTML of how a text begins, on one line and without its marks of Markdown."""
    words = " ".join(text.replace("*", "").replace("#", "").split())
    cut = f"{words[:characters].rstrip()}…" if len(words) > characters else words
    return f'<bdi dir="auto">{_visible(cut)}</bdi>'


def draw_response(
    text: str,
    *,
    heading: str = "",
    group: str = "",
    note: str = "",
    lines: int | None = None,
    dir: Direction = "auto",
) -> None:
    """Draws one response as a card.

    Args:
        text: as the model wrote it.
        heading: plain text above it, such as "Response 1".
        group: letter of its equivalence group; shown, and tints the card's edge.
        note: plain text at the right of the heading.
        lines: cut off after so many lines, for previews; None shows all.
        dir: see `response_html`.
    """
    group_class = f" ta-group-{group.lower()}" if re.fullmatch("[A-Za-z]", group) else ""
    letter = f'<span class="ta-letter">{escape(group)}</span>' if group else ""
    title = f'<span class="ta-heading">{escape(heading)}</span>' if heading else ""
    aside = f'<span class="ta-note">{escape(note)}</span>' if note else ""
    head = (
        f'<div class="ta-card-head">{letter}{title}{aside}</div>' if letter + title + aside else ""
    )
    body = response_html(text, dir=dir)
    if lines is not None:
        body = f'<div class="ta-clamp" style="-webkit-line-clamp:{int(lines)}">{body}</div>'
    st.html(f'<div class="ta-card{group_class}">{head}{body}</div>')


_EMPTY = '<p class="ta-empty">(empty response)</p>'


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": _MAX_NESTING})
    return parser.disable(_RULES_OFF)


def _render(tokens: Sequence[Token], dir: Direction) -> str:
    return "".join(_render_token(token, dir) for token in tokens)


def _render_token(token: Token, dir: Direction) -> str:
    name, _, side = token.type.rpartition("_")
    if side in {"open", "close"}:
        return _render_tag(token, name, opens=side == "open", dir=dir)
    match token.type:
        case "inline":
            return _render(token.children or [], dir)
        case "softbreak" | "hardbreak":
            return "<br>"
        case "code_inline":
            return f"<code>{_visible(token.content)}</code>"
        case "fence":
            return _code_block(token)
        case "hr":
            return "<hr>"
        case _:
            return _visible(token.content)


def _render_tag(token: Token, name: str, *, opens: bool, dir: Direction) -> str:
    if name == "heading":
        return f'<p dir="{dir}"><strong>' if opens else "</strong></p>"
    # A tight list's paragraphs are marked hidden: their text belongs straight into the item.
    if token.hidden or name not in _BLOCK_TAGS:
        return ""
    tag = _BLOCK_TAGS[name]
    if not opens:
        return f"</{tag}>"
    if tag in {"strong", "em"}:
        return f"<{tag}>"
    start = token.attrs.get("start") if tag == "ol" else None
    first = f' start="{int(start)}"' if start is not None else ""
    return f'<{tag} dir="{dir}"{first}>'


def _code_block(token: Token) -> str:
    # What follows the fence is usually a language, but may be any words: it is shown, too.
    info = token.info.strip()
    label = f'<span class="ta-code-info">{_visible(info)}</span>' if info else ""
    return f'<pre dir="ltr">{label}<code>{_visible(token.content)}</code></pre>'


def _visible(text: str) -> str:
    """Escaped text in which direction controls are shown by name instead of acting."""
    escaped = escape(_CONTROL_PATTERN.sub("\ufffd", text))
    return _BIDI_PATTERN.sub(_bidi_mark, escaped)


def _bidi_mark(match: re.Match[str]) -> str:
    return f'<span class="ta-bidi" dir="ltr">{_BIDI_CONTROLS[match.group()]}</span>'

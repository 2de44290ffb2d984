"""How Compare says what is stored in codes, and the pieces of markup its parts share.

All markup here is our own; whatever comes from a model, a file or a person is escaped, or drawn
by `response_html`.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from html import escape
from pathlib import Path

import streamlit as st

from core.taxonomy import Taxonomy
from pages.components.responses import response_html

_FLAGS = {
    "truncated": "cut off at the token limit",
    "looks_like_refusal": "opens like a refusal",
    "preamble": "text stood before the first header",
    "surplus": "more than was asked for",
    "no_probability": "no probability could be read",
    "no_seed": "no random string came first",
}
_REASONS = {
    "short_set": "the reply held fewer responses than asked for",
    "empty": "the reply was empty",
    "refusal": "the model refused",
    "earlier_turn_failed": "an earlier turn failed, so this one was never asked",
    "no_category": "no category is known, so there was no instruction to send",
    "no_paraphrase": "there is no paraphrase to ask in its place",
    "rate_limited": "the provider's rate limit held",
    "server_error": "the provider failed",
    "timeout": "no reply in time",
    "connection": "the connection broke",
    "malformed_reply": "the reply could not be read",
    "refused_parameter": "the provider refused a parameter",
    "bad_request": "the provider refused the request",
    "auth": "the provider refused the key",
    "no_recording": "there is no recording of this call",
}
_VERDICTS = {"equivalent": ("=", "same"), "different": ("×", "different")}
# Longer texts are cut at first; twenty of them would bury the page.
_LONG_CHARACTERS, _LONG_LINES = 1_400, 24


def inject_compare_css() -> None:
    """Sends the style sheet of this page, once per rerun."""
    st.html(f"<style>{_style_sheet()}</style>")


@lru_cache(maxsize=1)
def _style_sheet() -> str:
    return Path(__file__).with_name("compare.css").read_text(encoding="utf-8")


def flag_text(flag: str) -> str:
    return _FLAGS.get(flag, flag.replace("_", " "))


def reason_text(reason: str) -> str:
    return _REASONS.get(reason, reason.replace("_", " ") or "no reason was stored")


def verdict_html(value: str | None, reason: str = "") -> str:
    """An answer by symbol and word; other questions' answers as they are."""
    if value is None:
        why = f": {escape(reason_text(reason))}" if reason else ""
        return f'<span class="ta-verdict ta-unscored"><b>?</b> unscored{why}</span>'
    symbol, word = _VERDICTS.get(value, ("", value))
    mark = f"<b>{symbol}</b> " if symbol else ""
    kind = f" ta-{value}" if value in _VERDICTS else ""
    return f'<span class="ta-verdict{kind}">{mark}{escape(word)}</span>'


def category_text(key: str | None, taxonomy: Taxonomy) -> str:
    """A category's letter and name; a key the taxonomy lacks stands alone."""
    if not key:
        return "no category"
    return f"{key} · {taxonomy[key].name}" if key in taxonomy else key


def clamped_html(text: str) -> str:
    """A response by the one renderer; a long one shows its beginning until it is opened."""
    body = response_html(text)
    if len(text) <= _LONG_CHARACTERS and text.count("\n") < _LONG_LINES:
        return body
    n_words = len(text.split())
    # Scripts without spaces have no words to count.
    size = f"{len(text):,} characters" if len(text) > 12 * n_words else f"{n_words:,} words"
    return (
        '<details class="ta-long"><summary><span class="ta-when-closed">Show all '
        f'{size}</span><span class="ta-when-open">Show less</span></summary>{body}</details>'
    )


def caution_html(text: str) -> str:
    """Something to know about what stands below it, in plain text."""
    return f'<p class="ta-caution"><b aria-hidden="true">⚠</b> {escape(text)}</p>'


def draw_next_step(text: str, page: str, label: str) -> None:
    """Says what is not there yet, with the way to where it is made."""
    with st.container(horizontal=True, vertical_alignment="center", border=True):
        st.text(text, width="content")
        st.page_link(page, label=label, icon=":material/arrow_forward:", width="content")


def facts_html(facts: Iterable[tuple[str, str]]) -> str:
    """Name and value pairs, of plain text; pairs without a value are left out."""
    rows = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>"
        for name, value in facts
        if value
    )
    return f'<dl class="ta-sent-facts">{rows}</dl>' if rows else ""


def listed(numbers: Iterable[int]) -> str:
    """3, 4 and 5."""
    words = [str(number) for number in numbers]
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)

"""How every page looks: style sheet, page header, and colours that keep their meaning."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from html import escape
from pathlib import Path

import streamlit as st

# Okabe and Ito's palette, told apart by colour-blind eyes too. General and anchored versions of
# one idea are neighbours. Beyond its eight colours come three of Tol's muted scheme.
STRATEGY_COLORS = {
    "temperature": "#E69F00",
    "system-general": "#56B4E9",
    "system-anchored": "#0072B2",
    "regenerate-general": "#CC79A7",
    "regenerate-anchored": "#009E73",
    "verbalized-full": "#D55E00",
    "verbalized-tail": "#F0E442",
    "ssot": "#8C8C8C",
    "paraphrase": "#882255",
    "mismatched": "#44AA99",
    "anchored-reasoning": "#999933",
}
OTHER_STRATEGY_COLOR = "#8C8C8C"

_GROUP_HUES = (
    "86, 180, 233",
    "230, 159, 0",
    "0, 158, 115",
    "204, 121, 167",
    "213, 94, 0",
    "240, 228, 66",
    "0, 114, 178",
)
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def strategy_color(strategy: str) -> str:
    """The colour of a strategy on every page and figure; grey for imported conditions."""
    return STRATEGY_COLORS.get(strategy, OTHER_STRATEGY_COLOR)


def group_tint(letter: str, *, alpha: float = 0.22) -> str:
    """CSS colour of an equivalence group, see-through so that it suits light and dark grounds.

    Seven hues repeat from H on: the letter, always drawn with it, tells the groups apart.

    Raises:
        ValueError: `letter` is not one of A to Z.
    """
    if len(letter) != 1 or letter.upper() not in _LETTERS:
        raise ValueError(f"Group letter is {letter!r}; expected one of A to Z.")
    hue = _GROUP_HUES[_LETTERS.index(letter.upper()) % len(_GROUP_HUES)]
    return f"rgba({hue}, {alpha:g})"


def inject_css() -> None:
    """Sends the style sheet; app.py calls it once per rerun, before anything is drawn."""
    st.html(f"<style>{_style_sheet()}</style>")


def page_header(title: str, purpose: str) -> None:
    """A page's title (a noun) and the one sentence that says what the page is for."""
    st.html(f'<div class="ta-page"><h1>{escape(title)}</h1><p>{escape(purpose)}</p></div>')


def sample_banner() -> None:
    """Says on every page of the sample study that its judgements are not measurements."""
    st.html(
        '<div class="ta-banner"><strong>Sample study.</strong><span>Its texts were written for '
        "illustration and its judgements are simulated; nothing here is a finding.</span></div>"
    )


def strategy_mark(strategy: str) -> None:
    """A stroke in the strategy's colour, above something that is about this strategy."""
    st.html(f'<div class="ta-mark" style="background:{strategy_color(strategy)}"></div>')


def small_print(lines: Sequence[str]) -> None:
    """Remarks in small type, one under the other, as plain text."""
    if lines:
        inner = "".join(f"<div>{escape(line)}</div>" for line in lines)
        st.html(f'<div class="ta-small">{inner}</div>')


def headline(name: str, detail: str = "", *, pill: str = "", note: str = "") -> None:
    """The first line of a card: a name, what it is about, its state, and a note at the end."""
    state = f'<span class="ta-pill ta-pill-{escape(pill)}">{escape(pill)}</span>' if pill else ""
    st.html(
        f'<div class="ta-headline"><strong>{escape(name)}</strong><span>{escape(detail)}</span>'
        f'{state}<span class="ta-note">{escape(note)}</span></div>'
    )


def share_bar(done: float, failed: float = 0.0, *, label: str) -> None:
    """A slim bar of shares from 0 to 1; `label` says the same to those who cannot see it."""
    widths = [("done", done), ("failed", failed)]
    inner = "".join(
        f'<i class="ta-bar-{name}" style="width:{100 * min(max(share, 0.0), 1.0):.2f}%"></i>'
        for name, share in widths
    )
    st.html(f'<div class="ta-bar" role="img" aria-label="{escape(label)}">{inner}</div>')


def station_row(stations: Sequence[tuple[str, float, str]]) -> None:
    """Steps side by side: name, share done from 0 to 1, and that share in words."""
    cells = "".join(
        f'<div class="ta-station"><span>{escape(name)}</span><div class="ta-bar">'
        f'<i class="ta-bar-done" style="width:{100 * share:.1f}%"></i></div>'
        f"<small>{escape(said)}</small></div>"
        for name, share, said in stations
    )
    st.html(f'<div class="ta-stations">{cells}</div>')


def figures(pairs: Sequence[tuple[str, str]]) -> None:
    """Names on the left, their values on the right."""
    rows = "".join(
        f"<span>{escape(name)}</span><span>{escape(value)}</span>" for name, value in pairs
    )
    st.html(f'<div class="ta-figures">{rows}</div>')


def problem(text: str) -> None:
    """Says what went wrong, as plain text: such messages quote values from outside."""
    st.html(f'<div class="ta-banner ta-problem" role="alert"><span>{escape(text)}</span></div>')


def link_button(label: str, address: str) -> None:
    """A link to a route outside Streamlit, such as /login, opened in the same tab.

    Raises:
        ValueError: `address` leaves this server.
    """
    if not address.startswith("/") or address.startswith(("//", "/\\")):
        raise ValueError(f"Address is {address!r}; expected a path on this server.")
    st.html(f'<a class="ta-button" href="{escape(address)}">{escape(label)}</a>')


def group_css() -> str:
    """Rules that tint an element of class `ta-group-LETTER`."""
    return "".join(
        f".ta-group-{letter.lower()}{{--ta-tint:{group_tint(letter)};"
        f"border-inline-start-color:{group_tint(letter, alpha=1)}}}"
        for letter in _LETTERS
    )


@lru_cache(maxsize=1)
def _style_sheet() -> str:
    sheet = "".join(
        Path(__file__).with_name(name).read_text(encoding="utf-8")
        for name in ("fonts.css", "theme.css", "responses.css")
    )
    return sheet + group_css()

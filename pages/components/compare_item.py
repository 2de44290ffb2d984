"""One item alone: its texts, the definition that holds for it, and everything said of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import streamlit as st

from core.strategies import find_strategy
from core.taxonomy import Taxonomy
from core.types import Question
from db.queries.compare_items import Answer, ItemText, ItemView
from pages.components.compare_words import (
    category_text,
    caution_html,
    clamped_html,
    verdict_html,
)
from pages.components.theme import strategy_color
from pages.components.workspace import settings

_ORDERS = {"ab": "1 then 2", "ba": "2 then 1"}
_KINDS = {"judge": "judge", "human": "person"}


def draw_item(item: ItemView, taxonomy: Taxonomy, present: Mapping[str, str]) -> None:
    """Draws the whole item.

    Args:
        present: question -> name@hash of the words judges are asked with now.
    """
    unconfirmed = "" if item.confirmed or not item.category else ", unconfirmed"
    request = (
        clamped_html(item.prompt)
        if item.prompt
        else '<p class="ta-empty">The request did not come with this item.</p>'
    )
    st.html(
        '<div class="ta-request"><div class="ta-card-head"><span class="ta-heading">The request'
        f'</span><span class="ta-category">{escape(category_text(item.category, taxonomy))}'
        f'{unconfirmed}</span><span class="ta-note">{escape(item.prompt_id)}</span></div>'
        f"{request}</div>"
    )
    st.html(_texts(item.texts))
    st.html(definition_html(item, taxonomy, present))
    st.html(answers_html(item.answers))


def _texts(texts: Sequence[ItemText]) -> str:
    if not texts:
        return '<p class="ta-empty">This item came without the texts of its responses.</p>'
    cards = "".join(_text(number, text) for number, text in enumerate(texts, start=1))
    return f'<div class="ta-alone" style="--ta-columns:{len(texts)}">{cards}</div>'


def _text(number: int, text: ItemText) -> str:
    strategy = find_strategy(text.strategy, settings().prompts_dir)
    origin = strategy.label if strategy else text.condition
    place = f"{origin}, number {text.number}" if text.number is not None else origin
    return (
        f'<article class="ta-card" style="border-inline-start-color:'
        f'{strategy_color(text.strategy)}"><div class="ta-card-head"><span class="ta-heading">'
        f'Response {number}</span><span class="ta-note">{escape(place)}</span></div>'
        f"{clamped_html(text.text)}</article>"
    )


def definition_html(item: ItemView, taxonomy: Taxonomy, present: Mapping[str, str]) -> str:
    """What counts as the same for this item, and for whom other words held."""
    if len(item.texts) < 2:
        return ""
    asked = [one for one in item.answers if one.question == Question.EQUIVALENCE]
    used = list(dict.fromkeys(one.category_used for one in asked if one.category_used))
    shown = used or ([item.category] if item.category else [])
    parts = [
        f"<h3>What counts as the same: {escape(category_text(key, taxonomy))}</h3>"
        f"<p>{escape(taxonomy[key].equivalence_definition)}</p>"
        for key in shown
        if key in taxonomy
    ]
    if not parts:
        parts = [
            "<h3>What counts as the same</h3><p>No category is known, so no definition either.</p>"
        ]
    now = present.get(Question.EQUIVALENCE, "")
    others = sorted({one.rater for one in asked if one.kind == "judge" and one.template != now})
    if others:
        parts.append(
            caution_html(f"Asked in other words than the present ones: {', '.join(others)}.")
        )
    return f'<div class="ta-definition">{"".join(parts)}</div>'


def answers_html(answers: Sequence[Answer]) -> str:
    """Every answer with its rationale."""
    if not answers:
        return '<p class="ta-empty">Nobody has been asked about this yet.</p>'
    rows = "".join(_answer(one) for one in answers)
    head = "".join(
        f'<th scope="col">{name}</th>' for name in ("Rater", "Answer", "Shown", "Why", "Asked with")
    )
    return (
        '<div class="ta-matrix-box" role="region" tabindex="0" aria-label="Every answer">'
        f'<table class="ta-matrix ta-answers"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody>'
        "</table></div>"
    )


def _answer(one: Answer) -> str:
    question = (
        "" if one.question == Question.EQUIVALENCE else f"<small>{escape(one.question)}</small>"
    )
    repeat = f"<small>repeat {one.repeat}</small>" if one.repeat else ""
    source = f"<small>{escape(one.source)}</small>" if one.source != "direct" else ""
    return (
        f'<tr><th scope="row"><small>{_KINDS[one.kind]}</small>{escape(one.name)}</th>'
        f"<td>{question}{verdict_html(one.value, one.reason)}{repeat}</td>"
        f"<td>{_ORDERS.get(one.order, '–')}</td><td>{_why(one)}</td>"
        f"<td>{escape(_short(one.template))}{source}</td></tr>"
    )


def _why(one: Answer) -> str:
    """The rationale; the whole reply where an answer could not be read from it."""
    text = one.rationale or (one.reply if one.value is None else "")
    return clamped_html(text) if text else '<span class="ta-unasked">–</span>'


def _short(template: str) -> str:
    name, _, digest = template.partition("@")
    return f"{name}@{digest[:8]}" if digest else name or "–"

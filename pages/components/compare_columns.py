"""Sets of responses side by side, grouped: one look tells one answer five times from five."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby

import streamlit as st

from core.strategies import find_strategy
from core.taxonomy import Taxonomy
from core.templates import TemplateSource
from db.queries.compare import PromptText, ResponseSet, Slot
from db.queries.compare_choices import RaterChoice
from pages.components.compare_sent import categories_used, sent_html
from pages.components.compare_words import (
    category_text,
    caution_html,
    clamped_html,
    flag_text,
    listed,
    reason_text,
)
from pages.components.theme import strategy_color

NOT_JUDGED = "~"  # sorts after every letter


@dataclass(frozen=True, slots=True)
class Frame:
    """What is the same for all columns. unfolded: whether every member of a group is open."""

    prompt: PromptText
    rater: RaterChoice | None
    taxonomy: Taxonomy
    templates: TemplateSource
    unfolded: bool


def draw_request(prompt: PromptText, category: str) -> None:
    """The task all the responses answer. category: plain text that says which it is of."""
    st.html(
        '<div class="ta-request"><div class="ta-card-head"><span class="ta-heading">The request'
        f'</span><span class="ta-category">{escape(category)}</span>'
        f'<span class="ta-note">{escape(prompt.external_id)}</span></div>'
        f"{clamped_html(prompt.text)}</div>"
    )


def draw_columns(sets: Sequence[ResponseSet], frame: Frame) -> None:
    """One column per set; on a phone they are swiped through."""
    columns = "".join(column_html(one, frame) for one in sets)
    label = "Responses by condition, side by side"
    st.html(
        f'<div class="ta-sets" style="--ta-columns:{len(sets)}" role="region" tabindex="0" '
        f'aria-label="{label}">{columns}</div>'
    )


def column_html(one: ResponseSet, frame: Frame) -> str:
    """A set with its header, groups, failures and what was sent."""
    strategy = find_strategy(one.condition.strategy, frame.templates.overrides)
    name = strategy.label if strategy else one.condition.label
    model = one.condition.model if strategy else "imported"
    n_missing = one.condition.n - len(one.slots)
    missing = (
        f'<p class="ta-empty">{n_missing} of {one.condition.n} not generated yet</p>'
        if n_missing > 0
        else ""
    )
    return (
        f'<section class="ta-set" style="--ta-strategy:{strategy_color(one.condition.strategy)}" '
        f'aria-label="{escape(name)}"><header><div class="ta-set-name"><strong>{escape(name)}'
        f"</strong><span>{escape(model)}</span></div>{_header(one, frame.rater)}</header>"
        f"{_misclassified(one, frame)}"
        f"{sent_html(one, frame.prompt, frame.taxonomy, frame.templates)}"
        f"{_groups(one.answered, unfolded=frame.unfolded)}{_failures(one.slots)}{missing}"
        f"{_surplus(one.surplus)}</section>"
    )


def headline(one: ResponseSet) -> tuple[str, str]:
    """(what is printed large, what follows it): the distinct count as far as it is known."""
    n = len(one.answered)
    if n == 0:
        return "–", "no response"
    if n == 1:
        return "1", "response"
    if one.distinct is None:
        return str(n), "responses, not judged"
    if one.distinct.value is None:
        return f"{one.distinct.low}–{one.distinct.high}", f"distinct of {n}"
    return str(one.distinct.value), f"distinct of {n}"


def open_count_text(one: ResponseSet) -> str:
    """Why the count is a range; "" where it is a number or unknown."""
    if one.distinct is None or one.distinct.value is not None:
        return ""
    n_open = one.n_pairs - one.n_scored
    pairs = "pair" if one.n_pairs == 1 else "pairs"
    return (
        f"At least {one.distinct.low}, at most {one.distinct.high} distinct: "
        f"{n_open} of {one.n_pairs} {pairs} without a verdict."
    )


def implied_text(one: ResponseSet) -> str:
    """What adaptive judging left out of the set's pairs; "" where all were asked."""
    if not one.is_adaptive:
        return ""
    n_implied = len(one.implied)
    parts = [f"{one.n_scored - n_implied} of {one.n_pairs} pairs asked"]
    if n_implied:
        parts.append(f"{n_implied} implied by them, not asked")
    if (n_left := one.n_pairs - one.n_scored) and one.distinct and one.distinct.value is not None:
        parts.append(f"{n_left} that could not change the count")
    return f"Adaptive judging: {', '.join(parts)}."


def _header(one: ResponseSet, rater: RaterChoice | None) -> str:
    number, words = headline(one)
    notes = [open_count_text(one), implied_text(one)]
    if rater is not None and one.distinct is None and one.n_pairs:
        notes.append(f"No verdict here by: {rater.name}.")
    if one.answered and len(one.answered) < one.condition.n:
        notes.append(f"Fewer than {one.condition.n} responses: left out of means on Results.")
    said = "".join(f'<p class="ta-count-note">{escape(note)}</p>' for note in notes if note)
    quality = f"{one.quality.value:.1f}" if one.quality.is_defined else "–"
    vocabulary = f"{one.vocabulary.value:.2f}" if one.vocabulary.is_defined else "–"
    return (
        f'<div class="ta-distinct"><b>{number}</b> {words}</div>{_bar(one)}{said}'
        '<div class="ta-measures">'
        f'<span title="{escape(one.quality.reason or "Mean score, 1 to 5")}">quality '
        f"<b>{quality}</b></span>"
        f'<span title="{escape(one.vocabulary.reason or _VOCABULARY)}">vocabulary '
        f"<b>{vocabulary}</b></span></div>"
    )


_VOCABULARY = "Mean share of words two responses do not share: 0 same words, 1 none shared"


def _bar(one: ResponseSet) -> str:
    """Groups as parts of a bar, each as wide as it has members."""
    sizes = Counter(slot.group or NOT_JUDGED for slot in one.answered)
    if one.distinct is None:
        return ""
    parts = []
    for group, size in sorted(sizes.items(), key=lambda item: (len(item[0]), item[0])):
        label = "?" if group == NOT_JUDGED else group
        count = f"<small>×{size}</small>" if size > 1 else ""
        parts.append(
            f'<span class="ta-share{_group_class(group)}" style="flex-grow:{size}">{label}{count}'
            "</span>"
        )
    return f'<div class="ta-shares" aria-hidden="true">{"".join(parts)}</div>'


def _misclassified(one: ResponseSet, frame: Frame) -> str:
    truth = frame.prompt.truth
    wrong = [key for key in categories_used(one) if truth and key != truth]
    if not wrong:
        return ""
    used = ", ".join(category_text(key, frame.taxonomy) for key in wrong)
    return caution_html(
        f"Generated as {used}; the truth is {category_text(truth, frame.taxonomy)}. "
        "The model was given another category's instruction."
    )


def _groups(answered: Sequence[Slot], *, unfolded: bool) -> str:
    def order(slot: Slot) -> tuple[int, str]:
        group = slot.group or NOT_JUDGED
        return (1 if group == NOT_JUDGED else 0, group.rjust(4))

    cards = []
    for _, members in groupby(sorted(answered, key=order), key=order):
        own = list(members)
        if own[0].group:
            cards.append(_group_card(own, unfolded=unfolded))
        else:
            cards += [_group_card([slot], unfolded=unfolded) for slot in own]
    return "".join(cards)


def _group_card(members: Sequence[Slot], *, unfolded: bool) -> str:
    first, *others = members
    letter = f'<span class="ta-letter">{escape(first.group)}</span>' if first.group else ""
    also = ""
    if others:
        says = "say" if len(others) > 1 else "says"
        numbers = listed(slot.index + 1 for slot in others)
        inner = "".join(
            f'<div class="ta-member">{_number(slot)}{clamped_html(slot.text)}</div>'
            for slot in others
        )
        also = (
            f'<details class="ta-also"{" open" if unfolded else ""}>'
            f"<summary>Also {numbers} {says} this</summary>{inner}</details>"
        )
    return (
        f'<article class="ta-card{_group_class(first.group)}"><div class="ta-card-head">{letter}'
        f"{_number(first)}</div>{clamped_html(first.text)}{also}</article>"
    )


def _number(slot: Slot) -> str:
    flags = "".join(
        f'<span class="ta-flag">{escape(flag_text(flag))}</span>' for flag in slot.flags
    )
    quality = f'<span class="ta-note">quality {slot.quality:.1f}</span>' if slot.quality else ""
    return f'<span class="ta-number">{slot.index + 1}</span>{flags}{quality}'


def _failures(slots: Sequence[Slot]) -> str:
    """Failed slots keep their place and say why; a refusal's words are evidence, too."""
    return "".join(
        f'<article class="ta-card ta-failed"><div class="ta-card-head">{_number(slot)}'
        f"<span>Failed: {escape(reason_text(slot.reason))}</span></div>"
        + (f'<p class="ta-detail">{escape(slot.detail)}</p>' if slot.detail else "")
        + (clamped_html(slot.text) if slot.text else "")
        + "</article>"
        for slot in slots
        if not slot.answered
    )


def _surplus(slots: Sequence[Slot]) -> str:
    if not slots:
        return ""
    inner = "".join(
        f'<div class="ta-member">{_number(slot)}{clamped_html(slot.text)}</div>' for slot in slots
    )
    return (
        f'<details class="ta-also"><summary>{len(slots)} more than asked for, counted nowhere'
        f"</summary>{inner}</details>"
    )


def _group_class(group: str) -> str:
    # Only A to Z have a tint; AA and further are told by their letters.
    return f" ta-group-{group.lower()}" if len(group) == 1 and group.isalpha() else ""

"""Strategies as cards: what each says to the model, word for word."""

from __future__ import annotations

import streamlit as st

from core.strategies import STRATEGIES, Strategy
from core.taxonomy import Category, Taxonomy
from core.templates import TemplateSource
from core.types import Message
from pages.components.theme import small_print, strategy_mark

# General and anchored versions of one idea side by side.
_ROWS = (
    ("temperature",),
    ("system-general", "system-anchored"),
    ("regenerate-general", "regenerate-anchored"),
)
DEFAULT = ("temperature", "system-anchored")
_KINDS = {
    "independent": "{n} separate calls with the prompt alone; none knows of the others",
    "set": "one call that gives all {n} responses",
    "chain": "{n} turns, each in sight of the earlier answers",
}


def choose_strategies(taxonomy: Taxonomy, templates: TemplateSource, *, n: int) -> list[str]:
    """Cards to tick; each shows its instruction for one category, which can be changed above.

    Raises:
        TemplateError: a template cannot be used.
    """
    left, right = st.columns([2, 3], vertical_alignment="bottom")
    left.markdown("Strategies")
    key = right.selectbox(
        "Show the instructions for",
        taxonomy.keys(),
        index=_most_telling(taxonomy),
        format_func=lambda key: f"{key} · {taxonomy[key].name}",
        key="shown-category",
    )
    chosen = []
    for row in _ROWS:
        for column, strategy_id in zip(st.columns(len(row)), row, strict=True):
            with column, st.container(border=True):
                if _draw_card(STRATEGIES[strategy_id], taxonomy[key], templates, n):
                    chosen.append(strategy_id)
    return chosen


def _draw_card(strategy: Strategy, category: Category, templates: TemplateSource, n: int) -> bool:
    """One card; whether it is ticked."""
    strategy_mark(strategy.id)
    ticked = st.checkbox(strategy.label, strategy.id in DEFAULT, key=f"strategy-{strategy.id}")
    small_print([_KINDS[strategy.kind].format(n=n)])
    if said := instruction(strategy, category, templates, n=n):
        st.code(said, language=None, wrap_lines=True, height=150)
    return ticked


def instruction(
    strategy: Strategy, category: Category, templates: TemplateSource, *, n: int
) -> str:
    """What a strategy adds to the prompt for a category; "" if it adds nothing."""
    asked, earlier = "(the prompt)", ["(the first answer)"] if strategy.kind == "chain" else []
    messages = strategy.messages(
        asked, n=n, category=category, earlier=earlier, templates=templates
    )
    own = [message for message in messages if not _is_plain(message, asked, earlier)]
    where = {"system": "System prompt:", "user": "Said after each answer:"}
    return "\n\n".join(f"{where.get(one.role, '')}\n{one.content}" for one in own)


def _is_plain(message: Message, asked: str, earlier: list[str]) -> bool:
    return message.content == asked or message.content in earlier


def _most_telling(taxonomy: Taxonomy) -> int:
    """Position of the category shown first: creative writing, where repetition matters most."""
    return taxonomy.keys().index("G") if "G" in taxonomy else 0

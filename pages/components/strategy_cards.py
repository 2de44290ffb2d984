"""Strategies as cards: what each says to the model, word for word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import streamlit as st

from core.strategies import Strategy, instruction_text, load_strategies
from core.strategies.custom import FILE
from core.taxonomy import Category, Taxonomy
from core.templates import TemplateSource
from pages.components.theme import small_print, strategy_mark

# General and anchored versions of one idea side by side.
_PAPER = (
    ("temperature",),
    ("system-general", "system-anchored"),
    ("regenerate-general", "regenerate-anchored"),
)
_BEYOND = (
    ("verbalized-full", "verbalized-tail"),
    ("ssot", "paraphrase"),
    ("mismatched", "anchored-reasoning"),
)
DEFAULT = ("temperature", "system-anchored")
_FORMS = {
    "independent": "{n} separate calls; none knows of the others",
    "set": "one call that gives all {n} responses",
    "chain": "{n} turns, each in sight of the earlier answers",
    "verbalized": "one call for {n} responses, each with a probability of the model's own",
    "seeded": "{n} separate calls; each choice is derived from a random string",
    "reasoned": "one call: reasoning first, then all {n} responses",
    "paraphrase": "{n} separate calls, each with another wording of the prompt",
}


def choose_strategies(taxonomy: Taxonomy, templates: TemplateSource, *, n: int) -> list[str]:
    """Cards to tick; each shows its instruction for one category, which can be changed above.

    Raises:
        TemplateError: a template cannot be used.
        UserError: the researcher's strategies cannot be read.
    """
    known = load_strategies(templates.overrides)
    left, right = st.columns([2, 3], vertical_alignment="bottom")
    left.markdown("Strategies")
    key = right.selectbox(
        "Show the instructions for",
        taxonomy.keys(),
        index=_most_telling(taxonomy),
        format_func=lambda key: f"{key} · {taxonomy[key].name}",
        key="shown-category",
    )
    shown = taxonomy[key]
    chosen = list(_draw_rows(_PAPER, known, shown, templates, n))
    with st.expander("Beyond the paper's five", expanded=_any_ticked(_BEYOND)):
        chosen += _draw_rows(_BEYOND, known, shown, templates, n)
    own = [one.id for one in known.values() if one.own]
    pairs = [own[start : start + 2] for start in range(0, len(own), 2)]
    if own:
        with st.expander(f"Yours, from {FILE}", expanded=True):
            chosen += _draw_rows(pairs, known, shown, templates, n)
    return chosen


def _draw_rows(
    rows: Sequence[Sequence[str]],
    known: Mapping[str, Strategy],
    category: Category,
    templates: TemplateSource,
    n: int,
) -> Iterator[str]:
    """Draws cards row by row; gives the ids of those that are ticked."""
    for row in rows:
        for column, strategy_id in zip(st.columns(max(len(row), 1)), row, strict=True):
            with column, st.container(border=True):
                if _draw_card(known[strategy_id], category, templates, n):
                    yield strategy_id


def _any_ticked(rows: Sequence[Sequence[str]]) -> bool:
    return any(st.session_state.get(f"strategy-{one}") for row in rows for one in row)


def _draw_card(strategy: Strategy, category: Category, templates: TemplateSource, n: int) -> bool:
    """One card; whether it is ticked."""
    strategy_mark(strategy.id)
    ticked = st.checkbox(strategy.label, strategy.id in DEFAULT, key=f"strategy-{strategy.id}")
    lines = [_FORMS[strategy.form].format(n=n)]
    if strategy.mismatched:
        lines.append("prompts of other categories get the instruction below, which is wrong there")
    small_print(lines)
    if said := instruction_text(strategy, category, templates, n=n):
        st.code(said, language=None, wrap_lines=True, height=150)
    return ticked


def _most_telling(taxonomy: Taxonomy) -> int:
    """Position of the category shown first: creative writing, where repetition matters most."""
    return taxonomy.keys().index("G") if "G" in taxonomy else 0

"""The controls of Compare. Each writes its choice into the address; the page reads it there."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

import streamlit as st

from core.results import ENSEMBLE
from core.strategies import load_strategies
from core.taxonomy import Taxonomy
from db.queries.compare_choices import (
    HUMAN_MAJORITY,
    Choices,
    ConditionChoice,
    PromptEntry,
    RaterChoice,
)
from pages.components.compare_address import (
    CATEGORY,
    CONDITION,
    MAX_CONDITIONS,
    NO_CATEGORY,
    PROMPT,
    RATER,
    SEARCH,
    View,
    condition_names,
    toggle_condition,
)
from pages.components.compare_words import category_text
from pages.components.theme import strategy_color
from pages.components.workspace import settings

UNFOLDED = "compare-unfolded"
N_KEYS = 9
# A longer list to jump in costs more to send than it helps; the search finds prompts, too.
LISTED_PROMPTS = 500
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")


def plain_label(text: str) -> str:
    """Text for a label, which Streamlit reads as Markdown, so that it stands there as written."""
    return _PUNCTUATION.sub(r"\\\1", " ".join(text.split()))


def draw_prompt_bar(view: View, choices: Choices, taxonomy: Taxonomy) -> None:
    """Previous, next, jump, category, search and share."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="compare-bar"):
        _draw_step("‹", "previous", "Left", view, -1)
        _draw_step("›", "next", "Right", view, 1)
        _draw_jump(view)
        _draw_category(view, choices.prompts, taxonomy)
        st.session_state["search"] = view.search
        st.text_input(
            "Search",
            key="search",
            placeholder="word or id",
            on_change=_keep,
            args=(SEARCH,),
            width=180,
        )
        with st.popover("Share", key="share"):
            st.text("This address shows exactly this.")
            st.code(share_address(view), language=None, wrap_lines=True)


def share_address(view: View) -> str:
    """The page's full address with what is shown, defaults included: those may change."""
    params: dict[str, str | list[str]] = {"study": st.query_params.get("study", "")}
    if view.entry is not None:
        params[PROMPT] = view.entry.external_id
    params[CONDITION] = [one.hash for one in view.conditions]
    if view.rater is not None:
        params[RATER] = view.rater.key
    filters = {CATEGORY: view.category, SEARCH: view.search}
    params |= {name: value for name, value in filters.items() if value}
    return f"{st.context.url or ''}?{urlencode(params, doseq=True)}"


def draw_view_bar(view: View, choices: Choices) -> None:
    """Conditions, rater, and folding."""
    names = condition_names(
        choices.conditions,
        {one.id: one.label for one in load_strategies(settings().prompts_dir).values()},
    )
    with st.container(horizontal=True, vertical_alignment="bottom", key="compare-view"):
        with st.container(horizontal=True, width="content", key="compare-conditions"):
            _draw_condition_buttons(view, choices.conditions, names)
        if len(choices.conditions) > N_KEYS:
            _draw_condition_list(view, choices.conditions, names)
        if view.rater is not None:
            raters = {rater.key: rater for rater in choices.raters}
            st.session_state["rater"] = view.rater.key
            st.selectbox(
                "Grouped as seen by",
                list(raters),
                format_func=lambda key: _rater_name(raters[key]),
                key="rater",
                on_change=_keep,
                args=(RATER,),
                width=260,
            )
            unfolded = bool(st.session_state.get(UNFOLDED))
            st.button(
                "Fold groups" if unfolded else "Unfold groups",
                shortcut="G",
                key="fold",
                on_click=_toggle_folding,
            )


def _draw_step(label: str, name: str, shortcut: str, view: View, step: int) -> None:
    target = -1 if view.position is None else view.position + step
    there = 0 <= target < len(view.kept)
    st.button(
        label,
        shortcut=shortcut,
        key=name,
        help=f"{name.capitalize()} prompt",
        disabled=not there,
        on_click=_go_to,
        args=(view.kept[target].external_id if there else "",),
    )


def _draw_jump(view: View) -> None:
    if view.position is None:
        return
    n = len(view.kept)
    if n > LISTED_PROMPTS:
        st.text(f"{view.position + 1} / {n}")
        return
    by_id = {entry.external_id: entry for entry in view.kept}
    places = {external_id: number for number, external_id in enumerate(by_id, start=1)}
    st.session_state["prompt"] = view.kept[view.position].external_id
    st.selectbox(
        f"Prompt {view.position + 1} / {n}",
        list(by_id),
        format_func=lambda key: f"{places[key]} · {' '.join(by_id[key].start.split())}",
        key="prompt",
        on_change=_keep,
        args=(PROMPT,),
    )


def _draw_category(view: View, entries: Sequence[PromptEntry], taxonomy: Taxonomy) -> None:
    present = {entry.category or NO_CATEGORY for entry in entries}
    options = ["", *sorted(present - {NO_CATEGORY}), *(present & {NO_CATEGORY})]
    labels = {"": "All", NO_CATEGORY: "No category"}
    st.session_state["category"] = view.category
    st.selectbox(
        "Category",
        options,
        format_func=lambda key: labels.get(key) or category_text(key, taxonomy),
        key="category",
        on_change=_keep,
        args=(CATEGORY,),
        width=220,
    )


def _draw_condition_buttons(
    view: View, conditions: Sequence[ConditionChoice], names: Mapping[str, str]
) -> None:
    """One button per condition, for the first nine with a key of its own."""
    for number, one in enumerate(conditions[:N_KEYS], start=1):
        st.button(
            ("✓ " if one in view.conditions else "") + plain_label(names[one.hash]),
            shortcut=str(number),
            key=f"condition-{number}",
            on_click=_choose,
            args=(tuple(other.hash for other in toggle_condition(view.conditions, one)),),
        )
    st.html(
        "<style>"
        + "".join(
            f".st-key-condition-{number}{{--ta-strategy:{strategy_color(one.strategy)};"
            f"--ta-chosen:{24 if one in view.conditions else 0}%}}"
            for number, one in enumerate(conditions[:N_KEYS], start=1)
        )
        + "</style>"
    )


def _draw_condition_list(
    view: View, conditions: Sequence[ConditionChoice], names: Mapping[str, str]
) -> None:
    st.session_state["conditions"] = [one.hash for one in view.conditions]
    st.multiselect(
        "All conditions",
        [one.hash for one in conditions],
        format_func=lambda key: names[key],
        max_selections=MAX_CONDITIONS,
        key="conditions",
        on_change=_choose_listed,
        width=520,
    )


def _rater_name(rater: RaterChoice) -> str:
    if rater.key in {ENSEMBLE, HUMAN_MAJORITY}:
        return rater.name
    return f"{'Judge' if rater.kind == 'judge' else 'Person'} · {rater.name}"


def _keep(name: str) -> None:
    """Puts a control's value into the address; an empty one takes the name away."""
    if value := st.session_state[name]:
        st.query_params[name] = value
    else:
        st.query_params.pop(name, None)


def _go_to(external_id: str) -> None:
    st.query_params[PROMPT] = external_id


def _choose(hashes: Sequence[str]) -> None:
    st.query_params[CONDITION] = list(hashes)


def _choose_listed() -> None:
    _choose(st.session_state["conditions"])


def _toggle_folding() -> None:
    st.session_state[UNFOLDED] = not st.session_state.get(UNFOLDED)

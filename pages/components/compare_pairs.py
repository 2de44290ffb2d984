"""Below the columns: who says what of one set's pairs, and the way to two responses alone."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.strategies import find_strategy
from db.queries.compare import ResponseSet
from pages.components.compare_address import ITEM
from pages.components.compare_matrix import Answers, matrix_html, matrix_summary
from pages.components.compare_toolbar import plain_label
from pages.components.workspace import settings

_SHOWN = "pairs-of"
_TWO = "read-two"


def pick_set(sets: Sequence[ResponseSet]) -> ResponseSet | None:
    """The set whose pairs are shown; None where no set has two responses."""
    by_hash = {one.condition.hash: one for one in sets if len(one.answered) > 1}
    if not by_hash:
        return None
    st.subheader("Who says what", anchor=False)
    if st.session_state.get(_SHOWN) not in by_hash:
        st.session_state[_SHOWN] = next(iter(by_hash))
    if len(by_hash) > 1:
        st.segmented_control(
            "Condition",
            list(by_hash),
            format_func=lambda key: plain_label(_name(by_hash[key])),
            key=_SHOWN,
            required=True,
            label_visibility="collapsed",
        )
    return by_hash[st.session_state[_SHOWN]]


def draw_pairs(one: ResponseSet, answers: Answers) -> None:
    """The table, and the choice of two responses to read alone."""
    address = {name: st.query_params.get_all(name) for name in st.query_params if name != ITEM}
    if any(answers.values()):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(matrix_summary(answers), width="content")
            only_split = st.toggle("Disagreements only", key="only-split")
        st.html(matrix_html(one, answers, address, only_split=only_split))
    else:
        st.text("Nobody has been asked about these pairs yet.")
    numbers = {slot.id: str(slot.index + 1) for slot in one.answered}
    # A key per set: numbers chosen in one must not carry over to another.
    key = f"{_TWO}-{one.answered[0].id}"
    st.pills(
        "Read two alone",
        list(numbers),
        format_func=lambda response_id: numbers[response_id],
        selection_mode="multi",
        key=key,
        on_change=_read_two,
        args=(key,),
    )


def leave_item(prompt: str, conditions: Sequence[str]) -> None:
    """From an item back to the set it belongs to."""
    st.query_params.pop(ITEM, None)
    if prompt:
        st.query_params["prompt"] = prompt
    if conditions and not set(conditions) <= set(st.query_params.get_all("condition")):
        st.query_params["condition"] = list(conditions)


def _read_two(key: str) -> None:
    chosen = st.session_state[key]
    if len(chosen) == 2:
        first, second = sorted(chosen)
        st.query_params[ITEM] = f"pair:{first}:{second}"


def _name(one: ResponseSet) -> str:
    strategy = find_strategy(one.condition.strategy, settings().prompts_dir)
    return strategy.label if strategy else one.condition.label

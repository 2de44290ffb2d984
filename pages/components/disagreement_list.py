"""The items raters part on: which ones, and in which order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from core.evidence.entropy import SplitItem
from db.queries.disagreement import Adjudication
from pages.components.agreement_tables import word

ORDERS = {
    "entropy": "People most split first",
    "judges": "Judges most at odds first",
    "prompt": "By prompt",
}


def choose_items(
    items: Sequence[SplitItem],
    strategies: Mapping[str, str],
    settled: Mapping[str, Adjudication],
    tags: Mapping[str, Sequence[str]],
    *,
    blind: bool,
) -> list[SplitItem]:
    """The items that pass the filters, in the order chosen.

    Args:
        blind: nothing may tell what judges said: only items people themselves are split on, and
            no filter or order by judges.
    """
    first, second, fourth, third = st.columns([3, 2, 2, 2])
    orders = [name for name in ORDERS if not (blind and name == "judges")]
    order: Any = first.selectbox("Order", orders, format_func=ORDERS.__getitem__, key="order")
    categories = sorted({item.category for item in items} - {""})
    category = second.selectbox("Category", ["all", *categories], key="split-category")
    judges = sorted({name for item in items for name, _ in item.verdicts})
    judge = (
        "any" if blind else third.selectbox("Judge at odds", ["any", *judges], key="split-judge")
    )
    named = sorted(set(strategies.values()) - {""})
    condition = fourth.selectbox("Strategy", ["all", *named], key="split-strategy")
    left, right = st.columns([3, 6])
    only_open = left.toggle("Only what is not settled", key="split-open")
    words = sorted({one for given in tags.values() for one in given})
    tag = right.selectbox("Tag", ["any", *words], key="split-tag") if words else "any"
    kept = [
        item
        for item in items
        if (item.entropy if blind else item.is_split)
        and category in ("all", item.category)
        and (judge == "any" or judge in item.parting)
        and condition in ("all", strategies.get(item.item_id, ""))
        and not (only_open and item.item_id in settled)
        and (tag == "any" or tag in tags.get(item.item_id, ()))
    ]
    return sorted(kept, key=_key(order))


def draw_list(
    items: Sequence[SplitItem],
    settled: Mapping[str, Adjudication],
    tags: Mapping[str, Sequence[str]],
    *,
    blind: bool,
) -> SplitItem:
    """The list; returns the item to read, the first until one is chosen."""
    picked = st.dataframe(
        [
            {
                "prompt": item.cluster,
                "category": item.category,
                "entropy": item.entropy,
                "people": ", ".join(word(answer) for _, answer in item.answers),
                **({} if blind else {"judges at odds": len(item.parting)}),
                "settled": word(settled[item.item_id].value) if item.item_id in settled else "",
                "tags": ", ".join(tags.get(item.item_id, ())),
            }
            for item in items
        ],
        hide_index=True,
        key="split-list",
        on_select="rerun",
        selection_mode="single-row",
        height=min(300, 38 + 35 * len(items)),
        column_config={"entropy": st.column_config.NumberColumn("entropy, bits", format="%.2f")},
    )
    rows = picked["selection"].get("rows", []) if picked else []
    place = rows[0] if rows and rows[0] < len(items) else 0
    return items[place]


def _key(order: str) -> Any:
    match order:
        case "judges":
            return lambda item: (-len(item.parting), -(item.entropy or 0), item.cluster)
        case "prompt":
            return lambda item: (item.cluster, item.item_id)
        case _:
            return lambda item: (-(item.entropy or 0), -len(item.parting), item.cluster)

"""From a mark in a figure to the responses behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from core.results import ALL_CATEGORIES
from db.queries.compare_choices import ConditionChoice
from pages.components.compare_address import CATEGORY, CONDITION, RATER
from pages.components.workspace import StudyRef

COMPARE = "pages/researcher/compare.py"


def draw_evidence(
    study: StudyRef,
    clicked: Sequence[str],
    conditions: Sequence[ConditionChoice],
    baselines: Mapping[str, str],
    rater: str,
) -> None:
    """The way to the responses of a clicked mark, beside its baseline's; a hint before any click.

    Args:
        clicked: (condition, category) as the figure's points carry it; empty for none.
    """
    if len(clicked) != 2:
        st.caption("Click a mark to read the responses behind it.")
        return
    label, category = clicked
    wanted = [name for name in (baselines.get(label, ""), label) if name]
    hashes = [one.hash for name in wanted for one in conditions if one.label == name]
    address = [("study", study.slug), (RATER, rater), *[(CONDITION, one) for one in hashes]]
    if category != ALL_CATEGORIES:
        address.append((CATEGORY, category))
    where = "all categories" if category == ALL_CATEGORIES else f"category {category}"
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.text(f"{label}, {where}", width="content")
        st.page_link(
            COMPARE, label="Read these responses", icon=":material/arrow_forward:",
            query_params=address, width="content",
        )  # fmt: skip

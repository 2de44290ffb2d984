"""People's groupings of sets beside one another, and judges' beside them."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.agreement.explanations import EXPLORATORY
from core.evidence.partitions import ALL, READING, PartitionRow
from pages.components.charts_figures import draw_csv_button
from pages.components.charts_table import Column, Figure, draw_table, figure_of


def draw_partitions(rows: Sequence[PartitionRow], name: str) -> None:
    """One line per rater, by category where it is asked for."""
    several = len({row.category for row in rows}) > 1
    each = several and st.toggle("Show each category", key="partitions-each")
    shown = [row for row in rows if each or row.category == ALL]
    notes = [READING]
    if any(row.exploratory for row in shown):
        notes.append(f"* {EXPLORATORY}")
    draw_table(
        [Column("rater"), *([Column("category")] if each else []),
         Column("sets", is_number=True), Column("adjusted Rand", is_number=True, is_lead=True),
         Column("same number of groups", is_number=True)],
        [
            [
                row.rater,
                *([f"{row.category}*" if row.exploratory else row.category] if each else []),
                Figure(f"{row.n_sets:,}", f"{row.n_prompts:,} prompts"),
                figure_of(row.adjusted_rand.as_dict()),
                figure_of(row.same_count.as_dict()),
            ]
            for row in shown
        ],
        notes=notes,
    )  # fmt: skip
    draw_csv_button([row.as_dict() for row in rows], name=f"{name}-groupings", key="partitions-csv")

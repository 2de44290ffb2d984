"""What judges say of the whole study, corrected by the people who rated part of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import streamlit as st

from core.evidence.corrected import ALL, MEANINGS, CorrectedRow
from core.evidence.counts import CorrectedCounts, count_notes
from pages.components.agreement_tables import draw_readings
from pages.components.charts_figures import draw_csv_button
from pages.components.charts_table import (
    Column,
    Figure,
    draw_notes,
    draw_sentences,
    draw_table,
    figure_of,
    rounded,
)

RowT = TypeVar("RowT")


def draw_corrected(rows: Sequence[CorrectedRow], question: str, name: str) -> None:
    """Judge alone, people alone and corrected, side by side."""
    if not rows or not rows[0].mean.n_items:
        st.text(
            "This judge has scored no stored response or pair, so there is no whole to speak of."
        )
        return
    whole = rows[0].mean
    draw_sentences([whole.sentence])
    st.text(
        f"{MEANINGS[question][:1].upper()}{MEANINGS[question][1:]}: {whole.target}. The judge "
        f"scored {whole.n_items:,} items of {whole.n_prompts:,} prompts, people rated "
        f"{whole.n_labelled_items:,} of them in {whole.n_labelled_prompts:,} prompts."
    )
    shown = shown_rows(rows, lambda row: row, key="corrected-each")
    draw_table(
        [Column("strategy"), Column("category"), Column("items", is_number=True),
         Column("rated", is_number=True), Column("judge only", is_number=True),
         Column("people only", is_number=True),
         Column("corrected", is_number=True, is_lead=True), Column("λ", is_number=True)],
        [
            [
                row.strategy,
                row.category,
                Figure(f"{row.mean.n_items:,}", f"{row.mean.n_prompts:,} prompts"),
                Figure(
                    f"{row.mean.n_labelled_items:,}", f"{row.mean.n_labelled_prompts:,} prompts"
                ),
                figure_of(row.mean.judge_only.as_dict()),
                figure_of(row.mean.human_only.as_dict()),
                figure_of(row.mean.corrected.as_dict()),
                "–" if row.mean.judge_weight is None else f"{row.mean.judge_weight:.2f}",
            ]
            for row in shown
        ],
        notes=["λ is how much weight the judge gets; at 0 only people's answers are left."],
    )  # fmt: skip
    draw_readings(("corrected",))
    draw_csv_button([row.as_dict() for row in rows], name=f"{name}-corrected", key="corrected-csv")


def shown_rows(
    rows: Sequence[RowT], row_of: Callable[[RowT], CorrectedRow], *, key: str
) -> list[RowT]:
    """Strategies and categories; each strategy in each category only where it is asked for."""
    crossed = [one for one in rows if ALL not in (row_of(one).strategy, row_of(one).category)]
    if not crossed or st.toggle("Show each strategy in each category", key=key):
        return list(rows)
    return [one for one in rows if one not in crossed]


def draw_counts(found: CorrectedCounts, name: str) -> None:
    """How many different answers a set holds: judge alone, people alone and corrected."""
    draw_notes(
        [
            "Pairs say nothing of counts: one pair wrongly called the same merges two groups. So "
            "counts are corrected on whole sets that people counted, sorted or rated in full."
        ]
    )
    if not found.rows:
        st.text(
            "No person has counted or sorted a complete set, or rated all of its pairs. Ask people "
            "to count or to sort sets, on the page People."
        )
        return
    draw_sentences(
        list(dict.fromkeys(f"{one.way}: {one.row.mean.sentence}" for one in found.leads))
    )
    shown = shown_rows(found.rows, lambda one: one.row, key="counts-each")
    draw_table(
        [Column("people"), Column("strategy"), Column("category"), Column("sets", is_number=True),
         Column("rated", is_number=True), Column("judge only", is_number=True),
         Column("judge, strict", is_number=True), Column("people only", is_number=True),
         Column("corrected", is_number=True, is_lead=True), Column("λ", is_number=True)],
        [
            [
                one.way,
                one.row.strategy,
                one.row.category,
                Figure(f"{one.row.mean.n_items:,}", f"{one.row.mean.n_prompts:,} prompts"),
                Figure(
                    f"{one.row.mean.n_labelled_items:,}",
                    f"{one.row.mean.n_labelled_prompts:,} prompts",
                ),
                figure_of(one.row.mean.judge_only.as_dict()),
                "–" if one.strict is None else rounded(one.strict),
                figure_of(one.row.mean.human_only.as_dict()),
                figure_of(one.row.mean.corrected.as_dict()),
                "–" if one.row.mean.judge_weight is None else f"{one.row.mean.judge_weight:.2f}",
            ]
            for one in shown
        ],
        notes=count_notes(found),
    )  # fmt: skip
    draw_csv_button(
        [{"judge": found.judge, **one.as_dict()} for one in found.rows],
        name=f"{name}-counts",
        key="counts-csv",
    )

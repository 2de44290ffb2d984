"""Categories beside each other, adjusted for their number, and the same figures otherwise."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.agreement import CategoryFamily, SensitivityLine
from core.evidence.families import all_sentences, family_notes, reading
from pages.components.agreement_tables import TITLES, judge_statistics
from pages.components.charts_figures import draw_csv_button
from pages.components.charts_table import (
    Column,
    Figure,
    draw_sentences,
    draw_table,
    figure_of,
    rounded,
)

PEOPLE_STATISTICS = ("percent", "krippendorff_alpha", "gwet_ac", "fleiss_kappa")
SHOWN_OTHERWISE = ("percent", "krippendorff_alpha", "gwet_ac", "minus_human")


def choose_statistics(question: str, *, has_judges: bool) -> tuple[str, str]:
    """Which statistic of people and of judges to compare categories by."""
    left, right = st.columns(2)
    people = left.selectbox(
        "People by", PEOPLE_STATISTICS, format_func=TITLES.__getitem__, key="family-people"
    )
    if not has_judges:
        return people, "minus_human"
    offered = [name for name in judge_statistics(question) if name not in ("sensitivity",
               "specificity")]  # fmt: skip
    judges = right.selectbox(
        "Judges by", offered, format_func=TITLES.__getitem__, key="family-judges"
    )
    return people, judges


def draw_families(found: Sequence[CategoryFamily], name: str) -> None:
    """Sentences first, then every category of people and of each judge."""
    if not found:
        st.text("The items are of one category, or of none that is known.")
        return
    draw_sentences(all_sentences(found))
    draw_table(
        [Column("rater"), Column("category"), Column("items", is_number=True),
         Column("value, all at once", is_number=True, is_lead=True),
         Column("drawn together", is_number=True), Column("minus the rest", is_number=True),
         Column("p", is_number=True), Column("reading")],
        [
            [
                family.judge or "people",
                f"{line.category}*" if line.exploratory else line.category,
                Figure(f"{line.n_items:,}", f"{line.n_prompts:,} prompts"),
                figure_of(line.simultaneous.as_dict()),
                figure_of(line.pooled.as_dict()) if line.p_holm is not None else "–",
                "–" if line.minus_rest is None else rounded(line.minus_rest),
                "–" if line.p_holm is None else rounded(line.p_holm, 3),
                reading(line),
            ]
            for family in found
            for line in family.lines
        ],
        notes=family_notes(found),
    )  # fmt: skip
    draw_csv_button(
        [
            {"judge": family.judge, "statistic": family.statistic, "n_tests": family.n_tests,
             "between_sd": family.between_sd, **line.as_dict()}
            for family in found
            for line in family.lines
        ],
        name=f"{name}-categories",
        key="families-csv",
    )  # fmt: skip


def draw_sensitivity(lines: Sequence[SensitivityLine]) -> None:
    """The same figures under other choices, so that a reader sees what hangs on them."""
    draw_table(
        [Column("rater"), Column("choice"), Column("items", is_number=True),
         Column("treated otherwise", is_number=True),
         *(Column(TITLES[one], is_number=True) for one in SHOWN_OTHERWISE)],
        [
            [
                line.judge or "people",
                line.choice,
                f"{line.n_items:,}",
                f"{line.n_changed:,}",
                *[
                    figure_of(line.statistics[one].as_dict()) if one in line.statistics else ""
                    for one in SHOWN_OTHERWISE
                ],
            ]
            for line in lines
        ],
        notes=["An empty cell: the choice does not change this figure, or it has none."],
    )  # fmt: skip

"""Answers that are scores: people's intraclass correlations, judges beside people's mean."""

from __future__ import annotations

import streamlit as st

from core.agreement import ScoreAgreement
from core.agreement.explanations import EXPLORATORY, is_exploratory
from core.agreement.score_rows import JudgeScores, PeopleScores
from core.reporting.scores import JUDGES, PEOPLE
from pages.components.agreement_tables import draw_readings
from pages.components.charts_figures import draw_csv_button
from pages.components.charts_table import (
    Cell,
    Column,
    Figure,
    draw_notes,
    draw_table,
    figure_of,
    rounded,
)

AnyRow = PeopleScores | JudgeScores


def draw_scores(found: ScoreAgreement, name: str, *, each: bool) -> None:
    """Both tables, how to read them, and the rows behind them.

    Args:
        each: one line per category instead of one over all.
    """
    names = [Column("category")] if each else []
    humans = [row for row in found.humans if each or row.category == "all"]
    draw_table(
        [*names, *_numbers(*PEOPLE.values(), "items", "people", "scores per item")],
        [
            [*_category(row, each),
             *(figure_of(row.statistics[one].as_dict()) for one in PEOPLE),
             _items(row), f"{row.n_raters:,}",
             "–" if row.scores_per_item is None else rounded(row.scores_per_item, 1)]
            for row in humans
        ],
        caption="People among themselves",
    )  # fmt: skip
    rows = [row for row in (*found.judges, *found.baselines) if each or row.category == "all"]
    if found.judges:
        draw_table(
            [Column("judge"), *names, *_numbers(*JUDGES.values(), "items")],
            [
                [row.judge, *_category(row, each),
                 *(figure_of(row.statistics[one].as_dict()) for one in JUDGES), _items(row)]
                for row in rows
            ],
            caption="Judges beside people's mean",
        )  # fmt: skip
    shown: list[AnyRow] = [*humans, *rows]
    draw_notes([*found.notes, *([EXPLORATORY] if any(map(_is_thin, shown)) else [])])
    draw_readings(("icc", "spearman", "kendall_tau_b", "mean_difference"))
    with st.container(horizontal=True):
        draw_csv_button(
            [{"rater": "people", **row.as_dict()} for row in found.humans]
            + [{"rater": row.judge, **row.as_dict()} for row in (*found.judges, *found.baselines)],
            name=f"{name}-scores",
            key="scores-csv",
        )


def _numbers(*titles: str) -> list[Column]:
    return [Column(title, is_number=True) for title in titles]


def _items(row: AnyRow) -> Cell:
    prompts = "1 prompt" if row.n_prompts == 1 else f"{row.n_prompts:,} prompts"
    return Figure(f"{row.n_items:,}", prompts)


def _category(row: AnyRow, each: bool) -> list[Cell]:
    return [f"{row.category} (exploratory)" if _is_thin(row) else row.category] if each else []


def _is_thin(row: AnyRow) -> bool:
    return row.category != "all" and is_exploratory(row.n_items, row.n_prompts)

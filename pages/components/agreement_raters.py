"""People one by one: beside each other, weighed by their errors, and over the course of time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from core.agreement import ENSEMBLE, AgreementReport, compare_rules, dawid_skene_of
from core.evidence.drift import Block
from core.evidence.raters import MIN_SHARED, RaterMatrix, rater_matrix
from pages.components.charts_figures import (
    ACCENT,
    NEUTRAL,
    SYMBOLS,
    draw_csv_button,
    draw_figure,
    plain_label,
)
from pages.components.charts_table import Column, draw_notes, draw_table, rounded

if TYPE_CHECKING:
    import plotly.graph_objects as go

MAX_CELLS_WITH_TEXT = 15


def draw_raters(found: AgreementReport, name: str) -> None:
    """The heat map of all pairs of raters."""
    matrix = rater_matrix(found.panel)
    if len(matrix.raters) < 2:
        st.text("One rater alone has nobody to be compared with.")
        return
    draw_figure(
        heat_figure(matrix),
        name=f"{name}-raters",
        alt="Share of shared items on which two raters agree, for every pair of raters",
        key="raters-figure",
    )
    draw_notes(
        [
            f"Empty where two raters share fewer than {MIN_SHARED} items. Judges agreeing with one "
            "another say nothing of people."
        ]
    )
    draw_csv_button(
        [
            {"rater": first, "other": second, "agreement": _plain(matrix.agreement[i, j]),
             "shared_items": int(matrix.shared[i, j])}
            for i, first in enumerate(matrix.raters)
            for j, second in enumerate(matrix.raters)
            if i < j
        ],
        name=f"{name}-raters",
        key="raters-csv",
    )  # fmt: skip


def heat_figure(matrix: RaterMatrix) -> go.Figure:
    """Agreement of every pair of raters, people first."""
    import plotly.graph_objects as go

    labels = [plain_label(name, 22) for name in matrix.raters]
    places = list(range(len(labels)))
    text = [
        ["" if np.isnan(value) else f"{value:.2f}" for value in row] for row in matrix.agreement
    ]
    hover = [
        [
            f"{labels[i]} and {labels[j]}: {text[i][j] or 'too few shared items'}<br>"
            f"{int(matrix.shared[i, j])} shared items"
            for j in places
        ]
        for i in places
    ]
    figure = go.Figure(
        go.Heatmap(
            z=matrix.agreement,
            x=places,
            y=places,
            text=text,
            texttemplate="%{text}" if len(labels) <= MAX_CELLS_WITH_TEXT else None,
            customdata=hover,
            hovertemplate="%{customdata}<extra></extra>",
            zmin=0,
            zmax=1,
            colorscale=[[0, "rgba(108,102,201,0.04)"], [1, "rgba(108,102,201,0.85)"]],
            xgap=2,
            ygap=2,
            colorbar={"title": "share that<br>agrees", "thickness": 10},
        )
    )
    ticks = {"tickvals": places, "ticktext": labels, "showgrid": False, "zeroline": False}
    figure.update_layout(
        title="Who agrees with whom?",
        height=120 + 38 * len(labels),
        margin={"l": 10, "r": 10, "t": 50, "b": 10},
        xaxis={**ticks, "automargin": True, "tickangle": -35},
        yaxis={**ticks, "automargin": True, "autorange": "reversed"},
    )
    if 0 < matrix.n_people < len(labels):
        edge = matrix.n_people - 0.5
        figure.add_hline(y=edge, line_width=1, line_color=NEUTRAL)
        figure.add_vline(x=edge, line_width=1, line_color=NEUTRAL)
    return figure


def draw_consensus(found: AgreementReport) -> None:
    """What people say together by several rules, and how each person errs by one of them."""
    panel = found.panel
    people = panel.people
    rules = compare_rules(panel)
    draw_table(
        [Column("rule"), Column("settled", is_number=True), Column("left open", is_number=True)]
        + [Column(f"same as {rule}", is_number=True) for rule in rules.rules],
        [
            [
                rule,
                f"{rules.n_rated - rules.n_undecided[i]:,}",
                f"{rules.n_undecided[i]:,}",
                *("–" if np.isnan(value) else f"{value:.0%}" for value in rules.agreement[i]),
            ]
            for i, rule in enumerate(rules.rules)
        ],
        caption="One answer for each item, by different rules",
        notes=[f"Two rules part on {len(rules.parting):,} of {rules.n_rated:,} items. People only: "
               "no judge has a say in what it is compared with."],
    )  # fmt: skip
    fitted = dawid_skene_of(
        people.item,
        people.rater,
        people.value,
        n_items=len(panel.item_ids),
        raters=people.names,
        options=panel.options,
    )
    if fitted.reason:
        draw_notes([f"Dawid and Skene's model says nothing here: {fitted.reason}."])
        return
    spammers = fitted.spammers()
    draw_table(
        [Column("person"), Column("answers", is_number=True), Column("accuracy", is_number=True),
         Column("information", is_number=True)],
        [
            [
                f"{name} (hardly better than chance)" if name in spammers else name,
                f"{int(fitted.n_ratings[i]):,}",
                f"{fitted.accuracy[i]:.0%}",
                rounded(fitted.spammer_scores[i]),
            ]
            for i, name in enumerate(fitted.raters)
        ],
        caption="How each person errs, by Dawid and Skene's model",
        notes=[
            "Accuracy is against what the model takes for true, not against a truth. Information "
            "is 0 for answers that do not depend on the item and 1 for perfect ones. Needs five "
            "answers per item to be relied on. Nobody is excluded for disagreeing: that would make "
            "the agreement of the others look better than it is."
        ],
    )  # fmt: skip


def draw_courses(blocks: Sequence[Block], name: str) -> None:
    """Each person's agreement with the others over their work."""
    if not blocks:
        st.text("Imported answers have no times, so there is no course to show.")
        return
    if any(block.number > 1 for block in blocks):
        draw_figure(
            course_figure(blocks),
            name=f"{name}-courses",
            alt="Each person's agreement with the others, by stretch of their work",
            key="course-figure",
        )
    draw_table(
        [Column("person"), Column("stretch", is_number=True), Column("answers", is_number=True),
         Column("agrees with others", is_number=True), Column("commonest answer", is_number=True),
         Column("median seconds", is_number=True)],
        [
            [
                block.rater,
                str(block.number),
                f"{block.n_answers:,}",
                "–" if block.agreement is None else f"{block.agreement:.0%}",
                f"{block.commonest}: {block.share:.0%}",
                "–" if block.seconds is None else rounded(block.seconds, 1),
            ]
            for block in blocks
        ],
        notes=["Stretches of equal length in the order of answering. Early and late items are "
               "other items, so a course shows where to look and no cause."],
    )  # fmt: skip
    draw_csv_button([block.as_dict() for block in blocks], name=f"{name}-courses", key="course-csv")


def course_figure(blocks: Sequence[Block]) -> go.Figure:
    """A line per person."""
    import plotly.graph_objects as go

    figure = go.Figure()
    for place, rater in enumerate(dict.fromkeys(block.rater for block in blocks)):
        mine = [one for one in blocks if one.rater == rater and one.agreement is not None]
        label = plain_label(rater, 24)
        figure.add_scatter(
            x=[one.number for one in mine],
            y=[one.agreement for one in mine],
            mode="lines+markers",
            name=label,
            marker={"symbol": SYMBOLS[place % len(SYMBOLS)], "size": 8},
            line={"color": ACCENT if place == 0 else NEUTRAL, "width": 1.5},
            customdata=[[one.n_compared] for one in mine],
            hovertemplate=f"{label}, stretch %{{x}}: %{{y:.0%}} of %{{customdata[0]}} answers"
            "<extra></extra>",
        )
    figure.update_layout(
        title="Does anyone drift?",
        height=320,
        margin={"l": 10, "r": 10, "t": 50, "b": 10},
        xaxis={"title": "stretch of the person's work", "dtick": 1},
        yaxis={"title": "agreement with the others", "range": [-0.03, 1.03], "tickformat": ".0%"},
    )
    return figure


def judge_names(found: AgreementReport) -> list[str]:
    """Single judges, without what is made of them."""
    return [name for name in found.judge_names if name != ENSEMBLE]


def _plain(value: float) -> float | None:
    return None if np.isnan(value) else float(value)

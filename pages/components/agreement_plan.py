"""How many items and raters? With what this study has shown so far as the pilot."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.agreement import (
    AgreementReport,
    Pilot,
    SampleDesign,
    design_from_pilot,
    effort,
    pilot_of,
    plan_sample,
)
from core.errors import InvalidRatingsError
from pages.components.charts_table import Column, draw_notes, draw_table


def pilot_from(found: AgreementReport) -> Pilot | None:
    """What this question's ratings say; None where no two people answered the same item."""
    panel = found.panel
    people = panel.people
    if not len(people.names):
        return None
    table = np.full((len(people.names), len(panel.item_ids)), np.nan)
    table[people.rater, people.item] = people.value
    try:
        pilot = pilot_of(table, panel.clusters)
    except InvalidRatingsError:
        return None
    return pilot if np.isfinite(pilot.expected) else None


def draw_plan(found: AgreementReport) -> None:
    """A few inputs, one table: items, prompts, hours, cost."""
    pilot = pilot_from(found)
    st.text(
        "Two people agree on "
        f"{pilot.expected:.0%} of {pilot.n_items:,} items here (correlation within a prompt "
        f"{pilot.correlation:.2f}); that is the pilot."
        if pilot
        else "No two people answered the same item yet, so the figures below are assumptions."
    )
    left, middle, right = st.columns(3)
    points = left.number_input(
        "Wanted: give or take, in points", 1, 30, 5, key="plan-points",
        help="Half of the 95% interval of the share of person pairs that agree.",
    )  # fmt: skip
    pairs = middle.number_input("Items per prompt", 1, 100, _pairs(pilot), key="plan-pairs")
    k = right.number_input("Ratings per item", 2, 20, 3, key="plan-k")
    categories = left.number_input(
        "Categories, each with that precision", 1, 20, max(len(found.humans) - 1, 1),
        key="plan-categories",
    )  # fmt: skip
    seconds = middle.number_input("Seconds per answer", 1, 600, 20, key="plan-seconds")
    wage = right.number_input("Pay per hour", 0.0, 500.0, 12.0, key="plan-wage")
    try:
        design = SampleDesign(
            half_width=points / 100,
            expected=0.8,
            pairs_per_prompt=int(pairs),
            n_raters=max(int(k), len(found.panel.people.names)),
            raters_per_item=int(k),
            n_categories=int(categories),
        )
        plan = plan_sample(design_from_pilot(pilot, design) if pilot else design)
    except InvalidRatingsError as error:
        st.text(str(error))
        return
    rows = [
        ["items per category, if independent", f"{plan.n_independent:,}"],
        ["design effect", f"{plan.design_effect:.2f}"],
        ["items per category", _count(plan.n_items)],
        ["prompts per category", _count(plan.n_prompts)],
        ["items in all", _count(plan.total_items)],
        ["prompts in all", _count(plan.total_prompts)],
    ]
    if plan.total_items:
        work = effort(
            plan.total_items,
            raters_per_item=int(k),
            seconds_per_rating=float(seconds),
            hourly_rate=float(wage),
        )
        rows += [
            ["answers", f"{work.n_ratings:,}"],
            ["people's hours", f"{work.person_hours:,.1f}"],
            ["pay, without fees", f"{work.people_cost:,.0f}"],
            ["calls of one judge in both orders", f"{work.judge_calls:,}"],
        ]
    draw_table([Column("what"), Column("needed", is_number=True)], rows, notes=list(plan.notes))
    draw_notes(["The command taskanchor plan adds the power of the alternative annotator test."])


def _pairs(pilot: Pilot | None) -> int:
    return max(1, round(pilot.pairs_per_prompt)) if pilot else 1


def _count(n: int | None) -> str:
    return "not reachable" if n is None else f"{n:,}"

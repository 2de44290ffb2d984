"""What asking judges would take: the figures a decision needs, before anything is asked."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.errors import UserError
from core.pipeline.judge_estimate import (
    ASSUMED_REPLY_TOKENS,
    JudgingEstimate,
    SetSize,
    category_remarks,
)
from core.pipeline.specs import ADAPTIVE_MODES, JudgeSpec
from db.plans import estimate_judging, load_set_sizes
from pages.components.models import price_text
from pages.components.pace import duration_text
from pages.components.theme import small_print
from pages.components.workspace import StudyRef, database, settings, show_user_error


@st.cache_data(show_spinner="Counting what there is to judge", max_entries=8)
def set_sizes(
    study_id: int,
    version: tuple[int, int],  # noqa: ARG001 - a key of the cache
) -> list[SetSize]:
    with database().read() as session:
        return load_set_sizes(session, study_id)


def draw_judging_plan(
    study: StudyRef, specs: Sequence[JudgeSpec], version: tuple[int, int]
) -> None:
    """Calls, tokens, cost and time of the runs; a range where answers decide what is asked."""
    if not specs:
        return
    sizes = set_sizes(study.id, version)
    try:
        with database().read() as session:
            estimate = estimate_judging(session, study.id, settings(), specs, sizes)
    except UserError as error:
        show_user_error(error)
        return
    cost = estimate.cost_usd
    most = duration_text(estimate.elapsed_s) if estimate.elapsed_s else "seconds"
    figures = (
        ("Calls", range_text(estimate.least.calls, estimate.most.calls)),
        ("Tokens, about", range_text(estimate.least.tokens, estimate.most.tokens)),
        ("Cost, about", "unknown" if cost is None else price_text(cost)),
        ("Time, about", most),
    )
    # Side by side as far as they fit: columns would stand one under the other on a phone.
    with st.container(key="judge-plan", horizontal=True, gap="large"):
        for label, value in figures:
            st.metric(label, value, width="content")
    small_print([*category_remarks(sizes, specs), *plan_remarks(estimate, specs)])


def range_text(least: int, most: int) -> str:
    """A count, or the least and the most it can be."""
    return f"{most:,}" if least == most else f"{least:,} to {most:,}"


def plan_remarks(estimate: JudgingEstimate, specs: Sequence[JudgeSpec]) -> list[str]:
    """What the figures rest on, and what is not in them."""
    said = ["What is answered already is not asked again; the figures count it all."]
    if any(spec.pairs in ADAPTIVE_MODES for spec in specs):
        said.append(
            "Fewest calls if a judge finds all responses of every set the same, most if it finds "
            "all different. The time is that of the most."
        )
    if any(spec.question == "accuracy" for spec in specs):
        said.append("Right or wrong costs a call only where rules cannot decide.")
    if saving := _batch_text(estimate):
        said.append(saving)
    if estimate.assumed:
        lengths = ", ".join(
            f"{ASSUMED_REPLY_TOKENS[question]} tokens for {question}"
            for question in dict.fromkeys(spec.question for spec in specs)
        )
        said.append(
            f"No length of a reply by {', '.join(estimate.assumed)} is known here; assumed are "
            f"{lengths}. A model that thinks first uses many more."
        )
    if estimate.cost_usd is None:
        said.append("No price is listed for a judge. Add it to prices.toml to see the cost.")
    return said


def _batch_text(estimate: JudgingEstimate) -> str:
    if not estimate.cost_usd or not estimate.cost_usd[1] or not estimate.batch_cost_usd:
        return ""
    saved = 1 - estimate.batch_cost_usd[1] / estimate.cost_usd[1]
    if not saved:
        return ""
    cost = price_text(estimate.batch_cost_usd)
    return f"As a batch about {cost}, {saved:.0%} less; it may take a day."

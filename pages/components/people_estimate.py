"""What a plan comes to, and what it still lacks: beside the form, at every change of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

import streamlit as st

from core.crowd import CrowdPlan
from core.crowd.estimate import CrowdEstimate
from core.types import Question
from db.crowd.gold import list_gold
from db.crowd.opening import Requirement, checklist, estimate
from db.queries.studies import data_version, get_study
from db.reports import default_template
from pages.components.people_fields import OUTCOMES
from pages.components.people_words import QUESTIONS, counted
from pages.components.theme import figures, small_print
from pages.components.workspace import StudyRef, database, settings

_MARKS = {"met": ("✓", "done"), "missing": ("✗", "missing"), "wish": ("!", "advised")}


def prospects(study: StudyRef, plan: CrowdPlan) -> tuple[CrowdEstimate, tuple[Requirement, ...]]:
    """What a plan takes, and what it still lacks."""
    with database().read() as session:
        version = data_version(session, study.id)
        known = tuple(one.gold_id for one in list_gold(session, study.id))
    return _prospects(study.slug, plan.model_dump_json(), study.id, version, known)


@st.cache_data(show_spinner=False, max_entries=64)
def _prospects(
    slug: str,
    plan_json: str,
    study_id: int,  # noqa: ARG001 - a slug may be given to another study
    version: tuple[int, int],  # noqa: ARG001 - part of the cache's key, and so is the next
    known: tuple[int, ...],  # noqa: ARG001
) -> tuple[CrowdEstimate, tuple[Requirement, ...]]:
    plan = CrowdPlan.model_validate_json(plan_json)
    template = default_template(Question.EQUIVALENCE, settings())
    with database().read() as session:
        row = get_study(session, slug)
        return (
            estimate(session, row, plan),
            checklist(session, row, plan, default_template=template),
        )


def draw_estimate(found: CrowdEstimate) -> None:
    """What the plan asks of people and costs."""
    st.html(total_html(found))
    figures(estimate_figures(found))
    small_print(
        [f"{name.replace('_', ' ').capitalize()}: {why}" for name, why in found.reasons.items()]
    )


def total_html(found: CrowdEstimate) -> str:
    """The one figure to see first: what it costs, else how many people it takes."""
    people = counted(found.people, "person", "people")
    if found.total > 0:
        return (
            f'<p class="pp-total"><b>{money(found.total, found.currency)}</b>'
            f"for {people}, {minutes_text(found.minutes_per_person)} each</p>"
        )
    return f'<p class="pp-total"><b>{people}</b>{minutes_text(found.minutes_per_person)} each</p>'


def estimate_figures(found: CrowdEstimate) -> list[tuple[str, str]]:
    """The estimate's parts; what is not known is left to the reasons."""
    named = {question.value: asked for question, asked in QUESTIONS.items()}
    rows = [
        (named[question].short, f"{n:,} {named[question].unit}")
        for question, n in found.items.items()
    ]
    rows += [("ratings", f"{found.ratings:,}"), ("people", f"{found.people:,}")]
    costs = [
        ("pay", found.cost_pay),
        ("platform's fee", found.cost_fee),
        ("screened out so far", found.cost_screened),
        ("each one screened out", found.cost_screened_each),
    ]
    rows += [(name, money(cost, found.currency)) for name, cost in costs if cost]
    return rows


def money(amount: float, currency: str) -> str:
    return f"{amount:,.2f} {currency}"


def minutes_text(minutes: float) -> str:
    return f"about {max(1, round(minutes))} min"


def checklist_html(needed: Sequence[Requirement]) -> str:
    """What is done, what is missing, what is only advised; missing things first."""

    def state(one: Requirement) -> str:
        return "met" if one.is_met else "missing" if one.is_blocking else "wish"

    order = ["missing", "wish", "met"]
    rows = "".join(
        f'<li class="pp-{state(one)}"><b aria-hidden="true">{_MARKS[state(one)][0]}</b>'
        f'<span><span class="pp-hidden">{_MARKS[state(one)][1]}: </span>'
        f"{escape(plain_words(one.text))}</span></li>"
        for one in sorted(needed, key=lambda one: order.index(state(one)))
    )
    return f'<ul class="pp-checks">{rows}</ul>'


def plain_words(text: str) -> str:
    """A line of the checklist with questions and ends called as on this page."""
    for question, asked in QUESTIONS.items():
        # An arm may well be called like a question.
        text = re.sub(f"(?<!Arm )'{question.value}'", f"“{asked.short}”", text)
    for name, label in OUTCOMES.items():
        text = text.replace(repr(name.replace("_", " ")), f"“{label}”")
    return text

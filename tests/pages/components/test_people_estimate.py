"""What a plan comes to, beside the form."""

from __future__ import annotations

from typing import Any

from core.crowd.estimate import CrowdEstimate
from db.crowd.opening import Requirement
from pages.components.people_estimate import (
    checklist_html,
    estimate_figures,
    plain_words,
    total_html,
)


def estimate_of(**parts: Any) -> CrowdEstimate:
    values: dict[str, Any] = {
        "items": {"same": 120},
        "ratings": 600,
        "people": 20,
        "minutes_per_person": 12.4,
        "cost_pay": 0.0,
        "cost_fee": 0.0,
        "cost_screened_each": 0.0,
        "cost_screened": 0.0,
        "total": 0.0,
        "currency": "GBP",
    }
    return CrowdEstimate(**values | parts)


def test_money_comes_first_and_people_where_there_is_none():
    paid = total_html(estimate_of(cost_pay=1200.0, total=1600.0))
    assert "<b>1,600.00 GBP</b>for 20 people, about 12 min each" in paid
    assert "<b>20 people</b>about 12 min each" in total_html(estimate_of())


def test_unknown_and_absent_costs_are_no_figures():
    rows = dict(estimate_figures(estimate_of(cost_pay=90.0, cost_fee=30.0, cost_screened=None)))
    assert rows["pay"] == "90.00 GBP"
    assert rows["platform's fee"] == "30.00 GBP"
    assert "screened out so far" not in rows
    assert rows["Same, no definition"] == "120 pairs"


def test_what_is_missing_stands_first_and_texts_are_escaped():
    needed = [
        Requirement("a", "All there", is_met=True),
        Requirement("b", "Better <b>so</b>", is_met=False, is_blocking=False),
        Requirement("c", "Not there", is_met=False),
    ]
    shown = checklist_html(needed)
    assert shown.index("Not there") < shown.index("Better") < shown.index("All there")
    assert "missing: </span>Not there" in shown
    assert "&lt;b&gt;so" in shown


def test_questions_and_ends_are_called_as_on_the_page():
    assert plain_words("Arm 'same' has 0.") == "Arm 'same' has 0."
    assert plain_words("No pairs for 'same', end 'failed attention'.") == (
        "No pairs for “Same, no definition”, end “Failed attention”."
    )

"""The crowd: what is settled before people rate, and the way of each person through it."""

from core.crowd.phases import (
    ENDS,
    PAID_ENDS,
    Phase,
    PracticeResult,
    after,
    after_practice,
    first_phase,
    outcome_of,
)
from core.crowd.plan import SETTINGS_KEY, CrowdPlan, Outcome, parse_plan, read_plan

__all__ = [
    "ENDS",
    "PAID_ENDS",
    "SETTINGS_KEY",
    "CrowdPlan",
    "Outcome",
    "Phase",
    "PracticeResult",
    "after",
    "after_practice",
    "first_phase",
    "outcome_of",
    "parse_plan",
    "read_plan",
]

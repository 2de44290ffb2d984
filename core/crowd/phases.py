"""The way of one person through a study: which screen comes next, and where it ends."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.crowd.plan import CrowdPlan, Outcome


class Phase(StrEnum):
    """Screens in order. The last four are ends."""

    CONSENT = "consent"
    INSTRUCTIONS = "instructions"
    PRACTICE = "practice"
    RATING = "rating"
    CLOSING = "closing"
    COMPLETE = "complete"
    SCREENED_OUT = "screened_out"
    FAILED_ATTENTION = "failed_attention"
    FULL = "full"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


ENDS = frozenset(
    {
        Phase.COMPLETE,
        Phase.SCREENED_OUT,
        Phase.FAILED_ATTENTION,
        Phase.FULL,
        Phase.DECLINED,
        Phase.WITHDRAWN,
    }
)
PAID_ENDS = frozenset({Phase.COMPLETE, Phase.SCREENED_OUT})


@dataclass(frozen=True, slots=True)
class PracticeResult:
    """attempts: rounds finished so far. right, asked: of the latest round."""

    attempts: int
    right: int
    asked: int


def first_phase(plan: CrowdPlan) -> Phase:
    """Where a new person starts."""
    return next(phase for phase in Phase if _is_part(plan, phase))


def after(plan: CrowdPlan, phase: Phase) -> Phase:
    """The phase after one that ended well; an end stays what it is."""
    if phase in ENDS:
        return phase
    order = list(Phase)
    return next(later for later in order[order.index(phase) + 1 :] if _is_part(plan, later))


def after_practice(plan: CrowdPlan, result: PracticeResult) -> Phase:
    """Where a finished round of practice leads: on, once more, or out."""
    if not result.asked or result.right >= plan.practice.pass_share * result.asked:
        return after(plan, Phase.PRACTICE)
    if result.attempts < plan.practice.attempts:
        return Phase.PRACTICE
    if plan.practice.on_fail == "go_on":
        return after(plan, Phase.PRACTICE)
    return Phase.SCREENED_OUT


def outcome_of(plan: CrowdPlan, phase: Phase) -> Outcome:
    """The code or redirect of an end; an empty one where the plan names none."""
    recruiting = plan.recruiting
    return {
        Phase.COMPLETE: recruiting.complete,
        Phase.SCREENED_OUT: recruiting.screened_out,
        Phase.FAILED_ATTENTION: recruiting.failed_attention,
        Phase.FULL: recruiting.full,
    }.get(phase, Outcome())


def _is_part(plan: CrowdPlan, phase: Phase) -> bool:
    parts = {
        Phase.CONSENT: bool(plan.consent.text),
        Phase.INSTRUCTIONS: plan.show_instructions,
        Phase.PRACTICE: plan.practice.n_items > 0,
        Phase.RATING: True,
        Phase.CLOSING: bool(plan.closing),
        Phase.COMPLETE: True,
    }
    return parts.get(phase, False)

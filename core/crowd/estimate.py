"""What a study will take: ratings, people, minutes, money. Reading speed is assumed, and said."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from core.crowd.answers import FORMS
from core.crowd.plan import Arm, CrowdPlan
from core.types import Question

# Silent reading, and a moment to decide: 4 words a second are 240 a minute. A meta-analysis of 190
# studies puts silent reading of English non-fiction at 238 (Brysbaert 2019, doi
# 10.1016/j.jml.2019.104047).
WORDS_PER_S = 4.0
DECIDING_S = 6.0
# Reading what is asked, agreeing, instructions, questions at the end.
SCREEN_S = 20.0


@dataclass(frozen=True, slots=True)
class QuestionLoad:
    """What one question asks of people.

    Attributes:
        n_items: items drawn, or to be drawn.
        words: in an item, on average; what is read before deciding.
    """

    n_items: int
    words: float


@dataclass(frozen=True, slots=True)
class CrowdEstimate:
    """What a study takes. Money is in `currency`; None where it cannot be said, with a reason.

    Attributes:
        items: question -> items that will be rated.
        people: who finish, so many as the ratings need.
        minutes_per_person: on average over arms, everything included.
        cost_pay: for those who finish. cost_fee: the platform's share on top, of pay and of what
            the screened-out get. cost_screened_each: for one who is screened out.
        cost_screened: for all who are screened out.
        total: all of it; where `cost_screened` is None, without it.
        reasons: name of a figure -> why it is None, or what it leaves out.
    """

    items: Mapping[str, int]
    ratings: int
    people: int
    minutes_per_person: float
    cost_pay: float
    cost_fee: float
    cost_screened_each: float
    cost_screened: float | None
    total: float
    currency: str
    reasons: Mapping[str, str] = field(default_factory=dict)


def estimate(
    plan: CrowdPlan,
    loads: Mapping[Question, QuestionLoad],
    *,
    screened_share: float | None = None,
) -> CrowdEstimate:
    """Adds up a plan.

    Args:
        loads: question -> what it asks; questions without any item are left out.
        screened_share: people screened out per person who finishes, as seen so far; None before
            anybody has come.
    """
    people = {arm.name: _people(plan, arm, loads) for arm in plan.arms}
    minutes = {arm.name: _minutes(plan, arm, loads) for arm in plan.arms}
    n_people = sum(people.values())
    total_minutes = sum(people[name] * minutes[name] for name in people)
    pay = total_minutes / 60 * plan.pay.hourly
    each = plan.pay.screened_out_minutes / 60 * plan.pay.hourly
    screened, reasons = _screened(plan, n_people, each, screened_share)
    fee = (pay + (screened or 0.0)) * plan.pay.fee_share
    return CrowdEstimate(
        items={one.value: load.n_items for one, load in loads.items()},
        ratings=sum(load.n_items for load in loads.values()) * plan.work.ratings_per_item,
        people=n_people,
        minutes_per_person=total_minutes / n_people if n_people else 0.0,
        cost_pay=pay,
        cost_fee=fee,
        cost_screened_each=each * (1 + plan.pay.fee_share),
        cost_screened=screened,
        total=pay + fee + (screened or 0.0),
        currency=plan.pay.currency,
        reasons=reasons,
    )


def item_seconds(words: float) -> float:
    """Seconds for reading so many words and deciding."""
    return DECIDING_S + words / WORDS_PER_S


def _people(plan: CrowdPlan, arm: Arm, loads: Mapping[Question, QuestionLoad]) -> int:
    n_items = _arm_items(arm, loads)
    own = min(plan.work.items_per_person or n_items, n_items)
    if not own:
        return 0
    # No fewer than k: nobody answers an item twice.
    return max(plan.work.ratings_per_item, math.ceil(n_items * plan.work.ratings_per_item / own))


def _minutes(plan: CrowdPlan, arm: Arm, loads: Mapping[Question, QuestionLoad]) -> float:
    n_items = _arm_items(arm, loads)
    if not n_items:
        return 0.0
    own = min(plan.work.items_per_person or n_items, n_items)
    per_item = (
        sum(
            loads[one.question].n_items * item_seconds(loads[one.question].words)
            for one in arm.questions
            if one.question in loads
        )
        / n_items
    )
    n_shown = own + plan.work.repeats_per_person + plan.work.attention_checks
    n_shown += plan.practice.n_items
    screens = bool(plan.consent.text) + plan.show_instructions + bool(plan.debrief)
    texts = f"{plan.consent.text} {plan.debrief}"
    seconds = n_shown * per_item + SCREEN_S * (screens + len(plan.closing))
    return (seconds + len(texts.split()) / WORDS_PER_S) / 60


def _arm_items(arm: Arm, loads: Mapping[Question, QuestionLoad]) -> int:
    return sum(loads[one.question].n_items for one in arm.questions if one.question in loads)


def _screened(
    plan: CrowdPlan, n_people: int, each: float, share: float | None
) -> tuple[float | None, dict[str, str]]:
    can_be = plan.practice.n_items > 0 and plan.practice.on_fail == "screen_out"
    if not can_be or not each:
        return 0.0, {}
    if share is not None:
        return n_people * share * each, {}
    reason = "not known how many are screened out before people have come"
    return None, {"cost_screened": reason, "total": f"without people screened out: {reason}"}


def words_read(question: Question, words_per_response: float, set_size: float = 5.0) -> float:
    """Words of an item whose responses have so many each, its prompt left out."""
    n = {"prompt": 0.0, "response": 1.0, "pair": 2.0, "set": set_size}[FORMS[question].kind]
    return n * words_per_response

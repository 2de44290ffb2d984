"""What a crowd study needs before it can open, and what is better thought of before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.crowd import CrowdPlan
from core.crowd.answers import FORMS
from core.types import UNDEFINED_QUESTIONS, Question
from core.work import WorkPurpose
from db.crowd.frame import Offer, load_frame, offer
from db.crowd.verdicts import judged_shares
from db.models import Gold, Study


@dataclass(frozen=True, slots=True)
class Requirement:
    """One line of the checklist. A blocking one that is not met keeps the study from opening."""

    key: str
    text: str
    is_met: bool
    is_blocking: bool = True


def checklist(
    session: Session, study: Study, plan: CrowdPlan, *, default_template: str = ""
) -> tuple[Requirement, ...]:
    """What a study needs before it can open, and what is better thought of.

    Args:
        default_template: by which judges are named (`db.reports.default_template`).
    """
    frame = load_frame(session, study, plan.items)
    offers = {one: offer(frame, one) for one in plan.questions}
    gold: dict[tuple[str, str], int] = {
        (question, purpose): n
        for question, purpose, n in session.execute(
            select(Gold.question, Gold.purpose, func.count())
            .where(Gold.study_id == study.id)
            .group_by(Gold.question, Gold.purpose)
        )
    }
    found = [_item_need(question, one) for question, one in offers.items()]
    if plan.items.selection != "random":
        found += _judge_needs(session, study, plan, offers, default_template)
    found += _gold_needs(plan, gold)
    found += _people_needs(plan)
    return tuple(found)


def _item_need(question: Question, the_offer: Offer) -> Requirement:
    n = len(the_offer.candidates)
    noun = {"pair": "pairs", "response": "responses", "set": "complete sets", "prompt": "prompts"}
    text = (
        f"{n} {noun[the_offer.kind]} fit the choice for {question.value!r}."
        if n
        else f"No {noun[the_offer.kind]} fit the choice for {question.value!r}: generate responses "
        "or widen the choice of conditions and categories."
    )
    return Requirement(f"items.{question.value}", text, n > 0)


def _judge_needs(
    session: Session,
    study: Study,
    plan: CrowdPlan,
    offers: Mapping[Question, Offer],
    default_template: str,
) -> list[Requirement]:
    found = []
    for question, one in offers.items():
        if FORMS[question].kind != "pair":
            continue
        shares = judged_shares(session, study.id, one, plan.items.judge, default_template)
        decided = [share for share in shares.values() if share != 0.5]
        both = any(share > 0.5 for share in decided) and any(share < 0.5 for share in decided)
        is_met = both if plan.items.selection == "balanced" else bool(shares)
        who = plan.items.judge or "judges"
        text = (
            f"{len(shares)} pairs for {question.value!r} have verdicts of {who}."
            if is_met
            else f"Choosing pairs for {question.value!r} by {plan.items.selection} needs verdicts "
            f"of {who}{' of both kinds' if shares else ''}: judge first, or draw at random."
        )
        found.append(Requirement(f"verdicts.{question.value}", text, is_met))
    return found


def _gold_needs(plan: CrowdPlan, gold: Mapping[tuple[str, str], int]) -> list[Requirement]:
    found = []
    for arm in plan.arms:
        defined = [one.question for one in arm.questions if one.question not in UNDEFINED_QUESTIONS]
        if plan.practice.n_items and defined:
            n = sum(gold.get((one.value, WorkPurpose.PRACTICE), 0) for one in defined)
            text = f"Arm {arm.name!r} has {n} practice items; {plan.practice.n_items} are wanted."
            found.append(Requirement(f"practice.{arm.name}", text, n >= plan.practice.n_items))
        undefined = [one for one in arm.questions if one.question in UNDEFINED_QUESTIONS]
        taught = sum(gold.get((one.question.value, WorkPurpose.PRACTICE), 0) for one in undefined)
        teaches = plan.practice.n_items > 0 and bool(undefined) and (bool(defined) or taught > 0)
        if teaches:
            text = (
                f"Arm {arm.name!r} practises before questions without a definition: being told "
                "right and wrong there teaches one. Ask them of other people."
            )
            found.append(Requirement(f"teaching.{arm.name}", text, False, is_blocking=False))
        if plan.work.attention_checks:
            n = sum(
                gold.get((one.question.value, WorkPurpose.ATTENTION), 0) for one in arm.questions
            )
            text = (
                f"Arm {arm.name!r} has {n} attention checks; {plan.work.attention_checks} are "
                "wanted per person."
            )
            found.append(
                Requirement(f"attention.{arm.name}", text, n >= plan.work.attention_checks)
            )
        if arm.has_carry_over:
            text = (
                f"Arm {arm.name!r} asks with and without a definition: results are labelled "
                '"carry-over possible".'
            )
            found.append(Requirement(f"carry_over.{arm.name}", text, False, is_blocking=False))
    return found


def _people_needs(plan: CrowdPlan) -> list[Requirement]:
    recruiting = plan.recruiting
    found = [
        Requirement(
            "consent",
            "People are asked for their consent."
            if plan.consent.text
            else "There is no consent text: people are not asked whether they agree.",
            bool(plan.consent.text),
            is_blocking=False,
        ),
        Requirement(
            "ratings",
            f"{plan.work.ratings_per_item} ratings per item; agreement needs 3.",
            plan.work.ratings_per_item >= 3,
            is_blocking=False,
        ),
    ]
    if recruiting.platform != "link":
        ends = {"complete": recruiting.complete, "full": recruiting.full}
        if plan.practice.n_items and plan.practice.on_fail == "screen_out":
            ends["screened_out"] = recruiting.screened_out
        if plan.work.attention_checks:
            ends["failed_attention"] = recruiting.failed_attention
        for name, end in ends.items():
            is_met = bool(end.code or end.redirect)
            state = "is set" if is_met else "is missing: a code or a redirect"
            text = f"What people take back at the end {name.replace('_', ' ')!r} {state}."
            found.append(Requirement(f"outcome.{name}", text, is_met, name != "full"))
    return found

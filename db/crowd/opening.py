"""Settling a crowd study: its plan, what is missing, what it will take, and when it begins."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from core.assignment import Drawn
from core.crowd import SETTINGS_KEY, CrowdPlan, Phase, read_plan
from core.crowd.answers import FORMS
from core.crowd.estimate import CrowdEstimate, QuestionLoad, words_read
from core.crowd.estimate import estimate as add_up
from core.crowd.plan import Arm
from core.crowd.sampling import sample
from core.crowd.work import StudyStatus, WorkPurpose
from core.errors import UserError
from core.types import UNDEFINED_QUESTIONS, Question
from db.crowd.frame import Frame, Offer, describe, ensure_items, judged_shares, load_frame, offer
from db.crowd.rows import lock_study
from db.models import Gold, Participation, Sample, Study
from db.queries.studies import add_event, touch

# Shares of people screened out are told from so many people on.
SCREENED_FROM = 10


@dataclass(frozen=True, slots=True)
class Requirement:
    """One line of the checklist. A blocking one that is not met keeps the study from opening."""

    key: str
    text: str
    is_met: bool
    is_blocking: bool = True


def save_plan(session: Session, study: Study, plan: CrowdPlan, *, actor: str = "") -> None:
    """Keeps a plan, for a study that has not opened.

    Raises:
        UserError: the study has opened: what people were promised stays.
    """
    if lock_study(session, study.id) != StudyStatus.DRAFT:
        raise UserError(
            f"Study {study.slug!r} has opened, and its set-up is frozen. Make a new study for "
            "another set-up."
        )
    study.settings = {**study.settings, SETTINGS_KEY: plan.to_settings()}
    session.flush()
    add_event(session, study.id, "crowd_plan_saved", {"plan_hash": plan_hash(plan)}, actor)


def plan_hash(plan: CrowdPlan) -> str:
    """16 hex digits over all of a plan."""
    text = json.dumps(plan.to_settings(), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def checklist(
    session: Session, study: Study, plan: CrowdPlan, *, default_template: str = ""
) -> tuple[Requirement, ...]:
    """What a study needs before it can open, and what is better thought of.

    Args:
        default_template: by which judges are named (`db.reports.default_template`).
    """
    frame = load_frame(session, study, plan.items)
    offers = {one: offer(frame, one) for one in _questions(plan)}
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


def estimate(session: Session, study: Study, plan: CrowdPlan) -> CrowdEstimate:
    """What the study will take in people, minutes and money."""
    frame = load_frame(session, study, plan.items)
    screened, finished = (
        session.scalar(
            select(func.count()).where(
                Participation.study_id == study.id,
                Participation.phase == phase.value,
                Participation.is_test.is_(False),
            )
        )
        or 0
        for phase in (Phase.SCREENED_OUT, Phase.COMPLETE)
    )
    is_seen = finished and screened + finished >= SCREENED_FROM
    loads = {}
    for question in _questions(plan):
        asked = plan.question(question)
        n_items = min(len(offer(frame, question).candidates), asked.n_items if asked else 0)
        if n_items:
            loads[question] = QuestionLoad(n_items, _words(frame, question))
    return add_up(plan, loads, screened_share=screened / finished if is_seen else None)


def open_study(
    session: Session, study: Study, *, actor: str = "", default_template: str = ""
) -> dict[Question, int]:
    """Draws the items, freezes the plan, lets people in; returns question -> items drawn.

    Raises:
        UserError: no plan, not a draft, or something of the checklist is missing.
    """
    if lock_study(session, study.id) != StudyStatus.DRAFT:
        raise UserError(f"Study {study.slug!r} is {study.status} and cannot be opened again.")
    plan = read_plan(study.settings)
    if plan is None:
        raise UserError(f"Study {study.slug!r} has no plan yet. Set it up on the People page.")
    needs = checklist(session, study, plan, default_template=default_template)
    missing = [one.text for one in needs if one.is_blocking and not one.is_met]
    if missing:
        raise UserError(f"Study {study.slug!r} cannot open yet: {' '.join(missing)}")
    frame = load_frame(session, study, plan.items)
    drawn = {}
    for number, (arm, question) in enumerate(_asked(plan)):
        the_offer = offer(frame, question)
        shares = (
            {}
            if plan.items.selection == "random"
            else judged_shares(session, study.id, the_offer, plan.items.judge, default_template)
        )
        rng = np.random.default_rng([plan.items.seed, number])
        asked = plan.question(question)
        size = asked.n_items if asked else 0
        chosen = sample(the_offer.candidates, size, plan.items, shares, rng)
        items = ensure_items(session, study.id, frame, the_offer, chosen)
        _record(session, study.id, plan, arm, question, items)
        drawn[question] = len(items)
    study.status = StudyStatus.OPEN.value
    session.flush()
    touch(session, study.id)
    detail = {
        "plan_hash": plan_hash(plan),
        "plan": plan.to_settings(),
        "items": {question.value: n for question, n in drawn.items()},
    }
    add_event(session, study.id, "crowd_opened", detail, actor)
    return drawn


def pause_study(session: Session, study: Study, *, actor: str = "") -> None:
    """Lets nobody in and gives out nothing new; what people have before them they may finish."""
    _change(session, study, (StudyStatus.OPEN,), StudyStatus.PAUSED, actor)


def resume_study(session: Session, study: Study, *, actor: str = "") -> None:
    """Goes on after a pause."""
    _change(session, study, (StudyStatus.PAUSED,), StudyStatus.OPEN, actor)


def close_study(session: Session, study: Study, *, actor: str = "") -> None:
    """Ends the study for good: no answer is taken any more."""
    _change(session, study, (StudyStatus.OPEN, StudyStatus.PAUSED), StudyStatus.CLOSED, actor)


def _change(
    session: Session,
    study: Study,
    allowed: Sequence[StudyStatus],
    to: StudyStatus,
    actor: str,
) -> None:
    status = lock_study(session, study.id)
    if status == to:
        return
    if status not in allowed:
        raise UserError(
            f"Study {study.slug!r} is {status}; expected {' or '.join(allowed)} to make it {to}."
        )
    study.status = to.value
    session.flush()
    add_event(session, study.id, f"crowd_{to.value}", {"from": status}, actor)


def _record(
    session: Session,
    study_id: int,
    plan: CrowdPlan,
    arm: Arm,
    question: Question,
    items: Sequence[Drawn],
) -> None:
    """Writes down how items were drawn; of what an earlier draw took, no probability is known."""
    frame = describe(plan.items, question)
    known = {
        row.item_id: row
        for row in session.scalars(
            select(Sample).where(Sample.study_id == study_id, Sample.question == question.value)
        )
    }
    rows = []
    for one in items:
        values = {
            "arm": arm.name,
            "ratings_wanted": plan.work.ratings_per_item,
            "stratum": str(one.candidate.stratum),
            "seed": plan.items.seed,
        }
        twice = known.get(one.candidate.item_id)
        if twice is None:
            key = {"study_id": study_id, "item_id": one.candidate.item_id}
            rows.append(
                {
                    **key,
                    "question": question.value,
                    "frame": frame,
                    "inclusion_probability": one.inclusion_probability,
                    **values,
                }
            )
            continue
        for name, value in values.items():
            setattr(twice, name, value)
        twice.frame, twice.inclusion_probability = f"{frame}; drawn twice", None
    if rows:
        session.execute(insert(Sample), rows)
    session.flush()


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


def _questions(plan: CrowdPlan) -> list[Question]:
    return [question for _, question in _asked(plan)]


def _asked(plan: CrowdPlan) -> list[tuple[Arm, Question]]:
    return [(arm, one.question) for arm in plan.arms for one in arm.questions]


def _words(frame: Frame, question: Question) -> float:
    sizes = [len(one) for one in frame.sets]
    set_size = sum(sizes) / len(sizes) if sizes else 0.0
    read = words_read(question, frame.words_per_response, set_size)
    return read + frame.words_per_prompt

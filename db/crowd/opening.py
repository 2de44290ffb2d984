"""Settling a crowd study: its plan, what is missing, what it will take, and when it begins."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence

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
from core.errors import UserError
from core.types import Question
from core.work import StudyStatus
from db.crowd.checklist import Requirement, checklist
from db.crowd.frame import (
    Frame,
    describe,
    ensure_items,
    load_frame,
    mean_words,
    offer,
)
from db.crowd.rows import lock_study
from db.crowd.verdicts import judged_shares
from db.models import Participation, Sample, Study
from db.queries.studies import add_event, touch

__all__ = [
    "Requirement",
    "checklist",
    "close_study",
    "estimate",
    "open_study",
    "pause_study",
    "plan_hash",
    "resume_study",
    "save_plan",
]

# Shares of people screened out are told from so many people on.
SCREENED_FROM = 10


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
    loads, means = {}, mean_words(session, frame)
    for question in plan.questions:
        asked = plan.question(question)
        n_items = min(len(offer(frame, question).candidates), asked.n_items if asked else 0)
        if n_items:
            loads[question] = QuestionLoad(n_items, _words(means, frame, question))
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
    for arm, question, seed in _asked(plan):
        the_offer = offer(frame, question)
        shares = (
            {}
            if plan.items.selection == "random"
            else judged_shares(session, study.id, the_offer, plan.items.judge, default_template)
        )
        rng = np.random.default_rng(seed)
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
        "plan": plan.to_public(),
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


def _asked(plan: CrowdPlan) -> list[tuple[Arm, Question, tuple[int, ...]]]:
    """Every question with its arm and the seed of its draw.

    Arms that ask about things of one kind draw the same, so that what people say with a definition
    and without can be compared item by item. Within an arm nobody is to see a pair twice, so its
    second question about pairs has a draw of its own.
    """
    kinds = list(dict.fromkeys(FORMS[question].kind for question in Question))
    asked: list[tuple[Arm, Question, tuple[int, ...]]] = []
    for arm in plan.arms:
        seen: Counter[str] = Counter()
        for one in arm.questions:
            kind = FORMS[one.question].kind
            seed = (plan.items.seed, kinds.index(kind), seen[kind])
            asked.append((arm, one.question, seed))
            seen[kind] += 1
    return asked


def _words(means: tuple[float, float], frame: Frame, question: Question) -> float:
    """Words of an item: of its responses and its prompt."""
    sizes = [len(one) for one in frame.sets]
    set_size = sum(sizes) / len(sizes) if sizes else 0.0
    per_response, per_prompt = means
    return words_read(question, per_response, set_size) + per_prompt

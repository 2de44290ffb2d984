"""Practice: rounds of items with known answers, and how a round went."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from core.crowd import CrowdPlan, PracticeResult
from core.crowd.answers import FORMS
from core.errors import UserError
from core.types import Question
from core.work import WorkPurpose, WorkState
from db.crowd.gold import check_results
from db.crowd.rows import number_of
from db.models import Assignment, Gold, Item, Participation
from db.queries.tasks import members_of


def read_result(kept: Mapping[str, Any]) -> PracticeResult:
    """How far a person's practice is, from what their row keeps of it."""
    return PracticeResult(kept.get("attempts", 0), kept.get("right", 0), kept.get("asked", 0))


def start_round(session: Session, row: Participation, plan: CrowdPlan, at: datetime) -> int:
    """Puts a round of practice before a person, unless it is there; returns its items.

    The same items in every round, in an order of its own: a person who tries again shows whether
    they have understood.
    """
    number = read_result(row.practice).attempts
    asked = [one.question.value for one in plan.arm(row.arm).questions]
    found = session.execute(
        select(Gold.item_id, Gold.question, Item.kind, Item.content)
        .join(Item, Gold.item_id == Item.id)
        .where(
            Gold.study_id == row.study_id,
            Gold.purpose == WorkPurpose.PRACTICE,
            Gold.question.in_(asked),
        )
        .order_by(Gold.id)
    ).all()
    own = session.execute(
        select(Assignment.repeat, func.count(), func.max(Assignment.position))
        .where(Assignment.rater_id == row.rater_id, Assignment.purpose == WorkPurpose.PRACTICE)
        .group_by(Assignment.repeat)
    ).all()
    if any(one.repeat == number for one in own):
        return next(one[1] for one in own if one.repeat == number)
    start = max((one[2] for one in own), default=-1) + 1
    own_number = number_of(session, row)
    choice = np.random.default_rng([plan.items.seed, own_number])
    picked = sorted(choice.permutation(len(found))[: plan.practice.n_items])
    rng = np.random.default_rng([plan.items.seed, own_number, number])
    rows = []
    for offset, index in enumerate(rng.permutation(len(picked))):
        gold = found[picked[index]]
        is_pair = FORMS[Question(gold.question)].kind == "pair"
        n_members = len(members_of(gold.content)) if gold.kind == "set" else 0
        rows.append(
            {
                "rater_id": row.rater_id,
                "item_id": gold.item_id,
                "question": gold.question,
                "repeat": number,
                "position": start + offset,
                "left": str(rng.choice(["a", "b"])) if is_pair else "",
                "state": WorkState.OPEN.value,
                "purpose": WorkPurpose.PRACTICE.value,
                "lease_until": None,
                "member_order": [int(place) for place in rng.permutation(n_members)],
                "created_at": at,
            }
        )
    if rows:
        session.execute(insert(Assignment), rows)
    return len(rows)


def finish_round(session: Session, row: Participation) -> PracticeResult:
    """Marks the present round, and keeps how it went.

    Raises:
        UserError: some of its items are not answered yet.
    """
    number = read_result(row.practice).attempts
    n_asked, n_open = session.execute(
        select(
            func.count(),
            func.count().filter(Assignment.state == WorkState.OPEN),
        ).where(
            Assignment.rater_id == row.rater_id,
            Assignment.purpose == WorkPurpose.PRACTICE,
            Assignment.repeat == number,
        )
    ).one()
    if n_open:
        raise UserError(f"{n_open} practice items are not answered yet. Answer them, then go on.")
    results = check_results(session, row.rater_id, WorkPurpose.PRACTICE, repeat=number)
    result = PracticeResult(number + 1, sum(right for _, right in results), n_asked)
    rounds = [*row.practice.get("rounds", ()), [result.right, result.asked]]
    row.practice = {
        "attempts": result.attempts,
        "right": result.right,
        "asked": result.asked,
        "rounds": rounds,
    }
    return result

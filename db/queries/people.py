"""People who rate: who they are, what is put before them, what they answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count

import numpy as np
from sqlalchemy import case, func, insert, select
from sqlalchemy.orm import Session

from core.assignment import Candidate, Drawn, assign
from core.errors import UserError
from core.types import Question
from core.work import WorkPurpose, WorkState
from db.crowd.taken import is_taken
from db.models import (
    Assignment,
    Condition,
    Item,
    Participation,
    Rater,
    Rating,
    Response,
    Sample,
    Study,
)
from db.queries.studies import add_event


@dataclass(frozen=True, slots=True)
class Person:
    """A rater who is a person, and how far they are.

    Attributes:
        assigned: items put before them; 0 for people whose ratings were imported.
        answered: items they have answered, imported ones included.
        last_answer: when their newest answer was saved; None before the first.
        has_link: whether there is anything for them to open; not for imported people.
    """

    rater_id: int
    name: str
    assigned: int
    answered: int
    last_answer: datetime | None
    has_link: bool


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many assigned items of a question have so many answers of the people asked."""

    question: str
    n_answers: int
    n_items: int


def add_people(
    session: Session,
    study: Study,
    names: Sequence[str],
    drawn: Mapping[Question, Sequence[Drawn]],
    *,
    ratings_per_item: int,
    seed: int,
    frame: str,
) -> list[int]:
    """Adds people and gives them their items: question by question, each in its own order.

    Args:
        drawn: question -> items drawn for it, with their inclusion probabilities.
        frame: says what the items were drawn from, for the record.

    Returns:
        Rater ids, in the order of `names`.

    Raises:
        UserError: more ratings per item than people, or nothing was drawn.
    """
    if not any(drawn.values()):
        raise UserError(
            "There is nothing to rate: no item fits the choice. Generate responses first, or "
            "widen the choice of conditions and categories."
        )
    rng = np.random.default_rng(seed)
    raters = new_raters(session, study.id, names)
    given = [0] * len(raters)
    for question, items in drawn.items():
        candidates = [item.candidate for item in items]
        plan = assign(candidates, n_raters=len(raters), ratings_per_item=ratings_per_item, rng=rng)
        rows = [
            {
                "rater_id": raters[one.rater_index].id,
                "item_id": one.item_id,
                "question": question,
                "position": given[one.rater_index] + one.position,
                "left": one.left,
                "state": "open",
                "repeat": 0,
            }
            for one in plan
        ]
        for one in plan:
            given[one.rater_index] += 1
        if rows:
            session.execute(insert(Assignment), rows)
        _record_sample(session, study.id, question, items, frame, seed)
    add_event(
        session,
        study.id,
        "people_added",
        {"people": len(raters), "ratings_per_item": ratings_per_item, "seed": seed},
    )
    return [rater.id for rater in raters]


def new_raters(session: Session, study_id: int, names: Sequence[str]) -> list[Rater]:
    """Adds raters under pseudonyms nobody has yet; a name that is not given follows them."""
    taken = set(session.scalars(select(Rater.identity).where(Rater.study_id == study_id)))
    free = (number for number in count(1) if f"person-{number}" not in taken)
    raters = [
        Rater(
            study_id=study_id,
            kind="human",
            identity=f"person-{number}",
            name=name.strip() or f"Person {number}",
        )
        for name, number in zip(names, free, strict=False)
    ]
    session.add_all(raters)
    session.flush()
    return raters


def _record_sample(
    session: Session,
    study_id: int,
    question: str,
    items: Sequence[Drawn],
    frame: str,
    seed: int,
) -> None:
    known = set(
        session.scalars(
            select(Sample.item_id).where(Sample.study_id == study_id, Sample.question == question)
        )
    )
    rows = [
        {
            "study_id": study_id,
            "item_id": item.candidate.item_id,
            "question": question,
            "frame": frame,
            "stratum": str(item.candidate.stratum),
            "inclusion_probability": item.inclusion_probability,
            "seed": seed,
        }
        for item in items
        if item.candidate.item_id not in known
    ]
    if rows:
        session.execute(insert(Sample), rows)


def list_people(session: Session, study_id: int) -> list[Person]:
    """People of a study, in the order they were added."""
    assigned = {
        row.rater_id: row.n_items
        for row in session.execute(
            select(Assignment.rater_id, func.count().label("n_items"))
            .join(Rater, Assignment.rater_id == Rater.id)
            .where(Rater.study_id == study_id, Assignment.purpose != WorkPurpose.PRACTICE)
            .where(Assignment.state != WorkState.RELEASED)
            .group_by(Assignment.rater_id)
        )
    }
    answered = {
        row.rater_id: (row.n_items, row.last)
        for row in session.execute(
            select(
                Rating.rater_id,
                func.count(func.distinct(Rating.item_id)).label("n_items"),
                func.max(Rating.created_at).label("last"),
            )
            .join(Rater, Rating.rater_id == Rater.id)
            .where(Rater.study_id == study_id, Rater.kind == "human")
            .where(Rating.source != "grouping", Rating.purpose != WorkPurpose.PRACTICE)
            .group_by(Rating.rater_id)
        )
    }
    raters = session.execute(
        select(Rater, Participation.id)
        .outerjoin(Participation, Participation.rater_id == Rater.id)
        .where(Rater.study_id == study_id, Rater.kind == "human")
        .where(Participation.is_test.is_not(True))
        .order_by(Rater.id)
    )
    people = []
    for rater, way in raters:
        n_answered, last = answered.get(rater.id, (0, None))
        name = rater.name or rater.identity
        n_assigned = assigned.get(rater.id, 0)
        has_link = n_assigned > 0 or way is not None
        people.append(Person(rater.id, name, n_assigned, n_answered, last, has_link))
    return people


def list_coverage(session: Session, study_id: int) -> list[Coverage]:
    """Assigned items by question and number of answers, fewest answers first."""
    answers = func.sum(case((Assignment.state == "done", 1), else_=0)).label("n_answers")
    per_item = (
        select(Assignment.question, Assignment.item_id, answers)
        .join(Item, Assignment.item_id == Item.id)
        .where(Item.study_id == study_id, is_taken())
        .group_by(Assignment.question, Assignment.item_id)
        .subquery()
    )
    rows = session.execute(
        select(per_item.c.question, per_item.c.n_answers, func.count())
        .group_by(per_item.c.question, per_item.c.n_answers)
        .order_by(per_item.c.question, per_item.c.n_answers)
    )
    return [Coverage(question, int(n_answers), n_items) for question, n_answers, n_items in rows]


def list_candidates(
    session: Session,
    study_id: int,
    kind: str,
    *,
    conditions: Sequence[str] | None = None,
    categories: Sequence[str] | None = None,
) -> list[Candidate]:
    """Items of one kind (pair or response), balanced later over category and condition."""
    query = (
        select(Item.id, Item.category, Condition.label)
        .join(Response, Item.response_a_id == Response.id)
        .join(Condition, Response.condition_id == Condition.id)
        .where(Item.study_id == study_id, Item.kind == kind)
    )
    if conditions is not None:
        query = query.where(Condition.label.in_(conditions))
    if categories is not None:
        query = query.where(Item.category.in_(categories))
    return [
        Candidate(row.id, (row.category or "", row.label), kind == "pair")
        for row in session.execute(query)
    ]

"""Inviting people: what may be put before them, what is drawn, who gets what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.assignment import Candidate, Drawn, draw
from core.pipeline.records import StoredResponse
from core.types import Question
from db.models import Condition, Prompt, Study
from db.queries.items import ensure_pair_items, ensure_response_items
from db.queries.people import add_people
from db.queries.responses import list_current_responses

# One response, or two of one set: what becomes an item.
Members = tuple[StoredResponse, ...]


@dataclass(frozen=True, slots=True)
class Invitation:
    """What people are asked.

    Attributes:
        names: one per person; "" takes a number.
        n_items: question -> items to draw for it.
        conditions, categories: what the items are drawn from; None means all.
    """

    names: tuple[str, ...]
    n_items: dict[Question, int]
    ratings_per_item: int
    seed: int
    conditions: tuple[str, ...] | None = None
    categories: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class FrameCell:
    """What one condition offers in one category. n_words: in all its responses together."""

    condition: str
    category: str
    n_responses: int
    n_pairs: int
    n_words: int


def list_frame(session: Session, study_id: int) -> list[FrameCell]:
    """What could be put before people, whether or not it is an item yet."""
    labels = _labels(session, study_id)
    cells: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for members in _sets(_responses(session, study_id, None, None)):
        cell = cells[labels[members[0].condition_id], members[0].category or ""]
        cell[0] += len(members)
        cell[1] += len(members) * (len(members) - 1) // 2
        cell[2] += sum(len(response.text.split()) for response in members)
    return [FrameCell(*key, *counts) for key, counts in sorted(cells.items())]


def invite(session: Session, study: Study, invitation: Invitation) -> list[int]:
    """Draws items, adds people and assigns; returns rater ids in the order of the names.

    Only what was drawn becomes an item: a large study has millions of pairs.

    Raises:
        UserError: nothing to rate, or more ratings per item than people.
    """
    responses = _responses(session, study.id, invitation.conditions, invitation.categories)
    labels = _labels(session, study.id)
    rng = np.random.default_rng(invitation.seed)
    drawn = {}
    for question, size in invitation.n_items.items():
        offered = list(_members(question, responses))
        candidates = [
            Candidate(
                number,
                (members[0].category or "", labels[members[0].condition_id]),
                sided=len(members) == 2,
            )
            for number, members in enumerate(offered)
        ]
        drawn[question] = _ensure_items(session, study.id, offered, draw(candidates, size, rng))
    return add_people(
        session,
        study,
        invitation.names,
        drawn,
        ratings_per_item=invitation.ratings_per_item,
        seed=invitation.seed,
        frame=_frame(invitation.conditions, invitation.categories),
    )


def _ensure_items(
    session: Session, study_id: int, offered: Sequence[Members], drawn: Sequence[Drawn]
) -> list[Drawn]:
    """Makes items of what was drawn, and puts their ids in place of the numbers drawn by."""
    chosen = [offered[one.candidate.item_id] for one in drawn]
    singles = [members[0] for members in chosen if len(members) == 1]
    pairs = [(members[0], members[1]) for members in chosen if len(members) == 2]
    ids: dict[tuple[int, ...], int] = {}
    if singles:
        of_response = ensure_response_items(session, study_id, singles)
        ids |= {(response_id,): item_id for response_id, item_id in of_response.items()}
    if pairs:
        ids.update(ensure_pair_items(session, study_id, pairs).items())
    return [
        replace(one, candidate=replace(one.candidate, item_id=ids[tuple(r.id for r in members)]))
        for one, members in zip(drawn, chosen, strict=True)
    ]


def _members(question: Question, responses: Iterable[StoredResponse]) -> Iterable[Members]:
    """What a question can be asked about: pairs within a set, identical ones too; or responses."""
    for members in _sets(responses):
        yield from combinations(members, 2 if question == Question.EQUIVALENCE else 1)


def _sets(responses: Iterable[StoredResponse]) -> Iterable[list[StoredResponse]]:
    sets: dict[tuple[int, int], list[StoredResponse]] = defaultdict(list)
    for response in responses:
        sets[response.prompt_id, response.condition_id].append(response)
    return sets.values()


def _responses(
    session: Session,
    study_id: int,
    conditions: Sequence[str] | None,
    categories: Sequence[str] | None,
) -> list[StoredResponse]:
    prompt_ids = session.scalars(select(Prompt.id).where(Prompt.study_id == study_id)).all()
    found = list_current_responses(session, study_id, prompt_ids, conditions)
    return [one for one in found if categories is None or (one.category or "") in categories]


def _labels(session: Session, study_id: int) -> dict[int, str]:
    rows = session.execute(
        select(Condition.id, Condition.label).where(Condition.study_id == study_id)
    )
    return {row.id: row.label for row in rows}


def _frame(conditions: Sequence[str] | None, categories: Sequence[str] | None) -> str:
    return (
        f"conditions: {', '.join(conditions) if conditions else 'all'}; "
        f"categories: {', '.join(categories) if categories else 'all'}"
    )

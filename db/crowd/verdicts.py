"""What judges say of the pairs a study could put before people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable
from statistics import fmean
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.types import Question, Verdict
from db.crowd.frame import Offer
from db.models import Item, Rater, Rating
from db.queries.analysis import judge_key
from db.queries.ratings import current_ratings


def judged_shares(
    session: Session, study_id: int, the_offer: Offer, judge: str, default_template: str
) -> dict[int, float]:
    """Candidate's number -> share of judges who call its two responses equivalent.

    A judge asked in both orders counts once, with what it says on average; undecided pairs are
    absent.

    Args:
        judge: the only one to hear, by its name in reports or its model; "" for all.
    """
    if the_offer.kind != "pair":
        return {}
    rows = session.execute(
        select(
            Rating.item_id,
            Rating.rater_id,
            Rating.template,
            Rating.order,
            Rating.repeat,
            Rating.revision,
            Rating.value,
            Rater.identity,
            Item.response_a_id,
            Item.response_b_id,
        )
        .join(Rater, Rating.rater_id == Rater.id)
        .join(Item, Rating.item_id == Item.id)
        .where(
            Rater.study_id == study_id,
            Rater.kind == "judge",
            Rating.question == Question.EQUIVALENCE,
        )
    )
    newest = current_ratings(
        rows, key=lambda row: (_pair(row), row[1:5]), revision=lambda row: int(row.revision)
    ).values()
    said: dict[Hashable, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for row in newest:
        name = judge_key(row.identity, row.template, default_template)
        if row.value is not None and judge in ("", name, row.identity):
            is_same = float(row.value == Verdict.EQUIVALENT)
            said[_pair(row)][name].append(is_same)
    shares = {}
    for one in the_offer.candidates:
        item_id = the_offer.items.get(one.item_id)
        pair = frozenset(the_offer.members[one.item_id]) if item_id is None else item_id
        if pair in said:
            shares[one.item_id] = fmean(fmean(verdicts) for verdicts in said[pair].values())
    return shares


def _pair(row: Any) -> Hashable:
    """What a verdict is about: two responses in whichever order, or an imported item."""
    if row.response_b_id is None:
        return int(row.item_id)
    return frozenset((row.response_a_id, row.response_b_id))

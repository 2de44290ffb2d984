"""Which responses give the reference answer of their prompt, and who said so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.judges.reference import CHECKER, CORRECT
from core.types import ACCURACY
from db.models import Item, Rater, Rating
from db.queries.ratings import current_ratings


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Whether a response is right.

    Attributes:
        value: 1 right, 0 wrong; between them the share of judges who call it right.
        decided_by: exact, numeric or symbolic where rules decided, else judge.
        n_judges: judges behind the value; 0 where rules decided.
    """

    value: float
    decided_by: str
    n_judges: int


def has_accuracy(session: Session, study_id: int) -> bool:
    """Whether any response of the study was compared with a reference answer."""
    query = (
        select(Rating.id)
        .join(Rater, Rating.rater_id == Rater.id)
        .where(Rater.study_id == study_id, Rater.kind == "judge", Rating.question == ACCURACY)
    )
    return session.scalar(query.limit(1)) is not None


def load_accuracy(
    session: Session, study_id: int, prompt_ids: Sequence[int] | None = None
) -> dict[int, Accuracy]:
    """Response id -> accuracy, for responses that were checked and could be decided.

    Where rules decided, judges do not count. A response that was not checked, or that no judge
    could be read about, is absent: it is unscored, not wrong.
    """
    query = (
        select(
            Item.response_a_id,
            Rating.rater_id,
            Rating.template,
            Rating.revision,
            Rating.value,
            Rating.meta["decided_by"].as_string().label("decided_by"),
            Rater.identity,
        )
        .join(Rating, Rating.item_id == Item.id)
        .join(Rater, Rating.rater_id == Rater.id)
        .where(
            Item.study_id == study_id,
            Rating.question == ACCURACY,
            Rating.repeat == 0,
            Item.response_a_id.is_not(None),
        )
    )
    if prompt_ids is not None:
        query = query.where(Item.prompt_id.in_(prompt_ids))
    newest = current_ratings(
        session.execute(query).all(), key=lambda row: row[:3], revision=lambda row: row.revision
    )
    ruled: dict[int, Accuracy] = {}
    judged: dict[int, list[bool]] = defaultdict(list)
    for row in newest.values():
        if row.value is None:
            continue
        if row.identity == CHECKER:
            right = float(row.value == CORRECT)
            ruled[row.response_a_id] = Accuracy(right, row.decided_by or "exact", 0)
        else:
            judged[row.response_a_id].append(row.value == CORRECT)
    by_judges = {
        response: Accuracy(sum(said) / len(said), "judge", len(said))
        for response, said in judged.items()
    }
    return {**by_judges, **ruled}

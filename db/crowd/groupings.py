"""What a grouping says of each pair: derived ratings, kept apart from what people were asked.

They are transitive by construction, so they describe; agreement and the alternative annotator test
read only what was asked (measurement.md 17).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import Table, func, insert, select
from sqlalchemy.orm import Session

from core.crowd.answers import pair_verdicts
from core.types import Question
from db.models import Item, Rating
from db.queries.items import ensure_pairs_of_set

GROUPING_SOURCE = "grouping"


def add_pair_verdicts(session: Session, rating: Mapping[str, Any]) -> None:
    """Adds what a person's grouping of a set says of its pairs, as verdicts of `equivalence`.

    A changed grouping gives all pairs a further revision; one taken back leaves them unscored.
    Sets whose texts came without stored responses have no pairs.

    Args:
        rating: the columns of the grouping, its value in the set's own order.
    """
    item = session.get_one(Item, rating["item_id"])
    pairs = ensure_pairs_of_set(session, item)
    if not pairs:
        return
    said = pair_verdicts(rating["value"]) if rating["value"] is not None else {}
    key = {"rater_id": rating["rater_id"], "source": GROUPING_SOURCE}
    newest = session.scalar(
        select(func.max(Rating.revision))
        .where(Rating.rater_id == key["rater_id"], Rating.source == GROUPING_SOURCE)
        .where(Rating.item_id.in_(pairs.values()))
    )
    shared = {
        **{name: rating[name] for name in ("reason", "template", "category_used")},
        **key,
        "question": Question.EQUIVALENCE.value,
        "revision": 0 if newest is None else newest + 1,
        "meta": {"set_item": rating["item_id"]},
    }
    rows = [
        {**shared, "item_id": item_id, "value": said.get(places)}
        for places, item_id in pairs.items()
    ]
    # On the table: thousands of people's answers need none of the ORM's bookkeeping.
    session.connection().execute(insert(cast(Table, Rating.__table__)), rows)

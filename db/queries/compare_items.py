"""Who says what: every current answer about the pairs of a set, or about one item."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.types import RaterKind
from db.models import Condition, Item, Prompt, Rater, Rating, Response
from db.queries.analysis import judge_key
from db.queries.ratings import counts, current_ratings

# No more digits than an id can have on PostgreSQL.
_PAIR_KEY = re.compile(r"pair:([0-9]{1,9}):([0-9]{1,9})")


@dataclass(frozen=True, slots=True)
class Answer:
    """What one rater said, once.

    Attributes:
        rater: key of the rater, as in reports; name: for people.
        value: None = unscored, with a reason.
        order: ab or ba, "" where there is no order.
        template: name@hash of the words asked with; "" for imported ratings.
        category_used: category whose definition the rater read, where that is known.
        reply: a judge's whole reply, where it was stored and asked for.
    """

    rater: str
    name: str
    kind: RaterKind
    question: str
    value: str | None
    reason: str
    order: str
    repeat: int
    source: str
    template: str
    category_used: str | None
    rationale: str = ""
    reply: str = ""


@dataclass(frozen=True, slots=True)
class ItemText:
    """A response of an item. number: its place in the set from 1, None for external texts."""

    text: str
    condition: str
    strategy: str
    number: int | None


@dataclass(frozen=True, slots=True)
class ItemView:
    """An item with its texts and everything said of it.

    Attributes:
        prompt: text of the request; "" where it is not known.
        prompt_id: external id of the prompt, "" for items that belong to none.
        conditions: hashes of its responses' conditions, for the way back to the set.
        confirmed: whether `category` is the ground truth.
    """

    key: str
    kind: str
    prompt: str
    prompt_id: str
    texts: tuple[ItemText, ...]
    conditions: tuple[str, ...]
    category: str | None
    confirmed: bool
    answers: tuple[Answer, ...]


def list_pair_answers(
    session: Session, response_ids: Sequence[int], question: str, default_template: str
) -> dict[tuple[int, int], tuple[Answer, ...]]:
    """(response id, response id), in the order given -> what everybody said of the pair."""
    place = {response_id: number for number, response_id in enumerate(response_ids)}
    pairs = {
        row.id: tuple(sorted((row.response_a_id, row.response_b_id), key=place.__getitem__))
        for row in session.execute(
            select(Item.id, Item.response_a_id, Item.response_b_id).where(
                Item.kind == "pair",
                Item.response_a_id.in_(response_ids),
                Item.response_b_id.in_(response_ids),
            )
        )
    }
    said = _load_answers(session, list(pairs), default_template, question=question)
    found: dict[tuple[int, int], tuple[Answer, ...]] = dict.fromkeys(
        combinations(response_ids, 2), ()
    )
    for item_id, (first, second) in pairs.items():
        found[first, second] = found[first, second] + tuple(said[item_id])
    return found


def find_item(
    session: Session, study_id: int, key: str, default_template: str = ""
) -> ItemView | None:
    """An item of the study with its texts and answers.

    A pair of stored responses to one prompt can be read before anybody was asked about it.

    Args:
        key: as stored, such as `pair:3:4`, or the item_id of an imported item.
        default_template: of `equivalence`, by which judges are named.
    """
    if "\0" in key:  # PostgreSQL refuses to look for it
        return None
    item = session.scalar(select(Item).where(Item.study_id == study_id, Item.key == key))
    if item is None:
        return _find_unasked_pair(session, study_id, key)
    prompt = session.get(Prompt, item.prompt_id) if item.prompt_id is not None else None
    responses = _load_texts(
        session, study_id, [one for one in (item.response_a_id, item.response_b_id) if one]
    )
    content = item.content or {}
    texts = tuple(text for text, _ in responses) or tuple(
        ItemText(str(content[name]), "", "", None)
        for name in ("response_a", "response_b")
        if content.get(name) is not None
    )
    return ItemView(
        key=item.key,
        kind=item.kind,
        prompt=prompt.text if prompt else str(content.get("prompt") or ""),
        prompt_id=prompt.external_id if prompt else "",
        texts=texts,
        conditions=tuple(dict.fromkeys(hash_ for _, hash_ in responses)),
        category=item.category,
        confirmed=item.category_source != "unconfirmed",
        answers=tuple(
            _load_answers(session, [item.id], default_template, with_texts=True)[item.id]
        ),
    )


def _find_unasked_pair(session: Session, study_id: int, key: str) -> ItemView | None:
    match = _PAIR_KEY.fullmatch(key)
    if match is None:
        return None
    ids = [int(match[1]), int(match[2])]
    prompt_ids = session.scalars(
        select(Response.prompt_id).where(Response.id.in_(ids)).distinct()
    ).all()
    responses = _load_texts(session, study_id, ids)
    if ids[0] == ids[1] or len(prompt_ids) != 1 or len(responses) != 2:
        return None
    prompt = session.get_one(Prompt, prompt_ids[0])
    # Asked the other way round is asked, too: members are kept in one order only.
    turned = session.scalar(
        select(Item.key).where(Item.study_id == study_id, Item.key == f"pair:{ids[1]}:{ids[0]}")
    )
    if turned is not None:
        return find_item(session, study_id, turned)
    return ItemView(
        key=key,
        kind="pair",
        prompt=prompt.text,
        prompt_id=prompt.external_id,
        texts=tuple(text for text, _ in responses),
        conditions=tuple(dict.fromkeys(hash_ for _, hash_ in responses)),
        category=prompt.category,
        confirmed=prompt.category is not None,
        answers=(),
    )


def _load_texts(session: Session, study_id: int, ids: Sequence[int]) -> list[tuple[ItemText, str]]:
    """(text, hash of its condition) of each response of the study, in the order of the ids."""
    rows = {
        row.id: row
        for row in session.execute(
            select(
                Response.id,
                Response.text,
                Response.sample_index,
                Condition.label,
                Condition.strategy,
                Condition.hash,
            )
            .join(Condition, Response.condition_id == Condition.id)
            .where(Condition.study_id == study_id, Response.id.in_(ids))
        )
    }
    return [
        (ItemText(row.text, row.label, row.strategy, row.sample_index + 1), row.hash)
        for response_id in ids
        if (row := rows.get(response_id)) is not None
    ]


def _load_answers(
    session: Session,
    item_ids: Sequence[int],
    default_template: str,
    *,
    question: str | None = None,
    with_texts: bool = False,
) -> dict[int, list[Answer]]:
    """Item id -> its current answers, judges first. Rationales are long: only with_texts."""
    columns: list[Any] = [
        Rating.item_id,
        Rating.question,
        Rating.value,
        Rating.reason,
        Rating.order,
        Rating.repeat,
        Rating.revision,
        Rating.source,
        Rating.template,
        Rating.category_used,
        Rater.id.label("rater_id"),
        Rater.identity,
        Rater.name,
        Rater.kind,
    ]
    if with_texts:
        columns += [Rating.rationale, Rating.raw_reply]
    query = (
        select(*columns)
        .join(Rater, Rating.rater_id == Rater.id)
        .where(Rating.item_id.in_(item_ids), counts())
        .order_by(Rater.kind.desc(), Rater.identity, Rating.question, Rating.order, Rating.repeat)
    )
    if question is not None:
        query = query.where(Rating.question == question)
    newest = current_ratings(
        session.execute(query).all(),
        key=lambda row: (
            *(row.item_id, row.rater_id, row.question, row.source, row.order, row.repeat),
            # A person's answer is one answer, whichever words it was asked in; a judge's is not.
            row.template if row.kind == "judge" else "",
        ),
        revision=lambda row: int(row.revision),
    )
    found: dict[int, list[Answer]] = defaultdict(list)
    for row in newest.values():
        found[row.item_id].append(_answer(row, default_template, with_texts=with_texts))
    return found


def _answer(row: Any, default_template: str, *, with_texts: bool) -> Answer:
    is_judge = row.kind == "judge"
    named_by = default_template if row.question == "equivalence" else row.template
    key = judge_key(row.identity, row.template, named_by) if is_judge else row.identity
    return Answer(
        rater=key,
        name=key if is_judge else row.name or row.identity,
        kind="judge" if is_judge else "human",
        question=row.question,
        value=row.value,
        reason=row.reason,
        order=row.order,
        repeat=row.repeat,
        source=row.source,
        template=row.template,
        category_used=row.category_used,
        rationale=row.rationale if with_texts else "",
        reply=(row.raw_reply or "") if with_texts else "",
    )


def list_answers_about(
    session: Session, item_ids: Sequence[int], question: str, default_template: str
) -> dict[int, list[Answer]]:
    """Item id -> its current answers to one question, with rationales."""
    return _load_answers(session, item_ids, default_template, question=question, with_texts=True)

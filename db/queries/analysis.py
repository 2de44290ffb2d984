"""Rows that the analysis in `core` works on: ratings in long format, responses with verdicts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import Table, literal, select
from sqlalchemy.orm import Session, aliased

from core.pipeline.slots import current_slots
from core.results import PairVerdict, QualityScore, ResponseRow
from core.strategies import strategy_kind
from core.types import Question, RaterKind, Verdict
from db.models import Condition, Item, Prompt, Rater, Rating, Response
from db.queries.categories import unconfirmed_categories
from db.queries.ratings import counts, current_ratings

if TYPE_CHECKING:
    import pandas as pd


def judge_key(identity: str, template: str, default_template: str) -> str:
    """A judge's name in reports: its model, with the template where it is not the default one."""
    if not template or template == default_template:
        return identity
    name, _, digest = template.partition("@")
    return f"{identity}#{name}@{digest[:8]}"


def list_questions(session: Session, study_id: int) -> list[str]:
    """Questions that have at least one rating, in alphabetical order."""
    return list(
        session.scalars(
            select(Rating.question)
            .join(Rater, Rating.rater_id == Rater.id)
            .where(Rater.study_id == study_id, counts())
            .distinct()
            .order_by(Rating.question)
        )
    )


def load_ratings(
    session: Session,
    study_id: int,
    question: str,
    default_template: str,
    *,
    exclude: Collection[int] = (),
) -> pd.DataFrame:
    """Current ratings of one question, one row each, in the order they were given.

    Practice, attention checks and what groupings say of pairs stay out (measurement.md 17, 21);
    so do adjudicated answers, which are nobody's own.

    Args:
        exclude: ids of raters to leave out.

    Returns:
        Columns item_id (the item's key), cluster, category, rater_id, rater_kind, value (str, or
        None for unscored), order, repeat.
    """
    import pandas as pd

    raters = {
        row.id: row
        for row in session.execute(
            select(Rater.id, Rater.identity, Rater.kind).where(
                Rater.study_id == study_id, Rater.kind.in_(("human", "judge"))
            )
        )
        if row.id not in exclude
    }
    rows = newest_ratings(session, study_id, question, raters)
    items = {
        row.id: row
        for row in session.execute(
            select(Item.id, Item.key, Item.cluster, Item.category).where(Item.study_id == study_id)
        )
    }
    names: dict[tuple[int, str], str] = {}

    def name(rater_id: int, template: str) -> str:
        known = names.get((rater_id, template))
        if known is None:
            rater = raters[rater_id]
            is_judge = rater.kind == "judge"
            known = (
                judge_key(rater.identity, template, default_template)
                if is_judge
                else rater.identity
            )
            names[rater_id, template] = known
        return known

    about = [items[row.item_id] for row in rows]
    return pd.DataFrame(
        {
            "item_id": [item.key for item in about],
            "cluster": [item.cluster for item in about],
            "category": [item.category for item in about],
            "rater_id": [name(row.rater_id, row.template) for row in rows],
            "rater_kind": [raters[row.rater_id].kind for row in rows],
            "value": pd.Series([row.value for row in rows], dtype=object),
            "order": [row.order for row in rows],
            "repeat": [row.repeat for row in rows],
        }
    )


def newest_ratings(
    session: Session, study_id: int, question: str, raters: Mapping[int, Any]
) -> list[Any]:
    """The rows that count: the newest revision of each answer of the raters given.

    Args:
        raters: id -> anything with a `kind`.
    """
    # On the table: tens of thousands of verdicts need none of the ORM's bookkeeping.
    rating = cast(Table, Rating.__table__).c
    rows = session.connection().execute(
        select(
            rating.item_id,
            rating.rater_id,
            rating.template,
            rating.source,
            rating.order,
            rating.repeat,
            rating.revision,
            rating.value,
        )
        .join_from(Rating, Rater, rating.rater_id == Rater.id)
        .where(Rater.study_id == study_id, rating.question == question)
        .where(rating.source != "grouping", counts())
        .order_by(rating.id)
    )
    newest: dict[Any, Any] = {}
    for row in rows:
        rater = raters.get(row.rater_id)
        if rater is None:
            continue
        # A person's answer is one answer, whichever words and order it was asked in.
        key = row[:6] if rater.kind == "judge" else (row.item_id, row.rater_id, row.repeat)
        known = newest.get(key)
        if known is None or row.revision > known.revision:
            newest[key] = row
    return list(newest.values())


def load_pair_texts(
    session: Session, study_id: int, question: str | None = None
) -> dict[str, tuple[str, str]]:
    """Item key -> the two texts of every pair that has texts.

    Args:
        question: only pairs of which a person was asked it; None for all pairs.
    """
    asked = (
        select(Rating.item_id)
        .join(Rater, Rating.rater_id == Rater.id)
        .where(Rater.study_id == study_id, Rater.kind == "human", Rating.question == question)
    )
    wanted = [Item.study_id == study_id] + ([] if question is None else [Item.id.in_(asked)])
    member_a, member_b = aliased(Response), aliased(Response)
    inside = session.execute(
        select(Item.key, member_a.text, member_b.text)
        .join(member_a, Item.response_a_id == member_a.id)
        .join(member_b, Item.response_b_id == member_b.id)
        .where(*wanted)
    )
    texts = {key: (text_a, text_b) for key, text_a, text_b in inside}
    outside = session.execute(
        select(Item.key, Item.content).where(*wanted, Item.kind == "external")
    )
    for key, content in outside:
        if content.get("response_a") and content.get("response_b"):
            texts[key] = (content["response_a"], content["response_b"])
    return texts


def load_response_rows(
    session: Session,
    study_id: int,
    prompt_ids: Sequence[int] | None = None,
    *,
    with_texts: bool = True,
) -> list[ResponseRow]:
    """The slots that count, of all conditions, each under the category it goes by.

    That is the truth, else what `UnconfirmedCategories.of` finds.

    Args:
        with_texts: False leaves the texts, most of what there is to read, in the database.
    """
    query = (
        select(
            Response.id,
            Response.prompt_id,
            Response.condition_id,
            Response.sample_index,
            Response.replicate,
            Response.status,
            Response.text if with_texts else literal("").label("text"),
            Response.category_used,
            Prompt.category,
        )
        .join(Prompt, Response.prompt_id == Prompt.id)
        .where(Prompt.study_id == study_id)
    )
    if prompt_ids is not None:
        query = query.where(Response.prompt_id.in_(prompt_ids))
    conditions = {
        row.id: row
        for row in session.scalars(select(Condition).where(Condition.study_id == study_id))
    }
    unconfirmed = unconfirmed_categories(session, study_id)
    slots: dict[tuple[int, int], list[Any]] = defaultdict(list)
    for row in session.execute(query):
        slots[row.condition_id, row.prompt_id].append(row)
    found: list[ResponseRow] = []
    for (condition_id, prompt_id), rows in sorted(slots.items()):
        condition = conditions[condition_id]
        current = current_slots(rows, strategy_kind(condition.strategy, condition.spec))
        found.extend(
            ResponseRow(
                id=row.id,
                prompt_id=prompt_id,
                condition=condition.label,
                model=condition.model,
                strategy=condition.strategy,
                n=condition.n,
                sample_index=row.sample_index,
                category=row.category
                or unconfirmed.of(prompt_id, condition.model, row.category_used),
                text=row.text if row.status == "ok" else "",
                status=row.status,
            )
            for _, row in sorted(current.items())
        )
    return found


def load_verdicts(
    session: Session,
    study_id: int,
    default_template: str,
    prompt_ids: Sequence[int] | None = None,
) -> list[PairVerdict]:
    """Everybody's current verdicts on pairs of stored responses."""
    return [
        PairVerdict(
            response_a=row.response_a_id,
            response_b=row.response_b_id,
            rater=rater,
            rater_kind=kind,
            equivalent=None if row.value is None else row.value == Verdict.EQUIVALENT,
        )
        for row, rater, kind in _load_answers(
            session, study_id, Question.EQUIVALENCE, default_template, prompt_ids
        )
        if row.response_b_id is not None
    ]


def load_scores(
    session: Session,
    study_id: int,
    default_template: str,
    prompt_ids: Sequence[int] | None = None,
) -> list[QualityScore]:
    """Everybody's current quality scores of stored responses."""
    return [
        QualityScore(
            response=row.response_a_id,
            rater=rater,
            rater_kind=kind,
            value=None if row.value is None else float(row.value),
        )
        for row, rater, kind in _load_answers(
            session, study_id, Question.QUALITY, default_template, prompt_ids
        )
    ]


def _load_answers(
    session: Session,
    study_id: int,
    question: str,
    default_template: str,
    prompt_ids: Sequence[int] | None,
) -> list[tuple[Any, str, RaterKind]]:
    raters: Mapping[int, Rater] = {
        row.id: row
        for row in session.scalars(
            select(Rater).where(Rater.study_id == study_id, Rater.kind.in_(("human", "judge")))
        )
    }
    query = (
        select(
            Rating.item_id,
            Rating.rater_id,
            Rating.template,
            Rating.order,
            Rating.repeat,
            Rating.revision,
            Rating.value,
            Item.response_a_id,
            Item.response_b_id,
        )
        .join(Item, Rating.item_id == Item.id)
        .where(Item.study_id == study_id, Rating.question == question, Rating.repeat == 0)
        .where(Rating.source != "grouping", counts())
        .where(Rating.rater_id.in_(raters))
        .where(Item.response_a_id.is_not(None))
    )
    if prompt_ids is not None:
        query = query.where(Item.prompt_id.in_(prompt_ids))
    newest = current_ratings(
        session.execute(query).all(),
        key=lambda row: row[:5],
        revision=lambda row: int(row.revision),
    )
    answers: list[tuple[Any, str, RaterKind]] = []
    for row in newest.values():
        rater = raters[row.rater_id]
        kind: RaterKind = "judge" if rater.kind == "judge" else "human"
        key = judge_key(rater.identity, row.template, default_template)
        answers.append((row, key if kind == "judge" else rater.identity, kind))
    return answers

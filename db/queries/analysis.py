"""Rows that the analysis in `core` works on: ratings in long format, responses with verdicts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import literal, select
from sqlalchemy.orm import Session, aliased

from core.pipeline.slots import current_slots
from core.results import PairVerdict, QualityScore, ResponseRow
from core.strategies import strategy_kind
from core.types import Question, RaterKind, Verdict
from db.models import Condition, Item, Prompt, Rater, Rating, Response
from db.queries.ratings import current_ratings

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
            .where(Rater.study_id == study_id)
            .distinct()
            .order_by(Rating.question)
        )
    )


def load_ratings(
    session: Session, study_id: int, question: str, default_template: str
) -> pd.DataFrame:
    """Current ratings of one question, one row each.

    Returns:
        Columns item_id (the item's key), cluster, category, rater_id, rater_kind, value (str, or
        None for unscored), order, repeat.
    """
    import pandas as pd

    rows = session.execute(
        select(
            Rating.item_id,
            Rating.rater_id,
            Rating.template,
            Rating.source,
            Rating.order,
            Rating.repeat,
            Rating.revision,
            Rating.value,
            Item.key,
            Item.cluster,
            Item.category,
            Rater.identity,
            Rater.kind,
        )
        .join(Item, Rating.item_id == Item.id)
        .join(Rater, Rating.rater_id == Rater.id)
        .where(Rater.study_id == study_id, Rating.question == question)
        # Verdicts derived from a grouping are transitive by construction (measurement.md 17).
        .where(Rating.source != "grouping")
    ).all()
    newest = current_ratings(
        rows,
        # A person's answer is one answer, whichever words and order it was asked in.
        key=lambda row: row[:6] if row.kind == "judge" else (row[0], row[1], row.repeat),
        revision=lambda row: int(row.revision),
    ).values()
    return pd.DataFrame(
        {
            "item_id": [row.key for row in newest],
            "cluster": [row.cluster for row in newest],
            "category": [row.category for row in newest],
            "rater_id": [
                judge_key(row.identity, row.template, default_template)
                if row.kind == "judge"
                else row.identity
                for row in newest
            ],
            "rater_kind": [row.kind for row in newest],
            "value": pd.Series([row.value for row in newest], dtype=object),
            "order": [row.order for row in newest],
            "repeat": [row.repeat for row in newest],
        }
    )


def load_pair_texts(session: Session, study_id: int) -> dict[str, tuple[str, str]]:
    """Item key -> the two texts of every pair that has texts."""
    member_a, member_b = aliased(Response), aliased(Response)
    inside = session.execute(
        select(Item.key, member_a.text, member_b.text)
        .join(member_a, Item.response_a_id == member_a.id)
        .join(member_b, Item.response_b_id == member_b.id)
        .where(Item.study_id == study_id)
    )
    texts = {key: (text_a, text_b) for key, text_a, text_b in inside}
    outside = session.execute(
        select(Item.key, Item.content).where(Item.study_id == study_id, Item.kind == "external")
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
    """The slots that count, of all conditions; counted under the truth, else the category used.

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
    slots: dict[tuple[int, int], list[Any]] = defaultdict(list)
    for row in session.execute(query):
        slots[row.condition_id, row.prompt_id].append(row)
    found: list[ResponseRow] = []
    for (condition_id, prompt_id), rows in sorted(slots.items()):
        condition = conditions[condition_id]
        current = current_slots(rows, strategy_kind(condition.strategy))
        found.extend(
            ResponseRow(
                id=row.id,
                prompt_id=prompt_id,
                condition=condition.label,
                model=condition.model,
                strategy=condition.strategy,
                n=condition.n,
                sample_index=row.sample_index,
                category=row.category or row.category_used,
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
        row.id: row for row in session.scalars(select(Rater).where(Rater.study_id == study_id))
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
        .where(Rating.source != "grouping")
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

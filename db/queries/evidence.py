"""What lies behind agreement: answers with time and confidence, samples, three-question pairs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session, aliased

from core.agreement.corrected import answer_means
from core.evidence.corrected import CorrectionItems
from core.evidence.drift import PersonAnswer
from core.types import DIRECTED_QUESTIONS, Question, Verdict
from db.models import Condition, Item, Participation, Rater, Rating, Response, Sample
from db.queries.agreement import MIXED, list_excluded_ids
from db.queries.analysis import judge_key, load_ratings

if TYPE_CHECKING:
    import pandas as pd

OPINION_QUESTIONS = (Question.USEFULNESS, Question.SAME, Question.EQUIVALENCE)


def load_person_answers(
    session: Session, study_id: int, question: str, direction: str = "ab"
) -> list[PersonAnswer]:
    """People's current answers with when they were first given; imported ones have no course.

    Args:
        direction: of a directed question.
    """
    rows = session.execute(
        select(
            Item.key,
            Rater.identity,
            Rating.value,
            Rating.revision,
            Rating.created_at,
            Rating.elapsed_ms,
        )
        .join(Item, Rating.item_id == Item.id)
        .join(Rater, Rating.rater_id == Rater.id)
        .where(Rater.study_id == study_id, Rater.kind == "human", Rating.question == question)
        .where(Rating.repeat == 0, Rating.source == "direct", Rating.purpose == "rating")
        .where(_of_direction(question, direction))
        .order_by(Rating.revision, Rating.id)
    )
    found: dict[tuple[str, str], PersonAnswer | None] = {}
    first: dict[tuple[str, str], PersonAnswer] = {}
    for row in rows:
        key = (row.key, row.identity)
        at = first[key].at if key in first else row.created_at
        answer = PersonAnswer(row.key, row.identity, row.value or "", at, row.elapsed_ms)
        first.setdefault(key, answer)
        found[key] = None if row.value is None else answer
    return [answer for answer in found.values() if answer is not None]


def load_confidences(
    session: Session,
    study_id: int,
    question: str,
    default_template: str,
    direction: str = "ab",
) -> pd.DataFrame:
    """Answers whose raters said how sure they are: the newest of each, as agreement reads them.

    Args:
        direction: of a directed question.

    Returns:
        Columns item_id, rater_id, rater_kind, value, confidence.
    """
    import pandas as pd

    rows = session.execute(
        select(
            Item.key,
            Rater.identity,
            Rater.kind,
            Rating.template,
            Rating.order,
            Rating.value,
            Rating.confidence,
        )
        .join(Item, Rating.item_id == Item.id)
        .join(Rater, Rating.rater_id == Rater.id)
        .where(Rater.study_id == study_id, Rating.question == question)
        .where(Rater.kind.in_(("human", "judge")), Rating.repeat == 0)
        .where(Rating.source != "grouping", Rating.purpose == "rating")
        .where(_of_direction(question, direction))
        .order_by(Rating.revision, Rating.id)
    )
    newest: dict[tuple[str, str, str], dict[str, object]] = {}
    for row in rows:
        is_judge = row.kind == "judge"
        name = judge_key(row.identity, row.template, default_template) if is_judge else row.identity
        newest[row.key, name, row.order if is_judge else ""] = {
            "item_id": row.key,
            "rater_id": name,
            "rater_kind": row.kind,
            "value": row.value,
            "confidence": row.confidence,
        }
    columns = ["item_id", "rater_id", "rater_kind", "value", "confidence"]
    return pd.DataFrame([one for one in newest.values() if one["confidence"] is not None],
                        columns=columns)  # fmt: skip


def _of_direction(question: str, direction: str) -> ColumnElement[bool]:
    """Which answers agreement on a question is about, as `core.evidence.selection.in_direction`."""
    if question not in DIRECTED_QUESTIONS:
        return true()
    return Rating.order == "ba" if direction == "ba" else Rating.order != "ba"


def load_opinions(session: Session, study_id: int) -> tuple[pd.DataFrame, dict[str, str]]:
    """People's answers to the defined question and the two without a definition.

    Returns:
        Columns item_id, cluster, category, rater_id, question, value, order; and the arm of each
        person who came into one.
    """
    import pandas as pd

    parts = [
        load_ratings(session, study_id, question, "").assign(question=str(question))
        for question in OPINION_QUESTIONS
    ]
    table = pd.concat(parts, ignore_index=True)
    table = table.loc[(table["rater_kind"] == "human") & (table["repeat"] == 0)]
    arms = session.execute(
        select(Rater.identity, Participation.arm)
        .join(Participation, Participation.rater_id == Rater.id)
        .where(Rater.study_id == study_id)
    )
    return table.reset_index(drop=True), {row.identity: row.arm for row in arms}


def load_correction_items(
    session: Session, study_id: int, question: str, judge: str, default_template: str
) -> CorrectionItems:
    """Every item one judge scored; see `list_correction_items`."""
    return list_correction_items(session, study_id, question, [judge], default_template)[0]


def list_correction_items(
    session: Session, study_id: int, question: str, judges: Sequence[str], default_template: str
) -> list[CorrectionItems]:
    """Every item each judge scored, with what people said of the sampled ones.

    A judge asked in both orders counts with the mean of the two; people a researcher excluded do
    not count. Only stored pairs (equivalence)
    and responses (quality) are a study's items: those of imports were chosen elsewhere.
    """
    import numpy as np

    first, second = aliased(Response), aliased(Response)
    condition_a, condition_b = aliased(Condition), aliased(Condition)
    about = {
        row.key: row
        for row in session.execute(
            select(
                Item.key,
                Item.cluster,
                Item.category,
                condition_a.strategy.label("strategy_a"),
                condition_b.strategy.label("strategy_b"),
                Sample.inclusion_probability,
            )
            .join(first, Item.response_a_id == first.id)
            .join(condition_a, first.condition_id == condition_a.id)
            .outerjoin(second, Item.response_b_id == second.id)
            .outerjoin(condition_b, second.condition_id == condition_b.id)
            .outerjoin(Sample, (Sample.item_id == Item.id) & (Sample.question == question))
            .where(Item.study_id == study_id)
        )
    }
    excluded = list_excluded_ids(session, study_id)
    ratings = load_ratings(session, study_id, question, default_template, exclude=excluded)
    ratings = ratings.loc[(ratings["repeat"] == 0) & ratings["value"].notna()]
    scores: dict[str, dict[str, list[float]]] = {judge: defaultdict(list) for judge in judges}
    people: list[tuple[str, float]] = []
    columns = (ratings[name].tolist() for name in ("item_id", "rater_kind", "rater_id", "value"))
    for key, kind, rater, answer in zip(*columns, strict=True):
        if key not in about:
            continue
        if kind == "human":
            people.append((key, _number(answer, question)))
        elif rater in scores:
            scores[rater][key].append(_number(answer, question))
    keys = list(about)
    place = {key: number for number, key in enumerate(keys)}
    human, variance = answer_means(
        np.array([place[key] for key, _ in people], dtype=np.int64),
        np.array([value for _, value in people], dtype=np.float64),
        len(keys),
    )
    rows = [about[key] for key in keys]
    strategies = [
        MIXED if row.strategy_b not in (None, row.strategy_a) else row.strategy_a for row in rows
    ]
    chances = [row.inclusion_probability for row in rows]
    shared: dict[str, Any] = {
        "clusters": np.array([row.cluster for row in rows], dtype=object),
        "categories": np.array([row.category or "" for row in rows], dtype=object),
        "strategies": np.array(strategies, dtype=object),
        "human": human,
        "human_variance": variance,
        "probabilities": np.array([np.nan if one is None else one for one in chances]),
        "limits": (1.0, 5.0) if question == Question.QUALITY else (0.0, 1.0),
    }
    return [
        CorrectionItems(
            question=question,
            judge=judge,
            scores=np.array(
                [sum(mine[key]) / len(mine[key]) if key in mine else np.nan for key in keys]
            ),
            **shared,
        )
        for judge, mine in scores.items()
    ]


def _number(value: str, question: str) -> float:
    if question in (Question.EQUIVALENCE, Question.SAME):
        return float(value == Verdict.EQUIVALENT)
    return float(value)

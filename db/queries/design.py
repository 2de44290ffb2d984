"""How a study is made up, for its report: prompts, conditions, samples, people."""

from __future__ import annotations

from collections import Counter, defaultdict
from statistics import median
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.types import Question
from db.models import Condition, Item, Participation, Prompt, Rater, Rating, Response, Sample, Tag
from db.queries.disagreement import ADJUDICATOR, JUDGES_SEEN

UNKNOWN = "not recorded"


def count_prompts_by_category(session: Session, study_id: int) -> dict[str, int]:
    """Category -> prompts, sorted; "" where it is not known."""
    rows = session.execute(
        select(Prompt.category, func.count()).where(Prompt.study_id == study_id)
        .group_by(Prompt.category)
    )  # fmt: skip
    return dict(sorted((category or "", n) for category, n in rows))


def list_condition_counts(session: Session, study_id: int) -> list[dict[str, Any]]:
    """One row per condition; failed counts slots without any text in any replicate."""
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    for row in session.execute(
        select(Response.condition_id, Response.status, func.count())
        .join(Condition, Response.condition_id == Condition.id)
        .where(Condition.study_id == study_id)
        .group_by(Response.condition_id, Response.status)
    ):
        counts[row[0]][row[1]] += row[2]
    return [
        {
            "condition": row.label,
            "strategy": row.strategy,
            "model": row.model,
            "wanted": row.n,
            "given": counts[row.id]["ok"],
            "failed": counts[row.id]["failed"],
        }
        for row in session.scalars(
            select(Condition).where(Condition.study_id == study_id).order_by(Condition.id)
        )
    ]


def list_samples(session: Session, study_id: int) -> list[dict[str, Any]]:
    """One row per question, frame, stratum and seed."""
    rows = session.execute(
        select(
            Sample.question,
            Sample.frame,
            Sample.stratum,
            Sample.seed,
            func.count().label("items"),
            func.count(Sample.inclusion_probability).label("known"),
            func.min(Sample.inclusion_probability).label("low"),
            func.max(Sample.inclusion_probability).label("high"),
        )
        .where(Sample.study_id == study_id)
        .group_by(Sample.question, Sample.frame, Sample.stratum, Sample.seed)
    ).all()
    found = [
        {
            "question": row.question,
            "frame": row.frame,
            "stratum": row.stratum,
            "items": row.items,
            "lowest probability": row.low if row.known == row.items else None,
            "highest probability": row.high if row.known == row.items else None,
            "seed": str(row.seed),
        }
        for row in rows
    ]
    return sorted(
        found, key=lambda row: (row["question"], row["frame"], row["stratum"], row["seed"])
    )


def list_participants(
    session: Session, study_id: int, names: dict[int, str]
) -> list[dict[str, Any]]:
    """People who answered something that counts, in the order they came.

    Args:
        names: rater id -> the name to print.
    """
    answers: dict[int, dict[Any, Any]] = defaultdict(dict)
    for row in session.execute(
        select(
            Rating.rater_id, Rating.item_id, Rating.question, Rating.repeat, Rating.value,
            Rating.elapsed_ms,
        )
        .join(Rater, Rating.rater_id == Rater.id)
        .where(Rater.study_id == study_id, Rater.kind == "human", Rating.source != "grouping")
        .where(Rating.purpose == "rating", Rating.repeat == 0)
        .order_by(Rating.revision, Rating.id)
    ):  # fmt: skip
        answers[row.rater_id][row.item_id, row.question, row.repeat] = row
    ways = {
        row.rater_id: row
        for row in session.scalars(select(Participation).where(Participation.study_id == study_id))
    }
    rows = []
    for rater_id in session.scalars(
        select(Rater.id).where(Rater.study_id == study_id, Rater.kind == "human").order_by(Rater.id)
    ):
        given, way = list(answers[rater_id].values()), ways.get(rater_id)
        if not given:
            continue
        times = [one.elapsed_ms / 1000 for one in given if one.elapsed_ms is not None]
        excluded = way is not None and way.excluded_at is not None
        rows.append(
            {
                "person": names[rater_id],
                "arm": way.arm if way else "",
                "phase": way.phase if way else "",
                "answers": sum(one.value is not None for one in given),
                "can't tell": sum(one.value is None for one in given),
                "median seconds": median(times) if times else None,
                "excluded": (way.excluded_reason or "yes") if way and excluded else "",
            }
        )
    return rows


def count_phases(session: Session, study_id: int) -> dict[str, int]:
    """Phase -> people; empty for studies that invite by name only."""
    rows = session.execute(
        select(Participation.phase, func.count())
        .where(Participation.study_id == study_id)
        .group_by(Participation.phase)
    )
    return dict(sorted(rows.all()))


def count_tags(session: Session, study_id: int) -> list[tuple[str, str, int]]:
    """(question, word, items), the most frequent first."""
    rows = session.execute(
        select(Tag.question, Tag.word, func.count()).where(Tag.study_id == study_id)
        .group_by(Tag.question, Tag.word)
    )  # fmt: skip
    found = [(question, word, n) for question, word, n in rows]
    return sorted(found, key=lambda row: (row[0], -row[2], row[1]))


def count_adjudicated(session: Session, study_id: int) -> tuple[int, int]:
    """Items with an adjudicated answer, and those whose adjudicator had seen judges' verdicts."""
    rows = session.execute(
        select(Rating.item_id, Rating.question, Rating.parameters)
        .join(Rater, Rating.rater_id == Rater.id)
        .where(Rater.study_id == study_id, Rater.kind == ADJUDICATOR)
        .order_by(Rating.id)
    )
    seen = {(row.item_id, row.question): bool(row.parameters.get(JUDGES_SEEN)) for row in rows}
    return len(seen), sum(seen.values())


def count_items_by_kind(session: Session, study_id: int) -> dict[str, int]:
    """Kind -> items anybody was asked about."""
    rows = session.execute(
        select(Item.kind, func.count()).where(Item.study_id == study_id).group_by(Item.kind)
    )
    return dict(sorted(rows.all()))


def list_judged_by(session: Session, study_id: int) -> list[str]:
    """Questions people have answered, those of the method first."""
    asked = set(
        session.scalars(
            select(Rating.question)
            .join(Rater, Rating.rater_id == Rater.id)
            .where(Rater.study_id == study_id, Rater.kind == "human")
            .where(Rating.value.is_not(None), Rating.purpose == "rating")
            .distinct()
        )
    )
    known = [str(question) for question in Question if question in asked]
    return known + sorted(asked - set(known))


def last_answer(session: Session, study_id: int) -> str:
    """When the newest rating was given, in UTC to the minute; "" without any."""
    newest = session.scalar(
        select(func.max(Rating.created_at))
        .join(Rater, Rating.rater_id == Rater.id)
        .where(Rater.study_id == study_id)
    )
    return f"{newest:%Y-%m-%d %H:%M} UTC" if newest else ""

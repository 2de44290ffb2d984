"""What a study already knows of models: which it used, and how they answered."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from core.pipeline.estimate import Experience
from db.models import Condition, Rater, Rating, Response


@dataclass(frozen=True, slots=True)
class KnownModels:
    """Model ids in alphabetical order: those that generated, and those that judged here."""

    generating: tuple[str, ...]
    judging: tuple[str, ...]


def list_known_models(session: Session, study_id: int) -> KnownModels:
    """Models that were asked from here; imported conditions and judges are not among them."""
    generating = session.scalars(
        select(Condition.model)
        .where(Condition.study_id == study_id, Condition.strategy != "imported")
        .distinct()
        .order_by(Condition.model)
    )
    judging = session.scalars(
        select(Rater.identity)
        .where(Rater.study_id == study_id, Rater.kind == "judge")
        .where(
            select(Rating.id).where(Rating.rater_id == Rater.id, Rating.source == "direct").exists()
        )
        .order_by(Rater.identity)
    )
    return KnownModels(tuple(generating), tuple(judging))


def get_judge_experience(session: Session, study_id: int) -> dict[tuple[str, str], Experience]:
    """(judge's model id, question) -> mean output tokens and seconds per answer."""
    rows = session.execute(
        select(
            Rater.identity,
            Rating.question,
            func.avg(Rating.output_tokens),
            func.avg(Rating.elapsed_ms),
        )
        .join(Rating, Rating.rater_id == Rater.id)
        .where(Rater.study_id == study_id, Rater.kind == "judge", Rating.source == "direct")
        .group_by(Rater.identity, Rating.question)
    )
    return {
        (judge, question): Experience(
            output_tokens=float(tokens) if tokens else None,
            call_s=None if elapsed_ms is None else float(elapsed_ms) / 1000,
        )
        for judge, question, tokens, elapsed_ms in rows
    }


def get_experience(session: Session, study_id: int) -> dict[tuple[str, str], Experience]:
    """(model id, strategy id) -> mean output tokens per response and seconds per call.

    A call that filled a set keeps its tokens with the first slot, so tokens are summed over all
    slots and divided by those answered.
    """
    answered = func.sum(case((Response.status == "ok", 1), else_=0))
    rows = session.execute(
        select(
            Condition.model,
            Condition.strategy,
            answered,
            func.sum(Response.output_tokens),
            func.avg(Response.latency_ms),
        )
        .join(Response, Response.condition_id == Condition.id)
        .where(Condition.study_id == study_id, Response.finish_reason != "")
        .group_by(Condition.model, Condition.strategy)
    )
    return {
        (model, strategy): Experience(
            output_tokens=float(tokens) / n if n and tokens else None,
            call_s=float(latency_ms) / 1000 if latency_ms is not None else None,
        )
        for model, strategy, n, tokens, latency_ms in rows
    }

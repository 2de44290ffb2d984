"""Everything said about one prompt, beyond its sets: classifications, checklists and scores."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.types import Question
from db.models import Checklist, Item, Rater, Rating
from db.queries.compare_items import Answer, list_answers_about


@dataclass(frozen=True, slots=True)
class Classification:
    """What one model took the prompt for; value None = unreadable, with a reason."""

    model: str
    value: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class JudgeChecklist:
    """The key factors one judge wrote for the prompt."""

    judge: str
    factors: tuple[str, ...]


def list_classifications(session: Session, prompt_id: int) -> list[Classification]:
    """Each model's newest classification of a prompt, by name."""
    rows = session.execute(
        select(Rater.identity, Rating.value, Rating.reason)
        .join(Rating, Rating.rater_id == Rater.id)
        .join(Item, Rating.item_id == Item.id)
        .where(
            Item.prompt_id == prompt_id,
            Item.kind == "prompt",
            Rating.question == Question.CATEGORY,
            Rater.kind == "judge",
        )
        .order_by(Rater.identity, Rating.revision, Rating.id)
    )
    return list({row.identity: Classification(*row) for row in rows}.values())


def list_checklists(session: Session, prompt_id: int) -> list[JudgeChecklist]:
    """Readable checklists of a prompt, by judge."""
    rows = session.execute(
        select(Rater.identity, Checklist.factors)
        .join(Rater, Checklist.rater_id == Rater.id)
        .where(Checklist.prompt_id == prompt_id)
        .order_by(Rater.identity)
    )
    return [JudgeChecklist(judge, tuple(map(str, factors))) for judge, factors in rows if factors]


def list_scores(
    session: Session, response_ids: Sequence[int], default_template: str
) -> dict[int, tuple[Answer, ...]]:
    """Response id -> everybody's quality scores with their reasons; unscored responses absent.

    Args:
        default_template: of `quality`, by which judges are named.
    """
    rows = session.execute(
        select(Item.id, Item.response_a_id).where(
            Item.kind == "response", Item.response_a_id.in_(response_ids)
        )
    )
    items = {item_id: response for item_id, response in rows}  # noqa: C416 - rows are no pairs
    found: dict[int, tuple[Answer, ...]] = defaultdict(tuple)
    said = list_answers_about(session, list(items), Question.QUALITY, default_template)
    for item_id, answers in said.items():
        response = items[item_id]
        if response is not None:
            found[response] += tuple(answers)
    return dict(found)

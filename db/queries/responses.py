"""Responses: the slots that count, and what a set looks like as a whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.pipeline.records import StoredResponse
from core.pipeline.slots import current_slots
from core.strategies import strategy_kind
from db.models import Condition, Prompt, Response
from db.queries.categories import UnconfirmedCategories, unconfirmed_categories

PART = 2_000


def list_current_responses(
    session: Session,
    study_id: int,
    prompt_ids: Sequence[int],
    condition_labels: Sequence[str] | None,
) -> list[StoredResponse]:
    """Answered slots that count, with texts, in order of prompt, condition and index.

    The category is the ground truth, else that of `UnconfirmedCategories.of`, marked `unconfirmed`.
    """
    rows: list[Any] = []
    for start in range(0, len(prompt_ids), PART):
        query = (
            select(
                Response,
                Condition.strategy,
                Condition.spec,
                Condition.n,
                Condition.model,
                Prompt.category.label("truth"),
            )
            .join(Condition, Response.condition_id == Condition.id)
            .join(Prompt, Response.prompt_id == Prompt.id)
            .where(Condition.study_id == study_id)
            .where(Response.prompt_id.in_(prompt_ids[start : start + PART]))
        )
        if condition_labels is not None:
            query = query.where(Condition.label.in_(condition_labels))
        rows.extend(session.execute(query))
    slots: dict[tuple[int, int], list[Response]] = defaultdict(list)
    about: dict[tuple[int, int], tuple[str, Mapping[str, Any], int, str, str | None]] = {}
    for response, strategy, spec, n, model, truth in rows:
        key = (response.prompt_id, response.condition_id)
        slots[key].append(response)
        about[key] = (strategy, spec, n, model, truth)
    unconfirmed = unconfirmed_categories(session, study_id)
    found: list[StoredResponse] = []
    for key in sorted(slots):
        strategy, spec, n, model, truth = about[key]
        current = current_slots(slots[key], strategy_kind(strategy, spec))
        found.extend(
            _stored(current[index], strategy, truth, model, unconfirmed)
            for index in sorted(current)
            if index < n and current[index].status == "ok"
        )
    return found


def _stored(
    response: Response,
    strategy: str,
    truth: str | None,
    model: str,
    unconfirmed: UnconfirmedCategories,
) -> StoredResponse:
    category = truth or unconfirmed.of(response.prompt_id, model, response.category_used)
    return StoredResponse(
        id=response.id,
        prompt_id=response.prompt_id,
        condition_id=response.condition_id,
        strategy=strategy,
        sample_index=response.sample_index,
        text=response.text,
        category=category,
        category_source="truth" if truth else "unconfirmed" if category else "",
        model=model,
    )

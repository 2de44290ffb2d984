"""Prompts with what is known of their category."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.types import Question
from db.models import Item, Prompt, Rater, Rating, Study
from db.queries.items import recategorize
from db.queries.studies import add_event, touch

# Where a study's settings say which published sets its prompts came from.
PROMPT_SETS = "prompt_sets"


@dataclass(frozen=True, slots=True)
class PromptView:
    """A prompt as a table row.

    truth: the ground-truth category; by_model: each model's own; n_paraphrases: how many came with
    the prompt.
    """

    id: int
    external_id: str
    text: str
    source: str
    reference: str
    truth: str | None
    by_model: dict[str, str]
    n_paraphrases: int = 0


def list_prompt_views(session: Session, study_id: int) -> list[PromptView]:
    """All prompts in the order they were added, with every model's classification."""
    by_prompt: dict[int, dict[str, str]] = {}
    rows = session.execute(
        select(Item.prompt_id, Rater.identity, Rating.value)
        .join(Rating, Rating.item_id == Item.id)
        .join(Rater, Rating.rater_id == Rater.id)
        .where(
            Item.study_id == study_id,
            Item.kind == "prompt",
            Rating.question == Question.CATEGORY,
            Rater.kind == "judge",
            Rating.value.is_not(None),
        )
        .order_by(Rating.id)
    )
    for prompt_id, model, category in rows:
        if prompt_id is not None and category is not None:
            by_prompt.setdefault(prompt_id, {})[model] = category
    prompts = session.scalars(select(Prompt).where(Prompt.study_id == study_id).order_by(Prompt.id))
    return [
        PromptView(
            id=prompt.id,
            external_id=prompt.external_id,
            text=prompt.text,
            source=prompt.source,
            reference=prompt.reference,
            truth=prompt.category,
            by_model=by_prompt.get(prompt.id, {}),
            n_paraphrases=len(given_paraphrases(prompt.meta)),
        )
        for prompt in prompts
    ]


def given_paraphrases(meta: Mapping[str, Any] | None) -> tuple[str, ...]:
    """Paraphrases that came with a prompt; none where its metadata hold anything else."""
    found = (meta or {}).get("paraphrases")
    if not isinstance(found, list) or not all(isinstance(text, str) for text in found):
        return ()
    return tuple(text for text in found if text.strip())


def list_prompt_sets(session: Session, study_id: int) -> list[dict[str, Any]]:
    """Published sets the prompts were drawn from: `core.importing.drawing.Provenance` each."""
    found = session.get_one(Study, study_id).settings.get(PROMPT_SETS, [])
    return [dict(one) for one in found]


def set_category(session: Session, prompt_id: int, category: str | None, set_by: str) -> None:
    """Corrects a prompt's ground truth; its items follow."""
    prompt = session.get_one(Prompt, prompt_id)
    if prompt.category == category:
        return
    detail = {"prompt": prompt.external_id, "from": prompt.category, "to": category}
    prompt.category, prompt.category_set_by = category, set_by
    recategorize(session, prompt_id, category)
    add_event(session, prompt.study_id, "category_set", detail, set_by)
    touch(session, prompt.study_id)


def count_references(session: Session, study_id: int) -> int:
    """Prompts that have a reference answer."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Prompt)
            .where(Prompt.study_id == study_id, Prompt.reference != "")
        )
        or 0
    )

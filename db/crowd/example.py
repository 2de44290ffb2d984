"""A set of a study's own responses, by which a researcher sees what people will see."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.models import Prompt, Response

SET_SIZE = 5


@dataclass(frozen=True, slots=True)
class ExampleSet:
    """Responses of one prompt and condition. category: None where the prompt has none."""

    prompt: str
    category: str | None
    texts: tuple[str, ...]


def find_example_set(session: Session, study_id: int) -> ExampleSet | None:
    """The first set with the most responses, up to five; None without any response."""
    usable = (Prompt.study_id == study_id, Response.status == "ok", Response.text != "")
    n_responses = func.count()
    largest = session.execute(
        select(Response.prompt_id, Response.condition_id)
        .join(Prompt, Response.prompt_id == Prompt.id)
        .where(*usable)
        .group_by(Response.prompt_id, Response.condition_id)
        .order_by(n_responses.desc(), Response.prompt_id, Response.condition_id)
        .limit(1)
    ).one_or_none()
    if largest is None:
        return None
    prompt = session.get_one(Prompt, largest.prompt_id)
    texts = session.scalars(
        select(Response.text)
        .join(Prompt, Response.prompt_id == Prompt.id)
        .where(
            *usable,
            Response.prompt_id == largest.prompt_id,
            Response.condition_id == largest.condition_id,
        )
        .order_by(Response.sample_index, Response.replicate)
        .limit(SET_SIZE)
    ).all()
    return ExampleSet(prompt.text, prompt.category, tuple(texts))

"""What a prompt is taken for where no person has said it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.pipeline.anchors import MISMATCHED
from core.types import Question
from db.models import Condition, Item, Prompt, Rater, Rating, Response


@dataclass(frozen=True, slots=True)
class UnconfirmedCategories:
    """Categories of the prompts without ground truth, by who used or gave them.

    Both sides of a comparison have to be read by one definition. So a baseline, which was told no
    category, goes by the one its model's anchored responses used.

    Attributes:
        used: prompt id -> model -> categories that responses of the model were anchored to.
        given: prompt id -> model -> its newest readable classification.
    """

    used: Mapping[int, Mapping[str, frozenset[str]]] = field(default_factory=dict)
    given: Mapping[int, Mapping[str, str]] = field(default_factory=dict)

    def of(self, prompt_id: int, model: str, response_used: str | None = None) -> str | None:
        """The category a response goes by; None where nothing, or nothing clear, is known.

        In this order: what the response itself was anchored to; what all others of its model on
        the prompt were; the model's own classification; what all classifiers agree on.
        """
        used = self.used.get(prompt_id, {}).get(model, frozenset())
        # What is not among them was wrong on purpose.
        if response_used in used:
            return response_used
        given = self.given.get(prompt_id, {})
        return _only(used) or given.get(model) or _only(given.values())

    def of_prompt(self, prompt_id: int) -> str | None:
        """The category of the prompt as such: what all responses and classifiers agree on."""
        used = frozenset[str]().union(*self.used.get(prompt_id, {}).values())
        return _only(used or self.given.get(prompt_id, {}).values())


def _only(categories: Iterable[str]) -> str | None:
    different = set(categories)
    return different.pop() if len(different) == 1 else None


def unconfirmed_categories(session: Session, study_id: int) -> UnconfirmedCategories:
    """What stands in for the ground truth in a study, where that is missing."""
    missing = (Prompt.study_id == study_id) & Prompt.category.is_(None)
    used: dict[int, dict[str, frozenset[str]]] = defaultdict(dict)
    for row in session.execute(
        select(Response.prompt_id, Condition.model, Response.category_used)
        .join(Condition, Response.condition_id == Condition.id)
        .join(Prompt, Response.prompt_id == Prompt.id)
        .where(missing, Response.category_used.is_not(None))
        # Wrong on purpose says nothing of the prompt.
        .where(Response.category_source != MISMATCHED)
        .distinct()
    ):
        of_prompt = used[row.prompt_id]
        of_prompt[row.model] = of_prompt.get(row.model, frozenset()) | {str(row.category_used)}
    given: dict[int, dict[str, str]] = defaultdict(dict)
    for answer in session.execute(
        select(Prompt.id, Rater.identity, Rating.value)
        .join(Item, Item.prompt_id == Prompt.id)
        .join(Rating, Rating.item_id == Item.id)
        .join(Rater, Rating.rater_id == Rater.id)
        .where(missing, Item.kind == "prompt", Rater.kind == "judge")
        .where(Rating.question == Question.CATEGORY, Rating.value.is_not(None))
        .order_by(Rating.revision, Rating.id)
    ):
        given[answer.id][answer.identity] = str(answer.value)
    return UnconfirmedCategories(dict(used), dict(given))

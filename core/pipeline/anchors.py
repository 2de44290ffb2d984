"""Which category anchors the instruction for each prompt, and where that comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.pipeline.classify import classify
from core.pipeline.records import StoredPrompt
from core.pipeline.specs import ClassifySpec
from core.pipeline.workshop import Workshop
from core.strategies.condition import Condition, choose_wrong_category
from core.strategies.strategy import Strategy

MISMATCHED = "mismatched"


@dataclass(frozen=True, slots=True)
class Anchor:
    """The category whose instruction a prompt gets.

    Attributes:
        source: truth, a model's id, or `mismatched` for one that is wrong on purpose.
        meta: kept with the response.
    """

    category: str
    source: str
    meta: Mapping[str, Any] = field(default_factory=dict)


def is_asked(condition: Condition, strategy: Strategy, prompt: StoredPrompt) -> bool:
    """Whether a condition is about this prompt at all.

    One chosen wrong category is not wrong for the prompts that are of it: they are left out.
    """
    return not strategy.mismatched or prompt.category != condition.wrong_category


async def find_anchors(
    workshop: Workshop,
    condition: Condition,
    strategy: Strategy,
    prompts: Sequence[StoredPrompt],
    *,
    retry_failed: bool,
) -> dict[int, Anchor]:
    """prompt id -> category to anchor by: the truth, a model's classification, or a wrong one.

    The model that generates classifies first where it has not yet: as in the paper, it must not
    be told what it did not find out itself. A truth key the taxonomy no longer has is no category.
    """
    if not strategy.anchored:
        return {}
    if strategy.mismatched:
        return _mismatched(workshop, condition, prompts)
    if condition.category_from == "truth":
        return {
            prompt.id: Anchor(prompt.category, "truth")
            for prompt in prompts
            if prompt.category is not None and prompt.category in workshop.taxonomy
        }
    own = condition.category_from == "model"
    model_id = condition.model_id if own else condition.category_from
    ids = [prompt.id for prompt in prompts]
    found = workshop.store.find_categories(model_id, ids)
    missing = [prompt for prompt in prompts if prompt.id not in found]
    if missing:
        classifying = ClassifySpec(model_id, retry_failed=retry_failed)
        await classify(workshop, classifying, missing, counted=False)
        found = workshop.store.find_categories(model_id, ids)
    return {
        prompt_id: Anchor(category, model_id)
        for prompt_id, category in found.items()
        if category in workshop.taxonomy
    }


def _mismatched(
    workshop: Workshop, condition: Condition, prompts: Sequence[StoredPrompt]
) -> dict[int, Anchor]:
    """Wrong categories; without the truth nobody knows which those are."""
    anchors = {}
    for prompt in prompts:
        if prompt.category is None:
            continue
        wrong = choose_wrong_category(
            condition, prompt.external_id, prompt.category, workshop.taxonomy
        )
        if wrong is not None and wrong in workshop.taxonomy:
            anchors[prompt.id] = Anchor(wrong, MISMATCHED, {"true_category": prompt.category})
    return anchors

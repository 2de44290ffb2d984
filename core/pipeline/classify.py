"""Asking a model which task category each prompt belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import ProviderError
from core.judges import Classification
from core.pipeline.judging import judge_once_more
from core.pipeline.records import NewRating, StoredPrompt
from core.pipeline.runner import Emit
from core.pipeline.specs import ClassifySpec
from core.pipeline.workshop import Workshop
from core.providers.base import parse_model_id
from core.types import Question


@dataclass(frozen=True, slots=True)
class ClassifyUnit:
    prompt: StoredPrompt
    rater_id: int
    item_id: int
    template: str
    revision: int

    @property
    def key(self) -> str:
        return f"classify:{self.rater_id}:{self.item_id}:{self.template}:{self.revision}"


async def classify(
    workshop: Workshop, spec: ClassifySpec, prompts: Sequence[StoredPrompt], *, counted: bool = True
) -> None:
    """Classifies prompts that this model has not classified with these words yet.

    Args:
        counted: False where classifying only prepares other work, which does the counting.
    """
    model_id = parse_model_id(spec.model_id)
    provider = workshop.provider(model_id)
    judge = Classification.open(workshop.taxonomy, workshop.templates)
    store, progress = workshop.store, workshop.progress
    rater_id = store.add_judge(spec.model_id)
    items = store.list_prompt_items([prompt.id for prompt in prompts])

    def plan(wanted: Sequence[StoredPrompt]) -> list[ClassifyUnit]:
        item_ids = [items[prompt.id] for prompt in wanted]
        judged = store.list_judged(rater_id, Question.CATEGORY, judge.template, item_ids)
        units = []
        for prompt in wanted:
            scored, revision = judged.get((items[prompt.id], ""), (False, -1))
            if revision < 0 or (spec.retry_failed and not scored):
                unit = ClassifyUnit(
                    prompt, rater_id, items[prompt.id], judge.template, revision + 1
                )
                units.append(unit)
        return units

    async def perform(unit: ClassifyUnit, emit: Emit) -> None:
        request = judge.request(model_id.model, unit.prompt.text)
        try:
            answer = await judge_once_more(workshop, provider, request, judge.parse, unit.key)
        except ProviderError as error:
            if counted:
                progress.fail(unit.prompt.external_id, "classify", error.reason, error.detail)
            return
        emit(
            NewRating(
                rater_id=unit.rater_id,
                item_id=unit.item_id,
                question=Question.CATEGORY,
                order="",
                template=unit.template,
                category_used=None,
                revision=unit.revision,
                **answer.rating_fields(),
            )
        )
        if counted and answer.parsed.reason:
            progress.fail(unit.prompt.external_id, "classify", "unscored", answer.parsed.reason)
        elif counted:
            progress.done += 1

    def shrunk(_planned: ClassifyUnit, left: ClassifyUnit | None) -> None:
        if counted and left is None:
            progress.skipped += 1

    units = plan(prompts)
    if counted:
        progress.planned += len(prompts)
        progress.skipped += len(prompts) - len(units)
    await workshop.run(
        units, perform, lambda claimed: plan([unit.prompt for unit in claimed]), shrunk
    )

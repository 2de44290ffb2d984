"""A run's work on some of its prompts, whatever kind of run it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.errors import UserError
from core.pipeline.classify import classify
from core.pipeline.generate import generate
from core.pipeline.judge import judge
from core.pipeline.records import StoredPrompt
from core.pipeline.specs import ClassifySpec, GenerateSpec, JudgeSpec, RunSpec
from core.pipeline.workshop import Workshop
from core.strategies import STRATEGIES
from core.strategies.condition import Condition


async def execute(workshop: Workshop, spec: RunSpec, prompt_ids: Sequence[int] | None) -> None:
    """Does what is missing for these prompts (None: all), and counts it in the progress.

    Raises:
        UserError: the work cannot be done at all, for instance because a key is missing.
    """
    check_batch(spec)
    workshop.batched = spec.batch
    prompts = workshop.store.list_prompts(prompt_ids)
    async with workshop:
        match spec:
            case ClassifySpec():
                await classify(workshop, spec, prompts)
            case GenerateSpec():
                for condition in spec.conditions:
                    if workshop.control.should_stop():
                        break
                    await _generate(workshop, spec, condition, prompts)
            case JudgeSpec():
                await judge(workshop, spec, prompts)


def check_batch(spec: RunSpec) -> None:
    """Refuses to batch what asks one question after the answer to another.

    Raises:
        UserError: a strategy whose turns see the earlier answers.
    """
    if not spec.batch or not isinstance(spec, GenerateSpec):
        return
    chains = {one.strategy for one in spec.conditions if STRATEGIES[one.strategy].kind == "chain"}
    if chains:
        raise UserError(
            f"{', '.join(sorted(chains))} cannot be sent as a batch: every turn needs the answer "
            "to the one before. Run these without --batch."
        )


async def _generate(
    workshop: Workshop, spec: GenerateSpec, condition: Condition, prompts: Sequence[StoredPrompt]
) -> None:
    categories: Mapping[int, tuple[str, str]] = {}
    if STRATEGIES[condition.strategy].anchored:
        categories = await _categories(workshop, spec, condition, prompts)
    await generate(
        workshop, condition, prompts, categories=categories, retry_failed=spec.retry_failed
    )


async def _categories(
    workshop: Workshop, spec: GenerateSpec, condition: Condition, prompts: Sequence[StoredPrompt]
) -> dict[int, tuple[str, str]]:
    """prompt id -> (category to anchor by, its source): the truth, or a model's classification.

    The model that generates classifies first where it has not yet: as in the paper, it must not
    be told what it did not find out itself. A truth key the taxonomy no longer has is no category.
    """
    if condition.category_from == "truth":
        return {
            prompt.id: (prompt.category, "truth")
            for prompt in prompts
            if prompt.category is not None and prompt.category in workshop.taxonomy
        }
    own = condition.category_from == "model"
    model_id = condition.model_id if own else condition.category_from
    ids = [prompt.id for prompt in prompts]
    found = workshop.store.find_categories(model_id, ids)
    missing = [prompt for prompt in prompts if prompt.id not in found]
    if missing:
        classifying = ClassifySpec(model_id, retry_failed=spec.retry_failed, batch=spec.batch)
        await classify(workshop, classifying, missing, counted=False)
        found = workshop.store.find_categories(model_id, ids)
    return {
        prompt_id: (category, model_id)
        for prompt_id, category in found.items()
        if category in workshop.taxonomy
    }


def calls_per_prompt(spec: RunSpec) -> int:
    """Roughly how many calls one prompt needs; for splitting work, not for estimates."""
    match spec:
        case ClassifySpec():
            return 1
        case GenerateSpec():
            return sum(
                1 if STRATEGIES[condition.strategy].kind == "set" else condition.n
                for condition in spec.conditions
            )
        case JudgeSpec():
            n_conditions = len(spec.conditions or ()) or 3
            pairs = 10 * len(spec.orders) * spec.repeats
            per_condition = pairs if spec.question == "equivalence" else 6
            return n_conditions * per_condition

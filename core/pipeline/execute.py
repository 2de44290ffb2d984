"""A run's work on some of its prompts, whatever kind of run it is."""

from __future__ import annotations

from collections.abc import Sequence

from core.errors import UserError
from core.pipeline.anchors import find_anchors, is_asked
from core.pipeline.classify import classify
from core.pipeline.generate import generate
from core.pipeline.judge import judge
from core.pipeline.paraphrase import find_paraphrases
from core.pipeline.records import StoredPrompt
from core.pipeline.specs import PAIR_QUESTIONS, ClassifySpec, GenerateSpec, JudgeSpec, RunSpec
from core.pipeline.workshop import Workshop
from core.strategies import get_strategy, strategy_kind
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
    chains = {
        one.strategy
        for one in spec.conditions
        if strategy_kind(one.strategy, one.as_dict()) == "chain"
    }
    if chains:
        raise UserError(
            f"{', '.join(sorted(chains))} cannot be sent as a batch: every turn needs the answer "
            "to the one before. Run these without --batch."
        )


async def _generate(
    workshop: Workshop, spec: GenerateSpec, condition: Condition, prompts: Sequence[StoredPrompt]
) -> None:
    strategy = get_strategy(condition.strategy, workshop.settings.prompts_dir)
    asked = [prompt for prompt in prompts if is_asked(condition, strategy, prompt)]
    retry = spec.retry_failed
    await generate(
        workshop,
        condition,
        asked,
        anchors=await find_anchors(workshop, condition, strategy, asked, retry_failed=retry),
        paraphrases=await find_paraphrases(
            workshop, condition, strategy, asked, retry_failed=retry
        ),
        retry_failed=retry,
    )


def calls_per_prompt(spec: RunSpec) -> int:
    """Roughly how many calls one prompt needs; for splitting work, not for estimates."""
    match spec:
        case ClassifySpec():
            return 1
        case GenerateSpec():
            kinds = [strategy_kind(one.strategy, one.as_dict()) for one in spec.conditions]
            return sum(
                1 if kind == "set" else one.n
                for kind, one in zip(kinds, spec.conditions, strict=True)
            )
        case JudgeSpec():
            n_conditions = len(spec.conditions or ()) or 3
            pairs = 10 * len(spec.orders) * spec.repeats
            per_condition = pairs if spec.question in PAIR_QUESTIONS else 6
            return n_conditions * per_condition

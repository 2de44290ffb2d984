"""Asking a judge about pairs (equivalence, usefulness) and single responses (quality, accuracy)."""

from __future__ import annotations

from collections.abc import Sequence

from core.pipeline.judge_accuracy import judge_accuracy
from core.pipeline.judge_across import judge_across
from core.pipeline.judge_adaptive import judge_adaptively
from core.pipeline.judge_pairs import judge_pairs
from core.pipeline.judge_quality import judge_quality
from core.pipeline.judge_units import Judging
from core.pipeline.records import StoredPrompt
from core.pipeline.specs import JudgeSpec, check_judge_spec
from core.pipeline.workshop import Workshop


async def judge(workshop: Workshop, spec: JudgeSpec, prompts: Sequence[StoredPrompt]) -> None:
    """Asks what this judge has not been asked yet; counted in verdicts or scores.

    Raises:
        UserError: options that do not go together, or a provider that cannot be used.
    """
    check_judge_spec(spec)
    judging = Judging(workshop, spec, prompts)
    if spec.question == "quality":
        await judge_quality(judging)
    elif spec.question == "accuracy":
        await judge_accuracy(judging)
    elif spec.pairs == "across":
        await judge_across(judging)
    elif spec.pairs == "all":
        await judge_pairs(judging)
    else:
        await judge_adaptively(judging)

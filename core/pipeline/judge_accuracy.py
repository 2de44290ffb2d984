"""Comparing responses with the reference answers of their prompts: by rules, else by a judge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from core.judges.reference import (
    CHECKED_CATEGORIES,
    CHECKER,
    CHECKER_TEMPLATE,
    Decision,
    ReferenceChecker,
    ReferenceJudge,
)
from core.pipeline.judge_units import JudgeUnit, Judging, category_of
from core.pipeline.records import NewRating
from core.pipeline.runner import Emit
from core.types import ACCURACY, Usage

# Their answers are mathematics; those of A are words and numbers.
SYMBOLIC_CATEGORIES = frozenset({"D"})


async def judge_accuracy(judging: Judging) -> None:
    """Rates every response whose prompt has a reference answer and is of A or D.

    What rules decide is a rating of `reference-check` and costs no call; what they leave open is
    asked of the judge. A response the rules have decided is never asked about.
    """
    judge = ReferenceJudge.open(judging.workshop.templates)
    units = _units(judging, judge.template)
    decided = _decided(judging, units)
    waiting = [unit for unit in units if unit.item_id not in decided]
    progress = judging.workshop.progress
    progress.planned += len(units) - len(waiting)
    progress.skipped += len(units) - len(waiting)

    async with ReferenceChecker() as checker:

        async def perform(unit: JudgeUnit, emit: Emit) -> None:
            decision = await checker.decide(
                unit.first.text,
                unit.prompt.reference,
                symbolic=category_of(unit.first) in SYMBOLIC_CATEGORIES,
            )
            if decision is not None:
                emit(_checked(rules, unit, decision))
                progress.done += 1
                return
            request = judge.request(
                judging.model.model,
                prompt=unit.prompt.text,
                reference=unit.prompt.reference,
                response=unit.first.text,
                strategy=unit.first.strategy,
                index=str(unit.first.sample_index),
            )
            await judging.ask(unit, request, judge.parse, emit)

        rules = judging.workshop.store.add_judge(CHECKER)
        await judging.run(waiting, judge.template, perform)


def _units(judging: Judging, template: str) -> list[JudgeUnit]:
    checked = [
        response
        for response in judging.responses
        if category_of(response) in CHECKED_CATEGORIES
        and judging.prompts[response.prompt_id].reference.strip()
    ]
    items = judging.workshop.store.list_response_items(checked)
    return [
        JudgeUnit(
            rater_id=judging.rater_id,
            item_id=items[response.id],
            template=template,
            order="",
            revision=0,
            prompt=judging.prompts[response.prompt_id],
            first=response,
        )
        for response in checked
    ]


def _decided(judging: Judging, units: Sequence[JudgeUnit]) -> set[int]:
    """Items the rules have decided before."""
    rules = judging.workshop.store.add_judge(CHECKER)
    ids = [unit.item_id for unit in units]
    found = judging.workshop.store.list_judged(rules, ACCURACY, CHECKER_TEMPLATE, ids)
    return {item_id for item_id, _ in found}


def _checked(rules: int, unit: JudgeUnit, decision: Decision) -> NewRating:
    unit = replace(unit, rater_id=rules, template=CHECKER_TEMPLATE)
    return NewRating(
        rater_id=unit.rater_id,
        item_id=unit.item_id,
        question=ACCURACY,
        value=decision.value,
        reason="",
        rationale=f"The final answer {decision.answer!r} was compared with the reference.",
        order="",
        template=unit.template,
        category_used=category_of(unit.first),
        raw_reply="",
        parameters={},
        usage=Usage(0, 0),
        elapsed_ms=0,
        meta={"decided_by": decision.how},
    )

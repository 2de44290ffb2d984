"""Asking a judge about every pair of a set: in one order or both, once or repeatedly."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from core.judges import Equivalence, Usefulness
from core.pipeline.judge_units import JudgeUnit, Judging, category_of
from core.pipeline.records import StoredResponse
from core.pipeline.runner import Emit
from core.types import CompletionRequest


def open_equivalence(judging: Judging) -> Equivalence:
    """The words of the definition that was asked for."""
    if judging.spec.definition == "general":
        return Equivalence.open_general(judging.workshop.templates)
    return Equivalence.open(judging.workshop.taxonomy, judging.workshop.templates)


def pair_request(
    judging: Judging, judge: Equivalence | Usefulness, unit: JudgeUnit
) -> CompletionRequest:
    """The question about one pair, in the unit's order; of usefulness without a category."""
    assert unit.second is not None
    shown = (unit.first, unit.second) if unit.order == "ab" else (unit.second, unit.first)
    pair = {
        "prompt": unit.prompt.text,
        "response_1": shown[0].text,
        "response_2": shown[1].text,
        "strategy": unit.first.strategy,
        "index": f"{shown[0].sample_index},{shown[1].sample_index}",
    }
    if isinstance(judge, Usefulness):
        return judge.request(judging.model.model, **pair)
    category = judging.workshop.taxonomy[category_of(unit.first)]
    return judge.request(judging.model.model, category=category, **pair)


async def judge_pairs(judging: Judging) -> None:
    """Asks about all pairs of every set."""
    await ask_about_pairs(
        judging, [pair for members in judging.sets() for pair in combinations(members, 2)]
    )


async def ask_about_pairs(
    judging: Judging, pairs: Sequence[tuple[StoredResponse, StoredResponse]]
) -> None:
    """Asks about these pairs, in the orders and as often as the run wants."""
    judge = (
        Usefulness.open(judging.workshop.templates)
        if judging.spec.question == "usefulness"
        else open_equivalence(judging)
    )

    async def perform(unit: JudgeUnit, emit: Emit) -> None:
        await judging.ask(unit, pair_request(judging, judge, unit), judge.parse, emit)

    await judging.run(_pair_units(judging, pairs, judge.template), judge.template, perform)


def _pair_units(
    judging: Judging, pairs: Sequence[tuple[StoredResponse, StoredResponse]], template: str
) -> list[JudgeUnit]:
    items = judging.workshop.store.list_pair_items(pairs)
    return [
        JudgeUnit(
            rater_id=judging.rater_id,
            item_id=items[first.id, second.id],
            template=template,
            order=order,
            revision=0,
            prompt=judging.prompts[first.prompt_id],
            first=first,
            second=second,
            repeat=repeat,
        )
        for first, second in pairs
        for order in judging.spec.orders
        for repeat in range(judging.spec.repeats)
    ]

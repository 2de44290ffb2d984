"""Asking a judge for scores: first a checklist for the prompt, then each response by it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.errors import ProviderError
from core.judges import ChecklistWriter, QualityScorer
from core.pipeline.judge_units import JudgeUnit, Judging
from core.pipeline.judging import judge_once_more, sent
from core.pipeline.records import NewChecklist, StoredPrompt
from core.pipeline.runner import Emit


@dataclass(frozen=True, slots=True)
class ChecklistUnit:
    rater_id: int
    template: str
    prompt: StoredPrompt

    @property
    def key(self) -> str:
        return f"checklist:{self.rater_id}:{self.prompt.id}:{self.template}"


async def judge_quality(judging: Judging) -> None:
    """Scores every response by a checklist that the judge writes once per prompt."""
    scorer = QualityScorer.open(judging.workshop.templates)
    with_responses = {response.prompt_id for response in judging.responses}
    prompts = [prompt for prompt in judging.prompts.values() if prompt.id in with_responses]
    checklists = await _checklists(judging, prompts)
    items = judging.workshop.store.list_response_items(judging.responses)
    units = [
        JudgeUnit(
            rater_id=judging.rater_id,
            item_id=items[response.id],
            template=scorer.template,
            order="",
            revision=0,
            prompt=judging.prompts[response.prompt_id],
            first=response,
        )
        for response in judging.responses
    ]

    async def perform(unit: JudgeUnit, emit: Emit) -> None:
        factors = checklists.get(unit.prompt.id, ())
        if not factors:
            judging.fail(unit, "no_checklist", "the judge gave no readable checklist")
            return
        request = scorer.request(
            judging.model.model,
            prompt=unit.prompt.text,
            checklist=factors,
            response=unit.first.text,
            strategy=unit.first.strategy,
            index=str(unit.first.sample_index),
        )
        await judging.ask(unit, request, scorer.parse, emit)

    await judging.run(units, scorer.template, perform)


async def _checklists(
    judging: Judging, prompts: Sequence[StoredPrompt]
) -> Mapping[int, tuple[str, ...]]:
    """prompt id -> factors, written by this judge once per prompt and kept."""
    store = judging.workshop.store
    writer = ChecklistWriter.open(judging.workshop.templates)

    def known(wanted: Sequence[StoredPrompt]) -> Mapping[int, tuple[str, ...]]:
        ids = [prompt.id for prompt in wanted]
        return store.find_checklists(judging.rater_id, writer.template, ids)

    def plan(wanted: Sequence[StoredPrompt]) -> list[ChecklistUnit]:
        there = known(wanted)
        return [
            ChecklistUnit(judging.rater_id, writer.template, prompt)
            for prompt in wanted
            if prompt.id not in there or (judging.spec.retry_failed and not there[prompt.id])
        ]

    async def perform(unit: ChecklistUnit, emit: Emit) -> None:
        request = writer.request(judging.model.model, prompt=unit.prompt.text)
        try:
            answer = await judge_once_more(
                judging.workshop, judging.provider, request, writer.parse, unit.key
            )
        except ProviderError:
            return  # its scores fail with no_checklist, and are asked for again next time
        emit(
            NewChecklist(
                prompt_id=unit.prompt.id,
                rater_id=unit.rater_id,
                template=unit.template,
                factors=answer.parsed.value if isinstance(answer.parsed.value, tuple) else (),
                reason=answer.parsed.reason or "",
                raw_reply=answer.completion.text,
                parameters=sent(answer.completion),
                usage=answer.usage,
            )
        )

    await judging.workshop.run(
        plan(prompts),
        perform,
        lambda claimed: plan([unit.prompt for unit in claimed]),
        lambda _planned, _left: None,
    )
    return known(prompts)

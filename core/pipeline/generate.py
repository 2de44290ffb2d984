"""Filling the response slots of a condition."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.errors import ProviderError
from core.pipeline.anchors import Anchor
from core.pipeline.generate_plan import (
    EARLIER_TURN_FAILED,
    GenerateUnit,
    PromptPlan,
    plan_prompt,
)
from core.pipeline.paraphrase import Paraphrases
from core.pipeline.records import NewResponse, StoredPrompt, StoredSlot
from core.pipeline.runner import Emit
from core.pipeline.workshop import Workshop
from core.providers.base import parse_model_id
from core.strategies import get_strategy
from core.strategies.condition import Condition
from core.taxonomy import Category
from core.types import Completion, CompletionRequest, RecordingKey, Usage

NO_CATEGORY = "no_category"
NO_PARAPHRASE = "no_paraphrase"


async def generate(
    workshop: Workshop,
    condition: Condition,
    prompts: Sequence[StoredPrompt],
    *,
    anchors: Mapping[int, Anchor],
    paraphrases: Mapping[int, Paraphrases],
    retry_failed: bool = False,
) -> None:
    """Fills a condition's missing slots.

    Args:
        anchors: prompt id -> the category whose instruction it gets, for anchored strategies.
        paraphrases: prompt id -> what is asked in its place, for strategies that do so.
    """
    work = _Generation(workshop, condition, anchors, paraphrases, retry_failed)
    await work.run(prompts)


class _Generation:
    def __init__(
        self,
        workshop: Workshop,
        condition: Condition,
        anchors: Mapping[int, Anchor],
        paraphrases: Mapping[int, Paraphrases],
        retry_failed: bool,
    ) -> None:
        self._workshop = workshop
        self._condition = condition
        self._anchors = anchors
        self._paraphrases = paraphrases
        self._retry_failed = retry_failed
        self._strategy = get_strategy(condition.strategy, workshop.settings.prompts_dir)
        self._model = parse_model_id(condition.model_id)
        self._provider = workshop.provider(self._model)
        self._condition_id = workshop.store.add_condition(condition)

    async def run(self, prompts: Sequence[StoredPrompt]) -> None:
        progress, n = self._workshop.progress, self._condition.n
        units: list[GenerateUnit] = []
        for prompt, plan in self._plan(prompts):
            progress.planned += n
            progress.skipped += plan.n_stored
            for reason in plan.standing:
                progress.fail(prompt.external_id, self._condition.label, reason, "stored earlier")
            units.extend(plan.units)
        await self._workshop.run(units, self._perform, self._refresh, self._shrunk)

    def _plan(self, prompts: Sequence[StoredPrompt]) -> list[tuple[StoredPrompt, PromptPlan]]:
        slots: dict[int, list[StoredSlot]] = defaultdict(list)
        stored = self._workshop.store.list_slots(
            self._condition_id,
            [prompt.id for prompt in prompts],
            with_text=self._strategy.kind == "chain",
        )
        for slot in stored:
            slots[slot.prompt_id].append(slot)
        return [
            (
                prompt,
                plan_prompt(
                    prompt,
                    self._condition_id,
                    self._strategy,
                    self._condition.n,
                    slots[prompt.id],
                    retry_failed=self._retry_failed,
                ),
            )
            for prompt in prompts
        ]

    def _refresh(self, claimed: Sequence[GenerateUnit]) -> list[GenerateUnit]:
        wanted = {unit.key for unit in claimed}
        prompts = list({unit.prompt.id: unit.prompt for unit in claimed}.values())
        return [
            unit for _, plan in self._plan(prompts) for unit in plan.units if unit.key in wanted
        ]

    def _shrunk(self, planned: GenerateUnit, left: GenerateUnit | None) -> None:
        n_left = len(left.indices) if left else 0
        self._workshop.progress.skipped += len(planned.indices) - n_left

    async def _perform(self, unit: GenerateUnit, emit: Emit) -> None:
        if self._strategy.kind == "chain":
            await self._perform_chain(unit, emit)
            return
        index = "set" if self._strategy.kind == "set" else str(unit.indices[0])
        call = await self._call(unit, index, ())
        if call.completion is None:
            failed = _Slot(reason=call.reason, detail=call.detail)
            emit(*[self._record(unit, index, failed, call) for index in unit.indices])
            return
        # One call, one transaction: a set cut in two would be filled up from another reply.
        emit(
            *[
                self._record(
                    unit,
                    read.index if self._strategy.kind == "set" else unit.indices[0],
                    _Slot(read.text, read.reason, read.flags, meta=read.meta),
                    call,
                )
                for read in self._strategy.read(call.completion, n=self._condition.n)
            ]
        )

    async def _perform_chain(self, unit: GenerateUnit, emit: Emit) -> None:
        earlier = list(unit.earlier)
        for position, index in enumerate(unit.indices):
            if position and self._workshop.control.should_stop():
                return  # what was not asked is neither done nor failed; the next run plans it
            call = await self._call(unit, str(index), earlier)
            slot = _Slot(reason=call.reason, detail=call.detail)
            if call.completion is not None:
                (read,) = self._strategy.read(call.completion, n=self._condition.n)
                slot = _Slot(read.text, read.reason, read.flags, meta=read.meta)
            records = [self._record(unit, index, slot, call)]
            if slot.reason:
                unasked = _Slot(reason=EARLIER_TURN_FAILED)
                later = unit.indices[position + 1 :]
                records += [self._record(unit, index, unasked, _Call()) for index in later]
            emit(*records)
            if slot.reason:
                return
            earlier.append(slot.text)

    async def _call(self, unit: GenerateUnit, index: str, earlier: Sequence[str]) -> _Call:
        category = self._category_of(unit)
        if self._strategy.anchored and category is None:
            detail = "no category is known for this prompt: classify it or set the truth"
            return _Call(reason=NO_CATEGORY, detail=detail)
        asked, beside = unit.prompt.text, dict[str, Any]()
        if self._strategy.paraphrases:
            known, position = self._paraphrases[unit.prompt.id], unit.indices[0]
            if position >= len(known.texts):
                return _Call(reason=NO_PARAPHRASE, detail=known.detail)
            asked = known.texts[position]
            beside = {"paraphrase": asked, "paraphrase_source": known.source}
        request = CompletionRequest(
            model=self._model.model,
            messages=self._strategy.messages(
                asked,
                n=self._condition.n,
                category=category,
                earlier=earlier,
                templates=self._workshop.templates,
            ),
            parameters=self._condition.parameters,
            key=RecordingKey("generate", unit.prompt.text.strip(), self._strategy.id, index),
        )
        try:
            call_id = f"{unit.key}:{index}"
            completion = await self._workshop.complete(self._provider, request, call_id)
            return _Call(completion, meta=beside)
        except ProviderError as error:
            return _Call(reason=error.reason, detail=error.detail, attempts=error.attempts)

    def _category_of(self, unit: GenerateUnit) -> Category | None:
        """The category an anchored call goes by."""
        anchor = self._anchors.get(unit.prompt.id)
        return self._workshop.taxonomy[anchor.category] if anchor else None

    def _record(self, unit: GenerateUnit, index: int, slot: _Slot, call: _Call) -> NewResponse:
        """Counts a slot, and gives what is to be stored of it.

        A call that filled a whole set is paid for once: tokens, attempts and the raw reply are
        kept with its first slot only. The raw reply is kept where the text is not all of it.
        """
        progress, completion = self._workshop.progress, call.completion
        if slot.reason:
            progress.fail(unit.prompt.external_id, self._condition.label, slot.reason, slot.detail)
        elif index < self._condition.n:
            progress.done += 1
        category, anchor = self._category_of(unit), self._anchors.get(unit.prompt.id)
        template = None
        if completion is not None:
            template = self._strategy.template(category, self._workshop.templates)
        shared = self._strategy.kind == "set"
        pays = completion is not None and (not shared or index == unit.indices[0])
        return NewResponse(
            prompt_id=unit.prompt.id,
            condition_id=unit.condition_id,
            sample_index=index,
            replicate=unit.replicate,
            text=slot.text,
            reason=slot.reason,
            detail=slot.detail,
            flags=slot.flags,
            finish_reason=completion.finish_reason if completion else "",
            category_used=category.key if category else None,
            category_source=anchor.source if anchor else "",
            template_name=template.name if template else "",
            template_hash=template.content_hash if template else "",
            parameters_sent=completion.parameters_sent if completion else {},
            parameters_dropped=completion.parameters_dropped if completion else {},
            usage=completion.usage if completion and pays else Usage(),
            attempts=completion.attempts if completion and pays else call.attempts,
            latency_ms=completion.latency_ms if completion else 0,
            served_model=completion.served_model if completion else "",
            raw_reply=completion.text if completion and pays and (shared or slot.meta) else None,
            meta={**(anchor.meta if anchor else {}), **call.meta, **slot.meta},
        )


@dataclass(frozen=True, slots=True)
class _Call:
    """A call that came back, or why it did not."""

    completion: Completion | None = None
    reason: str | None = None
    detail: str = ""
    attempts: int = 0
    meta: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Slot:
    """What goes into a slot: a text, or the reason why there is none."""

    text: str = ""
    reason: str | None = None
    flags: tuple[str, ...] = ()
    detail: str = ""
    meta: Mapping[str, Any] = field(default_factory=dict)

"""Asking a judge about pairs (equivalence) and about single responses (checklist quality)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from core.errors import ProviderError
from core.judges import ChecklistWriter, Equivalence, Parsed, QualityScorer
from core.pipeline.judging import judge_once_more, sent
from core.pipeline.records import NewChecklist, NewRating, StoredPrompt, StoredResponse
from core.pipeline.runner import Emit
from core.pipeline.specs import JudgeSpec, Order
from core.pipeline.workshop import Workshop
from core.providers.base import parse_model_id
from core.types import Completion, CompletionRequest

NONE_CATEGORY = "N"


@dataclass(frozen=True, slots=True)
class JudgeUnit:
    """One question about one item. second: the other member of a pair, in canonical order."""

    rater_id: int
    item_id: int
    template: str
    order: Order | str
    revision: int
    prompt: StoredPrompt
    first: StoredResponse
    second: StoredResponse | None = None

    @property
    def key(self) -> str:
        return f"judge:{self.rater_id}:{self.item_id}:{self.template}:{self.order}:{self.revision}"


@dataclass(frozen=True, slots=True)
class ChecklistUnit:
    rater_id: int
    template: str
    prompt: StoredPrompt

    @property
    def key(self) -> str:
        return f"checklist:{self.rater_id}:{self.prompt.id}:{self.template}"


class _Judging:
    """What both questions share: who asks, about which responses, and what is missing."""

    def __init__(self, workshop: Workshop, spec: JudgeSpec, prompts: Sequence[StoredPrompt]):
        self.workshop = workshop
        self.spec = spec
        self.model = parse_model_id(spec.model_id)
        self.provider = workshop.provider(self.model)
        self.rater_id = workshop.store.add_judge(spec.model_id)
        self.prompts = {prompt.id: prompt for prompt in prompts}
        self.responses = workshop.store.list_responses(list(self.prompts), spec.conditions)

    def missing(self, units: Sequence[JudgeUnit], template: str) -> list[JudgeUnit]:
        """The units not judged yet, those to be judged again with their next revision."""
        judged = self.workshop.store.list_judged(
            self.rater_id, self.spec.question, template, list({unit.item_id for unit in units})
        )
        todo = []
        for unit in units:
            scored, revision = judged.get((unit.item_id, unit.order), (False, -1))
            if revision < 0:
                todo.append(unit)
            elif not scored and self.spec.retry_failed:
                todo.append(replace(unit, revision=revision + 1))
        return todo

    async def run(
        self,
        units: Sequence[JudgeUnit],
        template: str,
        perform: Callable[[JudgeUnit, Emit], Awaitable[None]],
    ) -> None:
        progress = self.workshop.progress
        todo = self.missing(units, template)
        progress.planned += len(units)
        progress.skipped += len(units) - len(todo)

        def shrunk(_planned: JudgeUnit, left: JudgeUnit | None) -> None:
            progress.skipped += left is None

        def refresh(claimed: Sequence[JudgeUnit]) -> list[JudgeUnit]:
            keys = {unit.key for unit in claimed}
            return [unit for unit in self.missing(claimed, template) if unit.key in keys]

        await self.workshop.run(todo, perform, refresh, shrunk)

    def fail(self, unit: JudgeUnit, reason: str, detail: str = "") -> None:
        self.workshop.progress.fail(
            unit.prompt.external_id, f"{self.spec.model_id} {self.spec.question}", reason, detail
        )


async def judge(workshop: Workshop, spec: JudgeSpec, prompts: Sequence[StoredPrompt]) -> None:
    """Asks what this judge has not been asked yet; counted in verdicts or scores."""
    judging = _Judging(workshop, spec, prompts)
    if spec.question == "equivalence":
        await _judge_pairs(judging)
    else:
        await _judge_quality(judging)


async def _judge_pairs(judging: _Judging) -> None:
    taxonomy = judging.workshop.taxonomy
    judge = Equivalence.open(taxonomy, judging.workshop.templates)

    async def perform(unit: JudgeUnit, emit: Emit) -> None:
        assert unit.second is not None
        shown = (unit.first, unit.second) if unit.order == "ab" else (unit.second, unit.first)
        category = category_of(unit.first)
        request = judge.request(
            judging.model.model,
            prompt=unit.prompt.text,
            response_1=shown[0].text,
            response_2=shown[1].text,
            category=taxonomy[category],
            strategy=unit.first.strategy,
            index=f"{shown[0].sample_index},{shown[1].sample_index}",
        )
        await _ask(judging, unit, request, judge.parse, category, emit)

    await judging.run(_pair_units(judging, judge.template), judge.template, perform)


def _pair_units(judging: _Judging, template: str) -> list[JudgeUnit]:
    sets: dict[tuple[int, int], list[StoredResponse]] = defaultdict(list)
    for response in judging.responses:
        sets[response.prompt_id, response.condition_id].append(response)
    pairs = [pair for members in sets.values() for pair in combinations(members, 2)]
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
        )
        for first, second in pairs
        for order in judging.spec.orders
    ]


async def _judge_quality(judging: _Judging) -> None:
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
        await _ask(judging, unit, request, scorer.parse, category_of(unit.first), emit)

    await judging.run(units, scorer.template, perform)


async def _checklists(
    judging: _Judging, prompts: Sequence[StoredPrompt]
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
                judging.workshop, judging.provider, request, writer.parse
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


async def _ask(
    judging: _Judging,
    unit: JudgeUnit,
    request: CompletionRequest,
    parse: Callable[[Completion], Parsed],
    category: str,
    emit: Emit,
) -> None:
    try:
        answer = await judge_once_more(judging.workshop, judging.provider, request, parse)
    except ProviderError as error:
        judging.fail(unit, error.reason, error.detail)
        return
    emit(
        NewRating(
            rater_id=unit.rater_id,
            item_id=unit.item_id,
            question=judging.spec.question,
            order=unit.order,
            template=unit.template,
            category_used=category,
            revision=unit.revision,
            **answer.rating_fields(),
        )
    )
    if answer.parsed.reason:
        judging.fail(unit, "unscored", answer.parsed.reason)
    else:
        judging.workshop.progress.done += 1


def category_of(response: StoredResponse) -> str:
    """The category judged by; a prompt that has none is asked the general question."""
    return response.category or NONE_CATEGORY

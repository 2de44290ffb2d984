"""What all questions to a judge share: who asks, about which responses, and what is missing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from core.errors import ProviderError
from core.judges import Parsed
from core.pipeline.judging import judge_once_more
from core.pipeline.records import NewRating, StoredPrompt, StoredResponse
from core.pipeline.runner import Emit
from core.pipeline.specs import JudgeSpec
from core.pipeline.workshop import Workshop
from core.providers.base import parse_model_id
from core.types import UNDEFINED_QUESTIONS, Completion, CompletionRequest

NONE_CATEGORY = "N"


@dataclass(frozen=True, slots=True)
class JudgeUnit:
    """One question about one item. second: the other member of a pair, in canonical order."""

    rater_id: int
    item_id: int
    template: str
    order: str
    revision: int
    prompt: StoredPrompt
    first: StoredResponse
    second: StoredResponse | None = None
    repeat: int = 0

    @property
    def key(self) -> str:
        again = f":repeat{self.repeat}" if self.repeat else ""
        return (
            f"judge:{self.rater_id}:{self.item_id}:{self.template}:{self.order}:{self.revision}"
            f"{again}"
        )


class Judging:
    """One judge at work on the responses to some prompts."""

    def __init__(self, workshop: Workshop, spec: JudgeSpec, prompts: Sequence[StoredPrompt]):
        self.workshop = workshop
        self.spec = spec
        self.model = parse_model_id(spec.model_id)
        self.provider = workshop.provider(self.model)
        self.rater_id = workshop.store.add_judge(spec.model_id)
        self.prompts = {prompt.id: prompt for prompt in prompts}
        self.responses = workshop.store.list_responses(list(self.prompts), spec.conditions)

    def sets(self) -> list[list[StoredResponse]]:
        """Responses by prompt and condition, in order of their slots."""
        found: dict[tuple[int, int], list[StoredResponse]] = defaultdict(list)
        for response in self.responses:
            found[response.prompt_id, response.condition_id].append(response)
        return list(found.values())

    def missing(self, units: Sequence[JudgeUnit], template: str) -> list[JudgeUnit]:
        """The units not judged yet, those to be judged again with their next revision."""
        judged = {
            (item_id, order, repeat): found
            for repeat in {unit.repeat for unit in units}
            for (item_id, order), found in self.workshop.store.list_judged(
                self.rater_id,
                self.spec.question,
                template,
                list({unit.item_id for unit in units if unit.repeat == repeat}),
                repeat,
            ).items()
        }
        todo = []
        for unit in units:
            slot = (unit.item_id, unit.order, unit.repeat)
            scored, revision = judged.get(slot, (False, -1))
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
        """Performs what is missing of these units, and counts all of them."""
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

    async def ask(
        self,
        unit: JudgeUnit,
        request: CompletionRequest,
        parse: Callable[[Completion], Parsed],
        emit: Emit,
    ) -> Parsed | None:
        """Asks, stores and counts one answer; None if the call failed."""
        try:
            answer = await judge_once_more(self.workshop, self.provider, request, parse, unit.key)
        except ProviderError as error:
            self.fail(unit, error.reason, error.detail)
            return None
        emit(
            NewRating(
                rater_id=unit.rater_id,
                item_id=unit.item_id,
                question=self.spec.question,
                order=unit.order,
                template=unit.template,
                category_used=(
                    None if self.spec.question in UNDEFINED_QUESTIONS else category_of(unit.first)
                ),
                revision=unit.revision,
                repeat=unit.repeat,
                **answer.rating_fields(),
            )
        )
        if answer.parsed.reason:
            self.fail(unit, "unscored", answer.parsed.reason)
        else:
            self.workshop.progress.done += 1
        return answer.parsed

    def fail(self, unit: JudgeUnit, reason: str, detail: str = "") -> None:
        self.workshop.progress.fail(
            unit.prompt.external_id, f"{self.spec.model_id} {self.spec.question}", reason, detail
        )


def category_of(response: StoredResponse) -> str:
    """The category judged by; a prompt that has none is asked the general question."""
    return response.category or NONE_CATEGORY

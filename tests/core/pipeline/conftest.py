"""A study in memory and a scripted model, registered as a provider like any other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import pytest

from core.pipeline.conditions import plan_conditions
from core.pipeline.execute import execute
from core.pipeline.records import NewResponse, Progress, StoredPrompt
from core.pipeline.runner import Control
from core.pipeline.specs import GenerateSpec, RunSpec
from core.pipeline.workshop import Workshop
from core.providers import base
from core.settings import Settings
from core.types import Completion, CompletionRequest
from tests.support.stores import MemoryData, MemoryStore

MODEL = "scripted:m"
Reply = Completion | str | Exception


def usual_reply(request: CompletionRequest) -> str:
    """A fitting reply to any request, told by the key that replay goes by."""
    key = request.key
    if key.kind == "classify":
        return "G"
    if key.index == "set":
        return "\n".join(f"# Response {i}:\nset text {i}" for i in range(1, 4))
    if key.index == "paraphrases":
        return "\n".join(f"# Paraphrase {i}:\n{key.prompt}, way {i}" for i in range(1, 4))
    if key.index == "checklist":
        return "1. Is it right?\n2. Is it clear?\n3. Is it short?"
    if key.question == "quality":
        return "1. Yes.\n2. Yes.\n3. Yes.\nScore: 4"
    return "NO" if key.question == "equivalence" else f"text {key.index} of {key.prompt}"


@dataclass
class ScriptedModel:
    """A provider whose replies are `answer(request)`; everything asked is kept in `asked`."""

    answer: Callable[[CompletionRequest], Reply] = usual_reply
    asked: list[CompletionRequest] = field(default_factory=list)
    latency_s: float = 0.0
    in_flight: int = 0
    peak_in_flight: int = 0
    name: str = "scripted"
    endpoint: str = ""

    async def complete(self, request: CompletionRequest) -> Completion:
        self.asked.append(request)
        self.in_flight += 1
        self.peak_in_flight = max(self.peak_in_flight, self.in_flight)
        try:
            await asyncio.sleep(self.latency_s)
            reply = self.answer(request)
        finally:
            self.in_flight -= 1
        if isinstance(reply, Exception):
            raise reply
        return Completion(reply) if isinstance(reply, str) else reply

    async def close(self) -> None:
        pass

    def indices_asked(self, prompt: str) -> list[str]:
        return [one.key.index for one in self.asked if one.key.prompt == prompt]


@dataclass
class Bench:
    """One study, one model, and running things on them."""

    settings: Settings
    model: ScriptedModel
    store: MemoryStore

    @property
    def data(self) -> MemoryData:
        return self.store.data

    def generate(self, *strategies: str, n: int = 3, **options: object) -> Progress:
        """Generates with the scripted model; `retry_failed` and `category_from` are options."""
        return self.run(self.generate_spec(*strategies, n=n, **options))

    def generate_spec(
        self,
        *strategies: str,
        n: int = 3,
        retry_failed: bool = False,
        category_from: str = "model",
    ) -> GenerateSpec:
        conditions = plan_conditions(
            self.settings, [MODEL], strategies, n=n, temperature=None, category_from=category_from
        )
        return GenerateSpec(conditions, retry_failed)

    def run(self, spec: RunSpec, *, should_stop: Callable[[], bool] = lambda: False) -> Progress:
        return asyncio.run(self.run_async(spec, self.store, should_stop))

    async def run_async(
        self,
        spec: RunSpec,
        store: MemoryStore,
        should_stop: Callable[[], bool] = lambda: False,
    ) -> Progress:
        workshop = Workshop.open(store, self.settings, Control(should_stop=should_stop))
        await execute(workshop, spec, None)
        return workshop.progress

    def slots(self, prompt_id: int = 1, replicate: int = 0) -> list[NewResponse]:
        """Stored slots of a prompt in order of index, of whatever condition."""
        rows = [
            row
            for row in self.data.responses.values()
            if row.prompt_id == prompt_id and row.replicate == replicate
        ]
        return sorted(rows, key=lambda row: (row.condition_id, row.sample_index))

    def reasons(self, prompt_id: int = 1, replicate: int = 0) -> list[str | None]:
        return [row.reason for row in self.slots(prompt_id, replicate)]


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedModel]:
    monkeypatch.setattr(base, "_FACTORIES", dict(base._FACTORIES))
    scripted = ScriptedModel()
    base.register("scripted", lambda _settings: scripted)
    return scripted


@pytest.fixture
def bench(settings: Settings, model: ScriptedModel) -> Bench:
    """Three prompts: the truth of the first is F, that of the others is not known."""
    prompts = [
        StoredPrompt(1, "p1", "first", "F"),
        StoredPrompt(2, "p2", "second", None),
        StoredPrompt(3, "p3", "third", None),
    ]
    return Bench(replace(settings, concurrency=4), model, MemoryStore(MemoryData(prompts)))

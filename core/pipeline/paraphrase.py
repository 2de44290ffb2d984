"""Paraphrases of prompts: those that came with them, else made by the generating model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.errors import ProviderError
from core.pipeline.records import NewParaphrases, StoredPrompt
from core.pipeline.runner import Emit
from core.pipeline.workshop import Workshop
from core.providers.base import parse_model_id
from core.strategies.beside import read_paraphrases
from core.strategies.condition import Condition
from core.strategies.strategy import Strategy
from core.types import CompletionRequest, RecordingKey

PROMPT_SET = "prompt set"


@dataclass(frozen=True, slots=True)
class ParaphraseUnit:
    prompt: StoredPrompt
    condition_id: int

    @property
    def key(self) -> str:
        return f"paraphrase:{self.condition_id}:{self.prompt.id}"


@dataclass(frozen=True, slots=True)
class Paraphrases:
    """What is asked in place of a prompt.

    Attributes:
        texts: one per slot; fewer where the model wrote fewer.
        source: `prompt set`, or the model that wrote them.
        detail: why there are fewer.
    """

    texts: tuple[str, ...]
    source: str
    detail: str = ""


@dataclass(slots=True)
class _Paraphrasing:
    """Fills in the paraphrases that a condition still needs."""

    workshop: Workshop
    condition: Condition
    strategy: Strategy
    condition_id: int
    retry_failed: bool
    failures: dict[int, str] = field(default_factory=dict)

    def plan(self, prompts: Sequence[StoredPrompt]) -> list[ParaphraseUnit]:
        found = self.workshop.store.find_paraphrases(
            self.condition_id, [prompt.id for prompt in prompts]
        )
        units = []
        for prompt in prompts:
            known = found.get(prompt.id)
            n_given, made = (len(known.given), known.made) if known else (0, None)
            asked = made is not None and not (self.retry_failed and len(made) < self.condition.n)
            if n_given < self.condition.n and not asked:
                units.append(ParaphraseUnit(prompt, self.condition_id))
        return units

    async def perform(self, unit: ParaphraseUnit, emit: Emit) -> None:
        n, templates = self.condition.n, self.workshop.templates
        text = unit.prompt.text
        model = parse_model_id(self.condition.model_id)
        request = CompletionRequest(
            model=model.model,
            messages=self.strategy.preparation(text, n=n, templates=templates),
            parameters=self.condition.parameters,
            key=RecordingKey("generate", text.strip(), self.strategy.id, "paraphrases"),
        )
        try:
            provider = self.workshop.provider(model)
            completion = await self.workshop.complete(provider, request, unit.key)
        except ProviderError as error:
            self.failures[unit.prompt.id] = f"the call for paraphrases failed: {error.reason}"
            return
        # A retry keeps what was there: responses to those paraphrases may be stored.
        known = self.workshop.store.find_paraphrases(self.condition_id, [unit.prompt.id])
        made = known[unit.prompt.id].made if unit.prompt.id in known else None
        texts = read_paraphrases(completion.text, n, made or ())
        emit(
            NewParaphrases(
                prompt_id=unit.prompt.id,
                condition_id=self.condition_id,
                texts=texts,
                reason="" if len(texts) == n else f"{len(texts)} of {n}",
                template=f"{self.strategy.template_name}@{self.condition.texts_hash}",
                raw_reply=completion.text,
                parameters=completion.parameters_sent,
                usage=completion.usage,
            )
        )


async def find_paraphrases(
    workshop: Workshop,
    condition: Condition,
    strategy: Strategy,
    prompts: Sequence[StoredPrompt],
    *,
    retry_failed: bool,
) -> Mapping[int, Paraphrases]:
    """prompt id -> what is asked in its place; makes what is missing, in one call per prompt."""
    if not strategy.paraphrases:
        return {}
    condition_id = workshop.store.add_condition(condition)
    work = _Paraphrasing(workshop, condition, strategy, condition_id, retry_failed)
    await workshop.run(
        work.plan(prompts),
        work.perform,
        lambda claimed: work.plan([unit.prompt for unit in claimed]),
        lambda _planned, _left: None,
    )
    found = workshop.store.find_paraphrases(condition_id, [prompt.id for prompt in prompts])
    wanted: dict[int, Paraphrases] = {}
    for prompt in prompts:
        known = found.get(prompt.id)
        if known is not None and len(known.given) >= condition.n:
            wanted[prompt.id] = Paraphrases(known.given[: condition.n], PROMPT_SET)
            continue
        made = (known.made or ()) if known else ()
        detail = work.failures.get(prompt.id) or (
            f"the model wrote {len(made)} of {condition.n} paraphrases; retry the failed"
        )
        wanted[prompt.id] = Paraphrases(made, condition.model_id, detail)
    return wanted

"""What the pipeline reads from and writes to a Store. Ids are the Store's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.types import Usage


@dataclass(frozen=True, slots=True)
class StoredPrompt:
    """category: the ground truth, or None. reference: the right answer, "" where none is known."""

    id: int
    external_id: str
    text: str
    category: str | None
    reference: str = ""


@dataclass(frozen=True, slots=True)
class StoredSlot:
    """A response slot that is already on disk, answered or failed."""

    prompt_id: int
    sample_index: int
    replicate: int
    ok: bool
    reason: str | None
    text: str


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """A response to be judged.

    category: the one people and judges go by, or None. model: that wrote it, as `provider:model`.
    """

    id: int
    prompt_id: int
    condition_id: int
    strategy: str
    sample_index: int
    text: str
    category: str | None
    category_source: str
    model: str = ""


@dataclass(frozen=True, slots=True)
class NewResponse:
    """One slot to be stored. reason set means the slot failed.

    meta: what came beside the text (probability, seed, reasoning) and what was asked instead of
    the prompt itself.
    """

    prompt_id: int
    condition_id: int
    sample_index: int
    replicate: int
    text: str
    reason: str | None
    detail: str = ""
    flags: tuple[str, ...] = ()
    finish_reason: str = ""
    category_used: str | None = None
    category_source: str = ""
    template_name: str = ""
    template_hash: str = ""
    parameters_sent: Mapping[str, Any] = field(default_factory=dict)
    parameters_dropped: Mapping[str, str] = field(default_factory=dict)
    usage: Usage = field(default_factory=Usage)
    attempts: int = 0
    latency_ms: int = 0
    served_model: str = ""
    raw_reply: str | None = None
    meta: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NewParaphrases:
    """What a model wrote when asked for paraphrases; fewer texts than n have a reason."""

    prompt_id: int
    condition_id: int
    texts: tuple[str, ...]
    reason: str
    template: str
    raw_reply: str
    parameters: Mapping[str, Any]
    usage: Usage


@dataclass(frozen=True, slots=True)
class KnownParaphrases:
    """Paraphrases of a prompt.

    given: those that came with it. made: those a model wrote for one condition; None: not asked.
    """

    given: tuple[str, ...] = ()
    made: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class NewRating:
    """A judge's answer about one item. value None means unscored, with reason."""

    rater_id: int
    item_id: int
    question: str
    value: str | None
    reason: str
    rationale: str
    order: str
    template: str
    category_used: str | None
    raw_reply: str
    parameters: Mapping[str, Any]
    usage: Usage
    elapsed_ms: int
    revision: int = 0
    repeat: int = 0
    meta: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NewChecklist:
    """The key factors a judge wrote for a prompt; empty factors mean unscored, with reason."""

    prompt_id: int
    rater_id: int
    template: str
    factors: tuple[str, ...]
    reason: str
    raw_reply: str
    parameters: Mapping[str, Any]
    usage: Usage


@dataclass(frozen=True, slots=True)
class NewJudgedSet:
    """That a judge was asked about a set of responses adaptively; its ratings stand by themselves.

    Attributes:
        mode: graph or transitive.
        orders: in which each pair was asked.
        asked: (response id, response id) of the pairs the estimate goes by, in order of asking.
        audited: (response id, response id) -> the verdict inferred, for pairs drawn at random and
            asked after all; no part of the estimate.
        n_inferred: pairs whose verdict was inferred, audited ones included; 0 in graph mode.
    """

    rater_id: int
    template: str
    prompt_id: int
    condition_id: int
    mode: str
    orders: tuple[str, ...]
    asked: tuple[tuple[int, int], ...]
    audited: Mapping[tuple[int, int], bool]
    n_inferred: int


Record = NewResponse | NewParaphrases | NewRating | NewChecklist | NewJudgedSet


@dataclass(frozen=True, slots=True)
class Failure:
    """Something a run could not do. prompt is the external id."""

    prompt: str
    condition: str
    reason: str
    detail: str = ""


@dataclass(slots=True)
class Progress:
    """What a run has done so far, counted in its own unit (responses, prompts or verdicts).

    planned = done + failed + skipped once the run is over; calls are HTTP attempts.
    """

    planned: int = 0
    done: int = 0
    failed: int = 0
    skipped: int = 0
    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    elapsed_s: float = 0.0
    failures: list[Failure] = field(default_factory=list)

    def count_usage(self, usage: Usage, attempts: int) -> None:
        self.calls += attempts
        self.input_tokens += usage.input_tokens or 0
        self.output_tokens += usage.output_tokens or 0

    def fail(self, prompt: str, condition: str, reason: str, detail: str = "") -> None:
        self.failed += 1
        self.failures.append(Failure(prompt, condition, reason, detail))

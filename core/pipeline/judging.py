"""Asking a judge: one question, asked once more when the reply cannot be read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.judges import Parsed
from core.pipeline.workshop import Workshop
from core.providers.base import Provider
from core.types import Completion, CompletionRequest, Usage


@dataclass(frozen=True, slots=True)
class Answer:
    """What a judge said, how it was read, and the tokens of all attempts."""

    completion: Completion
    parsed: Parsed
    usage: Usage

    def rating_fields(self) -> dict[str, Any]:
        """The fields of a `NewRating` that come from the reply."""
        value = self.parsed.value
        return {
            "value": None if value is None else str(value),
            "reason": self.parsed.reason or "",
            "rationale": self.parsed.rationale,
            "raw_reply": self.completion.text,
            "parameters": sent(self.completion),
            "usage": self.usage,
            "elapsed_ms": self.completion.latency_ms,
        }


def sent(completion: Completion) -> dict[str, Any]:
    """Sampling parameters of a call as stored: what went out, and what the model refused."""
    values = dict(completion.parameters_sent)
    if completion.parameters_dropped:
        values["dropped"] = dict(completion.parameters_dropped)
    return values


async def judge_once_more(
    workshop: Workshop,
    provider: Provider,
    request: CompletionRequest,
    parse: Callable[[Completion], Parsed],
    call_id: str,
) -> Answer:
    """Asks, and asks a second time if the first reply is unreadable.

    Args:
        call_id: key of the unit the question belongs to.

    Returns:
        The second answer if there was one, with the tokens of both.

    Raises:
        ProviderError: a call failed.
    """
    completion = await workshop.complete(provider, request, call_id)
    parsed = parse(completion)
    if parsed.reason is None:
        return Answer(completion, parsed, completion.usage)
    again = await workshop.complete(provider, request, f"{call_id}:again")
    return Answer(again, parse(again), _sum(completion.usage, again.usage))


def _sum(first: Usage, second: Usage) -> Usage:
    def add(a: int | None, b: int | None) -> int | None:
        return None if a is None or b is None else a + b

    return Usage(
        input_tokens=add(first.input_tokens, second.input_tokens),
        output_tokens=add(first.output_tokens, second.output_tokens),
    )

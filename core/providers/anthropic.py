"""Anthropic's Messages API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import httpx2
from anthropic import APIConnectionError, APIStatusError, AsyncAnthropic, DefaultAioHttpClient

from core.providers.base import ProviderSettings
from core.providers.connection import Connection, read_connection
from core.providers.live import (
    READ_TIMEOUT_S,
    LiveProvider,
    MalformedReplyError,
    Reply,
    http_limits,
    http_timeout,
    text_parts,
    token_count,
)
from core.providers.retry import RetryPolicy
from core.types import CompletionRequest, SamplingParameters, Usage

DEFAULT_URL = "https://api.anthropic.com"
# The API insists on a limit; the paper's (section 4) where a condition names none.
DEFAULT_MAX_TOKENS = 1024

_FINISH: Mapping[str, Literal["stop", "length", "refusal"]] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "refusal",
}


class AnthropicProvider(LiveProvider):
    """One client for all models at one address.

    Args:
        connection: address and key.
        concurrency: connections the pool must allow.
        retry: replaced in tests.
        read_timeout_s: seconds without a byte before an attempt counts as timed out.
    """

    name: ClassVar[str] = "anthropic"
    project_names: ClassVar[Mapping[str, str]] = {"max_tokens": "max_output_tokens"}
    required: ClassVar[frozenset[str]] = frozenset({"max_tokens"})
    status_error = APIStatusError
    connection_error = APIConnectionError

    def __init__(
        self,
        connection: Connection,
        *,
        concurrency: int,
        retry: RetryPolicy | None = None,
        read_timeout_s: float = READ_TIMEOUT_S,
    ) -> None:
        super().__init__(connection, retry)
        timeout = http_timeout(read_timeout_s)
        self.client = AsyncAnthropic(
            api_key=connection.api_key,
            base_url=connection.base_url,
            default_headers=connection.headers,
            max_retries=0,
            timeout=timeout,
            http_client=DefaultAioHttpClient(timeout=timeout, limits=http_limits(concurrency)),
            open_telemetry=False,
        )

    async def close(self) -> None:
        await self.client.close()

    async def _post(self, body: dict[str, Any]) -> httpx2.Response:
        return await self.client.post("/v1/messages", cast_to=httpx2.Response, body=body)

    def _parameters(
        self, asked: SamplingParameters, refused: Mapping[str, str]
    ) -> dict[str, float | int]:
        wire = {
            "max_tokens": asked.max_output_tokens or DEFAULT_MAX_TOKENS,
            "temperature": asked.temperature,
            "top_p": asked.top_p,
        }
        return {
            name: value for name, value in wire.items() if value is not None and name not in refused
        }

    def _body(
        self, request: CompletionRequest, parameters: Mapping[str, float | int]
    ) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": request.model,
            "messages": [
                {"role": m.role, "content": m.content}
                for m in request.messages
                if m.role != "system"
            ],
            **parameters,
        }
        system = "\n\n".join(m.content for m in request.messages if m.role == "system")
        return {**body, "system": system} if system else body

    def _read(self, payload: Mapping[str, Any]) -> Reply:
        if payload.get("type", "message") != "message" or "content" not in payload:
            raise MalformedReplyError("JSON without content")
        raw_finish = str(payload.get("stop_reason") or "")
        usage = payload.get("usage")
        counts = usage if isinstance(usage, Mapping) else {}
        return Reply(
            text=text_parts(payload["content"]),
            finish_reason=_FINISH.get(raw_finish, "other"),
            raw_finish_reason=raw_finish,
            usage=Usage(
                token_count(counts.get("input_tokens")),
                token_count(counts.get("output_tokens")),
            ),
            served_model=str(payload.get("model") or ""),
        )


def open_provider(settings: ProviderSettings) -> AnthropicProvider:
    """Reads `ANTHROPIC_API_KEY` and `ANTHROPIC_BASE_URL`.

    Raises:
        UserError: neither is set.
    """
    connection = read_connection("ANTHROPIC", DEFAULT_URL)
    return AnthropicProvider(connection, concurrency=settings.concurrency)

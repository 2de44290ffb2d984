"""Chat completions: OpenAI itself, and every server that speaks its format."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import httpx2
from openai import APIConnectionError, APIStatusError, AsyncOpenAI, DefaultAioHttpClient

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

DEFAULT_URL = "https://api.openai.com/v1"

_FINISH: Mapping[str, Literal["stop", "length", "refusal"]] = {
    "stop": "stop",
    "length": "length",
    "content_filter": "refusal",
}


class OpenAIProvider(LiveProvider):
    """One client for all models at one address.

    Args:
        connection: address and key.
        concurrency: connections the pool must allow.
        retry: replaced in tests.
        read_timeout_s: seconds without a byte before an attempt counts as timed out.
    """

    name: ClassVar[str] = "openai"
    project_names: ClassVar[Mapping[str, str]] = {
        "max_completion_tokens": "max_output_tokens",
        "max_tokens": "max_output_tokens",
    }
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
        self.client = AsyncOpenAI(
            api_key=connection.api_key,
            base_url=connection.base_url,
            default_headers=connection.headers,
            max_retries=0,
            timeout=timeout,
            http_client=DefaultAioHttpClient(timeout=timeout, limits=http_limits(concurrency)),
        )

    async def close(self) -> None:
        await self.client.close()

    async def _post(self, body: dict[str, Any]) -> httpx2.Response:
        return await self.client.post("/chat/completions", cast_to=httpx2.Response, body=body)

    def _parameters(
        self, asked: SamplingParameters, refused: Mapping[str, str]
    ) -> dict[str, float | int]:
        wire = asked.as_dict()
        limit = wire.pop("max_output_tokens", None)
        if limit is not None:
            # Reasoning models refuse the old name, older servers the new one.
            old_name = "max_completion_tokens" in refused
            wire["max_tokens" if old_name else "max_completion_tokens"] = limit
        return {name: value for name, value in wire.items() if name not in refused}

    def _body(
        self, request: CompletionRequest, parameters: Mapping[str, float | int]
    ) -> dict[str, Any]:
        messages = [{"role": m.role, "content": m.content} for m in request.messages]
        return {"model": request.model, "messages": messages, **parameters}

    def _read(self, payload: Mapping[str, Any]) -> Reply:
        choices = payload.get("choices")
        if not isinstance(choices, list) or not choices or not isinstance(choices[0], Mapping):
            raise MalformedReplyError("JSON without choices")
        message = choices[0].get("message")
        if not isinstance(message, Mapping):
            raise MalformedReplyError("a choice without a message")
        content = message.get("content")
        refusal = text_parts(message.get("refusal")) or text_parts(content, "refusal")
        raw_finish = str(choices[0].get("finish_reason") or "")
        usage = payload.get("usage")
        counts = usage if isinstance(usage, Mapping) else {}
        return Reply(
            text=text_parts(content) or refusal,
            finish_reason="refusal" if refusal else _FINISH.get(raw_finish, "other"),
            raw_finish_reason=raw_finish,
            usage=Usage(
                token_count(counts.get("prompt_tokens")),
                token_count(counts.get("completion_tokens")),
            ),
            served_model=str(payload.get("model") or ""),
        )


def open_provider(settings: ProviderSettings) -> OpenAIProvider:
    """Reads `OPENAI_API_KEY` and `OPENAI_BASE_URL`.

    Raises:
        UserError: neither is set.
    """
    connection = read_connection("OPENAI", DEFAULT_URL)
    return OpenAIProvider(connection, concurrency=settings.concurrency)

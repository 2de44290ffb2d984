"""Anthropic's message batches: requests go in one body, results come as JSON lines."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2

from core.providers.anthropic import AnthropicProvider
from core.providers.batch_api import BatchReply, BatchState
from core.providers.live import json_object

PATH = "/v1/messages/batches"
_PAGE = 100
# Their clock and ours need not agree.
_CLOCKS_DIFFER = timedelta(minutes=5)
# The status an error would have had if the call had been made alone.
_STATUS_OF_ERROR = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "overloaded_error": 529,
}


class AnthropicBatches:
    """See `core.providers.batch_api.BatchApi`. It keeps no name of ours for a batch."""

    max_calls = 100_000
    max_bytes = 200_000_000

    def __init__(self, provider: AnthropicProvider) -> None:
        self._provider = provider
        self._client = provider.client

    async def submit(self, key: str, bodies: Sequence[tuple[str, Mapping[str, Any]]]) -> str:
        body = {"requests": [{"custom_id": name, "params": params} for name, params in bodies]}
        batch = await self._json(
            lambda: self._client.post(PATH, cast_to=httpx2.Response, body=body)
        )
        return str(batch["id"])

    async def find(
        self, key: str, n_calls: int, since: datetime, taken: Collection[str]
    ) -> str | None:
        after = ""
        while True:
            address = f"{PATH}?limit={_PAGE}" + (f"&after_id={after}" if after else "")
            page = await self._json(
                lambda address=address: self._client.get(address, cast_to=httpx2.Response)
            )
            rows = page.get("data") or []
            for row in rows:
                if _created(row) < since - _CLOCKS_DIFFER:
                    return None  # the newest come first
                if row["id"] not in taken and sum(_counts(row).values()) == n_calls:
                    return str(row["id"])
            if not page.get("has_more"):
                return None
            after = str(rows[-1]["id"])

    async def check(self, remote_id: str) -> BatchState:
        batch = await self._json(
            lambda: self._client.get(f"{PATH}/{remote_id}", cast_to=httpx2.Response)
        )
        return BatchState(batch.get("processing_status") == "ended", "", _counts(batch))

    async def cancel(self, remote_id: str) -> None:
        batch = await self._json(
            lambda: self._client.get(f"{PATH}/{remote_id}", cast_to=httpx2.Response)
        )
        if batch.get("processing_status") == "in_progress":
            await self._json(
                lambda: self._client.post(
                    f"{PATH}/{remote_id}/cancel", cast_to=httpx2.Response, body={}
                )
            )

    async def replies(self, remote_id: str) -> list[BatchReply]:
        response = await self._provider.send(
            lambda: self._client.get(f"{PATH}/{remote_id}/results", cast_to=httpx2.Response)
        )
        lines = response.content.decode("utf-8", "replace").split("\n")
        return [_read_line(json_object(line.encode())) for line in lines if line.strip()]

    async def _json(self, call: Any) -> Mapping[str, Any]:
        return json_object((await self._provider.send(call)).content)


def _read_line(row: Mapping[str, Any]) -> BatchReply:
    result = row.get("result") or {}
    name, kind = str(row.get("custom_id")), result.get("type")
    if kind == "succeeded":
        return BatchReply(name, 200, result.get("message") or {})
    if kind == "errored":
        error = result.get("error") or {}
        inner = error.get("error") or error
        return BatchReply(name, _STATUS_OF_ERROR.get(str(inner.get("type")), 500), error)
    return BatchReply(name, None, {"reason": str(kind)})


def _counts(batch: Mapping[str, Any]) -> dict[str, int]:
    return {name: int(n) for name, n in (batch.get("request_counts") or {}).items()}


def _created(batch: Mapping[str, Any]) -> datetime:
    try:
        return datetime.fromisoformat(str(batch.get("created_at")))
    except ValueError:
        return datetime.max.replace(tzinfo=UTC)


def open_batch_api(provider: AnthropicProvider) -> AnthropicBatches:
    """The batches of this provider's account."""
    return AnthropicBatches(provider)

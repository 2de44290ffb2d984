"""OpenAI's batches: a file of requests, a batch over it, a file of replies and one of errors."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import httpx2

from core.providers.batch_api import BatchReply, BatchState
from core.providers.live import json_object
from core.providers.openai import OpenAIProvider

ENDPOINT = "/v1/chat/completions"
# Where our key stands in a batch's metadata.
KEY_NAME = "taskanchor_key"
_ENDED = frozenset({"completed", "failed", "expired", "cancelled"})
_PAGE = 100


class OpenAIBatches:
    """See `core.providers.batch_api.BatchApi`."""

    max_calls = 50_000
    max_bytes = 150_000_000

    def __init__(self, provider: OpenAIProvider) -> None:
        self._provider = provider
        self._client = provider.client

    async def submit(self, key: str, bodies: Sequence[tuple[str, Mapping[str, Any]]]) -> str:
        lines = [
            json.dumps({"custom_id": name, "method": "POST", "url": ENDPOINT, "body": body})
            for name, body in bodies
        ]
        content = "\n".join(lines).encode("utf-8") + b"\n"

        async def upload() -> httpx2.Response:
            return (
                await self._client.files.with_raw_response.create(
                    file=(f"{key}.jsonl", content), purpose="batch"
                )
            ).http_response

        file = json_object((await self._provider.send(upload)).content)
        body = {
            "input_file_id": file.get("id"),
            "endpoint": ENDPOINT,
            "completion_window": "24h",
            "metadata": {KEY_NAME: key},
        }
        batch = await self._json(
            lambda: self._client.post("/batches", cast_to=httpx2.Response, body=body)
        )
        return str(batch["id"])

    async def find(
        self, key: str, n_calls: int, since: datetime, taken: Collection[str]
    ) -> str | None:
        after = ""
        while True:
            address = f"/batches?limit={_PAGE}" + (f"&after={after}" if after else "")
            page = await self._json(
                lambda address=address: self._client.get(address, cast_to=httpx2.Response)
            )
            rows = page.get("data") or []
            for row in rows:
                if (row.get("metadata") or {}).get(KEY_NAME) == key:
                    return str(row["id"])
            # The newest come first: what is older than our beginning cannot be ours.
            oldest = min((row.get("created_at") or 0 for row in rows), default=0)
            if not page.get("has_more") or oldest < since.timestamp() - 3600:
                return None
            after = str(rows[-1]["id"])

    async def check(self, remote_id: str) -> BatchState:
        batch = await self._batch(remote_id)
        message = ""
        if batch.get("status") == "failed":
            problems = (batch.get("errors") or {}).get("data") or []
            words = "; ".join(str(one.get("message", "")) for one in problems if one)
            message = words or "the provider gave no reason"
        counts = batch.get("request_counts") or {}
        return BatchState(
            ended=batch.get("status") in _ENDED,
            message=message,
            counts={name: int(n) for name, n in counts.items()},
        )

    async def cancel(self, remote_id: str) -> None:
        batch = await self._batch(remote_id)
        if batch.get("status") not in {*_ENDED, "cancelling"}:
            await self._json(
                lambda: self._client.post(
                    f"/batches/{remote_id}/cancel", cast_to=httpx2.Response, body={}
                )
            )

    async def replies(self, remote_id: str) -> list[BatchReply]:
        batch = await self._batch(remote_id)
        found: list[BatchReply] = []
        for name in ("output_file_id", "error_file_id"):
            if file_id := batch.get(name):
                found.extend(await self._file(str(file_id)))
        return found

    async def _file(self, file_id: str) -> list[BatchReply]:
        response = await self._provider.send(
            lambda: self._client.get(f"/files/{file_id}/content", cast_to=httpx2.Response)
        )
        lines = response.content.decode("utf-8", "replace").split("\n")
        return [_read_line(json_object(line.encode())) for line in lines if line.strip()]

    async def _batch(self, remote_id: str) -> Mapping[str, Any]:
        return await self._json(
            lambda: self._client.get(f"/batches/{remote_id}", cast_to=httpx2.Response)
        )

    async def _json(self, call: Any) -> Mapping[str, Any]:
        return json_object((await self._provider.send(call)).content)


def _read_line(row: Mapping[str, Any]) -> BatchReply:
    response, error = row.get("response"), row.get("error")
    if isinstance(response, Mapping) and isinstance(response.get("body"), Mapping):
        code = response.get("status_code")
        return BatchReply(str(row.get("custom_id")), code, response["body"])
    words = error.get("code") or error.get("message") if isinstance(error, Mapping) else ""
    return BatchReply(str(row.get("custom_id")), None, {"reason": words or "no reply"})


def open_batch_api(provider: OpenAIProvider) -> OpenAIBatches:
    """The batches of this provider's account."""
    return OpenAIBatches(provider)

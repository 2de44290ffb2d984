"""A wire server that takes batches too, as OpenAI's and Anthropic's do.

    with BatchServer() as server:
        server.hold()            # batches stay under way until release()
        ...
        server.release()

`call_fault(body, attempt)` decides what comes of a call: None (answered), (status, error body), or
"expired". `drops` submissions are taken and then left without an answer, `loses` never arrive.
While `lists_fail`, nobody can ask which batches there are.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from tests.wire_server import Responder, Seen, Wire, WireServer, _reply, refusal_body

CallFault = Callable[[Mapping[str, Any], int], Any]
_ERROR_TYPES = {400: "invalid_request_error", 429: "rate_limit_error", 500: "api_error"}


@dataclass
class RemoteBatch:
    """calls: custom id -> body. results: made when the batch ends."""

    id: str
    wire: Wire
    calls: dict[str, Any]
    metadata: dict[str, str] = field(default_factory=dict)
    created: float = field(default_factory=time.time)
    lines: dict[str, list[dict[str, Any]]] | None = None
    cancelled: bool = False


class BatchServer(WireServer):
    """Attributes: batches: everything submitted, in order."""

    def __init__(self, responder: Responder | None = None) -> None:
        super().__init__(responder)
        self.batches: list[RemoteBatch] = []
        self.call_fault: CallFault = lambda _body, _attempt: None
        self.drops = 0
        self.loses = 0
        self.lists_fail = False
        self.rejected = ""
        # Of a batch that is cancelled, so many calls were finished before.
        self.finished_before_cancel = 0
        self._files: dict[str, bytes] = {}
        self._held = False
        self._sent: Counter[str] = Counter()

    def hold(self) -> None:
        self._held = True

    def release(self) -> None:
        self._held = False

    @property
    def n_calls(self) -> int:
        """Calls in all batches."""
        return sum(len(batch.calls) for batch in self.batches)

    def add_routes(self, app: web.Application) -> None:
        app.router.add_post("/v1/files", self._upload)
        app.router.add_get("/v1/files/{id}/content", self._content)
        app.router.add_post("/v1/batches", self._create_openai)
        app.router.add_get("/v1/batches", self._list)
        app.router.add_get("/v1/batches/{id}", self._show)
        app.router.add_post("/v1/batches/{id}/cancel", self._cancel)
        app.router.add_post("/v1/messages/batches/{id}/cancel", self._cancel)
        app.router.add_post("/v1/messages/batches", self._create_anthropic)
        app.router.add_get("/v1/messages/batches", self._list)
        app.router.add_get("/v1/messages/batches/{id}", self._show)
        app.router.add_get("/v1/messages/batches/{id}/results", self._results)

    async def _upload(self, request: web.Request) -> web.Response:
        form = await request.post()
        assert form["purpose"] == "batch"
        upload = form["file"]
        assert isinstance(upload, web.FileField)
        file_id = f"file-{len(self._files)}"
        self._files[file_id] = upload.file.read()
        return web.json_response({"id": file_id, "object": "file", "purpose": "batch"})

    async def _content(self, request: web.Request) -> web.Response:
        return web.Response(body=self._files[request.match_info["id"]])

    async def _create_openai(self, request: web.Request) -> web.StreamResponse:
        asked = await request.json()
        assert asked["endpoint"] == "/v1/chat/completions"
        assert asked["completion_window"] == "24h"
        rows = [json.loads(line) for line in self._files[asked["input_file_id"]].splitlines()]
        assert all(row["url"] == asked["endpoint"] and row["method"] == "POST" for row in rows)
        calls = {row["custom_id"]: row["body"] for row in rows}
        assert len(calls) == len(rows)
        return self._take(request, "openai", calls, asked.get("metadata") or {})

    async def _create_anthropic(self, request: web.Request) -> web.StreamResponse:
        rows = (await request.json())["requests"]
        calls = {row["custom_id"]: row["params"] for row in rows}
        assert len(calls) == len(rows)
        assert all(len(name) <= 64 and "max_tokens" in body for name, body in calls.items())
        return self._take(request, "anthropic", calls, {})

    def _take(
        self, request: web.Request, wire: Wire, calls: dict[str, Any], metadata: dict[str, str]
    ) -> web.StreamResponse:
        if self.loses:
            self.loses -= 1
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        batch = RemoteBatch(f"batch_{len(self.batches)}", wire, calls, metadata)
        self.batches.append(batch)
        if self.drops:
            self.drops -= 1
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        return web.json_response(self._view(batch))

    async def _list(self, request: web.Request) -> web.Response:
        if self.lists_fail:
            return web.json_response({"error": {"message": "not now"}}, status=503)
        wire = "anthropic" if "messages" in request.path else "openai"
        rows = [self._view(one) for one in reversed(self.batches) if one.wire == wire]
        return web.json_response({"data": rows, "has_more": False})

    async def _show(self, request: web.Request) -> web.Response:
        found = [one for one in self.batches if one.id == request.match_info["id"]]
        if not found:
            error = {"type": "not_found_error", "message": "no such batch"}
            return web.json_response({"error": error}, status=404)
        return web.json_response(self._view(found[0]))

    async def _cancel(self, request: web.Request) -> web.Response:
        (batch,) = [one for one in self.batches if one.id == request.match_info["id"]]
        assert not batch.cancelled
        batch.cancelled = True
        return web.json_response(self._view(batch))

    async def _results(self, request: web.Request) -> web.Response:
        (batch,) = [one for one in self.batches if one.id == request.match_info["id"]]
        self._end(batch)
        assert batch.lines is not None
        return web.Response(body=_jsonl(batch.lines["all"]))

    def _view(self, batch: RemoteBatch) -> dict[str, Any]:
        ended = batch.cancelled or not self._held
        n = len(batch.calls)
        if batch.wire == "anthropic":
            counts = {"processing": 0 if ended else n, "succeeded": n if ended else 0}
            return {
                "id": batch.id,
                "type": "message_batch",
                "processing_status": "ended" if ended else "in_progress",
                "request_counts": {**counts, "errored": 0, "canceled": 0, "expired": 0},
                "created_at": datetime.fromtimestamp(batch.created, UTC).isoformat(),
            }
        view = {
            "id": batch.id,
            "object": "batch",
            "status": "in_progress",
            "created_at": int(batch.created),
            "metadata": batch.metadata,
            "request_counts": {"total": n, "completed": n if ended else 0, "failed": 0},
        }
        if self.rejected:
            return {**view, "status": "failed", "errors": {"data": [{"message": self.rejected}]}}
        if ended:
            self._end(batch)
            files = {f"{name}_file_id": f"{batch.id}-{name}" for name in ("output", "error")}
            return {**view, "status": "cancelled" if batch.cancelled else "completed", **files}
        return view

    def _end(self, batch: RemoteBatch) -> None:
        if batch.lines is not None:
            return
        batch.lines = {"all": [], "output": [], "error": []}
        for number, (name, body) in enumerate(batch.calls.items()):
            if batch.cancelled and number >= self.finished_before_cancel:
                if batch.wire == "anthropic":
                    line = {"custom_id": name, "result": {"type": "canceled"}}
                    batch.lines["all"].append(line)
                continue
            kind, line = self._answer_call(batch.wire, name, body)
            batch.lines["all"].append(line)
            batch.lines[kind].append(line)
        # Replies come in any order.
        for rows in batch.lines.values():
            rows.reverse()
        for kind in ("output", "error"):
            self._files[f"{batch.id}-{kind}"] = _jsonl(batch.lines[kind])

    def _answer_call(self, wire: Wire, name: str, body: Any) -> tuple[str, dict[str, Any]]:
        digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
        self._sent[digest] += 1
        fault = self.call_fault(body, self._sent[digest])
        refused = next((one for one in self.refused if one in body), None)
        if fault is None and refused is not None:
            fault = refusal_body(refused, self.refused[refused])
        if fault == "expired":
            if wire == "anthropic":
                return "error", {"custom_id": name, "result": {"type": "expired"}}
            error = {"code": "batch_expired", "message": "This request could not be executed."}
            return "error", {"custom_id": name, "response": None, "error": error}
        if fault is not None:
            status, error = fault
            if wire == "anthropic":
                inner = {"type": _ERROR_TYPES[status], "message": error["error"]["message"]}
                result = {"type": "errored", "error": {"type": "error", "error": inner}}
                return "error", {"custom_id": name, "result": result}
            return "error", {
                "custom_id": name,
                "response": {"status_code": status, "body": error},
                "error": None,
            }
        reply = _reply(Seen(wire, {}, body, 1, 0.0), self.responder(body))
        if wire == "anthropic":
            return "output", {"custom_id": name, "result": {"type": "succeeded", "message": reply}}
        return "output", {
            "custom_id": name,
            "response": {"status_code": 200, "request_id": "r", "body": reply},
            "error": None,
        }


def _jsonl(rows: list[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()

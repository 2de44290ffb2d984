"""A model server for tests: OpenAI's and Anthropic's wire formats on a loopback port.

    with WireServer() as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.openai_url)     # or env=server.environment()
        ...
        assert len(server.requests) == 5

What it answers is `responder(body) -> str`, `respond` unless given: lists under "# Response 1:"
headers where the messages ask for n responses, YES/NO to a judge, a letter to a classification,
a checklist, a quality score, else a text that depends on the request alone.

Faults are steps: `server.script(fail(429, retry_after=0), drop())` meets the next requests in
turn; `server.faults = lambda seen: drop() if seen.attempt == 1 else None` meets any.
`server.refused = {"temperature": "unsupported"}` refuses parameters in real servers' words.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self

from aiohttp import web

Wire = Literal["openai", "anthropic"]
Responder = Callable[[Mapping[str, Any]], str]


@dataclass(frozen=True)
class Seen:
    """One request. attempt: how often this very body has come so far, from 1."""

    wire: Wire
    headers: Mapping[str, str]
    body: Mapping[str, Any]
    attempt: int
    at: float


@dataclass(frozen=True)
class Step:
    """What happens to one request; made by the functions below.

    Attributes:
        status, error, headers: an error reply; `error` is its body.
        drop: "now" ends the connection unanswered, "mid" in the middle of the reply.
        raw: body sent with status 200, instead of a reply.
        changes: keys of the reply's body to overwrite.
        delay_s: wait before doing any of it.
    """

    status: int = 200
    error: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    drop: Literal["", "now", "mid"] = ""
    raw: bytes | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)
    delay_s: float = 0.0


def fail(status: int, message: str = "scripted", *, retry_after: float | str | None = None) -> Step:
    """An error status, with a Retry-After header if wanted (seconds, or an HTTP date)."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return Step(status=status, error={"error": {"message": message}}, headers=headers)


def fail_with(status: int, body: Any) -> Step:
    """An error status with exactly this JSON body."""
    return Step(status=status, error=body)


def echo_credentials(status: int = 400) -> Step:
    """An error whose message quotes the credentials it was sent."""
    return Step(status=status, error="echo")


def drop() -> Step:
    """The connection ends without an answer."""
    return Step(drop="now")


def truncate() -> Step:
    """Headers promise more body than comes before the connection ends."""
    return Step(drop="mid")


def malformed(raw: bytes = b'{"id": "x", "choices": [{"mess') -> Step:
    """Status 200 and a body that is no reply."""
    return Step(raw=raw)


def slow(delay_s: float) -> Step:
    """The right answer, late."""
    return Step(delay_s=delay_s)


def reply_with(**changes: Any) -> Step:
    """The usual reply with some top-level keys replaced, e.g. `usage=None`."""
    return Step(changes=changes)


class WireServer:
    """Runs in a thread of its own from `with` to its end.

    Attributes:
        url: address without path; `openai_url` is it with /v1.
        requests: everything received, in order.
        faults: asked for a step when no scripted one is left.
        refused: parameter -> style of refusal, see `refusal_body`.
        peak_in_flight: requests being answered at one time, at most.
    """

    def __init__(self, responder: Responder | None = None, *, latency_s: float = 0.0) -> None:
        self.responder: Responder = responder or respond
        self.latency_s = latency_s
        self.requests: list[Seen] = []
        self.faults: Callable[[Seen], Step | None] = lambda _seen: None
        self.refused: dict[str, str] = {}
        self.peak_in_flight = 0
        self.url = ""
        self._steps: deque[Step] = deque()
        self._attempts: Counter[str] = Counter()
        self._in_flight = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, name="wire-server", daemon=True)
        self._ready = threading.Event()
        self._stop: asyncio.Event | None = None

    @property
    def openai_url(self) -> str:
        return f"{self.url}/v1"

    def environment(self) -> dict[str, str]:
        """Variables that send both live providers here."""
        return {
            "OPENAI_BASE_URL": self.openai_url,
            "OPENAI_API_KEY": "wire-key-openai",
            "ANTHROPIC_BASE_URL": self.url,
            "ANTHROPIC_API_KEY": "wire-key-anthropic",
        }

    def script(self, *steps: Step) -> None:
        """The next requests meet these steps, in order of arrival."""
        self._steps.extend(steps)

    def add_routes(self, app: web.Application) -> None:
        """For servers that can do more."""

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._ready.wait(10):
            raise RuntimeError("the wire server did not start within 10 s")
        return self

    def __exit__(self, *_exc: object) -> None:
        assert self._stop is not None
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._main())
        finally:
            self._loop.close()

    async def _main(self) -> None:
        self._stop = asyncio.Event()
        app = web.Application(client_max_size=2**25)
        app.router.add_post("/v1/chat/completions", self._handle)
        app.router.add_post("/v1/messages", self._handle)
        self.add_routes(app)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0, backlog=1024)
        await site.start()
        host, port = runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        self._ready.set()
        await self._stop.wait()
        await runner.cleanup()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        fingerprint = request.path + hashlib.sha256(raw).hexdigest()
        self._attempts[fingerprint] += 1
        seen = Seen(
            wire="anthropic" if request.path == "/v1/messages" else "openai",
            headers={name.lower(): value for name, value in request.headers.items()},
            body=json.loads(raw),
            attempt=self._attempts[fingerprint],
            at=time.monotonic(),
        )
        self.requests.append(seen)
        self._in_flight += 1
        self.peak_in_flight = max(self.peak_in_flight, self._in_flight)
        try:
            step = self._steps.popleft() if self._steps else self.faults(seen) or Step()
            await asyncio.sleep(self.latency_s + step.delay_s)
            return await self._answer(request, seen, step)
        finally:
            self._in_flight -= 1

    async def _answer(self, request: web.Request, seen: Seen, step: Step) -> web.StreamResponse:
        if step.drop == "now":
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if step.status != 200:
            error = _echoed(seen) if step.error == "echo" else step.error
            return web.json_response(error, status=step.status, headers=step.headers)
        if step.raw is not None:
            return web.Response(body=step.raw, content_type="application/json")
        refused = next((name for name in self.refused if name in seen.body), None)
        if refused is not None:
            status, error = refusal_body(refused, self.refused[refused])
            return web.json_response(error, status=status)
        body = json.dumps({**_reply(seen, self.responder(seen.body)), **step.changes}).encode()
        if step.drop == "mid":
            response = web.StreamResponse(headers={"Content-Length": str(len(body))})
            await response.prepare(request)
            await response.write(body[: len(body) // 2])
            assert request.transport is not None
            request.transport.close()
            return response
        return web.Response(body=body, content_type="application/json")


def refusal_body(name: str, style: str) -> tuple[int, Any]:
    """HTTP status and body with which real servers refuse a parameter.

    Args:
        style: unsupported (OpenAI's reasoning models), forbidden (vLLM), unprocessable (FastAPI),
            deprecated or both (Anthropic's newer models), range (a bad value, not a refusal).
    """
    if style == "unsupported":
        message = f"Unsupported parameter: '{name}' is not supported with this model."
        error = {"type": "invalid_request_error", "param": name, "code": "unsupported_parameter"}
        return 400, {"error": {"message": message, **error}}
    if style == "forbidden":
        kinds = {"type": "extra_forbidden", "loc": ("body", name)}
        message = str([{**kinds, "msg": "Extra inputs are not permitted", "input": 1}])
        return 400, {"object": "error", "message": message, "type": "BadRequestError", "code": 400}
    if style == "unprocessable":
        kinds = {"type": "extra_forbidden", "loc": ["body", name]}
        return 422, {"detail": [{**kinds, "msg": "Extra inputs are not permitted", "input": 1}]}
    message = {
        "deprecated": f"`{name}` is deprecated for this model.",
        "both": "`temperature` and `top_p` cannot both be specified for this model. "
        "Please use only one.",
        "range": f"{name}: Input should be less than or equal to 1",
    }[style]
    return 400, {"type": "error", "error": {"type": "invalid_request_error", "message": message}}


def respond(body: Mapping[str, Any]) -> str:
    """A reply of the kind the messages ask for, the same for the same request."""
    last = _text_of(body["messages"][-1])
    asked = "\n".join([_system(body), last])
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).digest()
    lowered = asked.lower()
    if "# response" in lowered:
        return list_reply(_number_wanted(lowered), digest.hex()[:6])
    if "key factors" in lowered:
        return "1. Is it correct?\n2. Is it clear?\n3. Does it answer the request?"
    if "checklist" in lowered:
        return f"1. Yes. It is.\n2. Yes. It is.\n3. No. It is not.\nScore: {1 + digest[0] % 5}"
    if re.search(r"\byes or no\b", lowered):
        return "YES" if digest[0] % 2 else "NO"
    if re.search(r"\bcategor.*\b(letter|key)\b", lowered, re.DOTALL):
        return "ABCDEFGH"[digest[0] % 8]
    return f"Answer {digest.hex()[:12]} to: {last[:60]}"


def list_reply(n: int, mark: str = "x") -> str:
    """n responses, each under its header line."""
    return "\n\n".join(f"# Response {i}:\nText {mark}-{i}." for i in range(1, n + 1))


def _number_wanted(lowered: str) -> int:
    found = re.search(r"(\d+)(?: \w+){0,3} (?:responses|answers)", lowered)
    return int(found[1]) if found else 5


def _text_of(message: Mapping[str, Any]) -> str:
    content = message["content"]
    return content if isinstance(content, str) else "".join(part["text"] for part in content)


def _system(body: Mapping[str, Any]) -> str:
    own = body.get("system", "")
    return "\n".join([own, *(_text_of(m) for m in body["messages"] if m["role"] == "system")])


def _echoed(seen: Seen) -> Any:
    sent = {name: seen.headers.get(name, "") for name in ("authorization", "x-api-key")}
    return {"error": {"message": f"Bad credentials: {json.dumps(sent)}"}}


def _reply(seen: Seen, text: str) -> dict[str, Any]:
    model = seen.body["model"]
    tokens_in, tokens_out = len(json.dumps(seen.body)) // 4, max(1, len(text) // 4)
    if seen.wire == "anthropic":
        return {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": model,
            "content": [{"type": "text", "text": text}],
            "stop_reason": "end_turn",
            "stop_sequence": None,
            "usage": {"input_tokens": tokens_in, "output_tokens": tokens_out},
        }
    message = {"role": "assistant", "content": text, "refusal": None}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": model,
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {
            "prompt_tokens": tokens_in,
            "completion_tokens": tokens_out,
            "total_tokens": tokens_in + tokens_out,
        },
    }

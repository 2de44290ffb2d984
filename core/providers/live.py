"""What the providers behind an HTTP SDK share: attempts, failures, refused parameters.

The SDKs are used for signing in, transport and error statuses, through their generic `post`: it
sends our JSON and hands back the HTTP response. Their typed `create` methods build a model
object per request and reply; that doubled the CPU time of a run and gave nothing used here.
"""

from __future__ import annotations

import json
import time
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

import aiohttp
import httpx2

from core.providers.connection import Connection
from core.providers.refusals import error_message, find_refused
from core.providers.retry import (
    AttemptFailed,
    Retry,
    RetryPolicy,
    read_retry_after,
    reason_for_status,
)
from core.providers.text import Scrubber, storable
from core.types import Completion, CompletionRequest, SamplingParameters, Usage

# Reasoning models think for minutes before the first byte of a reply that is not streamed.
READ_TIMEOUT_S = 600.0
CONNECT_TIMEOUT_S = 10.0
_LEAST_CONNECTIONS = 100
_BROKEN_TEXT = (
    "the messages hold half of a character (a lone surrogate), which cannot be sent; "
    "import the text again from a sound file"
)


class MalformedReplyError(ValueError):
    """A 200 reply that is not shaped as the wire format says."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A 200 reply, read. `text` may be empty."""

    text: str
    finish_reason: Literal["stop", "length", "refusal", "other"]
    raw_finish_reason: str
    usage: Usage
    served_model: str


class LiveProvider(ABC):
    """A provider whose SDK is generated the way OpenAI's and Anthropic's both are.

    Class attributes:
        name: as in `base.Provider`.
        project_names: wire name -> project name, where they differ.
        required: wire names that cannot be left out.
        status_error, connection_error: the SDK's exceptions.
    """

    name: ClassVar[str]
    project_names: ClassVar[Mapping[str, str]] = {}
    required: ClassVar[frozenset[str]] = frozenset()
    status_error: ClassVar[type[Exception]]
    connection_error: ClassVar[type[Exception]]

    def __init__(self, connection: Connection, retry: RetryPolicy | None = None) -> None:
        self.endpoint = connection.endpoint
        self._retry = retry or RetryPolicy()
        self._scrub = Scrubber(connection.secrets)
        # Model -> wire name -> the server's words. Shared by all callers, so that a parameter is
        # refused once and not on every call.
        self._refused: defaultdict[str, dict[str, str]] = defaultdict(dict)

    async def complete(self, request: CompletionRequest) -> Completion:
        """Asks the model once, retrying what is worth retrying; see `base.Provider`."""
        completion, attempts = await self._retry.run(
            f"{self.name}:{request.model}", lambda: self._attempt(request)
        )
        return completion if attempts == 1 else replace(completion, attempts=attempts)

    @abstractmethod
    async def close(self) -> None:
        """Ends open connections."""

    @abstractmethod
    async def _post(self, body: dict[str, Any]) -> httpx2.Response:
        """Sends one request, without retries. Raises the SDK's exceptions."""

    @abstractmethod
    def _parameters(
        self, asked: SamplingParameters, refused: Mapping[str, str]
    ) -> dict[str, float | int]:
        """Wire name -> value of everything to send, given what the model refused so far."""

    @abstractmethod
    def _body(
        self, request: CompletionRequest, parameters: Mapping[str, float | int]
    ) -> dict[str, Any]: ...

    @abstractmethod
    def _read(self, payload: Mapping[str, Any]) -> Reply:
        """Reads a 200 reply. Raises MalformedReplyError."""

    async def _attempt(self, request: CompletionRequest) -> Completion:
        refused = self._refused[request.model]
        parameters = self._parameters(request.parameters, refused)
        started = time.perf_counter()
        response = await self.send(
            lambda: self._post(self._body(request, parameters)), refused, parameters
        )
        completion = self._completion(request, parameters, response.content)
        latency_ms = round(1000 * (time.perf_counter() - started))
        return replace(completion, latency_ms=latency_ms)

    # -- for batches, which make the same calls in another way ----------------------------------

    def prepare(self, request: CompletionRequest) -> tuple[dict[str, float | int], dict[str, Any]]:
        """(parameters, body) of a request, as it would be sent now."""
        parameters = self._parameters(request.parameters, self._refused[request.model])
        return parameters, self._body(request, parameters)

    def refused_by(self, model: str) -> dict[str, str]:
        """Wire name -> the server's words, of what a model refused so far."""
        return dict(self._refused[model])

    def learn_refused(self, model: str, refused: Mapping[str, str]) -> None:
        """Takes over what another process found a model to refuse."""
        self._refused[model].update(refused)

    def read_batched(
        self,
        request: CompletionRequest,
        parameters: Mapping[str, float | int],
        status_code: int | None,
        payload: Mapping[str, Any],
    ) -> Completion:
        """The reply to a call that was made in a batch.

        Args:
            parameters: as `prepare` gave them.
            status_code: None for a call that was never made; `payload` then says why.

        Raises:
            AttemptFailed: no usable reply.
        """
        if status_code is None:
            detail = f"the call was not made: {self._scrub(str(payload.get('reason', '')))}"
            raise AttemptFailed("server_error", detail, Retry.LATER)
        if status_code == 200:
            return self._completion(request, parameters, json.dumps(payload).encode())
        refused = self._refused[request.model]
        raise self._failure(status_code, dict(payload), "", {}, refused, parameters)

    async def send(
        self,
        call: Callable[[], Awaitable[httpx2.Response]],
        refused: dict[str, str] | None = None,
        parameters: Mapping[str, float | int] | None = None,
    ) -> httpx2.Response:
        """One HTTP exchange.

        Args:
            refused: added to where the server refuses one of `parameters`.

        Raises:
            AttemptFailed: no reply with status 200.
        """
        try:
            return await call()
        except self.status_error as error:
            raise self._status_failure(
                error, {} if refused is None else refused, parameters or {}
            ) from None
        except (self.connection_error, aiohttp.ClientError, httpx2.HTTPError, OSError) as error:
            raise self._connection_failure(error) from None
        except UnicodeEncodeError:
            raise AttemptFailed("bad_request", _BROKEN_TEXT, Retry.NEVER) from None

    def _completion(
        self, request: CompletionRequest, parameters: Mapping[str, float | int], content: bytes
    ) -> Completion:
        """Reads the body of a reply with status 200; its latency is for the caller to add."""
        try:
            reply = self._read(json_object(content))
        except MalformedReplyError as error:
            detail = f"{error}; expected a reply in {self.name}'s wire format from {self.endpoint}"
            raise AttemptFailed("malformed_reply", self._scrub(detail), Retry.LATER) from None
        refused = self._refused[request.model]
        sent = {self.project_names.get(name, name): value for name, value in parameters.items()}
        asked = request.parameters.as_dict()
        return Completion(
            text=storable(reply.text),
            finish_reason=reply.finish_reason,
            raw_finish_reason=reply.raw_finish_reason,
            usage=reply.usage,
            parameters_sent=sent,
            parameters_dropped={n: self._why_dropped(n, refused) for n in asked if n not in sent},
            served_model=reply.served_model,
        )

    def _why_dropped(self, project_name: str, refused: Mapping[str, str]) -> str:
        for name, words in refused.items():
            if self.project_names.get(name, name) == project_name:
                return words
        return f"{self.name} has no parameter {project_name}"

    def _status_failure(
        self, error: Any, refused: dict[str, str], parameters: Mapping[str, float | int]
    ) -> AttemptFailed:
        return self._failure(
            error.status_code,
            error.body,
            error.response.text,
            error.response.headers,
            refused,
            parameters,
        )

    def _failure(
        self,
        status_code: int,
        body: Any,
        text: str,
        headers: Mapping[str, str],
        refused: dict[str, str],
        parameters: Mapping[str, float | int],
    ) -> AttemptFailed:
        """Reads an error status; adds to `refused` where the server refuses a parameter."""
        message = self._scrub(error_message(body) or text)
        name = find_refused(status_code, body, parameters)
        if name is not None:
            retry = Retry.NEVER if name in self.required else Retry.NOW
            if retry is Retry.NOW:
                refused.setdefault(name, message)
            return AttemptFailed("refused_parameter", message, retry, status_code=status_code)
        reason, retry = reason_for_status(status_code)
        if reason == "rate_limited" and "insufficient_quota" in str(body):
            # An empty account answers 429 too, for days rather than seconds.
            retry = Retry.NEVER
        return AttemptFailed(
            reason,
            message or f"{self.endpoint} gave no reason",
            retry,
            status_code=status_code,
            retry_after=read_retry_after(headers),
        )

    def _connection_failure(self, error: BaseException) -> AttemptFailed:
        # The SDKs call a dropped connection a time-out; the first cause knows better.
        while error.__cause__ is not None:
            error = error.__cause__
        words = self._scrub(f"{type(error).__name__} {error}")
        if isinstance(error, TimeoutError):
            return AttemptFailed(
                "timeout", f"{self.endpoint} did not answer in time: {words}", Retry.LATER
            )
        return AttemptFailed(
            "connection", f"no whole reply from {self.endpoint}: {words}", Retry.LATER
        )


def http_limits(concurrency: int) -> httpx2.Limits:
    """Connections enough for all calls in flight, or the pool would queue them."""
    most = max(_LEAST_CONNECTIONS, concurrency)
    return httpx2.Limits(max_connections=most, max_keepalive_connections=most)


def http_timeout(read_timeout_s: float) -> httpx2.Timeout:
    return httpx2.Timeout(read_timeout_s, connect=min(CONNECT_TIMEOUT_S, read_timeout_s))


def token_count(value: object) -> int | None:
    """A count as the server gave it; None when it is missing or no whole number."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def text_parts(content: object, kind: str = "text") -> str:
    """The text of a reply's content: a plain string, or an array of typed parts, joined.

    Args:
        kind: `type` of the parts wanted, and the name of their text. A plain string is "text".

    Returns:
        "" where there is none.
    """
    if isinstance(content, str):
        return content if kind == "text" else ""
    if not isinstance(content, list):
        return ""
    parts = [p.get(kind) for p in content if isinstance(p, Mapping) and p.get("type") == kind]
    return "".join(part for part in parts if isinstance(part, str))


def json_object(content: bytes) -> Mapping[str, Any]:
    """A JSON object. Raises MalformedReplyError for anything else."""
    try:
        payload = json.loads(content)
    except (ValueError, RecursionError):
        raise MalformedReplyError(f"{len(content)} bytes that are not JSON") from None
    if not isinstance(payload, dict):
        raise MalformedReplyError(f"JSON that is a {type(payload).__name__}, not an object")
    return payload

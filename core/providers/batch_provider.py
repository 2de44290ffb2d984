"""A provider whose calls travel in batches: `complete` waits, and the batch is shared by all.

Callers ask as they would ask any provider, all at once. When no further question has come for a
moment, those waiting are handed over together; replies are collected when the provider is done,
and what failed on the way is handed over again in the next batch. Every step is in the ledger
before it is taken, so another process that is asked the same goes on from there.
"""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from core.errors import ProviderError, StoppedError
from core.providers.base import request_hash
from core.providers.batch_api import BatchApi, BatchReply
from core.providers.batch_ledger import (
    BatchLedger,
    BatchStatus,
    CallKey,
    KnownBatch,
    KnownCall,
    NewCall,
)
from core.providers.live import LiveProvider
from core.providers.retry import AttemptFailed, Retry, RetryPolicy
from core.types import Completion, CompletionRequest

TICK_S = 0.05
# Questions come in lots, each after a short transaction; the pause after the last one is longer.
QUIET_S = 1.0
MAX_SENT = 3


@dataclass(slots=True, eq=False)
class _Waiting:
    """A caller. sent: how often this process handed the call over."""

    request: CompletionRequest
    key: CallKey
    future: asyncio.Future[Completion]
    sent: int = 0
    wire: Mapping[str, float | int] = field(default_factory=dict)


class BatchProvider:
    """See `core.providers.base.Provider`; made for one event loop.

    Args:
        live: the provider whose calls are batched.
        should_stop: asked all the time; True ends the waiting with `StoppedError`. What was
            handed over is collected by whoever asks the same again.
        is_cancelled: asked once told to stop; True cancels the batches at the provider and goes on
            until they have ended, so that what was finished is still given out.
        poll_s: seconds between two looks at a batch.
        quiet_s: seconds without a further question before those waiting are handed over.
    """

    def __init__(
        self,
        live: LiveProvider,
        api: BatchApi,
        ledger: BatchLedger,
        *,
        should_stop: Callable[[], bool] = lambda: False,
        is_cancelled: Callable[[], bool] = lambda: False,
        poll_s: float,
        quiet_s: float = QUIET_S,
        retry: RetryPolicy | None = None,
    ) -> None:
        self.name = live.name
        self.endpoint = live.endpoint
        self._live = live
        self._api = api
        self._ledger = ledger
        self._should_stop = should_stop
        self._is_cancelled = is_cancelled
        self._cancelling = False
        self._poll_s = poll_s
        self._quiet_s = quiet_s
        self._retry = retry or RetryPolicy(max_attempts=5)
        self._queue: list[_Waiting] = []
        self._waiting: dict[str, dict[str, _Waiting]] = defaultdict(dict)
        self._batches: dict[str, KnownBatch] = {}
        self._delivered: list[str] = []
        self._arrived = self._looked = 0.0
        self._driver: asyncio.Task[None] | None = None

    async def complete(self, request: CompletionRequest) -> Completion:
        """The reply, once the batch it travels in has ended.

        Raises:
            ProviderError: no usable reply, even after it was handed over again.
            StoppedError: told to stop while waiting.
        """
        waiting = _Waiting(
            request,
            CallKey(request.call_id, f"{request.model}:{request_hash(request)}"),
            asyncio.get_running_loop().create_future(),
        )
        self._enqueue(waiting)
        if self._driver is None:
            self._driver = asyncio.create_task(self._drive())
        return await waiting.future

    async def close(self) -> None:
        if self._driver is not None:
            self._driver.cancel()
            await asyncio.gather(self._driver, return_exceptions=True)
        await self._live.close()

    async def forget_delivered(self) -> None:
        """Drops the replies given out so far from the ledger: they are stored by now."""
        delivered, self._delivered = self._delivered, []
        await asyncio.to_thread(self._ledger.forget, self.endpoint, delivered)

    def _enqueue(self, waiting: _Waiting) -> None:
        if self._cancelling:
            _fail(waiting, StoppedError())
            return
        self._queue.append(waiting)
        self._arrived = time.monotonic()

    async def _drive(self) -> None:
        try:
            while self._queue or any(self._waiting.values()):
                if self._should_stop():
                    if not self._is_cancelled():
                        raise StoppedError
                    await self._cancel()
                await self._step()
                await asyncio.sleep(TICK_S)
        except BaseException as error:
            self._end_all(error)
            if not isinstance(error, StoppedError | ProviderError):
                raise
        finally:
            self._driver = None

    async def _step(self) -> None:
        now = time.monotonic()
        full = len(self._queue) >= self._api.max_calls
        if self._queue and (full or now - self._arrived >= self._quiet_s):
            await self._hand_over()
        elif any(self._waiting.values()) and now - self._looked >= self._poll_s:
            await self._look()
            self._looked = time.monotonic()

    async def _cancel(self) -> None:
        """Hands nothing more over, and has the provider end what is under way; once."""
        if self._cancelling:
            return
        self._cancelling = True
        queue, self._queue = self._queue, []
        for one in queue:
            _fail(one, StoppedError())
        for batch in list(self._batches.values()):
            if batch.status == "submitting":
                await self._settle(batch)
        for key, batch in self._batches.items():
            await self._retry.run(self.name, partial(self._api.cancel, batch.remote_id))
            await asyncio.to_thread(self._ledger.set_withdrawn, key)
        self._looked = 0.0

    def _end_all(self, error: BaseException) -> None:
        waiting = [
            *self._queue,
            *(one for group in self._waiting.values() for one in group.values()),
        ]
        self._queue.clear()
        self._waiting.clear()
        for one in waiting:
            if one.future.done():
                continue
            if isinstance(error, asyncio.CancelledError):
                one.future.cancel()
            else:
                one.future.set_exception(error)

    # -- handing over -------------------------------------------------------------------------

    async def _hand_over(self) -> None:
        """Submits what is waiting, except for what an earlier process has handed over already."""
        queue, self._queue = self._queue, []
        first = [one for one in queue if not one.sent]
        known: dict[CallKey, KnownCall] = {}
        if first:
            keys = [one.key for one in first]
            known = await asyncio.to_thread(self._ledger.find_calls, self.endpoint, keys)
        fresh = [one for one in queue if one.sent or not self._take_up(one, known.get(one.key))]
        for key in [key for key, batch in self._batches.items() if batch.status == "submitting"]:
            await self._settle(self._batches[key])
        for part in self._parts(fresh):
            await self._submit(part)

    def _take_up(self, one: _Waiting, call: KnownCall | None) -> bool:
        """Goes on from what the ledger knows of a call; False if it has to be handed over."""
        if call is None or call.status == "failed":
            return False
        one.wire = call.parameters.get("wire", {})
        self._live.learn_refused(one.request.model, call.parameters.get("refused", {}))
        if call.status == "done":
            self._deliver(one, BatchReply(call.custom_id, call.status_code, call.payload))
        else:
            self._batches[call.batch.key] = call.batch
            self._waiting[call.batch.key][call.custom_id] = one
        return True

    async def _settle(self, batch: KnownBatch) -> None:
        """A batch of which nobody knows whether it reached the provider."""
        taken = await asyncio.to_thread(self._ledger.list_remote_ids, self.endpoint)

        async def find() -> str | None:
            return await self._api.find(batch.key, batch.n_calls, batch.created_at, taken)

        remote_id, _ = await self._retry.run(self.name, find)
        if remote_id is None:
            await self._give_up(batch.key)
        else:
            await asyncio.to_thread(self._ledger.set_submitted, batch.key, remote_id)
            self._batches[batch.key] = replace(batch, remote_id=remote_id, status="submitted")

    async def _give_up(self, key: str) -> None:
        """A batch that is not there: its calls are handed over again."""
        await asyncio.to_thread(
            self._ledger.close_batch, key, "lost", "the provider does not know this batch", ()
        )
        self._batches.pop(key, None)
        for one in self._waiting.pop(key, {}).values():
            one.sent = max(1, one.sent)
            self._enqueue(one)

    def _parts(self, calls: Sequence[_Waiting]) -> Iterable[list[tuple[_Waiting, dict[str, Any]]]]:
        """Calls with their bodies, in lots the provider takes."""
        part: list[tuple[_Waiting, dict[str, Any]]] = []
        size = 0
        for one in calls:
            one.wire, body = self._live.prepare(one.request)
            n_bytes = len(json.dumps(body)) + 200
            too_many = len(part) >= self._api.max_calls or size + n_bytes > self._api.max_bytes
            if part and too_many:
                yield part
                part, size = [], 0
            part.append((one, body))
            size += n_bytes
        if part:
            yield part

    async def _submit(self, part: Sequence[tuple[_Waiting, dict[str, Any]]]) -> None:
        key, began = uuid.uuid4().hex, datetime.now(UTC)
        named = {f"{key}-{number}": one for number, (one, _) in enumerate(part)}
        calls = [
            NewCall(
                one.key,
                name,
                {"wire": dict(one.wire), "refused": self._live.refused_by(one.request.model)},
            )
            for name, one in named.items()
        ]
        await asyncio.to_thread(self._ledger.add_batch, self.name, self.endpoint, key, calls)
        bodies = [(name, body) for name, (_, body) in zip(named, part, strict=True)]
        tried = False

        async def hand_over() -> str:
            # A submission that seemed to fail may have arrived; asking beats paying twice.
            nonlocal tried
            if tried:
                taken = await asyncio.to_thread(self._ledger.list_remote_ids, self.endpoint)
                if found := await self._api.find(key, len(part), began, taken):
                    return found
            tried = True
            return await self._api.submit(key, bodies)

        try:
            remote_id, _ = await self._retry.run(self.name, hand_over)
        except ProviderError as error:
            await asyncio.to_thread(self._ledger.close_batch, key, "failed", error.detail, ())
            for one in named.values():
                _fail(one, error)
            return
        await asyncio.to_thread(self._ledger.set_submitted, key, remote_id)
        self._batches[key] = KnownBatch(key, remote_id, "submitted", len(part), began)
        for one in named.values():
            one.sent += 1
        self._waiting[key] = named

    # -- collecting ---------------------------------------------------------------------------

    async def _look(self) -> None:
        for key in [key for key, group in self._waiting.items() if group]:
            try:
                await self._look_at(self._batches[key])
            except ProviderError as error:
                if error.status_code == 404:
                    await self._give_up(key)
                elif error.reason == "auth":
                    raise
                # Anything else may pass: the batch goes on without us, and we look again.

    async def _look_at(self, batch: KnownBatch) -> None:
        state, _ = await self._retry.run(self.name, lambda: self._api.check(batch.remote_id))
        if not state.ended:
            await asyncio.to_thread(self._ledger.set_counts, batch.key, state.counts)
            return
        replies, _ = await self._retry.run(self.name, lambda: self._api.replies(batch.remote_id))
        waiting = self._waiting[batch.key]
        by_name = {reply.custom_id: reply for reply in replies}
        if replies and not by_name.keys() & waiting.keys():
            await self._give_up(batch.key)  # found by time and size, and somebody else's
            return
        status: BatchStatus = "failed" if state.message else "ended"
        await asyncio.to_thread(self._ledger.close_batch, batch.key, status, state.message, replies)
        self._batches.pop(batch.key)
        for name, one in self._waiting.pop(batch.key).items():
            if state.message:
                words = f"the batch failed: {state.message}"
                _fail(one, ProviderError(self._model(one), "bad_request", words))
            else:
                nothing = BatchReply(name, None, {"reason": "no reply"})
                self._deliver(one, by_name.get(name, nothing))

    def _deliver(self, one: _Waiting, reply: BatchReply) -> None:
        """Gives a caller its reply, or hands the call over again, or lets it fail."""
        try:
            completion = self._live.read_batched(
                one.request, one.wire, reply.status_code, reply.payload
            )
        except AttemptFailed as failed:
            if failed.retry is Retry.NOW or (failed.retry is Retry.LATER and one.sent < MAX_SENT):
                one.sent = max(1, one.sent)
                self._enqueue(one)
                return
            _fail(
                one,
                ProviderError(
                    self._model(one),
                    failed.reason,
                    failed.detail,
                    status_code=failed.status_code,
                    attempts=one.sent,
                ),
            )
            return
        self._delivered.append(one.key.call_id)
        if not one.future.done():
            one.future.set_result(replace(completion, attempts=one.sent))

    def _model(self, one: _Waiting) -> str:
        return f"{self.name}:{one.request.model}"


def _fail(one: _Waiting, error: ProviderError | StoppedError) -> None:
    if not one.future.done():
        one.future.set_exception(error)

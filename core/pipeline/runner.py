"""Runs units of work with bounded concurrency and hands each result to the Store as it comes."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from core.errors import StoppedError
from core.pipeline.records import Progress, Record
from core.pipeline.store import Store

# A commit costs a few milliseconds of disk: gather what arrives meanwhile, but never for long.
BATCH_GROUPS = 200
BATCH_WAIT_S = 0.03
# Claimed together, and the next lot while these are under way, so that no call waits for a claim.
CLAIM_UNITS = 200
HELD_ELSEWHERE_POLL_S = 0.5


class Unit(Protocol):
    """key: names the unit across processes."""

    @property
    def key(self) -> str: ...


UnitT = TypeVar("UnitT", bound=Unit)


class Emit(Protocol):
    """Hands over records. Those of one call are on disk together or not at all."""

    def __call__(self, *records: Record) -> None: ...


@dataclass(slots=True)
class Control:
    """How a running batch is watched and stopped.

    should_stop: asked between calls; True starts no further unit and lets those in flight end.
    is_cancelled: whether stopping means that what is under way is not wanted any more.
    on_progress: called after every commit.
    """

    should_stop: Callable[[], bool] = lambda: False
    on_progress: Callable[[Progress], None] = lambda _progress: None
    is_cancelled: Callable[[], bool] = lambda: False


class Writer:
    """Commits records in small batches beside the calls."""

    def __init__(self, store: Store, on_saved: Callable[[], None]) -> None:
        self._store = store
        self._on_saved = on_saved
        self._groups: asyncio.Queue[tuple[Record, ...]] = asyncio.Queue()
        self._emitted = 0
        self._saved = 0
        self._moved = asyncio.Condition()
        self._error: BaseException | None = None
        self._task = asyncio.create_task(self._run())

    def emit(self, *records: Record) -> None:
        """Queues records; those of one call go into one transaction.

        Raises:
            Exception: what the Store raised earlier; further calls would be paid for in vain.
        """
        if self._error is not None:
            raise self._error
        self._emitted += 1
        self._groups.put_nowait(records)

    async def flush(self) -> None:
        """Returns once everything emitted before the call is on disk.

        Raises:
            Exception: whatever the Store raised; nothing is saved after that.
        """
        target = self._emitted
        async with self._moved:
            await self._moved.wait_for(lambda: self._saved >= target or self._error is not None)
        if self._error is not None:
            raise self._error

    async def close(self) -> None:
        """Flushes and ends, also when the caller is being cancelled."""
        try:
            await self.flush()
        finally:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        try:
            while True:
                await self._save_next()
        except BaseException as error:
            self._error = error
            if isinstance(error, asyncio.CancelledError):
                raise
        finally:
            async with self._moved:
                self._moved.notify_all()

    async def _save_next(self) -> None:
        groups = [await self._groups.get()]
        await asyncio.sleep(BATCH_WAIT_S)
        while len(groups) < BATCH_GROUPS and not self._groups.empty():
            groups.append(self._groups.get_nowait())
        records = [record for group in groups for record in group]
        await asyncio.to_thread(self._store.save, records)
        self._saved += len(groups)
        self._on_saved()
        async with self._moved:
            self._moved.notify_all()


@dataclass(slots=True, eq=False)
class _Claim:
    """Units claimed together; open counts those not yet performed."""

    keys: list[str]
    open: int


@dataclass(slots=True)
class Batch(Generic[UnitT]):
    """One list of units of one kind.

    perform: makes the calls of a unit, emits records, counts into progress.
    refresh: what of these units is still to be done, asked after they were claimed, because
        another process may have done them between planning and claiming.
    on_shrunk: counts what turned out to be done by someone else: a unit as it was planned, and
        what is left of it, or None.
    """

    store: Store
    perform: Callable[[UnitT, Emit], Awaitable[None]]
    refresh: Callable[[Sequence[UnitT]], Sequence[UnitT]]
    on_shrunk: Callable[[UnitT, UnitT | None], None]
    concurrency: int
    progress: Progress
    control: Control

    async def run(self, units: Sequence[UnitT]) -> None:
        """Does all units, those held by other living processes last.

        Returns early when `control.should_stop` says so. What was emitted is on disk either way,
        also when this coroutine is cancelled.
        """
        started = time.monotonic()
        before_s = self.progress.elapsed_s

        def saved() -> None:
            self.progress.elapsed_s = before_s + time.monotonic() - started
            self.control.on_progress(self.progress)

        writer = Writer(self.store, saved)
        waiting = list(units)
        try:
            while waiting and not self.control.should_stop():
                source = _Source(self, waiting)
                await self._perform_all(source, writer)
                if source.held and len(source.held) == len(waiting):
                    await asyncio.sleep(HELD_ELSEWHERE_POLL_S)
                waiting = source.held
        finally:
            await writer.close()
            saved()

    async def _perform_all(self, source: _Source[UnitT], writer: Writer) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(self.concurrency, source.total)):
                    group.create_task(self._caller(source, writer))
        except BaseExceptionGroup as errors:
            raise errors.exceptions[0] from None  # the first failure is the cause of the others
        finally:
            try:
                await writer.flush()
            finally:
                await source.close()

    async def _caller(self, source: _Source[UnitT], writer: Writer) -> None:
        while not self.control.should_stop() and (taken := await source.take()):
            unit, claim = taken
            try:
                await self.perform(unit, writer.emit)
            except StoppedError:
                return  # what was not done is planned again by the next run
            claim.open -= 1
            if claim.open == 0:
                await writer.flush()
                await source.release(claim)


class _Source(Generic[UnitT]):
    """Claims units in lots, one lot ahead of the callers."""

    def __init__(self, batch: Batch[UnitT], units: Sequence[UnitT]) -> None:
        self.held: list[UnitT] = []
        self.total = len(units)
        self._batch = batch
        self._lots = deque(units[i : i + CLAIM_UNITS] for i in range(0, len(units), CLAIM_UNITS))
        self._ready: deque[tuple[UnitT, _Claim]] = deque()
        self._claims: list[_Claim] = []
        self._lock = asyncio.Lock()
        self._next = self._start_claiming()

    async def take(self) -> tuple[UnitT, _Claim] | None:
        """The next unit of ours, or None when there is none left."""
        while not self._ready:
            async with self._lock:
                if self._ready:
                    break
                if self._next is None:
                    return None
                claim, todo = await asyncio.shield(self._next)
                self._next = self._start_claiming()
                self._claims.append(claim)
                self._ready.extend((unit, claim) for unit in todo)
                if not todo:
                    await self.release(claim)
        return self._ready.popleft()

    async def release(self, claim: _Claim) -> None:
        self._claims.remove(claim)
        await asyncio.to_thread(self._batch.store.release, claim.keys)

    async def close(self) -> None:
        """Gives back everything still claimed."""
        if self._next is not None:
            ahead = (await asyncio.gather(self._next, return_exceptions=True))[0]
            if isinstance(ahead, tuple):
                self._claims.append(ahead[0])
        for claim in list(self._claims):
            await self.release(claim)

    def _start_claiming(self) -> asyncio.Task[tuple[_Claim, list[UnitT]]] | None:
        if not self._lots:
            return None
        return asyncio.create_task(self._claim(self._lots.popleft()))

    async def _claim(self, lot: Sequence[UnitT]) -> tuple[_Claim, list[UnitT]]:
        batch = self._batch
        keys = await asyncio.to_thread(batch.store.claim, [unit.key for unit in lot])
        ours = [unit for unit in lot if unit.key in keys]
        todo = list(await asyncio.to_thread(batch.refresh, ours)) if ours else []
        left = {unit.key: unit for unit in todo}
        for unit in ours:
            if left.get(unit.key) != unit:
                batch.on_shrunk(unit, left.get(unit.key))
        self.held.extend(unit for unit in lot if unit.key not in keys)
        return _Claim(keys=sorted(keys), open=len(todo)), todo

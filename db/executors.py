"""Processes that call models, and the leases that keep them from asking the same thing twice."""

from __future__ import annotations

import os
import socket
import threading
import uuid
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from sqlalchemy import delete, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from db.engine import Database, insert_into
from db.models import Executor, Lease, now

HEARTBEAT_S = 5.0
LAPSED_AFTER = timedelta(seconds=30)


def _host() -> str:
    """This host; containers with process ids of their own count as hosts of their own."""
    with suppress(OSError):
        return f"{socket.gethostname()}/{Path('/proc/self/ns/pid').readlink()}"
    return socket.gethostname()


class LiveExecutor:
    """This process as an executor: alive from `start` to `stop`, or until its heartbeat lapses."""

    def __init__(self, database: Database, kind: str) -> None:
        self.id = f"{kind}-{uuid.uuid4().hex[:12]}"
        self._database = database
        self._kind = kind
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def start(self) -> LiveExecutor:
        with self._database.write() as session:
            self._register(session)
        self._thread.start()
        return self

    def _register(self, session: Session) -> None:
        session.add(Executor(id=self.id, kind=self._kind, host=_host(), pid=os.getpid()))

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()
        with self._database.write() as session:
            session.execute(delete(Lease).where(Lease.executor_id == self.id))
            session.execute(delete(Executor).where(Executor.id == self.id))

    def __enter__(self) -> LiveExecutor:
        return self.start()

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def _beat(self) -> None:
        while not self._stop.wait(HEARTBEAT_S):
            # A database that is away for a moment must not end the heartbeat: the next one tells.
            with suppress(SQLAlchemyError), self._database.write() as session:
                beat = update(Executor).where(Executor.id == self.id).values(heartbeat_at=now())
                if session.scalar(beat.returning(Executor.id)) is None:
                    self._register(session)  # buried alive: the machine slept, for instance


def is_alive(executor: Executor) -> bool:
    """Whether an executor still works: its process exists where we can see, and it beats."""
    if executor.host == _host() and executor.pid != os.getpid():
        try:
            os.kill(executor.pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return executor.heartbeat_at > now() - LAPSED_AFTER
    return executor.heartbeat_at > now() - LAPSED_AFTER


def list_dead(session: Session) -> list[str]:
    """Ids of executors that are gone without saying so."""
    return [row.id for row in session.scalars(select(Executor)) if not is_alive(row)]


def bury(session: Session, executor_ids: Sequence[str]) -> None:
    """Removes dead executors and gives back what they held."""
    session.execute(delete(Lease).where(Lease.executor_id.in_(executor_ids)))
    session.execute(delete(Executor).where(Executor.id.in_(executor_ids)))


def claim(session: Session, executor_id: str, unit_keys: Sequence[str]) -> set[str]:
    """Leases what no living executor holds; returns the keys now leased."""
    if not unit_keys:
        return set()
    holders = set(
        session.scalars(
            select(Lease.executor_id).where(
                Lease.unit_key.in_(unit_keys), Lease.executor_id != executor_id
            )
        )
    )
    if holders:
        living = {
            row.id
            for row in session.scalars(select(Executor).where(Executor.id.in_(holders)))
            if is_alive(row)
        }
        if dead := sorted(holders - living):
            bury(session, dead)
    # Only fresh rows come back, so two runs inside one process do not share a unit either.
    taken = session.scalars(
        insert_into(session, Lease)
        .values([{"unit_key": key, "executor_id": executor_id} for key in sorted(unit_keys)])
        .on_conflict_do_nothing()
        .returning(Lease.unit_key)
    )
    return set(taken)


def release(session: Session, executor_id: str, unit_keys: Sequence[str]) -> None:
    """Gives back what this executor holds of these."""
    session.execute(
        delete(Lease).where(Lease.unit_key.in_(unit_keys), Lease.executor_id == executor_id)
    )

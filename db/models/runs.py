"""Work as it was asked for, the processes that do it, and what happened."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, now, study_fk


class Run(Base):
    """A batch of work as it was asked for.

    status: queued, running, paused, cancelled, done or failed. attempt counts resumptions: each
    plans anew what is still missing. message: why it failed.
    """

    __tablename__ = "run"
    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = study_fk()
    kind: Mapped[str]
    spec: Mapped[dict[str, Any]] = mapped_column(default=dict)
    status: Mapped[str] = mapped_column(default="queued", index=True)
    attempt: Mapped[int] = mapped_column(default=0)
    requested_by: Mapped[str] = mapped_column(default="")
    message: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class Chunk(Base):
    """Part of a run's attempt, executed by one process at a time.

    status: queued, running, done, stopped or failed. progress: counts as in
    `core.pipeline.records.Progress`; the run's progress is the sum over its chunks.
    """

    __tablename__ = "chunk"
    __table_args__ = (UniqueConstraint("run_id", "attempt", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"))
    attempt: Mapped[int]
    number: Mapped[int]
    prompt_ids: Mapped[list[Any]] = mapped_column(default=list)
    executor_id: Mapped[str] = mapped_column(default="")
    status: Mapped[str] = mapped_column(default="queued")
    progress: Mapped[dict[str, Any]] = mapped_column(default=dict)
    updated_at: Mapped[datetime] = mapped_column(default=now)


class Executor(Base):
    """A process that calls models. Its leases hold while its heartbeat is fresh."""

    __tablename__ = "executor"
    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    host: Mapped[str]
    pid: Mapped[int]
    started_at: Mapped[datetime] = mapped_column(default=now)
    heartbeat_at: Mapped[datetime] = mapped_column(default=now)


class Lease(Base):
    """The right to make one call, so that two processes never ask the same thing."""

    __tablename__ = "lease"
    unit_key: Mapped[str] = mapped_column(primary_key=True)
    executor_id: Mapped[str] = mapped_column(index=True)
    claimed_at: Mapped[datetime] = mapped_column(default=now)


class Event(Base):
    """What happened and who did it; append-only."""

    __tablename__ = "event"
    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int | None] = mapped_column(
        ForeignKey("study.id", ondelete="SET NULL"), index=True
    )
    actor: Mapped[str] = mapped_column(default="")
    kind: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(default=now)

"""Runs: asked for by a page or a command, split into chunks, executed by whoever takes them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core.errors import UserError
from core.pipeline.execute import calls_per_prompt, check_batch, execute
from core.pipeline.records import Failure, Progress
from core.pipeline.runner import Control
from core.pipeline.specs import (
    JudgeSpec,
    RunSpec,
    check_judge_spec,
    spec_as_dict,
    spec_from_dict,
)
from core.pipeline.workshop import Workshop
from core.settings import Settings
from db.batches import SqlLedger
from db.engine import Database
from db.executors import is_alive
from db.models import Chunk, Condition, Executor, Prompt, Run, Study, now
from db.queries.studies import add_event, get_study, touch
from db.store import SqlStore

# Calls in a chunk: enough to make a durable step cheap, few enough to share among workers.
CHUNK_CALLS = 150
# A chunk that goes in batches waits for the provider, up to a day: few and large ones.
BATCH_CHUNK_CALLS = 20_000
PROGRESS_EVERY_S = 0.5
# All failures are counted; the first of each chunk are kept to be read.
FAILURES_KEPT = 200

RunAction = Literal["pause", "resume", "cancel"]
# action -> (statuses it applies to, status it leads to)
_ACTIONS: dict[RunAction, tuple[frozenset[str], str]] = {
    "pause": (frozenset({"queued", "running"}), "paused"),
    "resume": (frozenset({"paused", "failed", "cancelled", "done", "running"}), "queued"),
    "cancel": (frozenset({"queued", "running", "paused"}), "cancelled"),
}


@dataclass(frozen=True, slots=True)
class RunView:
    """A run as a page shows it. interrupted: it says running, but nobody works on it."""

    id: int
    kind: str
    spec: Mapping[str, Any]
    status: str
    message: str
    requested_by: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    progress: Progress = field(compare=False)
    interrupted: bool = False


def add_run(
    session: Session, study: Study, spec: RunSpec, *, requested_by: str, status: str = "queued"
) -> Run:
    """Writes down what is wanted. A worker takes queued runs; nothing else is needed.

    Raises:
        UserError: responses of a condition are to be judged that the study does not have, or
            options of a judge that do not go together.
    """
    check_batch(spec)
    if isinstance(spec, JudgeSpec):
        check_judge_spec(spec)
    if isinstance(spec, JudgeSpec) and spec.conditions is not None:
        _check_labels(session, study, spec.conditions)
    run = Run(
        study_id=study.id,
        kind=spec.kind,
        spec=spec_as_dict(spec),
        status=status,
        requested_by=requested_by,
    )
    session.add(run)
    session.flush()
    add_event(session, study.id, "run_requested", {"run": run.id, "kind": spec.kind}, requested_by)
    return run


def _check_labels(session: Session, study: Study, labels: Sequence[str]) -> None:
    known = session.scalars(
        select(Condition.label).where(Condition.study_id == study.id).order_by(Condition.label)
    ).all()
    if unknown := sorted(set(labels) - set(known)):
        raise UserError(
            f"Study {study.slug!r} has no condition {', '.join(map(repr, unknown))}; expected "
            f"some of: {', '.join(known) or 'none yet, generate responses first'}."
        )


def change_run(session: Session, run_id: int, action: RunAction) -> None:
    """Pauses, resumes or cancels a run.

    Raises:
        UserError: the run is in a state the action does not apply to.
    """
    run = session.get_one(Run, run_id)
    allowed, target = _ACTIONS[action]
    if run.status not in allowed:
        raise UserError(
            f"Run {run_id} is {run.status}; it can be told to {action} only while it is "
            f"{' or '.join(sorted(allowed))}."
        )
    run.status = target
    run.message = ""
    if action == "resume":
        run.attempt += 1
        run.finished_at = None
    add_event(session, run.study_id, f"run_{action}", {"run": run_id})


def plan_chunks(
    database: Database, run_id: int, attempt: int, *, single: bool = False
) -> list[int]:
    """Splits one attempt of a run by prompts; numbers of its chunks. Doing it twice is once.

    Returns:
        Empty if the attempt is not wanted any more.

    Raises:
        UserError: the run is of a kind this version does not know.
    """
    with database.write() as session:
        run = session.get_one(Run, run_id, with_for_update=True)
        if not _is_wanted(run, attempt):
            return []
        run.status = "running"
        run.started_at = run.started_at or now()
        known = session.scalars(
            select(Chunk.number)
            .where(Chunk.run_id == run_id, Chunk.attempt == attempt)
            .order_by(Chunk.number)
        ).all()
        if known:
            return list(known)
        prompt_ids = list(
            session.scalars(
                select(Prompt.id).where(Prompt.study_id == run.study_id).order_by(Prompt.id)
            )
        )
        spec = spec_from_dict(run.spec)
        most = BATCH_CHUNK_CALLS if spec.batch else CHUNK_CALLS
        size = max(1, most // calls_per_prompt(spec))
        if single:
            size = max(1, len(prompt_ids))
        parts = [prompt_ids[i : i + size] for i in range(0, len(prompt_ids), size)] or [[]]
        session.add_all(
            Chunk(run_id=run_id, attempt=attempt, number=number, prompt_ids=part)
            for number, part in enumerate(parts)
        )
        return list(range(len(parts)))


def execute_chunk(
    database: Database,
    settings: Settings,
    run_id: int,
    attempt: int,
    number: int,
    executor_id: str,
    *,
    should_stop: Callable[[], bool] = lambda: False,
    on_progress: Callable[[Progress], None] = lambda _progress: None,
) -> Progress:
    """Does one chunk in this process; what it finishes is on disk whatever happens.

    Raises:
        UserError: the run cannot go on (no key, an unknown provider); the chunk says so too.
    """
    with database.write() as session:
        run = session.get_one(Run, run_id)
        study_id, spec = run.study_id, spec_from_dict(run.spec)
        chunk = _get_chunk(session, run_id, attempt, number)
        if not _is_wanted(run, attempt):
            chunk.status = "stopped"
            return progress_from_dict(chunk.progress)
        chunk.status, chunk.executor_id = "running", executor_id
        prompt_ids = list(chunk.prompt_ids)
    reporter = _Reporter(database, run_id, attempt, number, should_stop, on_progress)
    store = SqlStore(database, study_id, executor_id, run_id)
    workshop = Workshop.open(
        store,
        settings,
        Control(reporter.should_stop, reporter, reporter.is_cancelled),
        SqlLedger(database, study_id, run_id),
    )
    try:
        asyncio.run(execute(workshop, spec, prompt_ids))
    except UserError:
        reporter.write(workshop.progress, "failed")
        raise
    except BaseException:
        reporter.write(workshop.progress, "stopped")
        raise
    reporter.write(workshop.progress, "stopped" if reporter.stopped else "done")
    with database.write() as session:
        touch(session, study_id)
    return workshop.progress


def _is_wanted(run: Run, attempt: int) -> bool:
    """Whether this attempt of a run is to be worked on: not paused, cancelled or superseded."""
    return run.status in {"queued", "running"} and run.attempt == attempt


class _Reporter:
    """Writes a chunk's progress now and then, and learns from the run whether to go on."""

    def __init__(
        self,
        database: Database,
        run_id: int,
        attempt: int,
        number: int,
        should_stop: Callable[[], bool],
        on_progress: Callable[[Progress], None],
    ) -> None:
        self.stopped = False
        self._cancelled = False
        self._database = database
        self._key = (run_id, attempt, number)
        self._outer_stop = should_stop
        self._on_progress = on_progress
        self._looked_at = self._wrote_at = time.monotonic()

    def __call__(self, progress: Progress) -> None:
        self._on_progress(progress)
        if time.monotonic() - self._wrote_at >= PROGRESS_EVERY_S:
            self._wrote_at = time.monotonic()
            self.write(progress, "running")

    def should_stop(self) -> bool:
        if not self.stopped and time.monotonic() - self._looked_at >= PROGRESS_EVERY_S:
            self._looked_at = time.monotonic()
            run_id, attempt, _ = self._key
            with self._database.read() as session:
                status, current = session.execute(
                    select(Run.status, Run.attempt).where(Run.id == run_id)
                ).one()
            self.stopped = status not in {"queued", "running"} or current != attempt
            self._cancelled = status == "cancelled"
        self.stopped = self.stopped or self._outer_stop()
        return self.stopped

    def is_cancelled(self) -> bool:
        """Whether the run was cancelled, and not this process told to end."""
        return self._cancelled and not self._outer_stop()

    def write(self, progress: Progress, status: str) -> None:
        run_id, attempt, number = self._key
        with self._database.write() as session:
            session.execute(
                update(Chunk)
                .where(Chunk.run_id == run_id, Chunk.attempt == attempt, Chunk.number == number)
                .values(status=status, progress=progress_as_dict(progress), updated_at=now())
            )


def finish_run(database: Database, run_id: int, attempt: int, message: str = "") -> str:
    """Closes a run if all chunks of this attempt have ended, and returns its status.

    Args:
        message: why a chunk could not go on; kept with the run.
    """
    with database.write() as session:
        # Locked, so that of two chunks ending at once one sees both ended.
        run = session.get_one(Run, run_id, with_for_update=True)
        if not _is_wanted(run, attempt):
            return run.status
        run.message = run.message or message
        states = set(
            session.scalars(
                select(Chunk.status).where(Chunk.run_id == run_id, Chunk.attempt == attempt)
            )
        )
        if message or not states & {"queued", "running"}:
            if run.message or "failed" in states:
                run.status = "failed"
            else:
                run.status = "done" if states <= {"done"} else "paused"
            run.finished_at = now()
        return run.status


def run_here(
    database: Database,
    settings: Settings,
    study_slug: str,
    spec: RunSpec,
    executor_id: str,
    *,
    should_stop: Callable[[], bool],
    on_progress: Callable[[Progress], None],
) -> Progress:
    """Executes a run in the calling process, without workers, and records it like any other."""
    with database.write() as session:
        study = get_study(session, study_slug)
        run = add_run(session, study, spec, requested_by="terminal", status="running")
        run_id = run.id
        attempt = run.attempt
    plan_chunks(database, run_id, attempt, single=True)
    try:
        progress = execute_chunk(
            database,
            settings,
            run_id,
            attempt,
            0,
            executor_id,
            should_stop=should_stop,
            on_progress=on_progress,
        )
    except UserError as error:
        finish_run(database, run_id, attempt, str(error))
        raise
    except BaseException:
        finish_run(database, run_id, attempt)
        raise
    finish_run(database, run_id, attempt)
    return progress


def list_runs(session: Session, study_id: int, limit: int = 20) -> list[RunView]:
    """The latest runs of a study, the newest first."""
    runs = session.scalars(
        select(Run).where(Run.study_id == study_id).order_by(Run.id.desc()).limit(limit)
    ).all()
    return [get_run_view(session, run) for run in runs]


def get_run_view(session: Session, run: Run) -> RunView:
    """A run with its progress summed over the chunks of its present attempt."""
    chunks = session.scalars(
        select(Chunk).where(Chunk.run_id == run.id, Chunk.attempt == run.attempt)
    ).all()
    return RunView(
        id=run.id,
        kind=run.kind,
        spec=run.spec,
        status=run.status,
        message=run.message,
        requested_by=run.requested_by,
        created_at=run.created_at,
        started_at=run.started_at,
        finished_at=run.finished_at,
        progress=_sum([progress_from_dict(chunk.progress) for chunk in chunks]),
        interrupted=run.status == "running" and _is_abandoned(session, chunks),
    )


def _is_abandoned(session: Session, chunks: Sequence[Chunk]) -> bool:
    working = {chunk.executor_id for chunk in chunks if chunk.status == "running"}
    if not working:
        return False
    executors = session.scalars(select(Executor).where(Executor.id.in_(working)))
    return not any(is_alive(executor) for executor in executors)


def has_live_worker(session: Session) -> bool:
    """Whether any worker process is there to take queued runs."""
    workers = session.scalars(select(Executor).where(Executor.kind == "worker"))
    return any(is_alive(worker) for worker in workers)


def count_open_runs(session: Session, study_id: int) -> int:
    return (
        session.scalar(
            select(func.count())
            .select_from(Run)
            .where(Run.study_id == study_id, Run.status.in_(["queued", "running"]))
        )
        or 0
    )


def progress_as_dict(progress: Progress) -> dict[str, Any]:
    values = asdict(progress)
    values["failures"] = values["failures"][:FAILURES_KEPT]
    return values


def progress_from_dict(values: Mapping[str, Any]) -> Progress:
    failures = [Failure(**failure) for failure in values.get("failures", [])]
    return Progress(**{**values, "failures": failures})


def _sum(parts: Sequence[Progress]) -> Progress:
    total = Progress()
    for part in parts:
        total.planned += part.planned
        total.done += part.done
        total.failed += part.failed
        total.skipped += part.skipped
        total.calls += part.calls
        total.input_tokens += part.input_tokens
        total.output_tokens += part.output_tokens
        total.elapsed_s = max(total.elapsed_s, part.elapsed_s)
        total.failures.extend(part.failures)
    return total


def _get_chunk(session: Session, run_id: int, attempt: int, number: int) -> Chunk:
    return session.scalars(
        select(Chunk).where(
            Chunk.run_id == run_id, Chunk.attempt == attempt, Chunk.number == number
        )
    ).one()

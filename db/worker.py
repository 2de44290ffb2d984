"""The worker: takes runs from the database and executes them durably, through DBOS.

Pages and commands only write a run; any number of workers share them. DBOS remembers which
workflow has come how far, our leases keep two processes from asking the same thing twice, and a
worker that dies is noticed by its heartbeat: the others resume what it left.
"""

from __future__ import annotations

import logging
import random
import threading

from dbos import DBOS, DBOSConfig, SetWorkflowID
from sqlalchemy import select, text

from core.errors import UserError
from core.settings import Settings
from db.batch_withdrawal import withdraw_left_batches
from db.engine import Database, open_database
from db.executors import LiveExecutor, bury, list_dead
from db.models import Executor, Run
from db.runs import execute_chunk, finish_run, plan_chunks

log = logging.getLogger(__name__)

QUEUE = "chunks"
BATCH_QUEUE = "batches"
# They only wait, so many may.
BATCH_CHUNKS_AT_ONCE = 20
# Any constant of our own, see `_recover`.
RECOVERY_LOCK = 7_213_002
# Two at a time, so that the slow last calls of one chunk do not leave the worker idle.
CHUNKS_AT_ONCE = 2
POLL_S = 0.5
RECOVER_EVERY_S = 5.0
STOP_PATIENCE_S = 120
# Workflows are resumed only by workers of the same version; ours are all alike.
APPLICATION_VERSION = "1"
# What the run's page says of a bug.
UNEXPECTED = "An unexpected error ended the run; the log of the worker says more."


class _Process:
    """What the workflows of this process work with; DBOS hands them only plain arguments."""

    database: Database
    settings: Settings
    executor_id: str
    stop: threading.Event


@DBOS.workflow(name="execute_run")
def execute_run(run_id: int, attempt: int) -> None:
    """Splits a run and hands its chunks to all workers; the last chunk to end closes the run."""
    numbers = _plan(run_id, attempt)
    queue = _queue(run_id)
    for number in numbers:
        with SetWorkflowID(f"{DBOS.workflow_id}-chunk-{number}"):
            DBOS.enqueue_workflow(queue, execute_chunk_workflow, run_id, attempt, number)


@DBOS.workflow(name="execute_chunk")
def execute_chunk_workflow(run_id: int, attempt: int, number: int) -> None:
    """One chunk, and the end of the run if it is the last."""
    _finish(run_id, attempt, _execute(run_id, attempt, number))


@DBOS.step(name="plan")
def _plan(run_id: int, attempt: int) -> list[int]:
    try:
        return plan_chunks(_Process.database, run_id, attempt)
    except UserError as error:
        message = str(error)
    except Exception:
        log.exception("planning run %s failed", run_id)
        message = UNEXPECTED
    finish_run(_Process.database, run_id, attempt, message)
    return []


@DBOS.step(name="queue")
def _queue(run_id: int) -> str:
    """Chunks that wait for a provider's batch must not keep others from being done."""
    with _Process.database.read() as session:
        return BATCH_QUEUE if session.get_one(Run, run_id).spec.get("batch") else QUEUE


@DBOS.step(name="execute")
def _execute(run_id: int, attempt: int, number: int) -> str:
    """Why the chunk could not go on, or an empty text."""
    try:
        execute_chunk(
            _Process.database,
            _Process.settings,
            run_id,
            attempt,
            number,
            _Process.executor_id,
            should_stop=_Process.stop.is_set,
        )
    except UserError as error:
        return str(error)
    except Exception:
        log.exception("chunk %s of run %s failed", number, run_id)
        return UNEXPECTED
    if _Process.stop.is_set():
        # DBOS records what a step returns and any Exception, and nothing of a SystemExit: the
        # workflow stays pending, and the next worker resumes it.
        raise SystemExit
    return ""


@DBOS.step(name="finish")
def _finish(run_id: int, attempt: int, message: str) -> str:
    return finish_run(_Process.database, run_id, attempt, message)


def work(settings: Settings, stop: threading.Event) -> None:
    """Takes runs until `stop` is set; what is under way then is resumed by the next worker."""
    database = open_database(settings)
    with LiveExecutor(database, "worker") as executor:
        _Process.database, _Process.settings = database, settings
        _Process.executor_id, _Process.stop = executor.id, stop
        DBOS(config=_config(settings, executor.id))
        DBOS.launch()
        try:
            DBOS.register_queue(QUEUE, worker_concurrency=CHUNKS_AT_ONCE, polling_interval_sec=0.2)
            DBOS.register_queue(
                BATCH_QUEUE, worker_concurrency=BATCH_CHUNKS_AT_ONCE, polling_interval_sec=1.0
            )
            log.info("worker %s is ready", executor.id)
            _supervise(database, settings, stop)
        finally:
            # Calls under way still end, under their leases.
            DBOS.destroy(workflow_completion_timeout_sec=STOP_PATIENCE_S)


def _supervise(database: Database, settings: Settings, stop: threading.Event) -> None:
    waited = RECOVER_EVERY_S
    started: set[str] = set()
    while True:
        _start_queued(database, started)
        if waited >= RECOVER_EVERY_S:
            _recover(database)
            _withdraw(database, settings)
            # Workers that started together should not look at the same moment.
            waited = -random.uniform(0, 1)
        if stop.wait(POLL_S):
            return
        waited += POLL_S


def _start_queued(database: Database, started: set[str]) -> None:
    """Starts a workflow for each queued run; its id lets only one worker execute it."""
    with database.read() as session:
        queued = session.execute(select(Run.id, Run.attempt).where(Run.status == "queued")).all()
    for run_id, attempt in queued:
        workflow_id = f"run-{run_id}-{attempt}"
        if workflow_id not in started:
            started.add(workflow_id)
            with SetWorkflowID(workflow_id):
                DBOS.start_workflow(execute_run, run_id, attempt)


def _recover(database: Database) -> None:
    """Resumes what dead workers left, and frees what they held."""
    # Workers look in turns: one that looked a moment ago may have resumed a workflow already, and
    # resuming it again would start it a second time.
    with database.write() as session:
        if not database.is_sqlite:
            session.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": RECOVERY_LOCK})
        bury(session, list_dead(session))
        living = set(session.scalars(select(Executor.id)))
        for workflow in DBOS.list_workflows(status="PENDING", load_input=False, load_output=False):
            if workflow.executor_id not in living:
                log.warning("resuming %s, left by %s", workflow.workflow_id, workflow.executor_id)
                DBOS.resume_workflow(workflow.workflow_id, queue_name=workflow.queue_name)


def _withdraw(database: Database, settings: Settings) -> None:
    """Cancels at the provider what cancelled runs left there; a failure must not end the worker."""
    try:
        withdraw_left_batches(database, settings)
    except Exception:
        log.exception("batches of cancelled runs could not be withdrawn")


def _config(settings: Settings, executor_id: str) -> DBOSConfig:
    if settings.database_url.startswith("sqlite"):
        url = f"sqlite:///{settings.data_dir / 'dbos.sqlite3'}"
    else:
        url = settings.database_url
    return DBOSConfig(
        name="taskanchor",
        system_database_url=url,
        dbos_system_schema="dbos",
        executor_id=executor_id,
        application_version=APPLICATION_VERSION,
        enable_otlp=False,
        log_level="WARNING",
    )

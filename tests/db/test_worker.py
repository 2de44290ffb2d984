"""Workers as processes: they take runs, stop in order, and take over from one another."""

import json
import signal
from contextlib import ExitStack

import pytest
from sqlalchemy import func, select

from core.pipeline.conditions import plan_conditions
from core.pipeline.specs import GenerateSpec, JudgeSpec
from core.taxonomy import load_taxonomy
from db.models import Executor, Lease, Prompt, Response, Run
from db.queries.studies import add_study, get_study
from db.runs import add_run, change_run, get_run_view, has_live_worker
from tests.support.terminal import running, wait_until
from tests.wire_server import WireServer, fail

pytestmark = pytest.mark.slow

# What does not depend on the database is tried on one of them only: these tests take seconds.
on_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)

# Three chunks of at most 150 calls.
N_PROMPTS, N = 62, 5
TOTAL = N_PROMPTS * N


@pytest.fixture
def wire(monkeypatch):
    with WireServer(latency_s=0.05) as server:
        for name, value in server.environment().items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("TASKANCHOR_CONCURRENCY", "5")
        yield server


@pytest.fixture
def study(db, db_settings, wire):
    with db.write() as session:
        row = add_study(session, "pilot", "Pilot", load_taxonomy(db_settings.prompts_dir))
        session.add_all(
            Prompt(study_id=row.id, external_id=f"p{i}", text=f"Say {i}.") for i in range(N_PROMPTS)
        )
    return wire


@pytest.fixture
def queue_run(db, db_settings, study):  # noqa: ARG001 - the study must be there
    """Queues a generation of all prompts; the run's id."""

    def queue(model="openai:m"):
        conditions = plan_conditions(
            db_settings, [model], ["temperature"], n=N, temperature=None, category_from="model"
        )
        with db.write() as session:
            spec = GenerateSpec(conditions)
            return add_run(session, get_study(session, "pilot"), spec, requested_by="test").id

    return queue


def view(db, run_id):
    with db.read() as session:
        return get_run_view(session, session.get_one(Run, run_id))


def status(db, run_id):
    return view(db, run_id).status


def count_stored(db):
    with db.read() as session:
        return session.scalar(select(func.count()).select_from(Response)) or 0


def change(db, run_id, action):
    with db.write() as session:
        change_run(session, run_id, action)


def assert_all_is_stored_once(db):
    with db.read() as session:
        rows = session.execute(
            select(Response.prompt_id, Response.sample_index, Response.status)
        ).all()
    assert len({tuple(row) for row in rows}) == len(rows) == TOTAL
    assert {row.status for row in rows} == {"ok"}


def settle(server, db):
    """Waits until neither calls nor responses arrive; (requests, responses)."""
    seen = None

    def is_quiet():
        nonlocal seen
        before, seen = seen, (len(server.requests), count_stored(db))
        return before == seen

    wait_until(is_quiet, "the worker falls silent", every_s=0.7)
    return seen


def test_a_worker_executes_a_queued_run_and_ends_in_order(db, study, queue_run):
    run_id = queue_run()
    with running("worker") as worker:
        wait_until(lambda: status(db, run_id) == "done", "the run is done")
        with db.read() as session:
            assert has_live_worker(session)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(30) == 0
    assert len(study.requests) == TOTAL
    assert_all_is_stored_once(db)
    progress = view(db, run_id).progress
    assert (progress.planned, progress.done, progress.failed) == (TOTAL, TOTAL, 0)
    with db.read() as session:
        assert session.scalars(select(Executor)).all() == []
        assert session.scalars(select(Lease)).all() == []


def test_two_workers_share_a_run_and_ask_nothing_twice(db, study, queue_run):
    run_id = queue_run()
    with running("worker"), running("worker"):
        wait_until(lambda: status(db, run_id) == "done", "the run is done")
    assert len(study.requests) == TOTAL
    assert_all_is_stored_once(db)


@on_sqlite
def test_a_killed_workers_run_is_resumed_by_the_next(db, study, queue_run):
    run_id = queue_run()
    with running("worker") as first:
        wait_until(lambda: count_stored(db) >= 40, "40 responses are stored")
        first.kill()
    asked, stored = settle(study, db)
    assert stored < TOTAL
    assert view(db, run_id).interrupted

    with running("worker"):
        wait_until(lambda: status(db, run_id) == "done", "the run is done")
    assert len(study.requests) - asked == TOTAL - stored
    assert_all_is_stored_once(db)


def test_a_living_worker_takes_over_from_one_that_is_killed(db, study, queue_run):
    run_id = queue_run()
    with ExitStack() as stack:
        workers = [stack.enter_context(running("worker")) for _ in range(2)]
        wait_until(lambda: count_stored(db) >= 60, "60 responses are stored")
        workers[0].kill()
        workers[0].wait()
        wait_until(lambda: status(db, run_id) == "done", "the run is done")
    assert_all_is_stored_once(db)
    # Only what the killed one had in flight, or had not yet on disk, was asked again.
    assert len(study.requests) <= TOTAL + 2 * 5 * 2


@on_sqlite
def test_a_stopped_worker_lets_its_calls_end_and_the_next_one_asks_the_rest(db, study, queue_run):
    run_id = queue_run()
    with running("worker") as first:
        wait_until(lambda: count_stored(db) >= 40, "40 responses are stored")
        first.send_signal(signal.SIGTERM)
        assert first.wait(30) == 0
    asked, stored = settle(study, db)
    assert asked == stored < TOTAL
    assert status(db, run_id) == "running"

    with running("worker"):
        wait_until(lambda: status(db, run_id) == "done", "the run is done")
    assert len(study.requests) == TOTAL
    assert_all_is_stored_once(db)


@on_sqlite
def test_a_paused_run_rests_until_it_is_resumed(db, study, queue_run):
    run_id = queue_run()
    with running("worker"):
        wait_until(lambda: count_stored(db) >= 40, "40 responses are stored")
        change(db, run_id, "pause")
        asked, stored = settle(study, db)
        assert asked == stored < TOTAL
        assert status(db, run_id) == "paused"

        change(db, run_id, "resume")
        wait_until(lambda: status(db, run_id) == "done", "the run is done")
    assert len(study.requests) == TOTAL
    assert_all_is_stored_once(db)


@on_sqlite
def test_a_run_resumed_at_once_is_not_closed_by_the_attempt_before(db, study, queue_run):
    run_id = queue_run()
    with running("worker"):
        wait_until(lambda: count_stored(db) >= 20, "20 responses are stored")
        change(db, run_id, "pause")
        change(db, run_id, "resume")
        wait_until(lambda: status(db, run_id) == "done", "the run is done")
        assert count_stored(db) == TOTAL
    assert len(study.requests) == TOTAL


@on_sqlite
def test_a_cancelled_run_stops_and_the_worker_goes_on_to_the_next(db, study, queue_run):
    first, second = queue_run(), queue_run("openai:other")
    with running("worker"):
        wait_until(lambda: count_stored(db) >= 20, "20 responses are stored")
        change(db, first, "cancel")
        wait_until(lambda: status(db, second) == "done", "the second run is done")
        assert status(db, first) == "cancelled"
    of_first = [seen for seen in study.requests if seen.body["model"] == "m"]
    assert len(of_first) < TOTAL


@on_sqlite
def test_a_refused_key_fails_the_run_with_words_and_the_worker_lives(db, study, queue_run):
    study.faults = lambda seen: fail(401) if seen.body["model"] == "locked" else None
    locked = queue_run("openai:locked")
    with running("worker"):
        wait_until(lambda: status(db, locked) == "failed", "the run has failed")
        assert "Check the API key" in view(db, locked).message
        assert len(study.requests) < 50

        good = queue_run()
        wait_until(lambda: status(db, good) == "done", "the next run is done")


@on_sqlite
def test_a_run_this_version_does_not_know_fails_with_words(db, study):
    with db.write() as session:
        run = add_run(
            session,
            get_study(session, "pilot"),
            JudgeSpec("openai:m", "quality"),
            requested_by="test",
        )
        run.spec = json.loads('{"kind": "dance"}')
        run_id = run.id
    with running("worker"):
        wait_until(lambda: status(db, run_id) == "failed", "the run has failed")
    assert "'dance', which this version does not know" in view(db, run_id).message
    assert study.requests == []

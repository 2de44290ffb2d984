"""What holds when processes are interrupted, killed or started twice."""

import os
import signal
import time
from collections import Counter

import pytest
from sqlalchemy import func, select

from db.engine import open_database
from db.models import Executor, Lease, Response
from tests.support.terminal import finish, run, running, start, wait_until

pytestmark = pytest.mark.slow

N_PROMPTS, N = 20, 5
TOTAL = N_PROMPTS * N
GENERATE = (
    "generate", "pilot", "--model", "openai:m", "--strategy", "temperature", "-n", str(N), "--json",
)  # fmt: skip


@pytest.fixture
def study(make_study, wire, monkeypatch):
    """A study whose generation takes at least a second at a slow server."""
    make_study(N_PROMPTS)
    monkeypatch.setenv("TASKANCHOR_CONCURRENCY", "10")
    wire.latency_s = 0.1
    return wire


def count_stored(settings):
    with open_database(settings).read() as session:
        return session.scalar(select(func.count()).select_from(Response)) or 0


def count_asked_once_quiet(server):
    """Requests the server got, when no more arrive from a process that is gone."""
    seen = -1
    while seen != len(server.requests):
        seen = len(server.requests)
        time.sleep(0.3)
    return seen


def assert_all_is_stored_once(settings):
    with open_database(settings).read() as session:
        slots = session.execute(select(Response.prompt_id, Response.sample_index)).all()
        assert set(session.scalars(select(Response.status))) == {"ok"}
    assert len(set(slots)) == len(slots) == TOTAL


def test_after_kill_9_only_the_missing_is_asked(study, settings):
    with running(*GENERATE) as process:
        wait_until(lambda: count_stored(settings) >= 20, "20 responses are stored")
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    stored, asked = count_stored(settings), count_asked_once_quiet(study)
    assert 20 <= stored <= asked < TOTAL

    result = run(*GENERATE)
    assert result.code == 0
    assert (result.json["skipped"], result.json["done"]) == (stored, TOTAL - stored)
    assert len(study.requests) - asked == result.json["calls"] == TOTAL - stored
    # What was asked twice had been in flight, or answered and not yet on disk.
    assert asked - stored <= 2 * 10
    assert_all_is_stored_once(settings)


def test_a_second_launch_makes_no_extra_call(study, settings):
    processes = [start(*GENERATE) for _ in range(2)]
    results = [finish(process) for process in processes]
    assert [result.code for result in results] == [0, 0]
    assert len(study.requests) == TOTAL
    assert sum(result.json["calls"] for result in results) == TOTAL
    assert sum(result.json["done"] for result in results) == TOTAL
    for result in results:
        assert result.json["planned"] == TOTAL
    assert_all_is_stored_once(settings)
    with open_database(settings).read() as session:
        assert session.scalars(select(Lease)).all() == []
        assert session.scalars(select(Executor)).all() == []


def test_ctrl_c_stores_what_is_under_way_and_the_same_command_goes_on(study, settings):
    with running(*GENERATE) as process:
        wait_until(lambda: count_stored(settings) >= 10, "10 responses are stored")
        os.kill(process.pid, signal.SIGINT)
        stopped = finish(process)
    assert stopped.code == 1
    assert "The same command again goes on from here" in stopped.err
    summary = stopped.json
    assert summary["planned"] == summary["done"] + summary["failed"] + summary["skipped"]
    assert summary["done"] == count_stored(settings) == len(study.requests) < TOTAL

    resumed = run(*GENERATE)
    assert (resumed.code, resumed.json["skipped"]) == (0, summary["done"])
    assert len(study.requests) == TOTAL
    assert_all_is_stored_once(settings)


def test_a_second_ctrl_c_does_not_wait_for_the_calls(study, settings):
    study.latency_s = 30
    with running(*GENERATE) as process:
        wait_until(lambda: study.requests, "a call is under way")
        os.kill(process.pid, signal.SIGINT)
        assert "Ctrl-C again stops now" in process.stderr.readline() + process.stderr.readline()
        os.kill(process.pid, signal.SIGINT)
        result = finish(process)
    assert result.code == 1
    assert "Traceback" not in result.everything
    with open_database(settings).read() as session:
        assert session.scalars(select(Lease)).all() == []


def test_chains_cut_by_kill_9_go_on_with_the_answers_stored(study, settings):
    study.latency_s = 0.05
    command = ["regenerate-general" if part == "temperature" else part for part in GENERATE]
    with running(*command) as process:
        wait_until(lambda: count_stored(settings) >= 12, "12 responses are stored")
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    stored, before = count_stored(settings), count_asked_once_quiet(study)

    result = run(*command)
    assert (result.code, result.json["skipped"]) == (0, stored)
    assert len(study.requests) - before == TOTAL - stored
    lengths = Counter(len(seen.body["messages"]) for seen in study.requests)
    assert set(lengths) == {1, 3, 5, 7, 9}
    assert_all_is_stored_once(settings)
    with open_database(settings).read() as session:
        texts = dict(
            session.execute(
                select(Response.prompt_id, Response.text).where(Response.sample_index == 0)
            ).all()
        )
    last_turns = [
        seen.body["messages"] for seen in study.requests if len(seen.body["messages"]) == 9
    ]
    assert {messages[1]["content"] for messages in last_turns} == set(texts.values())

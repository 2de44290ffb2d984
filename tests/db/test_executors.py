import os
import subprocess
import sys
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from db.executors import LAPSED_AFTER, LiveExecutor, _host, claim, list_dead, release
from db.models import Executor, Lease, now
from tests.support.terminal import wait_until


@pytest.fixture
def take(db):
    """`take("someone", "k1", "k2")`: the keys that executor now holds."""

    def take_keys(executor_id, *keys):
        with db.write() as session:
            return claim(session, executor_id, keys)

    return take_keys


def add_executor(db, name, *, pid=None, host=None, seen=None):
    with db.write() as session:
        session.add(
            Executor(
                id=name,
                kind="worker",
                host=host or _host(),
                pid=pid or os.getpid(),
                heartbeat_at=seen or now(),
            )
        )


@pytest.fixture
def gone_pid():
    """The id of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_a_unit_is_leased_to_one_executor_at_a_time(db, take):
    add_executor(db, "one")
    assert take("one", "a", "b") == {"a", "b"}
    assert take("two", "a", "b", "c") == {"c"}
    with db.write() as session:
        release(session, "one", ["a"])
    assert take("two", "a", "b") == {"a"}


def test_two_runs_of_one_executor_do_not_share_a_unit_either(db, take):
    add_executor(db, "one")
    assert take("one", "a") == {"a"}
    assert take("one", "a") == set()


def test_nobody_releases_what_another_holds(db, take):
    add_executor(db, "one")
    take("one", "a")
    with db.write() as session:
        release(session, "two", ["a"])
    assert take("two", "a") == set()


def test_the_leases_of_a_process_that_ended_are_free_at_once(db, take, gone_pid):
    add_executor(db, "dead", pid=gone_pid)
    take("dead", "a", "b")
    assert take("heir", "a") == {"a"}
    with db.read() as session:
        assert session.scalars(select(Lease.executor_id).distinct()).all() == ["heir"]


def test_an_executor_elsewhere_is_dead_when_its_heartbeat_has_lapsed(db, take):
    add_executor(db, "fresh", host="another/machine")
    add_executor(db, "stale", host="another/machine", seen=now() - LAPSED_AFTER * 1.1)
    take("fresh", "a")
    take("stale", "b")
    assert take("heir", "a", "b") == {"b"}


def test_a_lease_of_an_unknown_executor_is_free(take):
    take("never-registered", "a")
    assert take("heir", "a") == {"a"}


def test_a_live_executor_is_listed_and_leaves_nothing_behind(db, take):
    with LiveExecutor(db, "terminal") as executor:
        take(executor.id, "a")
        with db.read() as session:
            assert session.scalars(select(Executor.id)).all() == [executor.id]
            assert list_dead(session) == []
    with db.read() as session:
        assert session.scalars(select(Executor)).all() == []
        assert session.scalars(select(Lease)).all() == []


def test_an_executor_buried_alive_registers_again(db, monkeypatch):
    monkeypatch.setattr("db.executors.HEARTBEAT_S", 0.02)
    with LiveExecutor(db, "terminal") as executor:
        with db.write() as session:
            session.delete(session.get_one(Executor, executor.id))

        def is_back():
            with db.read() as session:
                return session.get(Executor, executor.id) is not None

        wait_until(is_back, "the executor is registered again", patience_s=10)


def test_a_heartbeat_keeps_an_executor_alive(db, monkeypatch):
    monkeypatch.setattr("db.executors.HEARTBEAT_S", 0.02)
    long_ago = now() - timedelta(hours=1)
    with LiveExecutor(db, "terminal") as executor:
        with db.write() as session:
            session.execute(update(Executor).values(heartbeat_at=long_ago))

        def is_fresh():
            with db.read() as session:
                return session.get_one(Executor, executor.id).heartbeat_at > now() - LAPSED_AFTER

        wait_until(is_fresh, "a heartbeat is seen", patience_s=10)

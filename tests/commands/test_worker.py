import signal

import pytest
from sqlalchemy import select

from db.engine import open_database
from db.models import Response, Run
from tests.support.terminal import finish, running, wait_until

pytestmark = pytest.mark.slow


def test_a_queued_command_is_executed_by_a_worker_that_tells_no_secrets(
    taskanchor, make_study, wire, settings
):
    make_study(4)
    queued = taskanchor(
        "generate", "pilot", "--model", "openai:m", "--strategy", "temperature", "-n", "5",
        "--queue", "--json",
    )  # fmt: skip
    assert queued.json == {"run": 1, "status": "queued"}
    database = open_database(settings)

    def is_done():
        with database.read() as session:
            return session.get_one(Run, 1).status == "done"

    with running("worker") as worker:
        wait_until(is_done, "the run is done")
        worker.send_signal(signal.SIGTERM)
        result = finish(worker)
    assert result.code == 0
    assert "is ready" in result.err
    assert "wire-key" not in result.everything
    assert len(result.everything.splitlines()) < 10  # a line for each call would drown the rest
    with database.read() as session:
        assert len(session.scalars(select(Response.id)).all()) == len(wire.requests) == 20
    for file in settings.data_dir.iterdir():
        assert b"wire-key" not in file.read_bytes(), file.name

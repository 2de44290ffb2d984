"""`streamlit run`, without our server around it, has to keep the same door shut."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.security import hash_password
from core.settings import PROJECT_DIR
from tests.support.server import visit

SCRIPT = Path(__file__).parent / "apps" / "shows_role.py"


@pytest.fixture
def streamlit_run(tmp_path: Path) -> Iterator[object]:
    started = []

    def run(*options: str, **env: str) -> str:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        own = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith(("TASKANCHOR_", "STREAMLIT_"))
        }
        own |= {"TASKANCHOR_DATA_DIR": str(tmp_path), "PYTHONPATH": str(PROJECT_DIR)} | env
        command = [sys.executable, "-m", "streamlit", "run", str(SCRIPT), f"--server.port={port}"]
        process = subprocess.Popen([*command, *options], cwd=PROJECT_DIR, env=own)
        started.append(process)
        address = f"http://127.0.0.1:{port}"
        wait_until_it_answers(address, process)
        return address

    yield run
    for process in started:
        process.terminate()
        process.wait(15)


def wait_until_it_answers(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(f"{address}/_stcore/health", timeout=5).close()
        except urllib.error.URLError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("streamlit run did not answer")


def test_local_visits_get_in_and_forwarded_ones_do_not(streamlit_run) -> None:
    address = streamlit_run()

    assert "role is researcher" in visit(address)
    assert "role is stranger" in visit(address, headers={"X-Forwarded-For": "203.0.113.1"})
    assert "role is stranger" in visit(address, host="rebound.example")


def test_listening_on_every_address_lets_nobody_in(streamlit_run) -> None:
    address = streamlit_run("--server.address=0.0.0.0")

    assert "role is stranger" in visit(address)


def test_password_cannot_be_skipped_by_starting_without_our_server(streamlit_run) -> None:
    address = streamlit_run(TASKANCHOR_PASSWORD_HASH=hash_password("a"))

    drawn = visit(address)

    assert "role is stranger" in drawn
    assert "taskanchor serve" in drawn

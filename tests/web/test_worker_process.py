import logging
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from web.worker_process import WorkerProcess

# Writes its process id, then waits to be ended.
LASTING = "import os,sys,time; open(sys.argv[1],'a').write(f'{os.getpid()}\\n'); time.sleep(600)"
FAILING = "import sys; open(sys.argv[1],'a').write('x\\n'); sys.exit(7)"


def wait_until(is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not is_true():
        assert time.monotonic() < deadline, "waited for 30 s in vain"
        time.sleep(0.02)


def lines_of(file: Path) -> list[str]:
    return file.read_text().splitlines() if file.exists() else []


def test_worker_is_gone_after_stop(tmp_path: Path) -> None:
    log = tmp_path / "log"
    worker = WorkerProcess([sys.executable, "-c", LASTING, str(log)])
    worker.start()
    wait_until(lambda: len(lines_of(log)) == 1)

    worker.stop()

    assert not Path(f"/proc/{lines_of(log)[0]}").exists()


def test_dead_worker_is_restarted_and_that_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    log = tmp_path / "log"
    worker = WorkerProcess([sys.executable, "-c", FAILING, str(log)], first_wait_s=0.01)
    with caplog.at_level(logging.ERROR):
        worker.start()
        wait_until(lambda: len(lines_of(log)) >= 2)
        worker.stop()

    assert "worker ended with exit code 7; restarting" in caplog.text


def test_stop_does_not_sit_out_the_pause_before_a_restart(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    log = tmp_path / "log"
    worker = WorkerProcess([sys.executable, "-c", FAILING, str(log)], first_wait_s=3600)
    with caplog.at_level(logging.ERROR):
        worker.start()
        wait_until(lambda: "restarting" in caplog.text)

    worker.stop()  # would run into the test's timeout otherwise

    assert lines_of(log) == ["x"]

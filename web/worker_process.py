"""The worker that runs beside the web app: started, watched, restarted, ended."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
import time
from collections.abc import Sequence

_LOG = logging.getLogger(__name__)

WORKER_COMMAND = (sys.executable, "-m", "cli", "worker")
_FIRST_WAIT_S = 1.0
_MAX_WAIT_S = 60.0
# A worker that ran this long was well; its end is a new trouble, not the last one again.
_WELL_AFTER_S = 60.0
_GRACE_S = 10.0


class WorkerProcess:
    """One child process, restarted with growing pauses; every restart is logged.

    Args:
        command: what to run.
        first_wait_s: pause before the first restart, in seconds; doubles up to a minute.
    """

    def __init__(
        self, command: Sequence[str] = WORKER_COMMAND, *, first_wait_s: float = _FIRST_WAIT_S
    ) -> None:
        self._command = list(command)
        self._first_wait_s = first_wait_s
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._watch, name="worker-watch", daemon=True)

    def start(self) -> None:
        """Starts the worker and the thread that watches it."""
        self._thread.start()

    def stop(self) -> None:
        """Asks the worker to end, insists after ten seconds, and returns when it is gone."""
        self._stopping.set()
        with self._lock:
            process = self._process
        if process is not None:
            _end(process)
        self._thread.join()

    def _watch(self) -> None:
        wait_s = self._first_wait_s
        while True:
            with self._lock:
                if self._stopping.is_set():
                    return
                # Its own session: Ctrl-C reaches us only, and we end the worker in order.
                self._process = subprocess.Popen(self._command, start_new_session=True)
            started = time.monotonic()
            code = self._process.wait()
            if self._stopping.is_set():
                return
            if time.monotonic() - started > _WELL_AFTER_S:
                wait_s = self._first_wait_s
            _LOG.error("worker ended with exit code %s; restarting in %.0f s", code, wait_s)
            self._stopping.wait(wait_s)
            wait_s = min(wait_s * 2, _MAX_WAIT_S)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_GRACE_S)
    except subprocess.TimeoutExpired:
        _LOG.warning("worker %s did not end within %.0f s; killing it", process.pid, _GRACE_S)
        process.kill()
        process.wait()

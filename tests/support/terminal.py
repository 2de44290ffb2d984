"""The command line in processes of its own, and waiting for what they do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from core.settings import PROJECT_DIR

PATIENCE_S = 60.0


@dataclass(frozen=True)
class Result:
    """How a command ended. `everything` is what it printed on both channels."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def everything(self) -> str:
        return self.out + self.err


def start(*arguments: str, env: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
    """Starts `taskanchor ARGUMENTS` in this test's environment plus `env`."""
    return subprocess.Popen(
        [sys.executable, "-m", "cli", *arguments],
        cwd=PROJECT_DIR,
        env={**os.environ, **(env or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def finish(process: subprocess.Popen[str]) -> Result:
    """Waits for the end of a started command."""
    out, err = process.communicate(timeout=PATIENCE_S)
    return Result(process.returncode, out, err)


def run(*arguments: str, env: Mapping[str, str] | None = None) -> Result:
    """Runs `taskanchor ARGUMENTS` to its end."""
    return finish(start(*arguments, env=env))


@contextmanager
def running(
    *arguments: str, env: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[str]]:
    """A command that is killed at the end of the block if it still runs."""
    process = start(*arguments, env=env)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def wait_until(
    is_true: Callable[[], object],
    what: str,
    *,
    patience_s: float = PATIENCE_S,
    every_s: float = 0.02,
) -> None:
    """Polls until something holds.

    Raises:
        AssertionError: it did not within `patience_s` seconds.
    """
    deadline = time.monotonic() + patience_s
    while not is_true():
        assert time.monotonic() < deadline, f"waited {patience_s:.0f} s in vain: {what}"
        time.sleep(every_s)

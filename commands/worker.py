"""worker"""

from __future__ import annotations

import logging
import os
import signal
import threading
from types import FrameType

import click

from core.settings import Settings

log = logging.getLogger(__name__)


@click.command()
def worker() -> None:
    """Run a worker that takes runs from the database, until Ctrl-C."""
    from db.worker import work  # DBOS takes two seconds to import

    logging.basicConfig(format="%(asctime)s %(name)s %(message)s")
    # Ours only: the HTTP client would log every call, with whatever credentials its address holds.
    for name in ("commands", "core", "db"):
        logging.getLogger(name).setLevel(logging.INFO)
    stop = threading.Event()

    def ask(_number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            # As safe as a power cut: what is stored stays, and another worker resumes the rest.
            os._exit(1)
        stop.set()
        log.info("stopping: waiting for the calls under way; once more stops now")

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, ask)
    work(Settings.from_environment(), stop)

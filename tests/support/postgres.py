"""A PostgreSQL server of the tests' own: temporary, on a socket in a private folder."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

START_TIMEOUT_S = 60
# Only the socket is listened on, and its folder is our own, so no other server can be in the way.
PORT = 5432
_INITDB_OPTIONS = ["--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
_UNSAFE_BUT_FAST = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]


def find_binaries() -> Path | None:
    """The folder with `initdb` and `postgres`, the newest where there are several."""
    versions = Path("/usr/lib/postgresql")
    found = sorted(versions.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


@dataclass
class PostgresServer:
    """A running server. `folder` holds its socket."""

    folder: Path
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def url(self, database: str) -> str:
        """Address of a database, for `TASKANCHOR_DATABASE_URL`."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}&port={PORT}"

    def create(self, template: str = "template0") -> str:
        """Name of a new database, a copy of `template`."""
        name = f"test_{next(self._numbers)}"
        self._execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
        return name

    def drop(self, database: str) -> None:
        """Removes a database, whoever is still connected to it."""
        self._execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database)))

    def _execute(self, statement: sql.Composed) -> None:
        with self._connect() as connection:
            connection.execute(statement)

    def _connect(self) -> psycopg.Connection[Any]:
        return psycopg.connect(
            host=str(self.folder), port=PORT, user="postgres", dbname="postgres", autocommit=True
        )

    def wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        while True:
            try:
                self._connect().close()
                return
            except psycopg.OperationalError:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise
                time.sleep(0.05)


@contextmanager
def postgres_server(binaries: Path) -> Iterator[PostgresServer]:
    """Starts a server in a new folder under the system's temporary folder, and removes both."""
    folder = Path(tempfile.mkdtemp(prefix="taskanchor-pg-"))
    account = _ordinary_account(folder)
    data = folder / "data"
    try:
        subprocess.run(
            [binaries / "initdb", "-D", data, "-U", "postgres", *_INITDB_OPTIONS],
            check=True,
            capture_output=True,
            cwd=folder,
            **account,
        )
        options = ["listen_addresses=", f"unix_socket_directories={folder}", *_UNSAFE_BUT_FAST]
        arguments = [part for option in options for part in ("-c", option)]
        with (folder / "server.log").open("wb") as log:
            process = subprocess.Popen(
                [binaries / "postgres", "-D", data, "-p", str(PORT), *arguments],
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=folder,
                **account,
            )
        server = PostgresServer(folder)
        try:
            server.wait_until_ready(process)
            yield server
        finally:
            process.send_signal(signal.SIGINT)  # fast shutdown: ends open connections
            with suppress(subprocess.TimeoutExpired):
                process.wait(20)
            process.kill()
            process.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _ordinary_account(folder: Path) -> dict[str, Any]:
    """Arguments for `subprocess` that leave root behind: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name for entry in pwd.getpwall()}
    account = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    os.chown(folder, account.pw_uid, account.pw_gid)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}

"""One `Database` per process: the engine, and how to read and write safely on both databases."""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Session

from core.errors import UserError
from core.settings import Settings

LOCK_PATIENCE_S = 60.0


class Database:
    """Reading and writing in transactions.

    SQLite lets one connection write at a time and queues the others unfairly, so writers of this
    process take turns at a lock of our own, and a lock held by another process is waited for.
    """

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        self._write_lock = threading.Lock()
        if self.is_sqlite:
            if not parsed.database or parsed.database == ":memory:":
                raise UserError("TASKANCHOR_DATABASE_URL names no file; expected sqlite:///FILE.")
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
            self.engine = create_engine(
                url, connect_args={"timeout": 5, "check_same_thread": False}, pool_size=20
            )
            _prepare_sqlite(self.engine)
        else:
            self.engine = create_engine(url, pool_pre_ping=True, pool_size=10, max_overflow=20)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session for reading; nothing done in it is kept."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session whose work is committed when the block ends, or wholly undone on error."""
        if not self.is_sqlite:
            with Session(self.engine, expire_on_commit=False) as session, session.begin():
                yield session
            return
        with self._write_lock, self._immediate() as connection:
            with Session(bind=connection, expire_on_commit=False) as session:
                yield session
                session.flush()
            connection.commit()

    @contextmanager
    def _immediate(self) -> Iterator[Connection]:
        """A connection that already holds SQLite's write lock, so later statements cannot fail."""
        deadline = time.monotonic() + LOCK_PATIENCE_S
        with self.engine.connect().execution_options(begin_immediate=True) as connection:
            while True:
                try:
                    connection.begin()
                    break
                except OperationalError as error:
                    if "locked" not in str(error) or time.monotonic() > deadline:
                        raise
                    # Jitter spreads the writers of other processes; SQLite's own wait does not.
                    time.sleep(random.uniform(0.002, 0.02))
            yield connection

    def dispose(self) -> None:
        self.engine.dispose()


def insert_into(session: Session, table: type[DeclarativeBase]) -> Any:
    """An INSERT of the session's database, which knows `on_conflict_do_nothing` and its kin.

    Looking first and inserting then is no substitute: on PostgreSQL another process may come
    between the two.
    """
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    return sqlite.insert(table) if is_sqlite else postgresql.insert(table)


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _configure(dbapi_connection: Any, _record: object) -> None:
        # The driver's own transaction control would begin too late; ours begins in `_begin`.
        dbapi_connection.isolation_level = None
        cursor = dbapi_connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        # An answer a person gave must survive a power cut, so not NORMAL.
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA cache_size=-65536")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        immediate = connection.get_execution_options().get("begin_immediate", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


_DATABASES: dict[tuple[int, str], Database] = {}
_DATABASES_LOCK = threading.Lock()


def open_database(settings: Settings) -> Database:
    """The process's database, brought to the present schema on first use."""
    from db.migrations import migrate

    key = (os.getpid(), settings.database_url)
    with _DATABASES_LOCK:
        if key not in _DATABASES:
            database = Database(settings.database_url)
            try:
                migrate(database)
            except OperationalError as error:
                database.dispose()
                raise UserError(
                    "The database does not answer: "
                    f"{make_url(settings.database_url).render_as_string(hide_password=True)} "
                    f"({type(error.orig).__name__}). Check TASKANCHOR_DATABASE_URL and that the "
                    "server runs."
                ) from error
            _DATABASES[key] = database
        return _DATABASES[key]


def close_databases(settings: Settings | None = None) -> None:
    """Closes what `open_database` opened in this process, or only the database of `settings`."""
    with _DATABASES_LOCK:
        keys = [key for key in _DATABASES if settings is None or key[1] == settings.database_url]
        for key in keys:
            _DATABASES.pop(key).dispose()

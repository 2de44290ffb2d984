"""What all tests share: a clean environment, settings, and databases built by the migrations."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.settings import Settings
from db.engine import Database, close_databases, open_database
from tests.support.postgres import PostgresServer, find_binaries, postgres_server
from tests.support.stores import build_sample, build_sqlite, copy_database

_OWN_PREFIXES = ("TASKANCHOR_", "OPENAI_", "ANTHROPIC_")
REQUIRE_ALL = "TASKANCHOR_REQUIRE_ALL"
MEMORY_DISK = Path("/dev/shm")
MEMORY_DISK_BYTES = 2 * 1024**3


def use_memory_disk() -> None:
    """Puts temporary files into memory where there is room: every commit waits for its disk."""
    if "TMPDIR" in os.environ or not os.access(MEMORY_DISK, os.W_OK):
        return
    if shutil.disk_usage(MEMORY_DISK).free >= MEMORY_DISK_BYTES:
        os.environ["TMPDIR"] = str(MEMORY_DISK)
        tempfile.tempdir = None


use_memory_disk()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Journeys and other long files come first, so that no worker ends up alone with one."""
    items.sort(key=lambda item: not any(map(item.get_closest_marker, ("slow", "browser"))))


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test, and no process it starts, sees the developer's keys, databases or settings."""
    for name in list(os.environ):
        if name.startswith(_OWN_PREFIXES) and name != REQUIRE_ALL:
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def forget_databases() -> Iterator[None]:
    """Closes what the test opened; cached resources of the web app hold the same connections."""
    main = sys.modules["__main__"]
    yield
    # Streamlit's test runner leaves its script there, from which a spawned process would start.
    sys.modules["__main__"] = main
    close_databases()
    if "streamlit" in sys.modules:
        sys.modules["streamlit"].cache_resource.clear()
        sys.modules["streamlit"].cache_data.clear()


@pytest.fixture
def settings(
    clean_environment: None,  # noqa: ARG001 - must come first
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Settings:
    """Settings of a SQLite database in a temporary folder; the environment says the same."""
    monkeypatch.setenv("TASKANCHOR_DATA_DIR", str(tmp_path / "data"))
    return Settings.from_environment()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A temporary PostgreSQL server; skips without its binaries, unless everything is required."""
    binaries = find_binaries()
    if binaries is None:
        reason = "no PostgreSQL server binaries under /usr/lib/postgresql or on PATH"
        if os.environ.get(REQUIRE_ALL) == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with postgres_server(binaries) as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres: PostgresServer) -> str:
    """Name of a PostgreSQL database built by the migrations, to be copied."""
    name = postgres.create()
    open_database(Settings.from_environment({"TASKANCHOR_DATABASE_URL": postgres.url(name)}))
    close_databases()
    return name


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file built by the migrations, to be copied."""
    return build_sqlite(tmp_path_factory.mktemp("sqlite-template"))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def backend(request: pytest.FixtureRequest) -> str:
    """The kind of database: a test that uses it, or `db`, runs once with each."""
    return str(request.param)


@pytest.fixture
def db_settings(
    backend: str,
    settings: Settings,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Settings]:
    """Settings of an empty, migrated database of each kind; the environment says the same."""
    if backend == "sqlite":
        copy_database(request.getfixturevalue("sqlite_template"), settings)
        yield settings
        return
    template = request.getfixturevalue("postgres_template")
    server: PostgresServer = request.getfixturevalue("postgres")
    name = server.create(template)
    monkeypatch.setenv("TASKANCHOR_DATABASE_URL", server.url(name))
    yield Settings.from_environment()
    close_databases()
    server.drop(name)


@pytest.fixture
def db(db_settings: Settings) -> Database:
    """An empty, migrated database; runs a test once on SQLite and once on PostgreSQL."""
    return open_database(db_settings)


@pytest.fixture(scope="session")
def sample_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the sample study, to be copied."""
    return build_sample(tmp_path_factory.mktemp("sample"))


@pytest.fixture
def sample_db(settings: Settings, sample_file: Path) -> Database:
    """The sample study in a SQLite file of the test's own, at `settings.database_url`."""
    copy_database(sample_file, settings)
    return open_database(settings)

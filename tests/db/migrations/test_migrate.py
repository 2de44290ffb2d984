import multiprocessing

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from core.errors import UserError
from core.settings import Settings
from db.engine import Database, close_databases, open_database
from db.migrations import HEAD, alembic_config, current_revision, migrate
from db.models import Base


@pytest.fixture
def empty_url(backend, request, tmp_path):
    """Address of a database without any table."""
    if backend == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite3'}"
        return
    server = request.getfixturevalue("postgres")
    name = server.create()
    yield server.url(name)
    close_databases()
    server.drop(name)


def migrate_in_process(url, start):
    start.wait()
    open_database(Settings.from_environment({"TASKANCHOR_DATABASE_URL": url}))


def test_models_and_migrations_agree(db):
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_head_constant_is_the_newest_script():
    assert ScriptDirectory.from_config(alembic_config()).get_heads() == [HEAD]


def test_migrating_twice_changes_nothing_the_second_time(empty_url):
    database = Database(empty_url)
    assert current_revision(database) is None
    migrate(database)
    migrate(database)
    assert current_revision(database) == HEAD
    database.dispose()


def test_processes_that_start_together_migrate_once(empty_url):
    spawn = multiprocessing.get_context("spawn")
    start = spawn.Event()
    processes = [
        spawn.Process(target=migrate_in_process, args=(empty_url, start)) for _ in range(3)
    ]
    for process in processes:
        process.start()
    start.set()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0]
    database = Database(empty_url)
    assert current_revision(database) == HEAD
    database.dispose()


def test_a_database_of_a_newer_version_is_refused_and_left_alone(db):
    with db.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(UserError, match="'9999', which this version does not know"):
        migrate(db)
    assert current_revision(db) == "9999"

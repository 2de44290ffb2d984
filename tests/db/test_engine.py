import multiprocessing
import threading

import pytest
from sqlalchemy import func, select

from core.errors import UserError
from core.settings import Settings
from db.engine import Database, open_database
from db.models import Event, Study


def add_events(database, actor, count):
    for number in range(count):
        with database.write() as session:
            session.add(Event(actor=actor, kind="test", detail={"number": number}))


def events(database):
    with database.read() as session:
        return session.execute(select(Event.actor, Event.detail)).all()


def add_events_in_process(url, actor):
    database = Database(url)
    threads = [
        threading.Thread(target=add_events, args=(database, f"{actor}-{number}", 25))
        for number in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    database.dispose()


def test_threads_of_several_processes_write_at_once_and_nothing_is_lost(db, db_settings):
    spawn = multiprocessing.get_context("spawn")
    processes = [
        spawn.Process(target=add_events_in_process, args=(db_settings.database_url, f"p{number}"))
        for number in range(3)
    ]
    for process in processes:
        process.start()
    add_events_in_process(db_settings.database_url, "here")
    for process in processes:
        process.join()

    assert [process.exitcode for process in processes] == [0, 0, 0]
    rows = events(db)
    assert len(rows) == len({(actor, row["number"]) for actor, row in rows}) == 4 * 4 * 25


def test_a_reader_is_not_kept_waiting_by_a_writer(db):
    add_events(db, "before", 1)
    with db.write() as writing:
        writing.add(Event(kind="unfinished", detail={}))
        writing.flush()
        assert [actor for actor, _ in events(db)] == ["before"]
    assert len(events(db)) == 2


def test_what_fails_inside_a_write_is_wholly_undone(db):
    def write_and_fail():
        with db.write() as session:
            session.add(Event(kind="lost", detail={}))
            session.flush()
            raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        write_and_fail()
    add_events(db, "later", 1)
    assert [actor for actor, _ in events(db)] == ["later"]


def test_what_is_done_in_a_read_is_not_kept(db):
    with db.read() as session:
        session.add(Event(kind="lost", detail={}))
        session.flush()
    assert events(db) == []


def test_foreign_keys_hold(db):
    from sqlalchemy.exc import IntegrityError

    with pytest.raises(IntegrityError), db.write() as session:
        session.add(Event(kind="x", detail={}, study_id=999))


def test_times_come_back_aware_and_in_utc(db):
    add_events(db, "x", 1)
    with db.read() as session:
        moment = session.scalars(select(Event.created_at)).one()
        assert session.scalar(select(func.count()).select_from(Study)) == 0
    assert moment.utcoffset().total_seconds() == 0


def test_one_process_shares_one_database_per_address(db, db_settings):
    assert open_database(db_settings) is db


def test_sqlite_without_a_file_is_refused():
    with pytest.raises(UserError, match="names no file"):
        Database("sqlite://")


def test_a_server_that_does_not_answer_is_named_without_its_password(tmp_path):
    settings = Settings.from_environment(
        {
            "TASKANCHOR_DATABASE_URL": "postgresql://me:hunter2@127.0.0.1:9/nowhere",
            "TASKANCHOR_DATA_DIR": str(tmp_path),
        }
    )
    with pytest.raises(UserError) as caught:
        open_database(settings)
    assert "127.0.0.1:9" in str(caught.value)
    assert "hunter2" not in str(caught.value)

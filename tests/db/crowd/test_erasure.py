"""Withdrawing: nothing a person said is left, on both databases and after a restore."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from core.errors import UserError
from db.crowd.erasure import LOG_NAME, find_missing, read_log, reapply, withdraw
from db.crowd.participation import find_participation, touch
from db.crowd.taken import count_taken
from db.engine import open_database
from db.models import Assignment, Identity, Note, Participation, Rater, Rating
from db.queries.answers import Given, add_answer
from db.queries.notes import add_note
from db.queries.tasks import find_task
from db.upkeep import back_up, examine, put_back, reapply_erasures
from tests.support.crowd_study import (
    answer,
    come,
    one_arm,
    open_crowd_study,
    plan_of,
    work_of,
)


@pytest.fixture
def person(db):
    """Somebody with an answer, a comment and parameters of their own."""
    work = {"ratings_per_item": 1, "items_per_person": 4}
    open_crowd_study(db, plan_of(arms=one_arm("grouping", n_items=4), work=work))
    rater_id = come(db, "5f0-secret", captured={"SESSION_ID": "session-secret"})
    answer(db, rater_id, confidence=1.0, client_id="secret-client")
    with db.write() as session:
        task = find_task(session, rater_id)
        add_note(session, rater_id, task.assignment_id, "comment", "my secret")
    return rater_id


def leave(db, rater_id, log=None):
    with db.write() as session:
        return withdraw(session, rater_id, log=log)


def test_everything_a_person_said_is_emptied_and_that_they_were_there_stays(db, person):
    assert leave(db, person) == "withdrawn"
    with db.read() as session:
        ratings = session.scalars(select(Rating).where(Rating.rater_id == person)).all()
        row = session.scalar(select(Participation))
        rater = session.get(Rater, person)
        assert session.scalars(select(Note)).all() == []
        assert session.scalars(select(Identity)).all() == []
        assert find_participation(session, person).phase == "withdrawn"
    # The grouping and the three verdicts on its pairs.
    assert [(one.value, one.confidence, one.raw_reply, one.meta) for one in ratings] == [
        (None, None, None, {})
    ] * 4
    assert {(one.reason, one.purpose) for one in ratings} == {("withdrawn", "withdrawn")}
    assert (row.captured, row.answers, rater.name, rater.meta) == ({}, {}, "", {})
    assert "withdrawn" in row.phases


def test_places_of_the_withdrawn_are_free_again(db, person):
    leave(db, person)
    with db.read() as session:
        assert count_taken(session, session.scalar(select(Participation.study_id))) == {}
    assert len(work_of(db, come(db, "other"))) == 4


def test_the_withdrawn_cannot_answer_and_may_withdraw_twice(db, person, tmp_path):
    with db.read() as session:
        task = find_task(session, person)
    log = tmp_path / LOG_NAME
    assert leave(db, person, log) == leave(db, person, log) == "withdrawn"
    assert len(read_log(log)) == 1
    with db.write() as session, pytest.raises(UserError, match="You have withdrawn"):
        add_answer(session, person, task.assignment_id, Given("0,0,0", "t"))
    with db.write() as session:
        assert touch(session, person) == "withdrawn"


def test_a_note_outside_the_database_says_who_without_saying_who(db, person, tmp_path):
    log = tmp_path / "data" / LOG_NAME
    leave(db, person, log)
    (line,) = log.read_text().splitlines()
    assert "secret" not in line
    assert set(json.loads(line)) == {"study", "rater", "joined_at"}
    assert log.stat().st_mode & 0o077 == 0


def test_what_a_restored_database_brought_back_is_emptied_again_once(db, person, tmp_path):
    log = tmp_path / LOG_NAME
    with db.write() as session:
        withdraw(session, person, log=log)
        session.rollback()
    with db.write() as session:
        assert find_missing(session, read_log(log)) == 1
        assert reapply(session, read_log(log)) == 1
        assert reapply(session, read_log(log)) == 0
        assert set(session.scalars(select(Rating.value))) == {None}


def test_another_person_of_the_same_name_is_left_alone(db, person, tmp_path):
    log = tmp_path / LOG_NAME
    leave(db, person, log)
    entry = json.loads(log.read_text())
    other = come(db, "other")
    with db.write() as session:
        entry["rater"] = session.get(Rater, other).identity
        log.write_text(json.dumps(entry) + "\n")
        assert reapply(session, read_log(log)) == 0


def test_a_log_that_cannot_be_read_is_named(tmp_path):
    (tmp_path / LOG_NAME).write_text('{"study": "x"}\n')
    with pytest.raises(UserError, match="says whose answers must not come back"):
        read_log(tmp_path / LOG_NAME)
    assert read_log(tmp_path / "none") == []


# PostgreSQL is restored by its own tools: see the next test.
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize("with_log", [True, False])
def test_restoring_a_backup_applies_withdrawals_again(db, person, db_settings, tmp_path, with_log):
    copy = tmp_path / "copy.sqlite3"
    back_up(db, copy)
    leave(db, person, db_settings.data_dir / LOG_NAME if with_log else None)
    assert put_back(db_settings, copy, replace=True) == 1
    with open_database(db_settings).read() as session:
        assert set(session.scalars(select(Rating.value))) == {None}
        assert session.scalars(select(Identity)).all() == []
        assert {one.purpose for one in session.scalars(select(Assignment))} == {"withdrawn"}


def test_the_doctor_finds_withdrawals_that_came_undone(db, person, db_settings):
    log = db_settings.data_dir / LOG_NAME
    with db.write() as session:
        withdraw(session, person, log=log)
        session.rollback()
    assert [one.ok for one in examine(db_settings) if one.what == "erasures"] == [False]
    assert reapply_erasures(db_settings, db) == 1
    assert [one for one in examine(db_settings) if one.what == "erasures"] == []

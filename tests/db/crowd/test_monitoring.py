"""How a study goes, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from core.types import Question
from db.crowd.monitoring import monitor
from db.crowd.opening import open_study, pause_study, save_plan
from db.invitations import Invitation, invite
from db.models import Participation, Rater, Rating, now
from db.queries.answers import Given, add_answer
from db.queries.studies import get_study
from db.queries.tasks import find_task
from tests.support.crowd_study import (
    SLUG,
    add_crowd_study,
    answer,
    answer_all,
    come,
    one_arm,
    open_crowd_study,
    plan_of,
)


@pytest.fixture
def study_id(db):
    work = {"ratings_per_item": 2, "items_per_person": 4}
    return open_crowd_study(db, plan_of(arms=one_arm(n_items=4), work=work))


def look(db, study_id, **more):
    with db.read() as session:
        return monitor(session, study_id, **more)


def test_a_study_nobody_came_to_has_nothing_to_tell(db, study_id):
    state = look(db, study_id)
    assert (state.done, state.wanted, state.n_active) == (0, 8, 0)
    assert state.coverage == {"equivalence": {0: 4}}
    assert state.dropout is None
    assert (state.estimated_finish, state.finish_reason) == (None, "no rating in the last 24 hours")
    assert [one.ratings for one in state.per_hour] == [0] * 24


def test_people_items_and_times_are_counted(db, study_id):
    answer_all(db, come(db, "A"))
    answer(db, come(db, "B"), elapsed_ms=3_000)
    answer_all(db, come(db, "me", test_outcome="complete"))
    come(db, "late")
    state = look(db, study_id)
    assert state.phases == {"complete": 1, "rating": 1, "full": 1}
    assert (state.done, state.wanted, state.n_active) == (5, 8, 1)
    assert state.coverage == {"equivalence": {1: 3, 2: 1}}
    assert state.seconds == {"equivalence": 9.0}
    assert state.per_hour[-1].ratings == 5
    assert state.dropout == 0


def test_the_end_is_estimated_from_the_pace(db, study_id):
    answer_all(db, come(db, "A"))
    at = now()
    with db.write() as session:
        session.execute(update(Rating).values(created_at=at - timedelta(hours=2)))
    # Four ratings in two hours; four are left.
    finish = look(db, study_id, now=at).estimated_finish
    assert (finish - at) / timedelta(hours=1) == pytest.approx(2, abs=0.01)
    answer_all(db, come(db, "B"))
    assert look(db, study_id).finish_reason == "all ratings are there"


def test_a_paused_study_has_no_estimated_end(db, study_id):
    with db.write() as session:
        pause_study(session, get_study(session, SLUG))
    state = look(db, study_id)
    assert (state.status, state.finish_reason) == ("paused", "the study is paused")


def test_who_has_not_been_seen_for_a_lease_has_dropped_out(db, study_id):
    answer_all(db, come(db, "A"))
    gone = come(db, "B")
    with db.write() as session:
        session.execute(
            update(Participation)
            .where(Participation.rater_id == gone)
            .values(last_seen_at=now() - timedelta(hours=2))
        )
    state = look(db, study_id)
    assert (state.dropout, state.n_active) == (0.5, 0)


def test_striking_people_are_flagged_with_figures(db):
    work = {"ratings_per_item": 2, "items_per_person": 24}
    plan = plan_of(arms=one_arm(n_items=24), work=work, exclusion={"max_fast_share": 0.5})
    study_id = open_crowd_study(db, plan)
    answer_all(db, come(db, "A"))
    rater_id = come(db, "B")
    while answer(db, rater_id, elapsed_ms=200)[0] is not None:
        pass
    flags = look(db, study_id).flags
    assert [one.text for one in flags if one.rater_id == rater_id] == [
        "100% of 24 answers faster than reading allows; the rule is at most 50%"
    ]


def test_people_invited_before_there_was_a_plan_count_as_they_do_when_work_is_given_out(db):
    with db.write() as session:
        study = add_crowd_study(session)
        invite(session, study, Invitation(("Ada",), {Question.EQUIVALENCE: 4}, 1, 0))
        save_plan(
            session,
            study,
            plan_of(arms=one_arm(n_items=100), work={"ratings_per_item": 2, "items_per_person": 0}),
            actor="t",
        )
        open_study(session, study, actor="t")
        study_id = study.id
        ada = session.scalars(select(Rater.id).where(Rater.name == "Ada")).one()
    with db.write() as session:
        task = find_task(session, ada)
        add_answer(session, ada, task.assignment_id, Given("different", "t@1"))
        state = monitor(session, study_id)
    assert (state.done, state.coverage["equivalence"][1]) == (1, 1)

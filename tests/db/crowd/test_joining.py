"""How people come in, on both databases."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from core.errors import UserError
from core.security import pseudonym
from core.taxonomy import load_taxonomy
from db.crowd.erasure import withdraw
from db.crowd.joining import StudyNotOpen, add_invited, join
from db.crowd.opening import close_study, open_study, save_plan
from db.crowd.participation import agree, decline, find_participation, touch
from db.crowd.taken import count_taken
from db.models import Identity, Participation, Rater, now
from db.queries.people import list_people
from db.queries.studies import add_study, get_study
from tests.support.crowd_study import (
    KEY,
    SLUG,
    add_crowd_study,
    answer_all,
    come,
    one_arm,
    open_crowd_study,
    plan_of,
    work_of,
)

PROLIFIC = {"platform": "prolific", "complete": {"code": "DONE"}}


def a_plan(**more: object) -> object:
    parts = {
        "arms": one_arm(),
        "work": {"ratings_per_item": 1, "items_per_person": 3},
        "recruiting": PROLIFIC,
        "consent": {"text": "We ask you to rate.", "version": "2"},
    }
    return plan_of(**{**parts, **more})


def test_the_same_person_is_one_rater_on_every_device(db):
    open_crowd_study(db, a_plan())
    first = come(db, "5f0", captured={"STUDY_ID": "s", "SESSION_ID": "one", "OTHER": "x"})
    again = come(db, " 5f0 ", captured={"STUDY_ID": "s", "SESSION_ID": "two"})
    assert first == again != come(db, "5f1")
    with db.read() as session:
        row = session.scalar(select(Participation).where(Participation.rater_id == first))
    assert row.captured == {
        "STUDY_ID": "s",
        "SESSION_ID": "two",
        "earlier": [{"STUDY_ID": "s", "SESSION_ID": "one"}],
    }


def test_the_platforms_id_stands_in_the_table_of_identities_only(db):
    open_crowd_study(db, a_plan())
    rater_id = come(db, "5f0")
    with db.read() as session:
        rater = session.get(Rater, rater_id)
        identity = session.scalar(select(Identity).where(Identity.rater_id == rater_id))
    assert rater.identity == pseudonym(KEY, SLUG, "5f0")
    assert rater.name == ""
    assert (identity.platform, identity.platform_id) == ("prolific", "5f0")


def test_a_person_who_arrives_in_many_tabs_at_once_is_one(db):
    open_crowd_study(db, a_plan())
    found = []
    barrier = threading.Barrier(6)

    def arrive() -> None:
        barrier.wait()
        found.append(come(db, "5f0"))

    threads = [threading.Thread(target=arrive) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert len(set(found)) == 1
    with db.read() as session:
        assert session.scalar(select(func.count()).select_from(Participation)) == 1


def test_latecomers_are_told_so_before_they_begin(db):
    open_crowd_study(db, a_plan())
    people = [come(db, f"P{n}") for n in range(4)]
    with db.read() as session:
        phases = [find_participation(session, one).phase for one in people]
    # Six ratings at three a person: the places of two who are still reading are theirs.
    assert phases == ["consent", "consent", "full", "full"]


def test_places_of_people_who_never_began_are_given_again(db):
    open_crowd_study(db, a_plan())
    come(db, "P0")
    come(db, "P1")
    with db.write() as session:
        long_ago = now() - timedelta(days=1)
        session.execute(update(Participation).values(last_seen_at=long_ago))
    with db.read() as session:
        assert find_participation(session, come(db, "P2")).phase == "consent"


def test_no_more_people_than_wanted_are_let_in(db):
    work = {"ratings_per_item": 5, "items_per_person": 3, "max_people": 2}
    open_crowd_study(db, a_plan(work=work))
    people = [come(db, f"P{n}") for n in range(3)]
    with db.read() as session:
        phases = [find_participation(session, one).phase for one in people]
    assert phases == ["consent", "consent", "full"]


def test_arms_fill_by_their_weights(db):
    arms = [
        {"name": "same", "weight": 1, "questions": [{"question": "same", "n_items": 6}]},
        {"name": "defined", "weight": 2, "questions": [{"question": "equivalence", "n_items": 6}]},
    ]
    work = {"ratings_per_item": 9, "items_per_person": 6}
    open_crowd_study(db, a_plan(arms=arms, work=work))
    for n in range(9):
        come(db, f"P{n}")
    with db.read() as session:
        counts = Counter(session.scalars(select(Participation.arm)))
    assert counts == {"same": 3, "defined": 6}


def test_an_arm_that_has_what_it_needs_takes_nobody_more(db):
    arms = [
        {"name": "same", "weight": 9, "questions": [{"question": "same", "n_items": 2}]},
        {"name": "defined", "questions": [{"question": "equivalence", "n_items": 6}]},
    ]
    work = {"ratings_per_item": 1, "items_per_person": 2}
    open_crowd_study(db, plan_of(arms=arms, work=work))
    for n in range(4):
        come(db, f"P{n}")
    with db.read() as session:
        counts = Counter(session.scalars(select(Participation.arm)))
    assert counts == {"same": 1, "defined": 3}


@pytest.mark.parametrize("person", ["", "   ", "x" * 201])
def test_nobody_comes_in_without_an_id(db, person):
    open_crowd_study(db, a_plan())
    with pytest.raises(UserError, match="lacks PROLIFIC_PID"):
        come(db, person)


def test_a_study_that_never_opened_takes_nobody_and_a_closed_one_says_it_is_full(db):
    with db.write() as session:
        study = add_crowd_study(session)
        save_plan(session, study, a_plan())
    with pytest.raises(StudyNotOpen, match="not open yet"):
        come(db, "5f0")
    with db.write() as session:
        open_study(session, get_study(session, SLUG))
        close_study(session, get_study(session, SLUG))
    with db.read() as session:
        assert find_participation(session, come(db, "5f0")).phase == "full"


def test_a_study_without_a_plan_takes_nobody(db):
    with db.write() as session:
        study = add_study(session, SLUG, "", load_taxonomy())
        with pytest.raises(UserError, match="takes nobody in yet"):
            join(session, study, platform_id="5f0", captured={}, key=KEY)
        with pytest.raises(UserError, match="no plan yet"):
            add_invited(session, study, ["Ada"])


def test_invited_people_get_their_work_when_they_come(db):
    study_id = open_crowd_study(db, a_plan(consent={}))
    with db.write() as session:
        ada, bo = add_invited(session, get_study(session, SLUG), ["Ada", ""])
        assert count_taken(session, study_id) == {}
    with db.write() as session:
        assert touch(session, ada) == "rating"
    assert len(work_of(db, ada)) == 3
    assert work_of(db, bo) == []
    with db.read() as session:
        assert [one.name for one in list_people(session, study_id)] == ["Ada", "Person 2"]


@pytest.mark.parametrize(
    ("outcome", "end"),
    [
        ("complete", "complete"),
        ("failed_attention", "failed_attention"),
        ("screened_out", "screened_out"),
        ("full", "full"),
    ],
)
def test_every_end_can_be_tried_out_and_nothing_of_it_counts(db, outcome, end):
    study_id = open_crowd_study(db, a_plan(consent={}))
    rater_id = come(db, "me", test_outcome=outcome)
    answer_all(db, rater_id)
    with db.read() as session:
        view = find_participation(session, rater_id)
        assert view.phase == end
        assert view.is_test
        assert count_taken(session, study_id) == {}
    assert {one.purpose for one in work_of(db, rater_id)} <= {"test"}
    assert rater_id != come(db, "me")


def test_who_was_told_that_it_is_full_is_let_in_when_a_place_comes_free(db):
    open_crowd_study(db, a_plan())
    first, _, late, later = (come(db, f"P{n}") for n in range(4))
    with db.write() as session:
        assert touch(session, late) == "full"
        decline(session, first)
        assert touch(session, late) == "consent"
        assert touch(session, later) == "full"


def test_who_had_begun_and_found_nothing_left_goes_on_where_they_were(db):
    open_crowd_study(db, a_plan(consent={"text": "We ask you to rate."}))
    first, second, third = (come(db, f"P{n}") for n in range(3))
    with db.write() as session:
        long_ago = now() - timedelta(days=1)
        session.execute(update(Participation).values(last_seen_at=long_ago))
    fourth = come(db, "P3")
    with db.write() as session:
        for one in (first, second, fourth):
            assert agree(session, one, text_hash="t") in ("rating", "full")
        assert touch(session, fourth) == "full"
        withdraw(session, first, log=None)
        assert touch(session, fourth) == "rating"
        assert touch(session, third) == "full"

"""Giving out work, on both databases: exactly as many people as wanted, and nothing lost."""

from __future__ import annotations

import multiprocessing
import threading
from collections import Counter, defaultdict
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from core.settings import Settings
from db.crowd.claims import after_answer, ensure_work
from db.crowd.gold import add_gold
from db.crowd.leases import release_lapsed
from db.crowd.opening import open_study, pause_study, resume_study, save_plan
from db.crowd.participation import find_participation, finish_instructions, touch
from db.crowd.taken import count_taken
from db.engine import Database, open_database
from db.models import Assignment, Item, Participation, Rating, Study, now
from db.queries.answers import Given, add_answer
from db.queries.studies import get_study
from db.queries.tasks import find_task, get_progress
from tests.support.crowd_study import (
    SLUG,
    add_crowd_study,
    answer,
    answer_all,
    come,
    one_arm,
    open_crowd_study,
    plan_of,
    work_of,
)

LATER = timedelta(hours=2)


def simple(k: int = 2, per_person: int = 6, n_items: int = 6, **work: object) -> object:
    return plan_of(
        arms=one_arm(n_items=n_items),
        work={"ratings_per_item": k, "items_per_person": per_person, **work},
    )


def phase_of(db: Database, rater_id: int) -> str:
    with db.read() as session:
        return find_participation(session, rater_id).phase.value


def away(db: Database, rater_id: int, by: timedelta = LATER) -> None:
    """Lets a person be gone for so long."""
    with db.write() as session:
        session.execute(
            update(Participation)
            .where(Participation.rater_id == rater_id)
            .values(last_seen_at=now() - by)
        )
        session.execute(
            update(Assignment)
            .where(Assignment.rater_id == rater_id)
            .values(lease_until=now() - timedelta(minutes=1))
        )


def test_everybody_gets_their_quota_until_every_item_has_its_ratings(db):
    study_id = open_crowd_study(db, simple(k=2, per_person=4, n_items=8))
    people = [come(db, f"P{n}") for n in range(4)]
    assert [len(work_of(db, one)) for one in people] == [4, 4, 4, 4]
    with db.read() as session:
        assert {n for n, _, _ in count_taken(session, study_id).values()} == {2}
    assert phase_of(db, come(db, "late")) == "full"


def test_work_is_balanced_over_categories_and_conditions(db):
    open_crowd_study(db, simple(k=3, per_person=8, n_items=16))
    rater_id = come(db, "P")
    with db.read() as session:
        rows = session.execute(
            select(Item.category, Item.key)
            .join(Assignment, Assignment.item_id == Item.id)
            .where(Assignment.rater_id == rater_id)
        ).all()
    assert Counter(row.category for row in rows) == {"A": 4, "F": 4}


def test_each_response_of_a_pair_stands_left_equally_often(db):
    open_crowd_study(db, simple(k=4, per_person=6))
    for n in range(4):
        come(db, f"P{n}")
    lefts = defaultdict(Counter)
    for one in work_of(db):
        lefts[one.item_id][one.left] += 1
    assert all(counts == {"a": 2, "b": 2} for counts in lefts.values())


def test_the_same_seed_gives_the_same_work(db):
    def given(seed: int) -> list[tuple[int, ...]]:
        with db.write() as session:
            for study in session.scalars(select(Study)):
                session.delete(study)
        plan = plan_of(
            arms=one_arm(),
            work={"items_per_person": 4, "ratings_per_item": 2},
            items={"seed": seed},
        )
        open_crowd_study(db, plan)
        people = [come(db, f"P{n}") for n in range(2)]
        with db.read() as session:
            rows = session.execute(
                select(Assignment.rater_id, Assignment.position, Item.cluster, Assignment.left)
                .join(Item, Assignment.item_id == Item.id)
                .order_by(Assignment.rater_id, Assignment.position)
            ).all()
        return [(people.index(row[0]), *row[1:]) for row in rows]

    assert given(1) == given(1) != given(2)


def test_nobody_gets_a_pair_twice_but_for_repeats_at_the_end(db):
    plan = simple(k=1, per_person=24, n_items=24, repeats_per_person=3)
    open_crowd_study(db, plan, n_prompts=4)
    work = work_of(db, come(db, "P"))
    first = {one.item_id: one.position for one in work if not one.repeat}
    again = [one for one in work if one.repeat]
    assert len(first) == 24
    assert [one.purpose for one in again] == ["repeat"] * 3
    assert all(one.position - first[one.item_id] > 10 for one in again)
    lefts = {one.item_id: one.left for one in work if not one.repeat}
    assert all(lefts[one.item_id] == one.left for one in again)


def test_attention_checks_are_spread_and_do_not_count(db):
    plan = simple(k=1, per_person=6, attention_checks=2)
    with db.write() as session:
        study = add_crowd_study(session)
        items = [
            Item(
                study_id=study.id,
                kind="external",
                key=f"g{n}",
                cluster="g",
                content={"prompt": "P", "response_a": "x", "response_b": "y"},
            )
            for n in range(3)
        ]
        session.add_all(items)
        session.flush()
        for item in items:
            add_gold(
                session, study, item.id, "equivalence", "attention", "different", "They differ."
            )
        save_plan(session, study, plan)
        open_study(session, study)
    work = work_of(db, come(db, "P"))
    places = [one.position for one in work if one.purpose == "attention"]
    assert len(work) == 8
    assert len(places) == 2
    assert places[0] > 0
    assert places[1] - places[0] > 1


def test_all_done_leads_to_the_end(db):
    open_crowd_study(db, simple())
    rater_id = come(db, "P")
    assert answer_all(db, rater_id) == "complete"
    with db.read() as session:
        assert get_progress(session, rater_id).done == 6


def test_a_paused_study_gives_out_nothing_and_keeps_answers(db):
    open_crowd_study(db, simple())
    rater_id = come(db, "P")
    with db.write() as session:
        pause_study(session, get_study(session, SLUG))
    assert answer(db, rater_id)[1] == "rating"
    assert phase_of(db, come(db, "Q")) == "full"


def test_whoever_gets_to_the_work_in_a_pause_waits_for_it(db):
    open_crowd_study(db, with_instructions(k=1))
    rater_id = come(db, "P")
    with db.write() as session:
        pause_study(session, get_study(session, SLUG))
    with db.write() as session:
        assert finish_instructions(session, rater_id) == "rating"
        assert touch(session, rater_id) == "rating"
    assert work_of(db, rater_id) == []
    with db.write() as session:
        resume_study(session, get_study(session, SLUG))
    with db.write() as session:
        assert touch(session, rater_id) == "rating"
    assert len(work_of(db, rater_id)) == 1


def test_what_is_left_lying_goes_to_others(db):
    study_id = open_crowd_study(db, simple(k=1))
    gone = come(db, "gone")
    answer(db, gone)
    assert phase_of(db, come(db, "too early")) == "full"
    away(db, gone)
    with db.write() as session:
        assert release_lapsed(session, study_id) == 5
    other = come(db, "other")
    assert len(work_of(db, other)) == 5
    assert {one.state for one in work_of(db, gone)} == {"done", "released"}


def test_an_answer_renews_the_lease_on_everything(db):
    study_id = open_crowd_study(db, simple(k=1))
    rater_id = come(db, "P")
    away(db, rater_id)
    answer(db, rater_id)
    with db.write() as session:
        assert release_lapsed(session, study_id) == 0


def test_work_of_those_who_drop_out_is_set_aside_where_it_does_not_count(db):
    study_id = open_crowd_study(db, simple(k=1, partial_work_counts=False))
    gone = come(db, "gone")
    answer(db, gone)
    away(db, gone)
    other = come(db, "other")
    assert len(work_of(db, other)) == 0  # nobody has looked yet
    with db.write() as session:
        release_lapsed(session, study_id)
        assert count_taken(session, study_id) == {}
        assert session.scalars(select(Rating.purpose)).all() == ["partial"]
    assert len(work_of(db, come(db, "third"))) == 6


def test_a_late_answer_counts_while_the_item_is_free(db):
    study_id = open_crowd_study(db, simple(k=1))
    gone = come(db, "gone")
    away(db, gone)
    with db.write() as session:
        task = find_task(session, gone)
        release_lapsed(session, study_id)
        add_answer(session, gone, task.assignment_id, Given("different", "t"))
        rating = session.scalars(select(Rating)).one()
    assert (rating.purpose, rating.meta["late"], rating.value) == ("rating", True, "different")


def test_a_late_answer_to_an_item_of_another_is_kept_and_does_not_count(db):
    study_id = open_crowd_study(db, simple(k=1))
    gone = come(db, "gone")
    with db.write() as session:
        task = find_task(session, gone)
    away(db, gone)
    with db.write() as session:
        release_lapsed(session, study_id)
    come(db, "other")
    with db.write() as session:
        add_answer(session, gone, task.assignment_id, Given("different", "t"))
        add_answer(session, gone, task.assignment_id, Given("equivalent", "t"))
        ratings = session.scalars(select(Rating).order_by(Rating.id)).all()
        taken = count_taken(session, study_id)
    assert [(one.purpose, one.value) for one in ratings] == [
        ("late", "different"),
        ("late", "equivalent"),
    ]
    assert set(taken.values()) <= {(1, 1, 0), (1, 0, 1)}


def test_who_comes_back_gets_what_is_left_or_the_end(db):
    open_crowd_study(db, simple(k=1))
    gone = come(db, "gone")
    answer(db, gone)
    away(db, gone)
    with db.write() as session:
        study_id = get_study(session, SLUG).id
        release_lapsed(session, study_id)
        assert touch(session, gone) == "rating"
        assert get_progress(session, gone).open == 5
    away(db, gone)
    with db.write() as session:
        release_lapsed(session, study_id)
    assert answer_all(db, come(db, "other")) == "complete"
    with db.write() as session:
        assert touch(session, gone) == "complete"


def test_too_many_failed_checks_end_the_way_and_free_the_items(db):
    plan = simple(k=1, per_person=6, attention_checks=1, max_failed_checks=0)
    with db.write() as session:
        study = add_crowd_study(session)
        item = Item(
            study_id=study.id,
            kind="external",
            key="g",
            cluster="g",
            content={"prompt": "P", "response_a": "x", "response_b": "x"},
        )
        session.add(item)
        session.flush()
        add_gold(session, study, item.id, "equivalence", "attention", "equivalent", "The same.")
        save_plan(session, study, plan)
        open_study(session, study)
    rater_id = come(db, "P")
    assert answer_all(db, rater_id) == "failed_attention"
    assert {one.state for one in work_of(db, rater_id)} <= {"done", "released"}


def race(database: Database, people: list[int]) -> list[int]:
    """Everybody asks for work at the same moment; what each has got."""
    barrier = threading.Barrier(len(people))
    got: dict[int, int] = {}

    def ask(rater_id: int) -> None:
        barrier.wait()
        with database.write() as session:
            got[rater_id] = ensure_work(session, rater_id)

    threads = [threading.Thread(target=ask, args=(one,)) for one in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [got[one] for one in people]


def with_instructions(k: int) -> object:
    """People wait before the work, so that all can ask at once."""
    return plan_of(
        arms=one_arm(n_items=1),
        show_instructions=True,
        work={"ratings_per_item": k, "items_per_person": 1},
    )


def gather(db: Database, n: int) -> list[int]:
    """People who are all let in before anybody has work, and stand at its door."""
    people = []
    for number in range(n):
        people.append(come(db, f"P{number}"))
        with db.write() as session:
            session.execute(
                update(Participation)
                .where(Participation.rater_id == people[-1])
                .values(phase="declined")
            )
    with db.write() as session:
        session.execute(update(Participation).values(phase="rating"))
    return people


def test_threads_that_claim_the_last_place_are_served_exactly_k_times(db):
    open_crowd_study(db, with_instructions(k=3))
    people = gather(db, 8)
    assert sorted(race(db, people)) == [0] * 5 + [1] * 3
    assert Counter(phase_of(db, one) for one in people) == {"full": 5, "rating": 3}


def _claim_in_process(url: str, people: list[int], start, results) -> None:
    database = open_database(Settings.from_environment({"TASKANCHOR_DATABASE_URL": url}))
    start.wait()
    for rater_id in people:
        with database.write() as session:
            results.put((rater_id, ensure_work(session, rater_id)))


@pytest.mark.slow
def test_processes_that_claim_the_last_place_are_served_exactly_k_times(db, db_settings):
    open_crowd_study(db, with_instructions(k=3))
    people = gather(db, 8)
    context = multiprocessing.get_context("spawn")
    start, results = context.Event(), context.Queue()
    processes = [
        context.Process(
            target=_claim_in_process, args=(db_settings.database_url, people[n::2], start, results)
        )
        for n in range(2)
    ]
    for process in processes:
        process.start()
    start.set()
    got = dict(results.get(timeout=60) for _ in people)
    for process in processes:
        process.join(timeout=60)
    assert sorted(got.values()) == [0] * 5 + [1] * 3
    assert len(work_of(db)) == 3


def test_a_lapsing_lease_and_a_late_answer_never_give_an_item_one_rating_too_many(db):
    study_id = open_crowd_study(db, simple(k=1, per_person=1, n_items=1))
    for attempt in range(8):
        with db.write() as session:
            session.query(Rating).delete()
            session.query(Assignment).delete()
            session.execute(update(Participation).values(phase="declined"))
        gone = come(db, f"gone{attempt}")
        other = come(db, f"other{attempt}")
        with db.write() as session:
            task = find_task(session, gone)
            session.execute(
                update(Participation).where(Participation.rater_id == other).values(phase="rating")
            )
        away(db, gone)
        barrier = threading.Barrier(2)

        def be_late(rater_id=gone, assignment_id=task.assignment_id, barrier=barrier) -> None:
            barrier.wait()
            with db.write() as session:
                add_answer(session, rater_id, assignment_id, Given("different", "t"))
                after_answer(session, rater_id)

        def claim(rater_id=other, barrier=barrier) -> None:
            barrier.wait()
            with db.write() as session:
                ensure_work(session, rater_id)

        threads = [threading.Thread(target=be_late), threading.Thread(target=claim)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with db.read() as session:
            assert [n for n, _, _ in count_taken(session, study_id).values()] == [1]
            kept = session.scalars(select(Rating)).one()
        assert kept.value == "different"
        owners = [one for one in work_of(db) if one.purpose == "rating" and one.state != "released"]
        assert len(owners) == 1
        assert (kept.purpose == "rating") == (owners[0].rater_id == gone)

"""A person's steps through a study, on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from core.errors import UserError
from core.taxonomy import load_taxonomy
from db.crowd.gold import add_taxonomy_practice, find_gold
from db.crowd.opening import open_study, save_plan
from db.crowd.participation import (
    agree,
    decline,
    find_participation,
    finish_closing,
    finish_instructions,
    finish_practice_round,
    touch,
)
from db.models import Participation
from db.queries.answers import Given, add_answer
from db.queries.tasks import find_task, get_progress, list_open_tasks
from tests.support.crowd_study import add_crowd_study, answer_all, come, one_arm, plan_of, work_of

CLOSING = [
    {"key": "age", "kind": "choice", "text": "How old are you?", "options": ["young", "old"],
     "required": True},
    {"key": "hard", "kind": "scale", "text": "How hard was it?", "options": ["easy", "hard"]},
    {"key": "else", "kind": "text", "text": "Anything else?"},
]  # fmt: skip


@pytest.fixture
def rater_id(db):
    """Somebody at the beginning of a study with every step."""
    plan = plan_of(
        arms=one_arm(),
        show_instructions=True,
        consent={"text": "Please.", "version": "3"},
        practice={"n_items": 4, "pass_share": 0.75, "attempts": 2},
        closing=CLOSING,
        work={"ratings_per_item": 1, "items_per_person": 3},
        recruiting={"platform": "prolific", "complete": {"code": "DONE"},
                    "screened_out": {"code": "OUT"}},
    )  # fmt: skip
    with db.write() as session:
        study = add_crowd_study(session)
        add_taxonomy_practice(session, study, "equivalence", load_taxonomy())
        save_plan(session, study, plan)
        open_study(session, study)
    return come(db, "P")


def do(db, step, *args, **named):
    with db.write() as session:
        return step(session, *args, **named)


def practise(db, rater_id: int, *, right: int):
    """Answers a round with so many right; what comes of it."""
    with db.write() as session:
        while (task := find_task(session, rater_id)) is not None and task.purpose == "practice":
            gold = find_gold(session, task.item_id, task.question)
            wrong = {"equivalent": "different", "different": "equivalent"}[gold.value]
            value = gold.value if right > 0 else wrong
            right -= 1
            add_answer(session, rater_id, task.assignment_id, Given(value, "t"))
        return finish_practice_round(session, rater_id)


def test_the_whole_way_from_consent_to_the_code(db, rater_id):
    assert do(db, agree, rater_id, text_hash="abc") == "instructions"
    assert do(db, finish_instructions, rater_id) == "practice"
    assert practise(db, rater_id, right=3).phase == "rating"
    assert answer_all(db, rater_id) == "closing"
    assert do(db, finish_closing, rater_id, {"age": "old", "hard": "4"}) == "complete"
    with db.read() as session:
        view = find_participation(session, rater_id)
        row = session.scalar(select(Participation))
    assert view.outcome.code == "DONE"
    assert view.answers == {"age": "old", "hard": "4"}
    assert (row.consent["version"], row.consent["text_hash"]) == ("3", "abc")
    assert sorted(row.phases, key=row.phases.get) == [
        "consent", "instructions", "practice", "rating", "closing", "complete",
    ]  # fmt: skip


def test_steps_asked_for_twice_or_out_of_turn_change_nothing(db, rater_id):
    assert do(db, finish_instructions, rater_id) == "consent"
    assert do(db, finish_closing, rater_id, {}) == "consent"
    assert do(db, agree, rater_id, text_hash="abc") == "instructions"
    assert do(db, agree, rater_id, text_hash="other") == "instructions"
    assert do(db, decline, rater_id) == "instructions"
    assert do(db, finish_instructions, rater_id) == "practice"
    assert do(db, finish_instructions, rater_id) == "practice"
    assert len(work_of(db, rater_id)) == 4


def test_who_declines_is_out(db, rater_id):
    assert do(db, decline, rater_id) == "declined"
    assert do(db, agree, rater_id, text_hash="abc") == "declined"
    assert work_of(db, rater_id) == []


def test_practice_is_marked_once_all_of_it_is_answered(db, rater_id):
    do(db, agree, rater_id, text_hash="")
    do(db, finish_instructions, rater_id)
    with pytest.raises(UserError, match="4 practice items are not answered"):
        do(db, finish_practice_round, rater_id)
    with db.read() as session:
        tasks = list_open_tasks(session, rater_id, 3)
        assert len({task.item_id for task in tasks}) == 3
        assert all(task.purpose == "practice" and task.prompt for task in tasks)
        assert get_progress(session, rater_id, purpose="practice").open == 4
        assert get_progress(session, rater_id).total == 0


def test_who_fails_may_try_again_and_is_then_screened_out(db, rater_id):
    do(db, agree, rater_id, text_hash="")
    do(db, finish_instructions, rater_id)
    first = practise(db, rater_id, right=2)
    assert (first.phase, first.result.right, first.result.asked) == ("practice", 2, 4)
    with db.read() as session:
        assert get_progress(session, rater_id, purpose="practice").open == 4
    assert practise(db, rater_id, right=0).phase == "screened_out"
    with db.read() as session:
        view = find_participation(session, rater_id)
    assert (view.practice.attempts, view.outcome.code) == (2, "OUT")
    assert {one.purpose for one in work_of(db, rater_id)} == {"practice"}


def test_who_passes_the_second_time_goes_on(db, rater_id):
    do(db, agree, rater_id, text_hash="")
    do(db, finish_instructions, rater_id)
    practise(db, rater_id, right=0)
    assert practise(db, rater_id, right=4).phase == "rating"
    with db.read() as session:
        assert get_progress(session, rater_id).open == 3
        assert find_task(session, rater_id).purpose == "rating"


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({}, "How old are you"),
        ({"age": "ancient"}, "'ancient' is no answer"),
        ({"age": "old", "hard": "6"}, "'6' is no answer"),
    ],
)
def test_answers_at_the_end_are_checked(db, rater_id, answers, said):
    do(db, agree, rater_id, text_hash="")
    do(db, finish_instructions, rater_id)
    practise(db, rater_id, right=4)
    answer_all(db, rater_id)
    with pytest.raises(UserError, match=said):
        do(db, finish_closing, rater_id, answers)


def test_people_without_a_plan_have_no_way(db, rater_id):
    with db.write() as session:
        assert find_participation(session, rater_id + 1) is None
        assert touch(session, rater_id + 1) is None
        with pytest.raises(UserError, match="belongs to no study with steps"):
            agree(session, rater_id + 1, text_hash="")

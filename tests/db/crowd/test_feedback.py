"""What a person is told after a practice item, and what a preview shows."""

from __future__ import annotations

from sqlalchemy import select

from db.crowd.example import find_example_set
from db.crowd.feedback import find_feedback
from db.crowd.gold import GoldView
from db.engine import Database
from db.models import Assignment, Gold, Item
from db.queries.tasks import find_own_task, find_place
from tests.support.asked import ask_everything
from tests.support.crowd_study import add_crowd_study


def practising(db: Database) -> tuple[int, Assignment]:
    """A person, and their grouping turned into a practice item with a known answer."""
    with db.write() as session:
        rater_id = ask_everything(session)
        query = select(Assignment).where(Assignment.question == "grouping")
        one = session.scalars(query).one()
        one.purpose = "practice"
        study_id = session.get_one(Item, one.item_id).study_id
        session.add(
            Gold(
                study_id=study_id,
                item_id=one.item_id,
                question="grouping",
                purpose="practice",
                value="0,0,1,1,2",
                explanation="Because.",
            )
        )
    return rater_id, one


def test_a_known_answer_is_told_only_after_an_answer_and_in_the_order_shown(db: Database):
    rater_id, one = practising(db)
    with db.write() as session:
        assert find_feedback(session, rater_id, one.id) is None
        session.get_one(Assignment, one.id).state = "done"
        session.flush()
        # The members are shown as 1 0 2 4 3.
        assert find_feedback(session, rater_id, one.id) == GoldView("0,0,1,2,1", "Because.")
        assert find_feedback(session, rater_id + 1, one.id) is None


def test_only_practice_has_feedback(db: Database):
    rater_id, one = practising(db)
    with db.write() as session:
        row = session.get_one(Assignment, one.id)
        row.state, row.purpose = "done", "attention"
        session.flush()
        assert find_feedback(session, rater_id, one.id) is None


def test_a_task_is_found_only_by_its_own_person(db: Database):
    with db.write() as session:
        rater_id = ask_everything(session, slug="one")
        other_id = ask_everything(session, slug="two")
        own = session.scalars(select(Assignment.id).where(Assignment.rater_id == rater_id)).all()
        found = find_own_task(session, rater_id, own[2])
        assert found is not None
        assert (found.assignment_id, found.position) == (own[2], 2)
        assert find_own_task(session, other_id, own[2]) is None


def test_the_place_of_a_task_leaves_out_practice_and_what_was_given_back(db: Database):
    with db.write() as session:
        rater_id = ask_everything(session)
        query = select(Assignment).where(Assignment.rater_id == rater_id)
        tasks = session.scalars(query.order_by(Assignment.position)).all()
        tasks[0].purpose = "practice"
        tasks[2].state = "released"
        session.flush()
        first, fourth = find_place(session, rater_id, 1), find_place(session, rater_id, 3)
    assert (first.number, first.previous) == (1, None)
    assert (fourth.number, fourth.previous) == (2, 1)


def test_a_preview_shows_a_set_of_the_studys_own_responses(db: Database):
    with db.write() as session:
        study = add_crowd_study(session, n=3)
        found = find_example_set(session, study.id)
        assert found is not None
        assert found.prompt == "Ask 0"
        assert found.category == "A"
        assert found.texts == tuple(f"two words p0 c0 {index}" for index in range(3))
        assert find_example_set(session, study.id + 1) is None

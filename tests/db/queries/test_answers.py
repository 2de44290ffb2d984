"""Answers to every question, with confidence, ticks and derived verdicts, on both databases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from core.crowd.answers import CANNOT_TELL
from core.crowd.plan import QuestionPlan
from core.errors import UserError
from core.types import Question
from db.engine import Database
from db.models import Assignment, Item, Rater, Rating
from db.queries.analysis import load_ratings, load_verdicts
from db.queries.answers import Given, add_answer
from db.queries.items import ensure_pairs_of_set
from db.queries.people import list_people
from db.queries.tasks import Task, find_task, list_open_tasks
from tests.support.crowd_study import answer, come, one_arm, open_crowd_study, plan_of
from tests.support.rows import StudyRows


@dataclass
class Asked:
    """One person, and a set of three responses A, B, C put before them."""

    db: Database
    study_id: int
    rater_id: int
    set_id: int
    response_ids: list[int]

    def ask(self, question: str, item_id: int | None = None, **columns: object) -> int:
        """Puts an item before the person, the set unless another is named; its position."""
        with self.db.write() as session:
            position = len(session.scalars(select(Assignment.id)).all())
            session.add(
                Assignment(
                    rater_id=self.rater_id,
                    item_id=item_id or self.set_id,
                    question=question,
                    position=position,
                    **columns,
                )
            )
        return position

    def task(self, position: int) -> Task:
        with self.db.read() as session:
            return find_task(session, self.rater_id, position)

    def give(self, position: int, raw: str, **values: object) -> None:
        plan = values.pop("question_plan", None)
        with self.db.write() as session:
            task = find_task(session, self.rater_id, position)
            given = Given(raw, "w@1", 1_000, **values)
            add_answer(session, self.rater_id, task.assignment_id, given, question_plan=plan)

    def ratings(self, **columns: object) -> Sequence[Rating]:
        query = select(Rating).filter_by(**columns).order_by(Rating.revision, Rating.item_id)
        with self.db.read() as session:
            return list(session.scalars(query))


@pytest.fixture
def asked(db: Database) -> Asked:
    with db.write() as session:
        rows = StudyRows.new(session)
        prompt, condition = rows.prompt("p1", "G"), rows.condition(n=3)
        ids = [
            rows.response(prompt, condition, number, text=text).id
            for number, text in enumerate("ABC")
        ]
        item = rows.item("set:1", "set", prompt)
        item.content = {"response_ids": ids}
        item.category = "G"
        return Asked(db, rows.study.id, rows.rater("p1", "human").id, item.id, ids)


def test_a_set_is_shown_in_the_order_assigned_and_its_grouping_kept_in_its_own(asked):
    position = asked.ask("grouping", member_order=[2, 0, 1])
    assert asked.task(position).texts == ("C", "A", "B")
    asked.give(position, "0,1,1")
    (rating,) = asked.ratings(question="grouping")
    assert rating.value == "0,0,1"
    assert asked.task(position).value == "0,1,1"


def test_a_set_with_texts_of_its_own_needs_no_stored_responses(asked):
    with asked.db.write() as session:
        item = Item(
            study_id=asked.study_id,
            kind="set",
            key="gold:1",
            cluster="gold:1",
            content={"prompt": "Ask", "responses": ["x", "y"]},
        )
        session.add(item)
        session.flush()
        item_id = item.id
    position = asked.ask("grouping", item_id, member_order=[1, 0])
    assert asked.task(position).prompt == "Ask"
    assert asked.task(position).texts == ("y", "x")
    asked.give(position, "0,0")
    assert asked.ratings(source="grouping") == []


def test_a_grouping_says_of_each_pair_once_what_it_means(asked):
    position = asked.ask("grouping", member_order=[1, 2, 0])
    asked.give(position, "0,1,1")  # shown B | C A
    first = asked.ratings(source="grouping")
    assert [one.question for one in first] == ["equivalence"] * 3
    asked.give(position, "0,0,1")  # shown B C | A
    asked.give(position, CANNOT_TELL)
    with asked.db.read() as session:
        members = {
            item.id: (item.response_a_id, item.response_b_id)
            for item in session.scalars(select(Item).where(Item.kind == "pair"))
        }
    a, b, c = asked.response_ids
    said = {
        (members[one.item_id], one.revision): one.value for one in asked.ratings(source="grouping")
    }
    assert said == {
        ((a, b), 0): "different",
        ((a, c), 0): "equivalent",
        ((b, c), 0): "different",
        ((a, b), 1): "different",
        ((a, c), 1): "different",
        ((b, c), 1): "equivalent",
        ((a, b), 2): None,
        ((a, c), 2): None,
        ((b, c), 2): None,
    }


def test_verdicts_of_a_grouping_stay_out_of_what_people_were_asked(asked):
    asked.give(asked.ask("grouping"), "0,0,1")
    with asked.db.read() as session:
        assert load_ratings(session, asked.study_id, "equivalence", "").empty
        assert load_verdicts(session, asked.study_id, "") == []
        assert len(load_ratings(session, asked.study_id, "grouping", "")) == 1
        (person,) = list_people(session, asked.study_id)
    assert (person.answered, person.assigned) == (1, 1)


def test_a_pair_answered_itself_is_apart_from_what_the_grouping_says_of_it(asked):
    asked.give(asked.ask("grouping"), "0,0,1")
    with asked.db.write() as session:
        pairs = ensure_pairs_of_set(session, session.get(Item, asked.set_id))
    position = asked.ask("equivalence", pairs[0, 1], left="b")
    assert asked.task(position).value is None
    asked.give(position, "different")
    (rating,) = asked.ratings(item_id=pairs[0, 1], source="direct")
    assert (rating.value, rating.revision, rating.order) == ("different", 0, "ba")


def test_a_pair_known_the_other_way_round_is_not_made_twice(asked):
    a, b, _ = asked.response_ids
    with asked.db.write() as session:
        known = Item(
            study_id=asked.study_id,
            kind="pair",
            key=f"pair:{b}:{a}",
            cluster="p1",
            response_a_id=b,
            response_b_id=a,
        )
        session.add(known)
        session.flush()
        pairs = ensure_pairs_of_set(session, session.get(Item, asked.set_id))
        assert pairs[0, 1] == known.id
        assert len(session.scalars(select(Item.id).where(Item.kind == "pair")).all()) == 3


@pytest.mark.parametrize("columns", [{"purpose": "practice"}, {"repeat": 1, "purpose": "repeat"}])
def test_practice_and_repeats_of_a_grouping_make_no_verdicts(asked, columns):
    asked.give(asked.ask("grouping", **columns), "0,1,2")
    assert asked.ratings(source="grouping") == []
    assert asked.ratings()[0].purpose == columns["purpose"]


def test_a_usefulness_answer_keeps_which_response_was_read_first(asked):
    with asked.db.write() as session:
        pairs = ensure_pairs_of_set(session, session.get(Item, asked.set_id))
    position = asked.ask("usefulness", pairs[1, 2], left="b")
    assert asked.task(position).texts == ("C", "B")
    asked.give(position, "useful")
    (rating,) = asked.ratings(question="usefulness")
    assert (rating.value, rating.order) == ("useful", "ba")


def test_confidence_and_ticks_belong_to_the_answer(asked):
    position = asked.ask("count")
    asked.give(position, "2", confidence=0.5, ticks=("Reads well",))
    asked.give(position, "2", confidence=0.5, ticks=("Reads well",))
    asked.give(position, "2", confidence=1.0)
    kept = [(one.confidence, one.meta.get("ticks")) for one in asked.ratings(question="count")]
    assert kept == [(0.5, ["Reads well"]), (1.0, None)]
    task = asked.task(position)
    assert (task.value, task.confidence, task.ticks) == ("2", 1.0, ())


def test_the_plan_says_whether_cannot_tell_is_an_answer(asked):
    position = asked.ask("count")
    withheld = QuestionPlan(question=Question.COUNT, cannot_tell=False)
    with pytest.raises(UserError, match="is no answer to 'count'"):
        asked.give(position, CANNOT_TELL, question_plan=withheld)
    asked.give(position, CANNOT_TELL)
    assert asked.task(position).value == CANNOT_TELL


def test_a_count_beyond_the_set_is_refused(asked):
    with pytest.raises(UserError, match="expected one of 1, 2, 3"):
        asked.give(asked.ask("count"), "4")


def test_another_persons_work_takes_no_answer(asked):
    position = asked.ask("count")
    with asked.db.write() as session:
        other = Rater(study_id=asked.study_id, kind="human", identity="p2")
        session.add(other)
        session.flush()
        task = find_task(session, asked.rater_id, position)
        with pytest.raises(UserError, match="not one of yours"):
            add_answer(session, other.id, task.assignment_id, Given("2", "w@1"))


def test_an_answer_that_arrives_twice_is_one_even_after_another(db):
    open_crowd_study(db, plan_of(arms=one_arm()))
    rater_id = come(db, "P")
    task, _ = answer(db, rater_id, "different", client_id="first")
    with db.write() as session:
        for value, client_id in (
            ("different", "first"),
            ("equivalent", "second"),
            ("different", "first"),
            ("equivalent", "second"),
        ):
            given = Given(value, "t", client_id=client_id)
            add_answer(session, rater_id, task.assignment_id, given)
        ratings = session.scalars(select(Rating).order_by(Rating.revision)).all()
    assert [(one.value, one.revision) for one in ratings] == [("different", 0), ("equivalent", 1)]


def test_the_next_tasks_come_in_their_order_and_say_what_they_are(db):
    open_crowd_study(db, plan_of(arms=one_arm()))
    rater_id = come(db, "P")
    with db.read() as session:
        tasks = list_open_tasks(session, rater_id, 3)
        assert [task.position for task in tasks] == [0, 1, 2]
        assert tasks[0] == find_task(session, rater_id)
        assert {task.purpose for task in tasks} == {"rating"}
        assert len(list_open_tasks(session, rater_id, 99)) == 6
    done, _ = answer(db, rater_id)
    assert done == tasks[0]
    with db.read() as session:
        assert list_open_tasks(session, rater_id, 2) == tasks[1:]

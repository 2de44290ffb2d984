"""A person's own work: next task, answers and their revisions, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from core.crowd.answers import CANNOT_TELL
from core.errors import UserError
from core.taxonomy import load_taxonomy
from db.engine import Database
from db.models import Assignment, Item, Rater, Rating
from db.queries.answers import Given, add_answer
from db.queries.studies import add_study, get_study
from db.queries.tasks import find_study_status, find_task, get_progress


@pytest.fixture
def rater_id(db: Database) -> int:
    """A person with two pairs, the second shown with b on the left, and one response."""
    with db.write() as session:
        study = add_study(session, "pilot", "Pilot", load_taxonomy())
        rater = Rater(study_id=study.id, kind="human", identity="person-1", name="Ada")
        items = [
            Item(
                study_id=study.id,
                key=f"pair:{number}",
                kind="pair",
                cluster="p",
                category="F",
                content={"prompt": "Ask", "response_a": f"a{number}", "response_b": f"b{number}"},
            )
            for number in range(2)
        ]
        single = Item(
            study_id=study.id,
            key="response:1",
            kind="response",
            cluster="p",
            category=None,
            content={"prompt": "Ask", "response_a": "alone"},
        )
        session.add_all([rater, *items, single])
        session.flush()
        tasks = [
            (items[0], "equivalence", "a"),
            (items[1], "equivalence", "b"),
            (single, "quality", ""),
        ]
        session.add_all(
            Assignment(
                rater_id=rater.id, item_id=item.id, question=question, position=position, left=left
            )
            for position, (item, question, left) in enumerate(tasks)
        )
        return rater.id


def give(db: Database, rater_id: int, position: int, answer: str, ms: int | None = 2_000) -> None:
    with db.write() as session:
        task = find_task(session, rater_id, position)
        add_answer(session, rater_id, task.assignment_id, Given(answer, "w@1", ms))


def history(db: Database) -> list[tuple[object, ...]]:
    columns = (Rating.value, Rating.reason, Rating.order, Rating.revision)
    with db.read() as session:
        return [tuple(row) for row in session.execute(select(*columns).order_by(Rating.id))]


def shown(db: Database, rater_id: int, position: int | None = None) -> object:
    with db.read() as session:
        return find_task(session, rater_id, position)


def test_texts_come_in_the_order_that_was_assigned(db, rater_id):
    assert shown(db, rater_id, 0).texts == ("a0", "b0")
    assert shown(db, rater_id, 1).texts == ("b1", "a1")
    assert shown(db, rater_id, 2).texts == ("alone",)


def test_the_next_task_is_the_first_without_an_answer(db, rater_id):
    assert shown(db, rater_id).position == 0
    give(db, rater_id, 1, "different")
    assert shown(db, rater_id).position == 0
    give(db, rater_id, 0, "different")
    assert shown(db, rater_id).position == 2
    give(db, rater_id, 2, "4")
    assert shown(db, rater_id) is None


def test_a_changed_answer_is_a_new_revision_and_the_same_one_is_none(db, rater_id):
    for answer in ("different", "different", "equivalent", CANNOT_TELL, CANNOT_TELL):
        give(db, rater_id, 1, answer)
    assert history(db) == [
        ("different", "", "ba", 0),
        ("equivalent", "", "ba", 1),
        (None, "cannot_tell", "ba", 2),
    ]
    assert shown(db, rater_id, 1).value == CANNOT_TELL


def test_two_tabs_at_once_leave_one_current_answer_and_no_gap(db, rater_id):
    answers = ["equivalent", "different"] * 6
    with ThreadPoolExecutor(4) as tabs:
        list(tabs.map(lambda answer: give(db, rater_id, 0, answer), answers))
    revisions = [row[3] for row in history(db)]
    assert revisions == list(range(len(revisions)))
    assert shown(db, rater_id, 0).value == history(db)[-1][0]


@pytest.mark.parametrize(
    ("position", "answer"), [(0, "4"), (2, "equivalent"), (2, "6"), (2, CANNOT_TELL), (0, "")]
)
def test_what_is_no_answer_to_the_question_is_refused(db, rater_id, position, answer):
    with pytest.raises(UserError, match="is no answer to"):
        give(db, rater_id, position, answer)
    assert history(db) == []


def test_nobody_answers_for_another_person(db, rater_id):
    task = shown(db, rater_id, 0)
    with pytest.raises(UserError, match="not one of yours"), db.write() as session:
        add_answer(session, rater_id + 1, task.assignment_id, Given("different", "w@1"))


def test_a_closed_study_takes_no_more_answers(db, rater_id):
    with db.write() as session:
        get_study(session, "pilot").status = "closed"
    with pytest.raises(UserError, match="closed"):
        give(db, rater_id, 0, "different")
    with db.read() as session:
        assert find_study_status(session, rater_id) == "closed"
        assert find_study_status(session, rater_id + 1) is None


def test_pace_is_the_median_by_question_once_there_are_three_answers(db, rater_id):
    for ms, answer in ((1_000, "different"), (9_000, "equivalent")):
        give(db, rater_id, 0, answer, ms)
    with db.read() as session:
        assert get_progress(session, rater_id).pace_s == {}
    give(db, rater_id, 1, "different", 3_000)
    give(db, rater_id, 2, "3", None)
    with db.read() as session:
        progress = get_progress(session, rater_id)
    assert progress.pace_s == {"equivalence": 3.0}
    assert (progress.done, progress.open, progress.total) == (3, 0, 3)
    assert progress.asks("quality")
    assert not progress.asks("category")

"""Comments and reports beside the answers, on both databases."""

from __future__ import annotations

import pytest

from core.errors import UserError
from db.engine import Database
from db.models import Assignment
from db.queries.notes import LONGEST_NOTE, add_note, list_notes
from db.queries.tasks import find_task
from tests.support.rows import StudyRows


@pytest.fixture
def study(db: Database) -> tuple[int, int, int]:
    """(study id, rater id, assignment id) of a person with one pair."""
    with db.write() as session:
        rows = StudyRows.new(session)
        rater, item = rows.rater("p1", "human"), rows.item("pair:1")
        item.content = {"prompt": "Ask", "response_a": "x", "response_b": "y"}
        assignment = Assignment(rater_id=rater.id, item_id=item.id, question="same", position=0)
        session.add(assignment)
        session.flush()
        return rows.study.id, rater.id, assignment.id


def test_a_note_says_who_about_what_and_leaves_the_item_open(db, study):
    study_id, rater_id, assignment_id = study
    with db.write() as session:
        add_note(session, rater_id, assignment_id, "problem", "  It is cut off.\0 ")
        add_note(session, rater_id, assignment_id, "comment", "Hard." + "!" * 2 * LONGEST_NOTE)
    with db.read() as session:
        comment, problem = list_notes(session, study_id)
        assert find_task(session, rater_id).value is None
    assert (problem.rater, problem.item, problem.question) == ("p1", "pair:1", "same")
    assert (problem.kind, problem.text) == ("problem", "It is cut off.")
    assert len(comment.text) == LONGEST_NOTE


@pytest.mark.parametrize(("whose", "text"), [(0, " \0 "), (1, "About another person's item")])
def test_an_empty_note_and_one_about_somebody_elses_item_are_refused(db, study, whose, text):
    study_id, rater_id, assignment_id = study
    with pytest.raises(UserError), db.write() as session:
        add_note(session, rater_id + whose, assignment_id, "problem", text)
    with db.read() as session:
        assert list_notes(session, study_id) == []

"""Items with what people said of them."""

from __future__ import annotations

from db.crowd.people import exclude
from db.engine import Database
from db.queries.rated_items import find_item_id, list_human_questions, list_rated_items
from tests.support.crowd_study import answer_all, come, one_arm, open_crowd_study, plan_of


def test_every_drawn_item_has_a_row_with_current_answers(db: Database):
    study_id = open_crowd_study(db, plan_of(arms=one_arm(n_items=4)))
    first, second = come(db, "first"), come(db, "second")
    answer_all(db, first, "equivalent")
    answer_all(db, come(db, "a test", test_outcome="complete"), "different")
    with db.write() as session:
        exclude(session, first, reason="asked to", actor="tests")
    with db.read() as session:
        items = list_rated_items(session, study_id, "equivalence")
        assert list_human_questions(session, study_id) == ["equivalence"]
        assert find_item_id(session, study_id, items[0].key) == items[0].item_id
        assert find_item_id(session, study_id, "nothing") is None
    assert len(items) == 4
    for item in items:
        assert item.wanted == 3
        assert item.probability is not None
        assert item.opening.startswith("Ask ")
        assert [(one.rater_id, one.value, one.is_excluded) for one in item.answers] == [
            (first, "equivalent", True)
        ]
    assert second not in {one.rater_id for item in items for one in item.answers}


def test_questions_nobody_was_asked_have_no_items(db: Database):
    study_id = open_crowd_study(db, plan_of(arms=one_arm(n_items=2)))
    with db.read() as session:
        assert list_rated_items(session, study_id, "quality") == []

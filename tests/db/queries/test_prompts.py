from sqlalchemy import select

from db.models import Event, Item, Prompt
from db.queries.prompts import list_prompt_views, set_category
from db.queries.studies import data_version
from tests.support.rows import StudyRows


def test_a_correction_reaches_the_items_and_is_on_record(db):
    with db.write() as session:
        rows = StudyRows.new(session)
        prompt = rows.prompt("p1", "A")
        rows.item("pair", "pair", prompt)
        before = data_version(session, rows.study.id)
        set_category(session, prompt.id, "B", "researcher")
        session.flush()
        assert session.scalars(select(Item.category)).all() == ["B"]
        assert session.get_one(Prompt, prompt.id).category_set_by == "researcher"
        event = session.scalars(select(Event).where(Event.kind == "category_set")).one()
        assert event.detail == {"prompt": "p1", "from": "A", "to": "B"}
        assert data_version(session, rows.study.id) != before


def test_setting_what_is_set_already_changes_nothing(db):
    with db.write() as session:
        rows = StudyRows.new(session)
        prompt = rows.prompt("p1", "A")
        before = data_version(session, rows.study.id)
        set_category(session, prompt.id, "A", "researcher")
        assert data_version(session, rows.study.id) == before
        assert session.scalars(select(Event).where(Event.kind == "category_set")).all() == []


def test_views_hold_each_models_newest_readable_category(db):
    with db.write() as session:
        rows = StudyRows.new(session)
        prompt = rows.prompt("p1", "A")
        item = rows.item("prompt:1", "prompt", prompt)
        one, two = rows.rater("openai:one"), rows.rater("openai:two")
        rows.rating(one, item, "B", "category")
        rows.rating(one, item, "C", "category", revision=1)
        rows.rating(two, item, None, "category")
        (view,) = list_prompt_views(session, rows.study.id)
        assert (view.truth, view.by_model) == ("A", {"openai:one": "C"})

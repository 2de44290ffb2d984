import pytest

from core.pipeline.estimate import Experience
from db.queries.experience import get_experience, list_known_models
from tests.support.rows import StudyRows


def test_length_is_per_answered_response_though_a_set_is_paid_for_once(db):
    with db.write() as session:
        rows = StudyRows.new(session)
        condition, prompt = rows.condition("system-general", n=3), rows.prompt("p1")
        rows.response(prompt, condition, 0, output_tokens=600, latency_ms=4000)
        rows.response(prompt, condition, 1, latency_ms=4000)
        rows.response(prompt, condition, 2, status="failed", reason="short_set", latency_ms=4000)
        found = get_experience(session, rows.study.id)
        assert found == {("openai:m", "system-general"): Experience(pytest.approx(300.0), 4.0)}


def test_calls_that_never_came_back_and_imports_are_no_experience(db):
    with db.write() as session:
        rows = StudyRows.new(session)
        prompt = rows.prompt("p1")
        lost = rows.condition()
        rows.response(prompt, lost, 0, status="failed", reason="timeout", finish_reason="")
        imported = rows.condition("imported", model="elsewhere")
        rows.response(prompt, imported, 0, finish_reason="")
        assert get_experience(session, rows.study.id) == {}


def test_lengths_nobody_counted_are_unknown(db):
    with db.write() as session:
        rows = StudyRows.new(session)
        rows.response(rows.prompt("p1"), rows.condition(), 0, latency_ms=500)
        found = get_experience(session, rows.study.id)
        assert found == {("openai:m", "temperature"): Experience(None, 0.5)}


def test_only_models_asked_from_here_are_remembered(db):
    with db.write() as session:
        rows = StudyRows.new(session)
        rows.condition(model="openai:b")
        rows.condition(model="openai:a")
        rows.condition("system-general", model="openai:a")
        rows.condition("imported", model="elsewhere")
        item = rows.item("pair")
        rows.rating(rows.rater("openai:judge"), item, "different")
        rows.rating(rows.rater("imported judge"), item, "different", source="import")
        rows.rating(rows.rater("person-1", "human"), item, "different")
        known = list_known_models(session, rows.study.id)
        assert known.generating == ("openai:a", "openai:b")
        assert known.judging == ("openai:judge",)

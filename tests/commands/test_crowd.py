"""`taskanchor people`: a crowd study from the terminal."""

from __future__ import annotations

import csv
import io
import json

import pytest

from core.security import (
    TEST_OUTCOMES,
    JoinTarget,
    load_secret_key,
    rater_id_from_token,
    study_from_join_token,
    study_id_from_preview_token,
)
from db.crowd.participation import touch
from db.crowd.people import list_participants
from db.engine import open_database
from db.queries.studies import get_study
from tests.support.crowd_study import SLUG, add_crowd_study, answer_all, come, one_arm, plan_of

PLAN = {
    "arms": [{"questions": [{"question": "equivalence", "n_items": 6}]}],
    "work": {"ratings_per_item": 2, "items_per_person": 3},
    "show_instructions": False,
}


@pytest.fixture
def database(settings):
    """A study without a plan, at `settings.database_url`."""
    found = open_database(settings)
    with found.write() as session:
        add_crowd_study(session)
    return found


@pytest.fixture
def opened(database, taskanchor, tmp_path):
    (tmp_path / "plan.json").write_text(json.dumps(PLAN))
    taskanchor("people", "plan", SLUG, "--file", str(tmp_path / "plan.json"))
    assert taskanchor("people", "open", SLUG).code == 0
    return database


@pytest.mark.usefixtures("database")
def test_a_plan_is_set_from_a_file_and_shown_with_what_it_takes(taskanchor, tmp_path):
    path = tmp_path / "plan.toml"
    path.write_text(
        'show_instructions = false\n[[arms]]\nname = "main"\n'
        '[[arms.questions]]\nquestion = "same"\nn_items = 8\n'
        "[work]\nratings_per_item = 2\nitems_per_person = 4\n"
    )
    assert taskanchor("people", "plan", SLUG).code == 2
    assert taskanchor("people", "plan", SLUG, "--file", str(path)).code == 0
    shown = taskanchor("people", "plan", SLUG)
    assert "16 ratings by 4 people" in shown.out
    assert "24 pairs fit the choice for 'same'" in shown.out
    as_json = json.loads(taskanchor("people", "plan", SLUG, "--json").out)
    assert (
        as_json["plan"]
        == plan_of(
            arms=one_arm("same", n_items=8), work={"ratings_per_item": 2, "items_per_person": 4}
        ).to_settings()
    )
    assert as_json["estimate"]["people"] == 4
    assert {one["key"] for one in as_json["checklist"]} >= {"items.same", "consent"}


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("content", "said"),
    [('{"wrok": {}}', "wrok: Extra inputs"), ("{", "cannot be read as a plan")],
)
def test_a_plan_that_is_none_is_refused(taskanchor, tmp_path, content, said):
    path = tmp_path / "plan.json"
    path.write_text(content)
    called = taskanchor("people", "plan", SLUG, "--file", str(path))
    assert called.code == 2
    assert said in called.err


def test_a_study_is_opened_watched_and_closed(opened, taskanchor):
    answer_all(opened, come(opened, "A"))
    state = json.loads(taskanchor("people", "status", SLUG, "--json").out)
    assert (state["status"], state["done"], state["wanted"]) == ("open", 3, 12)
    assert state["coverage"] == {"equivalence": {"0": 3, "1": 3}}
    assert [one["phase"] for one in state["people"]] == ["complete"]
    assert "3 of 12 ratings" in taskanchor("people", "status", SLUG).out
    for command, said in (("pause", "is paused"), ("resume", "open again"), ("close", "is closed")):
        called = taskanchor("people", command, SLUG)
        assert (called.code, said in called.out) == (0, True)
    assert taskanchor("people", "resume", SLUG).code == 2


def test_people_are_excluded_included_and_withdrawn_by_name(opened, taskanchor):
    rater_id = come(opened, "A")
    answer_all(opened, rater_id)
    assert taskanchor("people", "exclude", SLUG, str(rater_id)).code == 2  # without a reason
    said = ("--reason", "Fast.")
    assert taskanchor("people", "exclude", SLUG, str(rater_id), *said).code == 0
    assert _people(opened)[0].excluded_reason == "Fast."
    assert taskanchor("people", "include", SLUG, str(rater_id), *said).code == 0
    assert _people(opened)[0].excluded_reason == ""
    assert taskanchor("people", "withdraw", SLUG, str(rater_id), "--yes").code == 0
    assert _people(opened)[0].phase == "withdrawn"
    assert "Emptied the answers of 0 people" in taskanchor("people", "reapply-erasures").out


def test_added_people_have_links_that_give_them_work(opened, taskanchor, settings):
    assert taskanchor("people", "add", SLUG, "--name", "=Ada", "--name", "Bo").code == 0
    rows = list(csv.DictReader(io.StringIO(taskanchor("people", "links", SLUG).out)))
    assert [row["name"] for row in rows] == ["'=Ada", "Bo"]
    key = load_secret_key(None, settings.data_dir, bound_to_loopback=True)
    rater_id = rater_id_from_token(rows[0]["link"].partition("?link=")[2], key)
    with opened.write() as session:
        assert touch(session, rater_id) == "rating"


def _people(database):
    with database.read() as session:
        return list_participants(session, get_study(session, SLUG).id)


def test_links_for_a_platform_lead_to_every_end(opened, taskanchor, settings):
    links = json.loads(taskanchor("people", "recruit", SLUG, "--json").out)
    key = load_secret_key(None, settings.data_dir, bound_to_loopback=True)
    with opened.read() as session:
        study_id = get_study(session, SLUG).id
    for end, address in {"": links["link"], **links["tests"]}.items():
        token = address.partition("?study=")[2].partition("&")[0]
        assert study_from_join_token(token, key) == JoinTarget(study_id, end)
        assert "&PROLIFIC_PID=" in address
    assert set(links["tests"]) == set(TEST_OUTCOMES)
    token = links["preview"].partition("?token=")[2]
    assert study_id_from_preview_token(token, key) == study_id
    shown = taskanchor("people", "recruit", SLUG).out
    assert all(address in shown for address in (links["link"], *links["tests"].values()))


@pytest.mark.usefixtures("database")
def test_a_study_without_a_plan_has_no_link_for_a_platform(taskanchor):
    called = taskanchor("people", "recruit", SLUG)
    assert called.code == 2
    assert "has no plan yet" in called.err

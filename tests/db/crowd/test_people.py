"""What a researcher sees of people, on both databases; and what never enters a statistic."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from core.errors import UserError
from core.taxonomy import load_taxonomy
from db.crowd.gold import add_taxonomy_practice
from db.crowd.opening import open_study, save_plan
from db.crowd.participation import finish_practice_round
from db.crowd.people import (
    exclude,
    excluded_raters,
    find_rater,
    include,
    list_participants,
    participant_history,
)
from db.crowd.taken import count_taken
from db.models import Event, Rating
from db.queries.agreement import list_templates
from db.queries.analysis import load_ratings
from db.queries.answers import Given, add_answer
from db.queries.notes import add_note
from db.queries.studies import get_overview, get_study
from db.queries.tasks import find_task
from db.reports import make_agreement_report
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


@pytest.fixture
def study_id(db):
    """Four pairs for everybody, one of them repeated."""
    work = {"ratings_per_item": 3, "items_per_person": 4, "repeats_per_person": 1}
    rules = {"max_same_share": 0.9}
    return open_crowd_study(db, plan_of(arms=one_arm(n_items=4), work=work, exclusion=rules))


def people_of(db, study_id):
    with db.read() as session:
        return {one.rater_id: one for one in list_participants(session, study_id)}


def test_everybody_is_listed_with_progress_and_figures(db, study_id):
    done, begun, trying = come(db, "A"), come(db, "B"), come(db, "me", test_outcome="complete")
    answer_all(db, done)
    answer(db, begun, "equivalent")
    people = people_of(db, study_id)
    assert [(one.answered, one.assigned, one.phase) for one in people.values()] == [
        (5, 5, "complete"),
        (1, 5, "rating"),
        (0, 3, "rating"),
    ]
    assert people[done].minutes == pytest.approx(5 * 9 / 60)
    assert people[trying].is_test
    figures = {one.key: one for one in people[done].signals}
    assert (figures["repeat_share"].value, figures["repeat_share"].n) == (1.0, 1)
    # The other person said something else about the one pair both have answered.
    assert (figures["others_share"].value, figures["others_share"].n) == (0.0, 1)
    # Two responses of five words: faster than a second would be too fast, nine are not.
    assert (figures["fast_share"].value, figures["fast_share"].n) == (0.0, 5)
    assert people[done].proposals == (
        "100% of 4 answers that are the same; the rule is at most 90%",
    )


def test_what_researchers_try_out_is_no_opinion_of_others(db, study_id):
    rater_id, trying = come(db, "A"), come(db, "me", test_outcome="complete")
    answer_all(db, rater_id)
    answer_all(db, trying)
    figures = {one.key: one for one in people_of(db, study_id)[rater_id].signals}
    assert figures["others_share"].value is None


@pytest.mark.usefixtures("study_id")
def test_the_whole_history_of_a_person_is_told(db):
    rater_id = come(db, "A", captured={"SESSION_ID": "secret"})
    task, _ = answer(db, rater_id, "equivalent", confidence=0.5, client_id="one")
    with db.write() as session:
        add_answer(session, rater_id, task.assignment_id, Given("different", "t", client_id="two"))
        add_answer(session, rater_id, task.assignment_id, Given("equivalent", "t", client_id="one"))
        add_note(session, rater_id, task.assignment_id, "problem", "It is cut off.")
        history = participant_history(session, rater_id)
    assert [(one.value, one.revision, one.confidence) for one in history.answers] == [
        ("equivalent", 0, 0.5),
        ("different", 1, None),
    ]
    assert [one.text for one in history.notes] == ["It is cut off."]
    assert history.captured == ("SESSION_ID",)
    assert list(history.phases) == ["rating"]
    assert history.row.answered == 1
    with db.read() as session, pytest.raises(UserError, match="no participant 999"):
        participant_history(session, 999)


def test_an_exclusion_needs_a_reason_frees_the_items_and_is_written_down(db, study_id):
    rater_id = come(db, "A")
    with db.write() as session:
        identity = participant_history(session, rater_id).row.name
        with pytest.raises(UserError, match="needs a reason"):
            exclude(session, rater_id, reason="  ", actor="ada")
        exclude(session, rater_id, reason="Clicks without reading.", actor="ada")
        assert excluded_raters(session, study_id) == {identity}
        assert count_taken(session, study_id) == {}
        assert list_participants(session, study_id)[0].excluded_reason == "Clicks without reading."
        include(session, rater_id, reason="Mistaken.", actor="bo")
        include(session, rater_id, reason="Again.", actor="bo")
        assert excluded_raters(session, study_id) == frozenset()
        events = session.scalars(select(Event).where(Event.kind.like("participant_%"))).all()
    assert [(one.kind, one.actor, one.detail) for one in events] == [
        (
            "participant_excluded",
            "ada",
            {"rater_id": rater_id, "reason": "Clicks without reading."},
        ),
        ("participant_included", "bo", {"rater_id": rater_id, "reason": "Mistaken."}),
    ]


def test_agreement_can_be_shown_without_the_excluded(db, study_id, db_settings):
    for person, value in (("A", "different"), ("B", "different"), ("C", "equivalent")):
        answer_all(db, come(db, person), value)
    with db.write() as session:
        study = get_study(session, SLUG)
        *_, last = list_participants(session, study_id)
        exclude(session, last.rater_id, reason="Always the same.")
        assert len(excluded_raters(session, study_id)) == 1
        percents = [
            make_agreement_report(session, db_settings, study, "equivalence", with_excluded=counted)
            .humans[0]
            .statistics["percent"]
            .value
            for counted in (True, False)
        ]
    # Of the three pairs of people one agrees; without the third all do.
    assert percents == pytest.approx([1 / 3, 1.0])


def test_practice_checks_repeats_and_tests_never_enter_a_statistic(db):
    with db.write() as session:
        study = add_crowd_study(session)
        for purpose in ("practice", "attention"):
            add_taxonomy_practice(session, study, "equivalence", load_taxonomy(), purpose)
        plan = plan_of(
            arms=one_arm(n_items=4),
            practice={"n_items": 2, "pass_share": 0.0},
            work={
                "ratings_per_item": 1,
                "items_per_person": 4,
                "attention_checks": 2,
                "repeats_per_person": 2,
                "max_failed_checks": 20,
            },
        )
        save_plan(session, study, plan)
        open_study(session, study)
    for person, outcome in (("A", ""), ("me", "complete")):
        rater_id = come(db, person, test_outcome=outcome)
        with db.write() as session:
            while (task := find_task(session, rater_id)) is not None:
                add_answer(session, rater_id, task.assignment_id, Given("different", "practice@1"))
            finish_practice_round(session, rater_id)
        answer_all(db, rater_id)
    with db.read() as session:
        study = get_study(session, SLUG)
        ratings = load_ratings(session, study.id, "equivalence", "")
        purposes = list(session.scalars(select(Rating.purpose)))
        assert list_templates(session, study.id, "equivalence") == ["t@1"]
        assert get_overview(session, study).human_ratings == 4
    assert len(ratings) == 4
    assert not ratings["item_id"].str.startswith("example:").any()
    assert sorted(set(purposes)) == ["attention", "practice", "rating", "repeat", "test"]


def test_people_are_found_by_pseudonym_and_number(db, study_id):
    rater_id = come(db, "A")
    with db.read() as session:
        name = list_participants(session, study_id)[0].name
        assert find_rater(session, study_id, name) == rater_id
        assert find_rater(session, study_id, str(rater_id)) == rater_id
        with pytest.raises(UserError, match="Nobody is called 'x'"):
            find_rater(session, study_id, "x")


def test_who_is_included_again_keeps_answers_beyond_k_and_gives_back_what_others_took(db):
    open_crowd_study(
        db,
        plan_of(arms=one_arm(n_items=4), work={"ratings_per_item": 1, "items_per_person": 4}),
    )
    first = come(db, "A")
    answer(db, first)
    with db.write() as session:
        exclude(session, first, reason="Asked twice.")
    second = come(db, "B")
    answer(db, second)
    assert {one.item_id for one in work_of(db, first)} == {
        one.item_id for one in work_of(db, second)
    }
    with db.write() as session:
        n_beyond = include(session, first, reason="Mistaken.", actor="ada")
        event = session.scalars(select(Event).where(Event.kind == "participant_included")).one()
    assert n_beyond == 1 == event.detail["items_beyond_wanted"]
    assert sorted(one.state for one in work_of(db, first)) == ["done", *["released"] * 3]
    with db.read() as session:
        counts = sorted(n for n, _, _ in count_taken(session, event.study_id).values())
    assert counts == [1, 1, 1, 2]

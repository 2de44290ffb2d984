"""Settling and opening a study, on both databases."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import pytest
from sqlalchemy import select

from core.crowd import read_plan
from core.crowd.worked import example_key
from core.errors import UserError
from core.taxonomy import load_taxonomy
from core.taxonomy_words import load_taxonomy_in
from core.types import Question
from db.crowd.gold import (
    add_gold,
    add_taxonomy_practice,
    list_gold,
    list_practised,
    suggest_gold_items,
)
from db.crowd.opening import (
    checklist,
    close_study,
    estimate,
    open_study,
    pause_study,
    plan_hash,
    resume_study,
    save_plan,
)
from db.crowd.taken import count_taken
from db.invitations import Invitation, invite
from db.models import Event, Item, Rater, Rating, Response, Sample
from db.queries.studies import add_study, get_study
from tests.support.crowd_study import (
    SLUG,
    add_crowd_study,
    answer,
    answer_all,
    come,
    one_arm,
    open_crowd_study,
    plan_of,
    say_by_judge,
    work_of,
)


def unmet(found, *, blocking: bool = True) -> set[str]:
    return {one.key for one in found if not one.is_met and one.is_blocking == blocking}


@pytest.mark.parametrize("question", list(Question))
def test_every_question_can_be_opened_given_out_and_answered(db, question):
    plan = plan_of(
        arms=one_arm(question.value, n_items=4),
        work={"ratings_per_item": 1, "items_per_person": 4},
    )
    study_id = open_crowd_study(db, plan)
    rater_id = come(db, "P")
    assert answer_all(db, rater_id) == "complete"
    with db.read() as session:
        samples = session.scalars(select(Sample)).all()
        kinds = set(session.scalars(select(Item.kind).join(Sample)))
        assert {n for n, _, _ in count_taken(session, study_id).values()} == {1}
    assert kinds == {
        {"quality": "response", "grouping": "set", "count": "set", "category": "prompt"}.get(
            question.value, "pair"
        )
    }
    assert len(samples) == 4
    assert {(one.arm, one.ratings_wanted, one.question) for one in samples} == {
        ("main", 1, question.value)
    }
    assert all(0 < one.inclusion_probability <= 1 for one in samples)


def test_only_what_was_drawn_becomes_an_item(db):
    open_crowd_study(db, plan_of(arms=one_arm(n_items=5)))
    with db.read() as session:
        assert Counter(session.scalars(select(Item.kind))) == {"pair": 5}


def test_sets_that_lack_responses_are_not_drawn(db):
    with db.write() as session:
        study = add_crowd_study(session)
        session.scalars(select(Response)).first().status = "failed"
        plan = plan_of(arms=one_arm("grouping", n_items=8))
        save_plan(session, study, plan)
        assert open_study(session, study) == {Question.GROUPING: 7}


def test_the_choice_of_conditions_and_categories_is_kept(db):
    plan = plan_of(
        arms=one_arm(n_items=99), items={"conditions": ["c1"], "categories": ["F"], "seed": 4}
    )
    open_crowd_study(db, plan)
    with db.read() as session:
        samples = session.scalars(select(Sample)).all()
    assert {one.stratum for one in samples} == {"('F', 'c1')"}
    assert {one.frame for one in samples} == {"conditions: c1; categories: F"}
    assert {(one.inclusion_probability, one.seed) for one in samples} == {(1.0, 4)}


def test_half_of_the_pairs_are_judged_equivalent(db):
    with db.write() as session:
        study = add_crowd_study(session)
        by_prompt = {}
        for one in session.scalars(select(Response).order_by(Response.id)):
            by_prompt.setdefault((one.prompt_id, one.condition_id), []).append(one.id)
        pairs = [pair for ids in by_prompt.values() for pair in combinations(ids, 2)]
        verdicts = {
            pair: "equivalent" if number % 6 == 0 else "different"
            for number, pair in enumerate(pairs)
        }
        say_by_judge(session, study, verdicts)
        plan = plan_of(arms=one_arm(n_items=8), items={"selection": "balanced"})
        save_plan(session, study, plan)
        open_study(session, study)
        samples = session.scalars(select(Sample)).all()
    kinds = Counter(one.stratum.rsplit("'", 2)[1] for one in samples)
    assert kinds == {"equivalent": 4, "different": 4}
    # All four equivalent pairs of 24; four of twenty different ones.
    total = sum(1 / one.inclusion_probability for one in samples)
    assert total == pytest.approx(24, abs=6)
    assert all("half judged equivalent by all judges" in one.frame for one in samples)


def test_imported_pairs_are_put_before_people_too(db):
    with db.write() as session:
        study = add_study(session, SLUG, "", load_taxonomy())
        for number in range(6):
            content = {"prompt": "P", "response_a": f"x {number}", "response_b": "y"}
            if number == 5:
                del content["response_b"]  # imported without its texts
            item = Item(
                study_id=study.id, kind="external", key=f"i{number}", cluster="p", content=content
            )
            session.add(item)
        session.flush()
        judge = Rater(study_id=study.id, kind="judge", identity="openai:j")
        session.add(judge)
        session.flush()
        for item in session.scalars(select(Item).where(Item.key != "i4")):
            value = "equivalent" if item.key in ("i0", "i1") else "different"
            session.add(
                Rating(rater_id=judge.id, item_id=item.id, question="equivalence", value=value)
            )
        session.flush()
        work = {"ratings_per_item": 1, "items_per_person": 4}
        items = {"selection": "balanced"}
        plan = plan_of(arms=one_arm(n_items=9), items=items, work=work)
        assert estimate(session, study, plan).minutes_per_person > 0
        save_plan(session, study, plan)
        assert open_study(session, study) == {Question.EQUIVALENCE: 4}
        strata = Counter(session.scalars(select(Sample.stratum)))
    assert strata == {
        "('', 'imported', 'equivalent')": 2,
        "('', 'imported', 'different')": 2,
    }
    task, _ = answer(db, come(db, "P"))
    assert task.texts
    assert {len(task.texts)} == {2}


def test_verdicts_are_asked_for_where_they_steer_the_draw(db):
    with db.write() as session:
        study = add_crowd_study(session)
        plan = plan_of(arms=one_arm(), items={"selection": "disagreement", "judge": "openai:j"})
        assert unmet(checklist(session, study, plan)) == {"verdicts.equivalence"}
        save_plan(session, study, plan)
        with pytest.raises(UserError, match="needs verdicts of openai:j"):
            open_study(session, study)


def test_the_checklist_names_all_that_is_missing(db):
    with db.write() as session:
        study = add_study(session, SLUG, "", load_taxonomy())
        plan = plan_of(
            arms=[
                {
                    "questions": [
                        {"question": "equivalence", "n_items": 4},
                        {"question": "same", "n_items": 4},
                    ]
                }
            ],
            practice={"n_items": 3},
            work={"ratings_per_item": 2, "attention_checks": 1},
            recruiting={"platform": "prolific"},
        )
        found = checklist(session, study, plan)
    assert unmet(found) == {
        "items.equivalence",
        "items.same",
        "practice.main",
        "attention.main",
        "outcome.complete",
        "outcome.screened_out",
        "outcome.failed_attention",
    }
    assert unmet(found, blocking=False) == {
        "teaching.main",
        "carry_over.main",
        "consent",
        "ratings",
        "outcome.full",
    }
    assert all(one.text for one in found)


def test_items_with_known_answers_are_not_put_before_people_for_rating(db):
    with db.write() as session:
        study = add_crowd_study(session, n_prompts=1, n_conditions=1)
        say_by_judge(session, study, {(1, 2): "different"})
        (item_id,) = suggest_gold_items(session, study, "equivalence", 5)
        add_gold(session, study, item_id, "equivalence", "practice", "equivalent", "Look again.")
        save_plan(session, study, plan_of(arms=one_arm(n_items=99)))
        assert open_study(session, study) == {Question.EQUIVALENCE: 2}
        drawn = session.scalars(select(Sample.item_id)).first()
        with pytest.raises(UserError, match="is drawn for rating"):
            add_gold(session, study, drawn, "equivalence", "practice", "equivalent", "")


def test_an_opened_plan_is_frozen_and_written_down(db):
    plan = plan_of(arms=one_arm(), exclusion={"min_check_share": 0.8})
    open_crowd_study(db, plan)
    with db.write() as session:
        study = get_study(session, SLUG)
        event = session.scalars(select(Event).where(Event.kind == "crowd_opened")).one()
        assert read_plan(study.settings) == plan
        with pytest.raises(UserError, match="set-up is frozen"):
            save_plan(session, study, plan_of())
        with pytest.raises(UserError, match="cannot be opened again"):
            open_study(session, study)
    assert event.actor == "tests"
    assert event.detail["plan_hash"] == plan_hash(plan)
    assert event.detail["plan"]["exclusion"]["min_check_share"] == 0.8
    assert event.detail["items"] == {"equivalence": 6}


def test_a_study_is_paused_resumed_and_closed_for_good(db):
    open_crowd_study(db, plan_of(arms=one_arm()))
    with db.write() as session:
        study = get_study(session, SLUG)
        for change, status in (
            (pause_study, "paused"),
            (pause_study, "paused"),
            (resume_study, "open"),
            (close_study, "closed"),
        ):
            change(session, study, actor="me")
            assert study.status == status
        with pytest.raises(UserError, match="is closed; expected paused"):
            resume_study(session, study)
        kinds = session.scalars(select(Event.kind).where(Event.actor == "me")).all()
    assert kinds == ["crowd_paused", "crowd_open", "crowd_closed"]


def test_the_estimate_counts_people_minutes_and_money(db):
    with db.write() as session:
        study = add_crowd_study(session)
        plan = plan_of(
            arms=one_arm(n_items=12),
            work={"ratings_per_item": 3, "items_per_person": 6},
            pay={"hourly": 12.0, "fee_share": 0.25},
        )
        found = estimate(session, study, plan)
    # 12 items x 3 ratings / 6 a person. An item: 2 x 5 words and a prompt of 2, at 4 words a
    # second, and 6 s to decide: 9 s; six of them 54 s.
    assert (found.items, found.ratings, found.people) == ({"equivalence": 12}, 36, 6)
    assert found.minutes_per_person == pytest.approx(54 / 60)
    assert found.cost_pay == pytest.approx(6 * 54 / 3600 * 12)
    assert found.total == pytest.approx(found.cost_pay * 1.25)
    assert found.reasons == {}


def test_what_the_screened_out_cost_is_not_known_before_people_have_come(db):
    with db.write() as session:
        study = add_crowd_study(session)
        plan = plan_of(arms=one_arm(), practice={"n_items": 2}, pay={"hourly": 12.0})
        found = estimate(session, study, plan)
    assert found.cost_screened is None
    assert found.cost_screened_each == pytest.approx(3 / 60 * 12)
    assert "without people screened out" in found.reasons["total"]


def test_items_drawn_twice_have_no_known_probability(db):
    with db.write() as session:
        study = add_crowd_study(session, n_prompts=1, n_conditions=1)
        invite(session, study, Invitation(("Ada",), {Question.EQUIVALENCE: 3}, 1, 0))
        save_plan(session, study, plan_of(arms=one_arm(n_items=3)))
        open_study(session, study)
        samples = session.scalars(select(Sample)).all()
    assert {one.inclusion_probability for one in samples} == {None}
    assert {one.ratings_wanted for one in samples} == {3}


def test_arms_are_answered_by_different_people(db):
    arms = [
        {"name": "same", "questions": [{"question": "same", "n_items": 4}]},
        {"name": "defined", "questions": [{"question": "equivalence", "n_items": 4}]},
    ]
    work = {"ratings_per_item": 1, "items_per_person": 4}
    open_crowd_study(db, plan_of(arms=arms, work=work))
    asked = [{one.question for one in work_of(db, come(db, f"P{n}"))} for n in range(2)]
    assert sorted(map(sorted, asked)) == [["equivalence"], ["same"]]


def test_arms_are_asked_about_the_same_pairs_and_one_person_about_different_ones(db):
    arms = [
        {"name": "same", "questions": [{"question": "same", "n_items": 4}]},
        {
            "name": "defined",
            "questions": [
                {"question": "equivalence", "n_items": 4},
                {"question": "usefulness", "n_items": 4},
            ],
        },
    ]
    open_crowd_study(db, plan_of(arms=arms))
    with db.read() as session:
        drawn = {one.value: set() for one in (Question.SAME, Question.EQUIVALENCE)}
        drawn["usefulness"] = set()
        for one in session.scalars(select(Sample)):
            drawn[one.question].add(one.item_id)
    assert drawn["same"] == drawn["equivalence"] != drawn["usefulness"]


def test_worked_examples_become_practice_once(db):
    with db.write() as session:
        study = add_crowd_study(session)
        n = add_taxonomy_practice(session, study, "equivalence", load_taxonomy())
        assert n == add_taxonomy_practice(session, study, "equivalence", load_taxonomy())
        assert n == len(session.scalars(select(Item).where(Item.kind == "external")).all())
        # Half of them, or the instructions would have nothing to show that is not asked.
        assert n == len(load_taxonomy())
        assert {one.value for one in list_gold(session, study.id)} == {"equivalent", "different"}
        with pytest.raises(UserError, match="not 'quality'"):
            add_taxonomy_practice(session, study, "quality", load_taxonomy())


@pytest.mark.parametrize(("added_in", "read_in"), [("de", "en"), ("en", "de"), ("de", "ar")])
def test_instructions_leave_out_what_is_practised_in_another_language(db, added_in, read_in):
    with db.write() as session:
        study = add_crowd_study(session)
        n = add_taxonomy_practice(session, study, "equivalence", load_taxonomy_in(added_in))
        practised = list_practised(session, study.id)
        shown = [
            example_key(one.key, example)
            for one in load_taxonomy_in(read_in).values()
            for example in one.examples
        ]
        assert len(practised) == n
        assert sum(key in practised for key in shown) == n
        # What is practised in the language read now is another item with the same example.
        add_taxonomy_practice(session, study, "equivalence", load_taxonomy_in(read_in))
        assert list_practised(session, study.id) == practised
        assert len(list_gold(session, study.id)) == 2 * n


def test_requests_of_the_worked_examples_become_practice_in_naming_categories(db):
    with db.write() as session:
        study = add_crowd_study(session)
        add_taxonomy_practice(session, study, "category", load_taxonomy())
        rows = list_gold(session, study.id)
    assert {one.value for one in rows} == set(load_taxonomy())
    assert len({one.prompt for one in rows}) == len(rows)
    assert all(one.texts == () and one.explanation for one in rows)

"""What a plan takes, worked out by hand."""

from __future__ import annotations

import pytest

from core.crowd.estimate import QuestionLoad, estimate, item_seconds, words_read
from core.crowd.plan import CrowdPlan
from core.types import Question

LOADS = {Question.EQUIVALENCE: QuestionLoad(n_items=40, words=56.0)}


def plan(**parts: object) -> CrowdPlan:
    return CrowdPlan.model_validate({"show_instructions": False, **parts})


def test_an_item_takes_reading_at_four_words_a_second_and_a_moment_to_decide():
    assert item_seconds(56) == 20.0


def test_repeats_checks_and_practice_take_time_and_give_no_ratings():
    found = estimate(
        plan(
            work={
                "ratings_per_item": 3,
                "items_per_person": 20,
                "repeats_per_person": 2,
                "attention_checks": 1,
            },
            practice={"n_items": 4, "on_fail": "go_on"},
            pay={"hourly": 9.0},
        ),
        LOADS,
    )
    # 40 x 3 / 20 people; 20 + 2 + 1 + 4 items of 20 s.
    assert (found.ratings, found.people) == (120, 6)
    assert found.minutes_per_person == pytest.approx(27 * 20 / 60)
    assert found.cost_pay == pytest.approx(6 * 27 * 20 / 3600 * 9)
    assert found.cost_screened == 0


def test_texts_and_screens_are_read_too():
    found = estimate(
        plan(
            show_instructions=True,
            consent={"text": "word " * 240},
            closing=[{"key": "else", "kind": "text", "text": "Anything else?"}],
        ),
        {},
    )
    assert found.people == 0
    only_screens = estimate(
        plan(
            show_instructions=True,
            consent={"text": "word " * 240},
            closing=[{"key": "else", "kind": "text", "text": "Anything else?"}],
            work={"items_per_person": 1},
        ),
        {Question.EQUIVALENCE: QuestionLoad(1, 56.0)},
    )
    # One item of 20 s, three screens of 20 s, 240 words of consent at 4 a second.
    assert only_screens.minutes_per_person == pytest.approx((20 + 60 + 60) / 60)


def test_nobody_answers_an_item_twice_so_there_are_k_people_at_least():
    found = estimate(plan(work={"ratings_per_item": 5, "items_per_person": 0}), LOADS)
    assert found.people == 5
    found = estimate(plan(work={"ratings_per_item": 5, "items_per_person": 500}), LOADS)
    assert found.people == 5


def test_arms_have_people_of_their_own():
    arms = [
        {"name": "a", "questions": [{"question": "equivalence"}]},
        {"name": "b", "questions": [{"question": "quality"}]},
    ]
    loads = {**LOADS, Question.QUALITY: QuestionLoad(10, 28.0)}
    work = {"ratings_per_item": 2, "items_per_person": 10}
    found = estimate(plan(arms=arms, work=work), loads)
    # 8 people with ten items of 20 s, 2 with ten of 13 s.
    assert found.people == 10
    assert found.minutes_per_person == pytest.approx((8 * 200 + 2 * 130) / 10 / 60)
    assert found.items == {"equivalence": 40, "quality": 10}


def test_people_who_are_screened_out_are_paid_once_it_is_known_how_many():
    asked = plan(
        practice={"n_items": 2}, pay={"hourly": 12.0, "fee_share": 0.25, "screened_out_minutes": 5}
    )
    unknown = estimate(asked, LOADS)
    assert unknown.cost_screened is None
    assert unknown.cost_screened_each == pytest.approx(1.0 * 1.25)
    assert set(unknown.reasons) == {"cost_screened", "total"}
    known = estimate(asked, LOADS, screened_share=0.5)
    assert known.cost_screened == pytest.approx(known.people * 0.5)
    assert known.total == pytest.approx((known.cost_pay + known.cost_screened) * 1.25)
    assert known.reasons == {}


@pytest.mark.parametrize(
    ("question", "words"),
    [(Question.SAME, 80), (Question.QUALITY, 40), (Question.COUNT, 200), (Question.CATEGORY, 0)],
)
def test_questions_are_about_one_response_two_a_set_or_none(question, words):
    assert words_read(question, 40.0) == words

"""A plan told in words, and what it costs to measure so."""

from __future__ import annotations

import pytest

from core.crowd import CrowdPlan, Phase, parse_plan
from core.crowd.presets import PRESETS, find_preset
from core.types import Question
from pages.components.people_words import (
    PHASES,
    QUESTIONS,
    answer_text,
    cautions,
    rules_text,
    summary,
)


def said(plan: CrowdPlan, n_categories: int = 1) -> str:
    return " ".join(text for _, text in cautions(plan, n_categories))


def plan_of(*questions: str, **parts) -> CrowdPlan:
    asked = [{"question": one, "n_items": 100} for one in questions]
    return parse_plan({"arms": [{"questions": asked}], **parts})


def test_every_question_and_phase_has_words():
    assert set(QUESTIONS) == set(Question)
    assert set(PHASES) == set(Phase)


def test_questions_with_and_without_a_definition_in_one_arm_are_called_carry_over():
    assert "carry-over possible" in said(plan_of("same", "equivalence"))
    assert "carry-over" not in said(plan_of("same", "usefulness"))


def test_practice_before_a_question_without_a_definition_is_said():
    assert "must not be taught" in said(plan_of("same", practice={"n_items": 3}))
    assert "must not be taught" not in said(plan_of("equivalence", practice={"n_items": 3}))


@pytest.mark.parametrize("selection", ["balanced", "disagreement"])
def test_items_chosen_by_judges_do_not_stand_for_the_study(selection: str):
    plan = plan_of("equivalence", items={"selection": selection})
    assert "do not stand for the study" in said(plan)


def test_ratings_per_item_are_told_by_what_they_allow():
    assert "2 ratings per item" in said(plan_of("same", work={"ratings_per_item": 2}))
    assert "Dawid-Skene" in said(plan_of("same", work={"ratings_per_item": 3}))
    assert "ratings per item" not in said(plan_of("same", work={"ratings_per_item": 5}))


def test_claims_about_categories_need_fifty_items_each():
    assert "About 50" not in said(plan_of("same"), n_categories=2)
    assert "About 12 items per category" in said(plan_of("same"), n_categories=8)


def test_rules_that_cannot_work_or_hit_the_wrong_people_are_said():
    told = said(plan_of("same", exclusion={"min_check_share": 0.5, "min_repeat_share": 0.5}))
    assert "but there are none" in told
    assert "nothing is asked twice" in told
    assert "answer rightly" in said(plan_of("same", exclusion={"max_same_share": 0.9}))
    three = find_preset("three-arms")
    assert three is not None
    assert "A rule on" not in said(three.plan)


def test_gaps_in_texts_for_participants_are_named():
    three = find_preset("three-arms")
    assert three is not None
    assert "[institution]" in said(three.plan)


def test_rules_are_told_and_never_look_at_others():
    plan = plan_of("same", exclusion={"min_check_share": 0.5, "max_fast_share": 0.3})
    assert rules_text(plan) == (
        "fewer than 50% of attention checks right, or more than 30% of answers too fast to read"
    )
    assert rules_text(plan_of("same")) == "nobody"


@pytest.mark.parametrize("preset", PRESETS, ids=lambda one: one.key)
def test_a_plan_is_told_step_by_step(preset):
    told = dict(summary(preset.plan))
    assert set(told) == {"items", "questions", "work", "checks", "texts", "recruiting"}
    assert all(told.values())


def test_answers_are_told_in_words():
    assert answer_text("equivalence", "equivalent") == "same"
    assert answer_text("grouping", "0,1,0,2,1") == "1 3 | 2 5 | 4"
    assert answer_text("quality", "4") == "4"
    assert answer_text("same", None) == "can't tell"

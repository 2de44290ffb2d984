"""Plans to start from."""

from __future__ import annotations

import pytest

from core.crowd import parse_plan
from core.crowd.presets import CONSENT_TEXT, PRESETS, Preset, find_preset, unfilled
from core.types import UNDEFINED_QUESTIONS


@pytest.mark.parametrize("preset", PRESETS, ids=lambda one: one.key)
def test_a_preset_keeps_the_rules_of_measurement(preset: Preset):
    plan = preset.plan
    assert plan.work.ratings_per_item >= 3
    assert not any(arm.has_carry_over for arm in plan.arms)
    undefined = {one.question for arm in plan.arms for one in arm.questions} & UNDEFINED_QUESTIONS
    # Practice tells right from wrong, and so teaches a definition.
    assert not (undefined and plan.practice.n_items)
    assert parse_plan(plan.to_settings()) == plan


def test_three_arms_ask_60_people():
    # 120 items x 5 ratings / 30 items a person = 20 people an arm.
    preset = find_preset("three-arms")
    assert preset is not None
    assert len(preset.plan.arms) == 3
    work = preset.plan.work
    assert 3 * 120 * work.ratings_per_item / work.items_per_person == 60


def test_there_is_no_preset_of_an_unknown_name():
    assert find_preset("nothing") is None


def test_what_a_text_still_lacks_is_found():
    assert "institution" in unfilled(CONSENT_TEXT)
    assert unfilled("By the University of X, [ date ] and [half") == ("date",)
    assert unfilled("Complete.") == ()

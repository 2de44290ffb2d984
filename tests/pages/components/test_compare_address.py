import pytest

from db.queries.compare_choices import Choices, ConditionChoice, PromptEntry, RaterChoice
from pages.components.compare_address import (
    condition_names,
    default_conditions,
    read_view,
    toggle_condition,
)

LABELS = {"temperature": "Temperature", "system-general": "General", "system-anchored": "Anchored"}


def condition(number: int, strategy: str, model: str = "m") -> ConditionChoice:
    return ConditionChoice(
        number, f"hash{number}", f"{model}/{strategy}#{number}", model, strategy, 5
    )


GENERAL, BASE, ANCHORED, OTHER = (
    condition(1, "system-general"),
    condition(2, "temperature"),
    condition(3, "system-anchored"),
    condition(4, "imported", "imported:x"),
)
JUDGE, PERSON = RaterChoice("j", "judge", "j"), RaterChoice("ann", "human", "Ann")
MAJORITY = RaterChoice("ensemble:majority", "judge", "Majority of 2 judges")
PROMPTS = (
    PromptEntry(10, "p/1#a", "one", "A", True),
    PromptEntry(11, "p2", "two", "G", True),
    PromptEntry(12, "p3", "three", None, False),
    PromptEntry(13, "p4", "four", "G", False),
)
CHOICES = Choices(PROMPTS, (GENERAL, BASE, ANCHORED, OTHER), (MAJORITY, JUDGE, PERSON))


def test_an_empty_address_shows_the_first_prompt_with_defaults():
    view = read_view({}, CHOICES, None)
    assert (view.entry, view.rater, view.notices) == (PROMPTS[0], MAJORITY, ())
    assert view.conditions == (BASE, GENERAL, ANCHORED)


def test_a_full_address_is_followed():
    params = {"prompt": ["p2"], "condition": ["hash4", "hash2"], "rater": ["ann"]}
    view = read_view(params, CHOICES, None)
    assert (view.position, view.rater, view.conditions) == (1, PERSON, (BASE, OTHER))


@pytest.mark.parametrize(
    ("params", "named"),
    [
        ({"prompt": ["<b>"]}, "'<b>'"),
        ({"condition": ["hash2", "hash99"]}, "'hash99'"),
        ({"rater": ["eve"]}, "'eve'"),
        ({"category": ["Z"]}, "'Z'"),
    ],
)
def test_what_the_study_does_not_have_is_named_and_replaced(params, named):
    view = read_view(params, CHOICES, None)
    assert len(view.notices) == 1
    assert named in view.notices[0]
    assert view.entry == PROMPTS[0]
    assert view.rater == MAJORITY
    assert 1 <= len(view.conditions) <= 3


def test_category_and_search_narrow_the_list_and_the_place_is_counted_within():
    view = read_view({"category": ["G"], "prompt": ["p4"]}, CHOICES, None)
    assert ([entry.external_id for entry in view.kept], view.position) == (["p2", "p4"], 1)
    assert read_view({"category": ["none"]}, CHOICES, None).kept == (PROMPTS[2],)
    assert read_view({"category": ["G"]}, CHOICES, {10, 13}).kept == (PROMPTS[3],)


def test_a_filter_that_fits_nothing_shows_nothing():
    view = read_view({"search": ["zzz"]}, CHOICES, set())
    assert (view.entry, view.position, view.kept) == (None, None, ())


@pytest.mark.parametrize(
    ("raters", "default"),
    [
        ((MAJORITY, JUDGE, PERSON), MAJORITY),
        ((PERSON, JUDGE), JUDGE),
        ((PERSON,), PERSON),
        ((), None),
    ],
)
def test_the_default_rater_is_the_judges_majority_else_a_judge_else_anybody(raters, default):
    choices = Choices(PROMPTS, CHOICES.conditions, raters)
    assert read_view({}, choices, None).rater == default


def test_defaults_take_one_model_that_has_baseline_and_anchored():
    lonely = condition(5, "temperature", "first")
    base = condition(6, "temperature", "second")
    anchored = condition(7, "regenerate-anchored", "second")
    assert default_conditions([lonely, base, anchored]) == (base, anchored)
    assert default_conditions([lonely, OTHER]) == (lonely, OTHER)


def test_toggling_never_leaves_none_and_never_shows_more_than_three():
    assert toggle_condition([BASE], BASE) == (BASE,)
    assert toggle_condition([BASE, GENERAL], BASE) == (GENERAL,)
    assert toggle_condition([BASE], GENERAL) == (BASE, GENERAL)
    assert toggle_condition([BASE, GENERAL, ANCHORED], OTHER) == (BASE, GENERAL, OTHER)


def test_conditions_are_named_as_short_as_tells_them_apart():
    twin = condition(8, "temperature")
    elsewhere = condition(9, "temperature", "other")
    assert condition_names([BASE, OTHER], LABELS) == {
        "hash2": "Temperature",
        "hash4": "imported:x/imported#4",
    }
    assert condition_names([BASE, elsewhere], LABELS) == {
        "hash2": "Temperature · m",
        "hash9": "Temperature · other",
    }
    assert condition_names([BASE, twin], LABELS) == {
        "hash2": "m/temperature#2",
        "hash8": "m/temperature#8",
    }

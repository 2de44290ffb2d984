"""A plan while it is being written."""

from __future__ import annotations

import json
from copy import deepcopy

import pytest

from core.crowd import CrowdPlan
from core.crowd.presets import PRESETS
from core.errors import UserError
from pages.components.people_draft import Draft, check, from_json, to_json
from pages.components.people_fields import FIELDS, general, get_value, put_value


def changed(**paths: object) -> dict:
    values = CrowdPlan().to_settings()
    for path, value in paths.items():
        put_value(values, path.replace("__", "."), value)
    return values


@pytest.mark.parametrize("preset", PRESETS, ids=lambda one: one.key)
def test_a_plan_survives_the_way_through_a_file(preset):
    assert from_json(to_json(preset.plan).encode()) == preset.plan.to_settings()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "no JSON"),
        (b"\xff\xfe", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b"[1]", "no study set-up"),
        (b'{"rows": 3}', "'rows'"),
        (b'{"work": {"ratings_per_item": "many"}}', "Work › Ratings per item"),
        (b" " * 1_000_001, "1,000,001 bytes"),
    ],
)
def test_a_file_that_is_no_set_up_is_refused_by_name(content: bytes, said: str):
    with pytest.raises(UserError, match="file") as refusal:
        from_json(content)
    assert said in str(refusal.value)


def test_a_file_may_leave_out_what_has_a_default():
    found = from_json(json.dumps({"work": {"ratings_per_item": 5}}).encode())
    assert found["work"]["ratings_per_item"] == 5
    assert found["work"]["lease_minutes"] == 60


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (changed(pay__currency="pounds"), "Recruiting › Currency: expected three capital letters"),
        (
            changed(recruiting__complete__redirect="prolific.com"),
            "Recruiting › Finished: way back: expected an address that begins with https://",
        ),
        (
            changed(items__selection="disagreement", items__random_floor=0.1),
            "Items › Share drawn at random",
        ),
        (changed(arms=[]), "Questions › Arms: nothing is asked yet"),
        (
            changed(arms=[{"name": "a", "questions": [{"question": "same", "n_items": 0}]}]),
            "Questions › Same, no definition, Items: ",
        ),
        (
            changed(closing=[{"key": "Age", "kind": "text", "text": "How old?"}]),
            "Texts › question 1, Name in exports: expected a small letter",
        ),
        (
            changed(closing=[{"key": "age", "kind": "scale", "text": "How old?"}]),
            "Texts › question 1, Questions at the end: closing question 'age' has 0 options",
        ),
    ],
)
def test_what_is_wrong_is_named_as_on_the_page(values: dict, said: str):
    plan, problems = check(values)
    assert plan is None
    assert any(said in str(one) for one in problems), [str(one) for one in problems]


def test_several_mistakes_are_all_named():
    _, problems = check(changed(pay__currency="x", language="Deutsch!"))
    assert {one.step for one in problems} == {"recruiting", "texts"}


def test_a_good_draft_is_a_plan():
    plan, problems = check(CrowdPlan().to_settings())
    assert plan == CrowdPlan()
    assert problems == []


def test_a_draft_knows_whether_it_is_changed():
    values = CrowdPlan().to_settings()
    draft = Draft(deepcopy(values), values)
    assert not draft.is_changed
    put_value(draft.values, "work.ratings_per_item", 4)
    assert draft.is_changed
    assert Draft(deepcopy(values), None).is_changed


def test_changes_wait_until_they_are_made_and_are_made_once():
    draft = Draft({"a": 1}, None)
    before = draft.generation
    draft.later.append(lambda: draft.replace({"a": 2}))
    assert draft.values == {"a": 1}
    assert draft.make_changes()
    assert draft.values == {"a": 2}
    assert draft.generation != before
    assert not draft.make_changes()


def test_every_part_of_a_plan_has_words_on_the_page():
    """A new setting of the plan has to be put on the form."""

    def leaves(value, path=""):
        if isinstance(value, dict):
            for name, inner in value.items():
                yield from leaves(inner, f"{path}.{name}".lstrip("."))
        else:
            yield path

    drawn_elsewhere = {"arms", "closing"}
    for path in leaves(CrowdPlan().to_settings()):
        assert path in FIELDS or path in drawn_elsewhere, path


def test_paths_reach_into_lists():
    values = {"closing": [{"text": "a"}, {"text": "b"}]}
    put_value(values, "closing.1.text", "c")
    assert get_value(values, "closing.1.text") == "c"
    assert general("closing.1.text") == "closing.*.text"

import pytest

from core.errors import UserError
from core.pipeline.conditions import plan_conditions
from core.pipeline.specs import (
    ClassifySpec,
    GenerateSpec,
    JudgeSpec,
    spec_as_dict,
    spec_from_dict,
)

pytestmark = pytest.mark.usefixtures("model")


def test_specs_survive_being_stored(settings):
    conditions = plan_conditions(
        settings,
        ["scripted:a", "scripted:b"],
        ["temperature", "system-anchored", "temperature"],
        n=3,
        temperature=0.7,
        category_from="truth",
    )
    assert len(conditions) == 4
    for spec in (
        ClassifySpec("scripted:m", retry_failed=True),
        GenerateSpec(conditions, retry_failed=True),
        JudgeSpec("scripted:m", "equivalence", ("ab", "ba"), ("one", "two")),
        JudgeSpec("scripted:m", "quality"),
    ):
        assert spec_from_dict(spec_as_dict(spec)) == spec


def test_a_run_of_an_unknown_kind_is_refused():
    with pytest.raises(UserError, match="'dance', which this version does not know"):
        spec_from_dict({"kind": "dance"})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"strategies": ["magic"]}, "no strategy 'magic'"),
        ({"models": ["gpt"]}, "no model name"),
        ({"models": ["nobody:m"]}, "'nobody', which is unknown"),
        ({"category_from": "guess"}, "no model name"),
    ],
)
def test_a_plan_with_a_wrong_name_is_refused(settings, change, words):
    asked = {"models": ["scripted:m"], "strategies": ["temperature"], "category_from": "model"}
    asked |= change
    with pytest.raises(UserError, match=words):
        plan_conditions(
            settings,
            asked["models"],
            asked["strategies"],
            n=5,
            temperature=None,
            category_from=asked["category_from"],
        )

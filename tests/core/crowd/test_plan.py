import pytest

from core.crowd import CrowdPlan, parse_plan, read_plan
from core.errors import UserError
from core.types import Question


def test_a_plan_comes_back_from_the_settings_as_it_was_put_there():
    plan = parse_plan(
        {
            "arms": [
                {"name": "open", "questions": [{"question": "usefulness"}]},
                {"name": "defined", "questions": [{"question": "equivalence", "n_items": 90}]},
            ],
            "work": {"ratings_per_item": 5},
            "recruiting": {"platform": "prolific", "complete": {"code": "C1AB"}},
        }
    )
    assert read_plan({"crowd": plan.to_settings()}) == plan
    assert plan.question(Question.EQUIVALENCE).n_items == 90
    assert plan.question(Question.QUALITY) is None


def test_a_study_without_a_plan_has_none():
    assert read_plan({}) is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"works": {}}, "works"),
        ({"work": {"ratings_per_item": 0}}, "work.ratings_per_item"),
        (
            {"items": {"selection": "disagreement", "random_floor": 0.1}},
            "random_floor is 0.1",
        ),
        ({"recruiting": {"complete": {"redirect": "javascript:alert(1)"}}}, "redirect"),
        ({"closing": [{"key": "age", "kind": "scale", "text": "?"}]}, "needs exactly 2"),
        (
            {
                "arms": [
                    {"name": "a", "questions": [{"question": "same"}]},
                    {"name": "b", "questions": [{"question": "same"}]},
                ]
            },
            "two arms ask the same question",
        ),
    ],
)
def test_what_cannot_be_meant_is_named(change, said):
    with pytest.raises(UserError, match="cannot be used") as refusal:
        parse_plan(change)
    assert said in str(refusal.value)


def test_undefined_and_defined_questions_in_one_person_are_marked_as_carry_over():
    def has_carry_over(*questions: str) -> bool:
        asked = [{"question": question} for question in questions]
        return parse_plan({"arms": [{"questions": asked}]}).arms[0].has_carry_over

    assert has_carry_over("usefulness", "equivalence")
    assert not has_carry_over("usefulness", "same")
    assert not has_carry_over("equivalence", "quality")


def test_the_plan_of_a_new_study_asks_for_three_ratings_of_pairs():
    plan = CrowdPlan()
    assert plan.work.ratings_per_item == 3
    assert [one.question for one in plan.arms[0].questions] == [Question.EQUIVALENCE]

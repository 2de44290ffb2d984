"""Questions of the form, and the arms they make."""

from __future__ import annotations

from core.crowd import parse_plan
from core.crowd.presets import PRESETS
from core.types import Question
from db.invitations import FrameCell
from pages.components.people_questions import Row, arms_of, offered_items, rows_of


def row(question: str, group: str) -> Row:
    return Row(group, {"question": question, "n_items": 10})


def test_arms_become_rows_and_rows_the_same_arms():
    for preset in PRESETS:
        arms = preset.plan.to_settings()["arms"]
        weights = {arm["name"]: arm["weight"] for arm in arms}
        assert arms_of(rows_of(arms), weights) == arms


def test_questions_without_a_definition_come_first_in_an_arm():
    rows = {one: row(one, "all") for one in ("quality", "equivalence", "same", "usefulness")}
    (arm,) = arms_of(rows, {})
    asked = [one["question"] for one in arm["questions"]]
    assert asked == ["usefulness", "same", "equivalence", "quality"]
    assert parse_plan({"arms": [arm]}).arms[0].has_carry_over


def test_a_new_arm_has_a_share_of_one_and_names_are_trimmed():
    rows = {"same": row("same", " b "), "equivalence": row("equivalence", "a")}
    arms = arms_of(rows, {"a": 2.0})
    assert [(arm["name"], arm["weight"]) for arm in arms] == [("b", 1.0), ("a", 2.0)]


def test_the_frame_says_how_many_pairs_and_responses_there_are():
    frame = [FrameCell("c", "A", 5, 10, 50), FrameCell("c", "B", 5, 10, 50)]
    assert offered_items(frame, Question.SAME) == 20
    assert offered_items(frame, Question.QUALITY) == 10
    assert offered_items(frame, Question.COUNT) is None

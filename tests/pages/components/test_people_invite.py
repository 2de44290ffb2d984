"""What an invitation would mean, before it is sent."""

from __future__ import annotations

from core.types import Question
from db.invitations import FrameCell, Invitation
from pages.components.people_invite import Load, narrowed, offered, plan_load, warnings
from pages.components.people_table import links_csv

# 10 words a response.
FRAME = [FrameCell("c0", "A", 4, 6, 40), FrameCell("c1", "F", 4, 6, 40)]


def invitation(names: int = 2, per_item: int = 2, **sizes: int) -> Invitation:
    n_items = {Question(name): size for name, size in sizes.items()}
    return Invitation(("",) * names, n_items, per_item, 0)


def test_a_load_counts_what_the_busiest_person_gets():
    # 5 pairs twice over 3 people: 10 ratings, at most 4 each. A pair of 10 words each takes
    # 6 s + 20 words at 4 a second = 11 s; 4 of them 44 s, so 1 min.
    assert plan_load(FRAME, invitation(names=3, equivalence=5)) == Load(5, 10, 4, 1)


def test_a_load_takes_no_more_than_there_is():
    assert plan_load(FRAME, invitation(equivalence=100, quality=100)).n_items == 12 + 8


def test_a_frame_is_narrowed_by_condition_and_category():
    assert narrowed(FRAME, ("c0",), None) == FRAME[:1]
    assert narrowed(FRAME, None, ("F",)) == FRAME[1:]
    assert narrowed(FRAME, ("c0",), ("F",)) == []
    assert offered(FRAME, Question.EQUIVALENCE) == 12
    assert offered(FRAME, Question.QUALITY) == 8


def test_too_few_ratings_and_too_few_items_are_said():
    asked = invitation(equivalence=100)
    said = " ".join(warnings(plan_load(FRAME, asked), FRAME, asked, ["A", "F"]))
    assert "Only 12 pairs" in said
    assert "At least 3 ratings per item" in said
    assert "About 6 items per category" in said


def test_nothing_is_said_of_an_invitation_that_suffices():
    frame = [FrameCell("c0", "A", 400, 600, 4_000)]
    asked = invitation(names=3, per_item=3, equivalence=60)
    assert warnings(plan_load(frame, asked), frame, asked, ["A"]) == []


def test_a_name_is_no_formula_in_the_file_of_links():
    row = {"name": "=HYPERLINK(1)", "answered": 0, "assigned": 2, "link": "http://x/rate?link=t"}
    assert links_csv([row]).splitlines() == [
        "name,answered,assigned,link",
        "'=HYPERLINK(1),0,2,http://x/rate?link=t",
    ]

"""What one person gets, whatever the study: balanced, seeded, never twice."""

from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.crowd.allotment import REPEAT_GAP, Slot, arrange, choose, with_side


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def slots(n: int, question: str = "equivalence", n_strata: int = 1, first: int = 0) -> list[Slot]:
    return [
        Slot(first + number, question, str(number % n_strata), is_sided=True) for number in range(n)
    ]


@st.composite
def offers(pick: st.DrawFn) -> tuple[list[Slot], int, int]:
    found = [
        Slot(
            number,
            pick(st.sampled_from(["equivalence", "quality"])),
            pick(st.sampled_from("xyz")),
            taken=pick(st.integers(0, 3)),
        )
        for number in range(pick(st.integers(0, 25)))
    ]
    return found, pick(st.integers(0, 30)), pick(st.integers(0, 2**16))


@given(offers())
def test_everybody_gets_as_many_different_items_as_there_are(offer):
    found, size, seed = offer
    chosen = choose(found, size, rng(seed))
    assert len(chosen) == min(size, len(found)) == len({one.item_id for one in chosen})
    assert choose(found, size, rng(seed)) == chosen


@given(st.integers(1, 6), st.integers(1, 6), st.integers(0, 40), st.integers(0, 99))
def test_strata_differ_by_one_at_most_where_all_have_enough(n_strata, each, size, seed):
    found = slots(n_strata * each, n_strata=n_strata)
    chosen = choose(found, size, rng(seed))
    counts = Counter(one.stratum for one in chosen)
    assert max(counts.values(), default=0) - min(counts[str(s)] for s in range(n_strata)) <= 1


@given(st.integers(1, 5), st.integers(1, 4), st.integers(1, 20), st.integers(0, 999))
def test_people_one_after_the_other_keep_items_within_one_rating_of_each_other(
    n_people, per_person, n_items, seed
):
    taken = Counter()
    for person in range(n_people):
        offered = [Slot(number, "quality", "", taken[number]) for number in range(n_items)]
        for one in choose(offered, per_person, rng(seed + person)):
            taken[one.item_id] += 1
    counts = [taken[number] for number in range(n_items)]
    assert max(counts) - min(counts) <= 1


def test_strata_a_person_has_had_less_of_come_first():
    found = slots(10, n_strata=2)
    chosen = choose(found, 3, rng(), held={("equivalence", "0"): 3})
    assert Counter(one.stratum for one in chosen) == {"1": 3}


def test_questions_share_the_work_by_what_they_have():
    found = [*slots(30), *slots(10, "quality", first=100)]
    chosen = choose(found, 8, rng())
    assert Counter(one.question for one in chosen) == {"equivalence": 6, "quality": 2}


def test_an_item_known_from_another_question_comes_only_when_there_is_nothing_else():
    found = [*slots(4, "same"), *slots(6, "usefulness")]
    chosen = choose(found, 6, rng())
    assert len({one.item_id for one in chosen}) == 6
    more = choose(slots(3, "same"), 3, rng(), seen_items=frozenset({0, 1}))
    assert more[0].item_id == 2
    assert len(more) == 3


def test_sides_take_turns_within_an_item():
    lefts = Counter()
    for turn in range(6):
        slot = Slot(1, "equivalence", n_left_a=lefts["a"], n_left_b=lefts["b"], is_sided=True)
        lefts[with_side(slot, rng(turn))] += 1
    assert lefts == {"a": 3, "b": 3}


def test_the_first_side_is_left_to_chance_and_others_have_none():
    assert {with_side(Slot(1, "same", is_sided=True), rng(seed)) for seed in range(20)} == {
        "a",
        "b",
    }
    assert with_side(Slot(1, "quality"), rng()) == ""


@given(st.integers(0, 40), st.integers(0, 6), st.integers(0, 5), st.integers(0, 999))
def test_repeats_come_at_the_end_and_well_after_the_first_time(n, n_repeats, n_checks, seed):
    checks = slots(n_checks, first=1000)
    placed = arrange(
        slots(n), rng(seed), questions=["equivalence"], checks=checks, n_repeats=n_repeats
    )
    places = {(one.item_id, one.repeat): index for index, one in enumerate(placed)}
    counts = Counter(one.purpose for one in placed)
    assert len(places) == len(placed)
    assert counts["rating"] == n
    assert counts["attention"] == n_checks
    assert counts["repeat"] == min(n_repeats, n // 2)
    for (item_id, repeat), index in places.items():
        if repeat:
            gap = min(REPEAT_GAP, n - counts["repeat"])
            assert index - places[item_id, 0] > gap - 1
            assert placed[index].left == placed[places[item_id, 0]].left
    if n > 1 and n_checks:
        assert placed[0].purpose == "rating"


@given(st.integers(1, 12), st.integers(1, 12), st.sampled_from(["random", "by_question"]))
def test_questions_without_a_definition_come_first(n_same, n_defined, order):
    found = [*slots(n_defined), *slots(n_same, "same", first=100)]
    checks = [Slot(500, "equivalence", is_sided=True)]
    placed = arrange(
        found, rng(), questions=["equivalence", "same"], order=order, checks=checks, n_repeats=2
    )
    asked = [one.question for one in placed]
    assert asked == sorted(asked, key=lambda one: one != "same")


def test_by_question_keeps_the_order_of_the_plan():
    found = [*slots(3), *slots(3, "quality", first=100)]
    placed = arrange(found, rng(), questions=["quality", "equivalence"], order="by_question")
    assert [one.question for one in placed] == ["quality"] * 3 + ["equivalence"] * 3


def test_members_of_a_set_are_shown_in_orders_of_their_own():
    found = [Slot(number, "grouping", n_members=5) for number in range(8)]
    placed = arrange(found, rng(), questions=["grouping"])
    assert all(sorted(one.member_order) == list(range(5)) for one in placed)
    assert len({one.member_order for one in placed}) > 1

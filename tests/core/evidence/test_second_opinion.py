"""What people say with and without the definition, on pairs whose answers are known."""

import pandas as pd
import pytest

from core.evidence.second_opinion import second_opinion


def answer(item, rater, question, value, order="", category="G"):
    return {
        "item_id": item,
        "cluster": f"prompt of {item}",
        "category": category,
        "rater_id": rater,
        "question": question,
        "value": value,
        "order": order,
    }


def row_of(rows, category="all"):
    found = second_opinion(pd.DataFrame(rows))
    return next(row for row in found.rows if row.category == category)


def study(n=40):
    """Half of the pairs are different by the definition and useful to 9 of 10 directions asked.

    Pairs called equivalent are useful in the direction ab only; without the definition, people
    call a quarter of them different.
    """
    rows = []
    for number in range(n):
        item, different = f"i{number:02}", number % 2 == 0
        rows.append(answer(item, "d", "equivalence", "different" if different else "equivalent"))
        undefined = different or number % 8 == 1
        rows.append(answer(item, "s", "same", "different" if undefined else "equivalent"))
        rows.append(answer(item, "u", "usefulness", "useful", "ab"))
        rows.append(answer(item, "v", "usefulness", "useful" if different else "not_useful", "ba"))
    return rows


def test_the_definition_is_compared_with_plain_sense_on_the_same_pairs():
    row = row_of(study())
    assert row.equivalent.value == pytest.approx(0.5)
    assert row.same.value == pytest.approx(0.375)
    assert row.definition.value == pytest.approx(0.125)
    assert row.definition.low < 0.125 < row.definition.high


def test_directions_stand_apart_and_beside_one_another():
    row = row_of(study())
    assert row.useful["ab"].value == 1.0
    assert row.useful["ba"].value == pytest.approx(0.5)
    assert row.direction.value == pytest.approx(0.5)


def test_usefulness_follows_the_definition_where_it_tracks_it():
    row = row_of(study())
    assert row.useful_if_different.value == 1.0
    assert row.useful_if_equivalent.value == pytest.approx(0.5)
    assert row.tracks.value == pytest.approx(0.5)


def test_a_definition_that_tells_nothing_tracks_nothing():
    rows = []
    for number in range(40):
        verdict = "different" if number % 2 else "equivalent"
        rows.append(answer(f"i{number:02}", "d", "equivalence", verdict))
        useful = "useful" if number % 4 < 2 else "not_useful"
        rows.append(answer(f"i{number:02}", "u", "usefulness", useful, "ab"))
    assert row_of(rows).tracks.value == pytest.approx(0.0)


def test_directions_weigh_alike_however_often_each_was_asked():
    rows = [answer("i", f"u{n}", "usefulness", "useful", "ab") for n in range(3)]
    rows += [answer("i", "v", "usefulness", "not_useful", "ba")]
    rows += [answer("i", "d", "equivalence", "different")]
    assert row_of(rows).useful_if_different.value == pytest.approx(0.5)


def test_what_was_not_asked_is_undefined_with_a_reason():
    row = row_of([answer("i", "d", "equivalence", "different")])
    assert row.same.value is None
    assert row.same.reason == "nobody was asked without a definition"
    assert row.definition.reason == "no pair was asked both with and without the definition"
    assert "usefulness was not asked" in row.useful["ab"].reason


def test_cannot_tell_is_no_answer():
    rows = [answer("i", "a", "same", None), answer("i", "b", "same", "equivalent")]
    row = row_of(rows)
    assert row.same.value == 1.0
    assert row.n_pairs["same"] == 1


def test_a_person_in_both_arms_makes_carry_over_possible():
    apart = second_opinion(pd.DataFrame(study()))
    assert not apart.carry_over
    assert apart.n_people == {"usefulness": 2, "same": 1, "equivalence": 1}
    together = second_opinion(pd.DataFrame([*study(), answer("i00", "d", "same", "different")]))
    assert together.carry_over
    assert together.n_both == 1


def test_categories_have_rows_of_their_own():
    rows = [*study(20), answer("h", "d", "equivalence", "equivalent", category="H")]
    assert row_of(rows, "H").equivalent.value == 1.0
    assert row_of(rows, "G").equivalent.value == pytest.approx(0.5)

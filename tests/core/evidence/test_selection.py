"""A report on part of the ratings, without loading them again."""

from dataclasses import replace

import pandas as pd
import pytest

from core.evidence import AgreementData, Selection


@pytest.fixture
def data():
    rows = [
        {
            "item_id": f"i{n}",
            "cluster": f"p{n}",
            "category": "G" if n % 2 else "H",
            "rater_id": rater,
            "rater_kind": "human",
            "value": "equivalent",
            "order": "",
            "repeat": 0,
        }
        for n in range(10)
        for rater in ("ann", "bob", "eve")
    ]
    facts = pd.DataFrame(
        {"strategy": ["temperature"] * 5 + ["several"] * 5, "language": ["en"] * 9 + ["de"]},
        index=[f"i{n}" for n in range(10)],
    )
    texts = {"i0": ("one", "one"), "i1": ("one", "two")}
    options = ("different", "equivalent")
    return AgreementData(
        "s", "equivalence", pd.DataFrame(rows), facts, texts, options, {"eve": "fast"}
    )


@pytest.mark.parametrize(
    ("selection", "items", "people"),
    [
        (Selection(), 10, 2),
        (Selection(with_excluded=True), 10, 3),
        (Selection(categories=("G",)), 5, 2),
        (Selection(strategies=("temperature",)), 5, 2),
        (Selection(languages=("de",)), 1, 2),
        (Selection(categories=("H",), strategies=("several",)), 2, 2),
        (Selection(without_twins=True), 9, 2),
    ],
    ids=str,
)
def test_a_selection_keeps_what_fits(data, selection, items, people):
    row = data.report(selection).humans[0]
    assert (row.n_items, row.n_raters) == (items, people)


def test_excluded_people_who_answered_are_named(data):
    assert data.excluded_with_answers == ("eve",)


def test_only_a_selection_without_filters_is_whole():
    assert Selection(with_excluded=True).is_whole
    assert not Selection(without_twins=True).is_whole


def test_judges_are_held_to_adjudicated_answers_without_people(data):
    judges = data.ratings.loc[data.ratings["rater_id"] == "ann"].assign(
        rater_id="j:x", rater_kind="judge", value=["equivalent"] * 5 + ["different"] * 5
    )
    settled = {f"i{n}": "equivalent" if n < 8 else "different" for n in range(10)}
    judged = replace(
        data, ratings=pd.concat([data.ratings, judges], ignore_index=True), adjudicated=settled
    )
    found = judged.against_adjudicated()
    row = next(row for row in found.judges if row.category == "all")
    # Of 8 settled equivalent the judge calls 5 so; of 2 settled different, both.
    assert row.statistics["percent"].value == pytest.approx(0.7)
    assert row.statistics["sensitivity"].value == pytest.approx(5 / 8)
    assert row.statistics["specificity"].value == 1.0
    assert row.statistics["minus_human"].value is None
    assert found.panel.people.names == ("adjudicated",)
    assert judged.report().humans[0].n_raters == 2
    assert data.against_adjudicated() is None

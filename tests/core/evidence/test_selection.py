"""A report on part of the ratings, without loading them again."""

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

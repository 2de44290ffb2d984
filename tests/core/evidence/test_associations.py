import pandas as pd
import pytest

from core.evidence.associations import group_rows

SAME, OTHER = "equivalent", "different"


@pytest.fixture
def long_texts_split(report_of):
    """60 pairs of growing length: two people agree on the short half only, the judge with ann."""
    said = {
        f"i{n:02}": {"ann": SAME, "bob": SAME if n < 30 else OTHER, "m:x": SAME} for n in range(60)
    }
    facts = pd.DataFrame(
        {
            "characters": [100.0 + n for n in range(60)],
            "position": [float("nan")] * 60,
            "strategy": ["temperature" if n % 2 else "system-general" for n in range(60)],
            "language": ["en"] * 60,
        },
        index=list(said),
    )
    return report_of(said), facts


def test_numbers_are_cut_into_thirds_with_their_ranges(long_texts_split):
    rows = group_rows(*long_texts_split, "characters")
    assert [row.group for row in rows] == [
        "lowest third, 100 to 119",
        "middle third, 120 to 139",
        "highest third, 140 to 159",
    ]
    assert [row.people.value for row in rows] == [1.0, 0.5, 0.0]
    assert [row.n_items for row in rows] == [20, 20, 20]
    # Ann and bob part on the last third; the judge agrees with ann, so with half of the people.
    assert rows[2].judges[0][1].value == pytest.approx(0.5)


def test_words_make_a_group_each(long_texts_split):
    rows = group_rows(*long_texts_split, "strategy")
    assert [row.group for row in rows] == ["system-general", "temperature"]
    assert all(row.people.low < row.people.value < row.people.high for row in rows)


def test_what_is_the_same_for_all_items_makes_no_groups(long_texts_split):
    assert group_rows(*long_texts_split, "language") == []
    assert group_rows(*long_texts_split, "position") == []

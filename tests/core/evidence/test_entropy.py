import pytest

from core.evidence.entropy import split_items

SAME, OTHER = "equivalent", "different"


def test_the_most_split_item_comes_first(report_of):
    items = split_items(
        report_of(
            {
                "agreed": {"a": SAME, "b": SAME, "m:x": SAME},
                "judge parts": {"a": SAME, "b": SAME, "m:x": OTHER},
                "two to one": {"a": SAME, "b": SAME, "c": OTHER},
                "halves": {"a": SAME, "b": OTHER},
            }
        )
    )
    assert [item.item_id for item in items] == ["halves", "two to one", "judge parts", "agreed"]
    # Entropy of a coin is 1 bit; of (2/3, 1/3): log2(3) - 2/3 = 0.918.
    assert [item.entropy for item in items] == pytest.approx([1.0, 0.9183, 0, 0], abs=1e-4)
    assert [item.is_split for item in items] == [True, True, True, False]
    assert items[2].parting == ("m:x",)


def test_one_person_has_no_entropy(report_of):
    item = split_items(report_of({"i": {"a": SAME, "m:x": OTHER}}))[0]
    assert item.entropy is None
    assert item.is_split


def test_a_verdict_that_depends_on_the_order_is_none_and_parts(report_of):
    item = split_items(report_of({"i": {"a": SAME, "b": SAME, "m:x": (SAME, OTHER)}}))[0]
    assert item.verdicts == (("m:x", None),)
    assert item.parting == ("m:x",)


def test_nobody_parts_where_people_tie(report_of):
    item = split_items(report_of({"i": {"a": SAME, "b": OTHER, "m:x": SAME}}))[0]
    assert item.majority is None
    assert item.parting == ()

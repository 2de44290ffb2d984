import pandas as pd
import pytest

from core.evidence.confidence import confidence_bins

SAME, OTHER = "equivalent", "different"


def sure(item, rater, value, confidence):
    kind = "judge" if ":" in rater else "human"
    return {
        "item_id": item,
        "rater_id": rater,
        "rater_kind": kind,
        "value": value,
        "confidence": confidence,
    }


def test_a_judge_is_right_as_often_as_people_say_by_what_it_stated(report_of):
    said = {f"i{n:02}": {"ann": SAME, "bob": SAME, "m:x": SAME} for n in range(20)}
    for n in range(5):
        said[f"i{n:02}"]["m:x"] = OTHER
    rows = [
        sure(f"i{n:02}", "m:x", said[f"i{n:02}"]["m:x"], 0.5 if n < 10 else 0.9) for n in range(20)
    ]
    bins = confidence_bins(report_of(said), pd.DataFrame(rows))
    assert [(one.rater, one.stated, one.n_answers) for one in bins] == [
        ("m:x", pytest.approx(0.5), 10),
        ("m:x", pytest.approx(0.9), 10),
    ]
    assert [one.share.value for one in bins] == pytest.approx([0.5, 1.0])
    assert bins[0].share.low < 0.5 < bins[0].share.high


def test_a_person_is_compared_with_the_others_only(report_of):
    said = {f"i{n:02}": {"ann": SAME, "bob": OTHER, "cem": OTHER} for n in range(12)}
    rows = [sure(item, "ann", SAME, 1.0) for item in said]
    bins = confidence_bins(report_of(said), pd.DataFrame(rows))
    assert [(one.rater, one.share.value) for one in bins] == [("people", 0.0)]


def test_many_values_are_cut_into_fifths_that_hold_every_answer(report_of):
    said = {f"i{n:02}": {"ann": SAME, "bob": SAME, "m:x": SAME} for n in range(50)}
    rows = [sure(item, "m:x", SAME, place / 49) for place, item in enumerate(said)]
    bins = confidence_bins(report_of(said), pd.DataFrame(rows))
    assert len(bins) == 5
    assert sum(one.n_answers for one in bins) == 50
    assert [one.stated for one in bins] == sorted(one.stated for one in bins)


def test_without_confidence_there_is_nothing(report_of):
    said = {"i": {"ann": SAME, "m:x": SAME}}
    rows = [sure("i", "m:x", SAME, None), sure("i", "m:x", None, 0.4)]
    assert confidence_bins(report_of(said), pd.DataFrame(rows)) == []

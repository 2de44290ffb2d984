import csv
import io

from pages.components.charts_figures import csv_of, dodge, plain_label, whiskers


def test_labels_cannot_hold_tags_and_are_cut():
    assert plain_label("<a href='x'>y</a>") == "&lt;a href='x'&gt;y&lt;/a&gt;"
    assert len(plain_label("m" * 80)) == 48
    assert plain_label("m" * 80).endswith("…")


def test_whiskers_reach_from_the_value_to_its_bounds_and_are_absent_without_an_interval():
    bars = whiskers(
        [{"value": 0.5, "low": 0.25, "high": 1.0}, {"mean": 2.0, "low": None, "high": None}]
    )
    assert bars["array"] == [0.5, 0.0]
    assert bars["arrayminus"] == [0.25, 0.0]


def test_marks_are_spread_evenly_around_their_line():
    assert dodge(0, 1) == 0
    assert [dodge(place, 3, width=0.6) for place in range(3)] == [-0.3, 0.0, 0.3]


def test_rows_spread_statistics_over_columns_and_disarm_formulas():
    text = csv_of(
        [
            {"judge": "=1+1", "percent": {"value": -0.5, "low": None, "reason": "+few"}},
            {"judge": "b", "percent": {"value": 1}, "per_person": [{"rater": "x"}]},
        ]
    )
    first, second = csv.DictReader(io.StringIO(text))
    assert first == {
        "judge": "'=1+1",
        "percent_value": "-0.5",
        "percent_low": "",
        "percent_reason": "'+few",
    }
    assert second["percent_value"] == "1"

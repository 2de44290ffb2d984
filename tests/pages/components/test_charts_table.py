from pages.components.charts_table import Column, Figure, figure_of, rounded, table_html

NAME, NUMBER = Column("name"), Column("value", is_number=True)


def test_names_from_outside_are_escaped_everywhere():
    hostile = '<img src="http://evil.example/x.png">'
    drawn = table_html(
        [Column(hostile), NUMBER],
        [[hostile, Figure("", reason=hostile)], [hostile, Figure(hostile, hostile)]],
        caption=hostile,
        notes=[hostile],
    )
    assert "<img" not in drawn
    assert drawn.count("&lt;img") == 8


def test_an_undefined_figure_is_shown_with_its_reason():
    assert "undefined: no two people" in table_html(
        [NUMBER], [[Figure("", reason="no two people")]]
    )


def test_one_note_explains_all_values_without_an_interval_for_the_same_reason():
    rows = [[Figure("0.50", reason="2 prompts")], [Figure("0.60", reason="2 prompts")]]
    drawn = table_html([NUMBER], rows)
    assert drawn.count("2 prompts") == 1
    assert "0.60<sup>a</sup>" in drawn
    assert "<sup>a</sup> 2 prompts" in drawn


def test_marks_go_on_after_z():
    rows = [[Figure("1", reason=f"reason {number}")] for number in range(28)]
    assert "<sup>ab</sup> reason 27" in table_html([NUMBER], rows)


def test_a_figure_of_a_statistic_or_a_metric_gives_value_and_interval():
    assert figure_of({"value": 0.123, "low": 0.1, "high": 0.2}) == Figure("0.12", "0.10 to 0.20")
    assert figure_of({"mean": 2.5, "low": None, "high": None, "reason": "few"}) == Figure(
        "2.50", reason="few"
    )
    assert figure_of({"mean": None, "reason": "none"}) == Figure("", reason="none")


def test_zero_has_no_sign():
    assert rounded(-0.001) == "0.00"
    assert rounded(-0.006) == "-0.01"

from core.figures import Axis, Figure, Panel, Point, Series
from pages.components.charts_plot import head_html, panel_chart

HOSTILE = "<img src=x onerror=alert(1)>"


def panel(**changes):
    point = Point(1, 2, y_range=(1, 4), hover=f"n = 3\n{HOSTILE}", key=("m/t#1", "G"))
    series = Series(HOSTILE, "#E69F00", "circle", (point,), **changes)
    return Panel(HOSTILE, Axis(HOSTILE, ((1.0, f"{HOSTILE}\n3"),)), Axis("y"), (series,))


def test_no_text_of_a_figure_can_act():
    chart = panel_chart(panel()).to_json()
    assert "<img" not in chart
    head = head_html(Figure("f", HOSTILE, "", (panel(),), []))
    assert "<img" not in head
    assert "&lt;img" in head


def test_a_mark_carries_its_key_and_whiskers():
    trace = panel_chart(panel()).data[0]
    assert trace.customdata[0][0] == ["m/t#1", "G"]
    assert (trace.error_y.array, trace.error_y.arrayminus) == ((2,), (1,))


def test_hollow_marks_are_outlined_in_legend_and_chart():
    hollow = panel(hollow=True)
    assert panel_chart(hollow).data[0].marker.symbol == "circle-open"
    assert "○" in head_html(Figure("f", "t", "", (hollow,), []))

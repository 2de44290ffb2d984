import pytest

from pages.components.agreement_figures import judges_figure, people_figure


def statistic(value, low=None, high=None, reason=""):
    found = {"value": value, "low": low, "high": high, "reason": reason}
    return found | ({"method": "some method"} if low is not None else {})


def row(category, n_items=96, n_prompts=16, **statistics):
    return {"category": category, "n_items": n_items, "n_prompts": n_prompts, **statistics}


@pytest.fixture
def judges():
    return [
        row("all", judge="one", minus_human=statistic(0.1, 0.0, 0.2)),
        row("A", 60, 40, judge="one", minus_human=statistic(None, reason="no <b>two</b> people")),
        row("all", judge="two", minus_human=statistic(-0.1, reason="few prompts")),
        row("A", 60, 40, judge="two", minus_human=statistic(0.0, reason="few prompts")),
    ]


def test_each_judge_has_its_own_mark_and_none_falls_on_anothers_line(judges):
    figure = judges_figure(judges, "ensemble:majority")
    marks = [trace for trace in figure.data if trace.mode == "markers"]
    assert [trace.name for trace in marks] == ["one", "two"]
    assert len({trace.marker.symbol for trace in marks}) == 2
    assert len({y for trace in figure.data for y in trace.y}) == 4


def test_what_is_undefined_is_written_in_its_place_and_escaped(judges):
    figure = judges_figure(judges, "ensemble:majority")
    (words,) = [trace for trace in figure.data if trace.mode == "text"]
    assert words.text == ("undefined: no &lt;b&gt;two&lt;/b&gt; people",)
    assert list(words.customdata[0]) == ["one", "A"]


def test_labels_carry_n_and_star_categories_too_thin_for_a_claim():
    humans = [
        row("all", percent=statistic(0.8, 0.7, 0.9)),
        row("A", 60, 40, percent=statistic(0.8, 0.7, 0.9)),
        row("B", 12, 2, percent=statistic(0.9, reason="few prompts")),
    ]
    figure = people_figure(humans, 0)
    assert figure.layout.yaxis.ticktext == ("all · 96 in 16", "A · 60 in 40", "B* · 12 in 2")
    (marks,) = figure.data
    assert marks.error_x.array == pytest.approx((0.1, 0.1, 0.0))


def test_both_figures_have_the_same_lines_so_that_they_can_stand_side_by_side(judges):
    humans = [row(name, percent=statistic(0.8)) for name in ("all", "A")]
    left, right = people_figure(humans, 2), judges_figure(judges, "ensemble:majority")
    assert left.layout.height == right.layout.height
    assert left.layout.margin == right.layout.margin
    assert left.layout.yaxis.range == right.layout.yaxis.range

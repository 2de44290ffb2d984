from pages.components.results_figures import distinct_figure, quality_figure
from pages.components.results_tables import reading_notes
from pages.components.theme import strategy_color


def metric(mean, low=None, high=None, n=16, reason="16 prompts"):
    return {"mean": mean, "low": low, "high": high, "n": n, "reason": reason}


def row(condition, category, distinct, quality, n_prompts=16):
    model, strategy = condition.split("/")
    return {
        "condition": condition, "model": model, "strategy": strategy, "category": category,
        "n_prompts": n_prompts, "distinct": distinct, "quality": quality,
    }  # fmt: skip


NONE = {"mean": None, "reason": "No prompt has a value: no quality score (16)."}
ROWS = [
    row("m:1/temperature", "all", metric(2.0, 1.5, 2.5), metric(4.5)),
    row("m:1/temperature", "A", metric(1.0), NONE, 2),
    row("m:2/system-anchored", "all", metric(4.0, 3.0, 5.0), metric(4.2, 4.0, 4.4)),
    row("m:2/system-anchored", "A", NONE, NONE, 2),
]


def test_colour_is_the_strategy_and_shape_the_model():
    traces = distinct_figure(ROWS).data
    colors = [trace.marker.color for trace in traces]
    assert colors == [strategy_color("temperature"), strategy_color("system-anchored")]
    assert traces[0].marker.symbol != traces[1].marker.symbol


def test_each_category_tells_how_many_prompts_it_has():
    assert distinct_figure(ROWS).layout.xaxis.ticktext == ("all<br>16", "A<br>2")


def test_quality_against_diversity_has_both_whiskers_and_n():
    traces = quality_figure(ROWS, "all").data
    assert [trace.name for trace in traces] == [
        "m:1/temperature (n = 16)",
        "m:2/system-anchored (n = 16)",
    ]
    assert traces[1].error_x.array == (1.0,)
    assert traces[0].error_y.array == (0.0,)


def test_without_quality_scores_there_is_no_such_figure():
    assert quality_figure(ROWS, "A") is None


def test_what_is_not_drawn_and_what_is_exploratory_is_said():
    notes = " ".join(reading_notes(ROWS))
    assert "Exploratory: fewer than 30 prompts in A;" in notes
    assert "Not drawn: m:2/system-anchored, A." in notes

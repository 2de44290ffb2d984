from core.results import Difference
from core.results.published import load_published
from pages.components.results_figures import (
    category_figure,
    difference_figure,
    strategy_names,
    tradeoff_figure,
)
from pages.components.results_words import (
    difference_notes,
    difference_sentences,
    reading_notes,
    tradeoff_notes,
)
from pages.components.theme import strategy_color


def metric(mean, low=None, high=None, n=16, reason="16 prompts"):
    return {"mean": mean, "low": low, "high": high, "n": n, "reason": reason}


def row(condition, category, distinct, quality, n_prompts=16):
    model, strategy = condition.split("/")[:2]
    return {
        "condition": condition, "model": model, "strategy": strategy.split("#")[0],
        "category": category, "n_prompts": n_prompts, "n_incomplete": 0,
        "distinct": distinct, "quality": quality, "vocabulary": metric(0.5, 0.4, 0.6),
    }  # fmt: skip


NONE = {"mean": None, "reason": "No prompt has a value: no quality score (16)."}
BASE, OWN = "openai:gpt-4o/temperature", "openai:gpt-4o/system-anchored"
ROWS = [
    row(BASE, "all", metric(2.0, 1.5, 2.5), metric(4.5)),
    row(BASE, "A", metric(1.0), NONE, 2),
    row(OWN, "all", metric(4.0, 3.0, 5.0), metric(4.2, 4.0, 4.4)),
    row(OWN, "A", NONE, NONE, 2),
    row("m:2/temperature", "all", metric(3.0), metric(4.0)),
]


def difference(category="all", mean=1.5, low=1.0, high=2.0, n=40, **values):
    return Difference(
        OWN, BASE, "openai:gpt-4o", "system-anchored", category, "distinct", n, 2, mean,
        low=low, high=high, low_all=low, high_all=high, n_compared=3, **values,
    )  # fmt: skip


def test_each_model_has_a_panel_and_each_strategy_its_colour():
    panels = category_figure(ROWS, "distinct", name="s").panels
    assert [panel.title for panel in panels] == ["openai:gpt-4o", "m:2"]
    assert [series.color for series in panels[0].series] == [
        strategy_color("temperature"),
        strategy_color("system-anchored"),
    ]


def test_each_category_tells_how_many_prompts_it_has():
    panel = category_figure(ROWS, "distinct", name="s").panels[0]
    assert [label for _, label in panel.x.ticks] == ["all\n16", "A\n2"]


def test_a_mark_leads_to_its_condition_and_category():
    points = category_figure(ROWS, "distinct", name="s").panels[0].series[0].points
    assert [point.key for point in points] == [(BASE, "all"), (BASE, "A")]
    assert points[0].y_range == (1.5, 2.5)
    assert points[1].y_range is None


def test_published_figures_are_hollow_marked_and_only_where_they_exist():
    figure = category_figure(ROWS, "distinct", name="s", published=load_published())
    hollow = [series for series in figure.panels[0].series if series.hollow]
    assert [series.name for series in hollow] == [
        "Temperature, published",
        "System prompt, task-anchored, published",
    ]
    # Only A is a category of both; table 14 gives 2.11 and 1.00.
    assert [series.points[0].y for series in hollow] == [2.11, 1.00]
    assert not any(series.hollow for series in figure.panels[1].series)
    assert "not a replication" in figure.notes[0]
    assert any("not a replication" in str(line.get("notice")) for line in figure.rows)


def test_quality_is_set_against_measures_of_both_kinds():
    figure = tradeoff_figure(ROWS, "all", ["distinct", "vocabulary"], "quality", name="s")
    assert [panel.title for panel in figure.panels] == [
        "distinct responses: task-anchored",
        "vocabulary distance: general, from the texts alone",
    ]
    point = figure.panels[0].series[1].points[0]
    assert (point.x_range, point.y_range) == ((3.0, 5.0), (4.0, 4.4))
    assert len({series.symbol for series in figure.panels[0].series}) == 2


def test_without_quality_scores_there_is_no_such_figure():
    assert tradeoff_figure(ROWS, "A", ["distinct"], "quality", name="s") is None


def test_differences_are_drawn_with_their_simultaneous_intervals():
    figure = difference_figure([difference(), difference("A", low=None, high=None, n=2)], ROWS,
                               "distinct", name="s")  # fmt: skip
    first, second = figure.panels[0].series[0].points
    assert (first.x, first.x_range) == (1.5, (1.0, 2.0))
    assert second.x_range is None
    assert figure.panels[0].y.ticks[0] == (0.0, "all (40)")


def test_twins_of_one_strategy_are_told_apart_by_their_parameters():
    rows = [
        row("m/temperature/t=0#1", "all", metric(1), NONE),
        row("m/temperature/t=1#2", "all", metric(1), NONE),
    ]
    assert list(strategy_names(rows).values()) == ["Temperature t=0#1", "Temperature t=1#2"]


def test_what_is_not_drawn_and_what_is_exploratory_is_said():
    notes = " ".join(reading_notes(ROWS))
    assert "Exploratory: fewer than 30 prompts in A;" in notes
    assert f"Not drawn: {OWN}, A." in notes


def test_where_all_gave_the_same_the_boundary_is_said():
    same = metric(5.0, reason="All 14 gave 5; up to 23% of such prompts may give fewer.")
    notes = " ".join(reading_notes([row(OWN, "B", same, NONE, 14)]))
    assert "up to 23% of such prompts may give fewer" in notes


def test_only_differences_that_hold_simultaneously_become_sentences():
    unclear = difference("G", mean=0.1, low=-0.2, high=0.4)
    few = difference("A", n=12)
    said = difference_sentences([difference(), unclear, few], {OWN: "Anchored"}, "distinct")
    assert said == [
        "Over all prompts, Anchored: 1.50 more distinct responses per prompt than the baseline, "
        "simultaneously +1.00 to +2.00 (40 prompts)."
    ]


def test_notes_tell_dropped_prompts_the_family_and_rarefaction():
    notes = " ".join(difference_notes([difference(rarefied_to=5)]))
    assert "up to 2 dropped" in notes
    assert "the 3 differences" in notes
    assert "cut down to 5 responses by rarefaction" in notes


def test_no_trade_off_is_ever_declared_absent():
    for differences in ([], [difference()], [difference(low=None, high=None)]):
        said = " ".join(tradeoff_notes(differences)).lower()
        assert "no trade-off" not in said
        assert "negligible" not in said

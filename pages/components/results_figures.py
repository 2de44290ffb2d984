"""Figures of results: what is distinct, quality against diversity, differences to a baseline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.diversity import DEFINITIONS
from core.figures import Axis, Figure, Panel, Point, Series
from core.figures.spec import SYMBOLS, Symbol
from core.results import ALL_CATEGORIES, Difference
from core.results.published import Published, PublishedFigure, find_published_model
from core.strategies import find_strategy
from pages.components.charts_figures import dodge
from pages.components.theme import strategy_color

Row = Mapping[str, Any]
PUBLISHED = "published"
# Rows of categories above which every second tick would be dropped on a phone.
_HEADROOM = 1.06


def strategy_names(rows: Sequence[Row]) -> dict[str, str]:
    """Condition -> the shortest name that tells it from its model's others."""
    found: dict[str, str] = {}
    labels = {row["condition"]: _label(row["strategy"], row["condition"]) for row in rows}
    models = {row["condition"]: row["model"] for row in rows}
    for condition, label in labels.items():
        twins = [
            other
            for other, same in labels.items()
            if same == label and models[other] == models[condition]
        ]
        found[condition] = label if len(twins) == 1 else f"{label} {_parameters(condition)}"
    return found


def category_figure(
    rows: Sequence[Row], measure: str, *, name: str, published: Published | None = None
) -> Figure:
    """Mean of a measure by category: colour is the strategy; one panel per model.

    Args:
        published: the paper's figures, laid over as hollow marks where they exist.
    """
    meant = DEFINITIONS[measure]
    models = list(dict.fromkeys(row["model"] for row in rows))
    categories = list(dict.fromkeys(row["category"] for row in rows))
    names = strategy_names(rows)
    top = _top(rows, measure)
    panels = [
        _category_panel(
            [row for row in rows if row["model"] == model],
            categories,
            measure,
            names,
            _published_of(published, measure, model),
            title=model if len(models) > 1 else "",
            top=top,
        )
        for model in models
    ]
    notes = (
        [f"{published.notice} ({published.source})"] if published and _any_hollow(panels) else []
    )
    return Figure(
        name=f"{name}-{measure.replace('_', '-')}-by-category",
        title=_question(measure),
        alt=f"{meant.name.capitalize()} by category and condition; the rows hold the same figures",
        panels=tuple(panels),
        rows=[_flat(row, measure) for row in rows]
        + ([_published_row(one, published) for panel in models
            for one in _published_of(published, measure, panel)] if published else []),
        columns=1 if len(models) == 1 else 2,
        notes=tuple(notes),
    )  # fmt: skip


def tradeoff_figure(
    rows: Sequence[Row], category: str, measures: Sequence[str], worth: str, *, name: str
) -> Figure | None:
    """Mean quality against each measure of diversity, side by side; None where nothing is scored.

    Args:
        worth: "quality", or "accuracy" against reference answers in its place.

    Colour is the strategy, shape the model, so that a reader sees whether what costs quality by
    one measure does so by another.
    """
    own = [row for row in rows if row["category"] == category and _mean(row, worth) is not None]
    models = list(dict.fromkeys(row["model"] for row in rows))
    names = strategy_names(rows)
    panels = []
    for measure in measures:
        series = [
            _tradeoff_series(row, measure, worth, names, models)
            for row in own
            if _mean(row, measure) is not None
        ]
        meant = DEFINITIONS[measure]
        kind = "task-anchored" if meant.family == "verdicts" else "general, from the texts alone"
        if series:
            title = f"{meant.name}: {kind}" if len(measures) > 1 else ""
            good = Axis(DEFINITIONS[worth].axis)
            panels.append(Panel(title, Axis(meant.axis), good, tuple(series)))
    if not panels:
        return None
    return Figure(
        name=f"{name}-{worth}-{category}",
        title=f"How do {worth} and diversity go together, by measures of both kinds?",
        alt=f"{worth.capitalize()} against diversity by condition; the rows hold the same figures",
        panels=tuple(panels),
        rows=[_flat(row, *measures, worth) for row in own],
        columns=2,
    )


def difference_figure(
    differences: Sequence[Difference], rows: Sequence[Row], measure: str, *, name: str
) -> Figure | None:
    """Paired differences to the baseline by category, with simultaneous intervals; None if none."""
    drawn = [one for one in differences if one.mean is not None]
    if not drawn:
        return None
    models = list(dict.fromkeys(one.model for one in drawn))
    categories = list(dict.fromkeys(one.category for one in differences))
    categories.sort(key=lambda category: (category != ALL_CATEGORIES, category))
    names = strategy_names(rows)
    meant = DEFINITIONS[measure]
    panels = []
    for model in models:
        own = [one for one in drawn if one.model == model]
        conditions = list(dict.fromkeys(one.condition for one in own))
        series = tuple(
            Series(
                names[condition],
                strategy_color(own_rows[0].strategy),
                "circle",
                tuple(
                    _difference_point(one, categories, place, len(conditions)) for one in own_rows
                ),
            )
            for place, condition in enumerate(conditions)
            if (own_rows := [one for one in own if one.condition == condition])
        )
        ticks = tuple(
            (-float(place), f"{category} ({_most(own, category)})")
            for place, category in enumerate(categories)
        )
        panels.append(
            Panel(
                model if len(models) > 1 else "",
                Axis(f"difference in {meant.axis}"),
                Axis("category (prompts)", ticks, (-len(categories) + 0.4, 0.6)),
                series,
                (("x", 0.0), ("y", -0.5)) if len(categories) > 1 else (("x", 0.0),),
            )
        )
    return Figure(
        name=f"{name}-{measure.replace('_', '-')}-differences",
        title=f"How far is each condition from its baseline in {meant.name}?",
        alt=f"Paired differences in {meant.name}; the rows hold the same figures",
        panels=tuple(panels),
        rows=[one.as_dict() for one in differences],
        columns=1 if len(models) == 1 else 2,
        notes=("Whiskers: simultaneous 95% intervals over all differences of this measure.",),
    )


def _category_panel(
    rows: Sequence[Row],
    categories: Sequence[str],
    measure: str,
    names: Mapping[str, str],
    published: Sequence[PublishedFigure],
    *,
    title: str,
    top: float,
) -> Panel:
    conditions = list(dict.fromkeys(row["condition"] for row in rows))
    series = []
    for place, condition in enumerate(conditions):
        own = [row for row in rows if row["condition"] == condition]
        strategy = own[0]["strategy"]
        offset = dodge(place, len(conditions), 0.62)
        series.append(
            Series(
                names[condition],
                strategy_color(strategy),
                "circle",
                tuple(
                    _mean_point(row, measure, categories.index(row["category"]) + offset)
                    for row in own
                    if _mean(row, measure) is not None
                ),
            )
        )
        theirs = [one for one in published if one.strategy == strategy]
        if theirs and [row["strategy"] for row in rows].count(strategy) == len(own):
            series.append(_published_series(theirs, categories, offset, names[condition]))
    counts = {row["category"]: row["n_prompts"] for row in rows}
    ticks = tuple(
        (float(place), f"{category}\n{counts.get(category, 0)}")
        for place, category in enumerate(categories)
    )
    return Panel(
        title,
        Axis("category, and prompts in it", ticks, (-0.6, len(categories) - 0.4)),
        Axis(DEFINITIONS[measure].axis, span=(0.0, top)),
        tuple(series),
        # All categories together are not one more category.
        (("x", 0.5),) if len(categories) > 1 else (),
    )


def _published_series(
    figures: Sequence[PublishedFigure], categories: Sequence[str], offset: float, name: str
) -> Series:
    points = tuple(
        Point(
            categories.index(one.category) + offset,
            one.mean,
            y_range=(one.mean - 1.96 * one.se, one.mean + 1.96 * one.se),
            hover=f"{one.category}: {one.mean:.2f}, SE {one.se:.2f}, n = {one.n_prompts}\n"
            "published, other judges; not a replication",
        )
        for one in figures
        if one.category in categories
    )
    return Series(
        f"{name}, {PUBLISHED}", strategy_color(figures[0].strategy), "diamond", points, hollow=True
    )


def _tradeoff_series(
    row: Row, measure: str, worth: str, names: Mapping[str, str], models: Sequence[str]
) -> Series:
    name = names[row["condition"]]
    x, y = row[measure], row[worth]
    point = Point(
        x["mean"],
        y["mean"],
        _range(x),
        _range(y),
        f"{DEFINITIONS[measure].name} {x['mean']:.2f}, {worth} {y['mean']:.2f}\n"
        f"n = {y['n']} of {row['n_prompts']} prompts",
        (row["condition"], row["category"]),
    )
    shape = _symbol(models.index(row["model"]))
    full = name if len(models) == 1 else f"{name} · {row['model']}"
    return Series(full, strategy_color(row["strategy"]), shape, (point,))


def _mean_point(row: Row, measure: str, x: float) -> Point:
    found = row[measure]
    said = [f"{row['category']}: {found['mean']:.2f}"]
    said.append(f"n = {found['n']} of {row['n_prompts']} prompts")
    said.append(
        found.get("reason", "")
        if found["low"] is None
        else f"95% interval {found['low']:.2f} to {found['high']:.2f}"
    )
    return Point(
        x,
        found["mean"],
        y_range=_range(found),
        hover="\n".join(said),
        key=(row["condition"], row["category"]),
    )


def _difference_point(one: Difference, categories: Sequence[str], place: int, count: int) -> Point:
    assert one.mean is not None
    span = None if one.low_all is None or one.high_all is None else (one.low_all, one.high_all)
    said = [f"{one.category}: {one.mean:+.2f}, n = {one.n}, dropped {one.n_dropped}"]
    said.append(one.reason if span is None else f"simultaneous {span[0]:+.2f} to {span[1]:+.2f}")
    return Point(
        one.mean,
        -categories.index(one.category) - dodge(place, count, 0.62),
        x_range=span,
        hover="\n".join(said),
        key=(one.condition, one.category),
    )


def _published_of(
    published: Published | None, measure: str, model: str
) -> tuple[PublishedFigure, ...]:
    name = find_published_model(model)
    return published.find(measure, name) if published and name else ()


def _published_row(one: PublishedFigure, published: Published) -> dict[str, Any]:
    return {
        "condition": f"{PUBLISHED}: {one.model}/{one.strategy}",
        "model": one.model,
        "strategy": one.strategy,
        "category": one.category,
        "n_prompts": one.n_prompts,
        f"{one.measure}_mean": one.mean,
        f"{one.measure}_se": one.se,
        "source": published.source,
        "notice": published.notice,
    }


def _flat(row: Row, *measures: str) -> dict[str, Any]:
    names = ("condition", "model", "strategy", "category", "n_prompts", "n_incomplete")
    return {name: row[name] for name in names} | {
        f"{measure}_{part}": row[measure].get(part)
        for measure in measures
        for part in ("mean", "se", "low", "high", "n", "reason")
    }


def _question(measure: str) -> str:
    if measure == "distinct":
        return "How many of the responses are functionally distinct?"
    return f"How do conditions differ in {DEFINITIONS[measure].name}?"


def _label(strategy: str, condition: str) -> str:
    known = find_strategy(strategy)
    return known.label if known else condition


def _parameters(condition: str) -> str:
    """What of a label comes after model and strategy: t=1, n=5, #hash."""
    parts = condition.split("/")[2:]
    return " ".join(parts) if parts else "#" + condition.rpartition("#")[2]


def _symbol(place: int) -> Symbol:
    return SYMBOLS[place % len(SYMBOLS)]


def _mean(row: Row, measure: str) -> float | None:
    value = row[measure]["mean"] if measure in row else None
    return None if value is None else float(value)


def _range(metric: Mapping[str, Any]) -> tuple[float, float] | None:
    if metric.get("low") is None or metric.get("high") is None:
        return None
    return float(metric["low"]), float(metric["high"])


def _top(rows: Sequence[Row], measure: str) -> float:
    """One scale for all panels, from zero to what the highest mark needs."""
    highest = [
        max(
            value for value in (row[measure]["mean"], row[measure].get("high")) if value is not None
        )
        for row in rows
        if _mean(row, measure) is not None
    ]
    meant = DEFINITIONS[measure]
    floor = 5.0 if measure == "distinct" else meant.high or 0.0
    return float(_HEADROOM * max([*highest, floor if floor <= 5 else 0.0, 0.01]))


def _most(differences: Sequence[Difference], category: str) -> str:
    counts = [one.n for one in differences if one.category == category] or [0]
    low, high = min(counts), max(counts)
    return f"{low}" if low == high else f"{low} to {high}"


def _any_hollow(panels: Sequence[Panel]) -> bool:
    return any(series.hollow for panel in panels for series in panel.series)

"""The same conditions asked again later: how far answers drifted, and which model gave them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Literal

from core.experiments.comparisons import COLORS, simultaneous
from core.experiments.data import StudyData, relabelled
from core.experiments.outcome import Outcome, Table
from core.figures import Axis, Figure, Panel, Point, Series
from core.figures.spec import SYMBOLS
from core.results import ALL_CATEGORIES, SetMeasures, paired_differences

_MEASURES = ("distinct", "quality")
# condition without its hash, wave, measure, prompts, dropped, difference with its interval
_Drift = tuple[str, str, str, int, int, Mapping[str, Any]]


def analyse_stability(waves: Sequence[StudyData]) -> Outcome:
    """The same conditions and prompts in several studies, each a wave, against the first.

    Args:
        waves: studies with the same prompts, the earliest first; a rerun of the same day shows
            how much two waves differ when nothing has changed.
    """
    sets: list[SetMeasures] = []
    names: dict[str, tuple[str, str]] = {}
    for wave in waves:
        external = {one.id: one.external_id for one in wave.prompts}
        for one in wave.measured:
            family = wave.families.get(one.set.condition, one.set.condition)
            label = f"{family} @ {wave.slug}"
            names[label] = (family, wave.slug)
            sets.append(relabelled(one, label, external[int(one.set.prompt_id)]))
    first = waves[0].slug if waves else ""
    baselines = {
        label: f"{family} @ {first}" for label, (family, slug) in names.items() if slug != first
    }
    rows: list[_Drift] = []
    for measure in _MEASURES:
        for difference in paired_differences(sets, measure, baselines):
            if difference.category == ALL_CATEGORIES:
                family, slug = names[difference.condition]
                metric = simultaneous(difference)
                rows.append((family, slug, measure, difference.n, difference.n_dropped, metric))
    served = [
        (wave.slug, label, wave.first_day.get(label, ""), ", ".join(models) or "not said")
        for wave in waves
        for label, models in sorted(wave.served.items())
    ]
    notes = [
        "A difference between waves is drift of the answers; it shows neither cause nor intent. "
        "Only a rerun on the same day tells how much two waves differ by chance."
    ]
    raters = list(dict.fromkeys(wave.rater for wave in waves))
    notes.append(f"As seen by {', '.join(raters)}, the judge or judges that all waves share.")
    if len(waves) < 2:
        notes.append("There is one wave. Run the experiment again later to have a second.")
    return Outcome(
        "stability",
        (
            Table(
                f"Difference to the first wave, {first}",
                ("condition", "wave", "measure", "prompts", "dropped", "difference"),
                rows,
                "Paired by prompt; simultaneous 95% intervals.",
            ),
            Table("What the servers said they used", ("wave", "condition", "day", "model"), served),
        ),
        tuple(notes),
        _drift_figure(waves, rows) if rows else None,
    )


def _drift_figure(waves: Sequence[StudyData], rows: Sequence[_Drift]) -> Figure:
    """Differences to the first wave, wave by wave; lines stand where a server named a new model."""
    place = {wave.slug: number for number, wave in enumerate(waves)}
    served = {wave.slug: _served(wave) for wave in waves}
    families = list(dict.fromkeys(row[0] for row in rows))
    ticks = tuple((float(number), _day(wave)) for number, wave in enumerate(waves))
    changed: list[tuple[Literal["x", "y"], float]] = [
        ("x", number - 0.5)
        for number, (before, after) in enumerate(pairwise(waves), 1)
        if _has_changed(served[before.slug], served[after.slug])
    ]
    panels = []
    for measure in _MEASURES:
        series = tuple(
            Series(
                family,
                COLORS[number % len(COLORS)],
                SYMBOLS[number % len(SYMBOLS)],
                (_start(served[waves[0].slug].get(family, "")), *points),
                joined=True,
            )
            for number, family in enumerate(families)
            if (points := _points(rows, family, measure, place, served))
        )
        if series:
            title = "distinct responses" if measure == "distinct" else "quality"
            panels.append(
                Panel(
                    title,
                    Axis("wave, by its first day", ticks, (-0.4, len(waves) - 0.6)),
                    Axis(f"difference in {title} to the first wave"),
                    series,
                    (("y", 0.0), *changed),
                )
            )
    return Figure(
        name=f"{waves[0].slug}-stability",
        title="Do the same conditions give the same answers later?",
        alt="Differences to the first wave by wave; the table holds the same figures",
        panels=tuple(panels),
        rows=[
            {
                "condition": family, "wave": slug, "measure": measure, "n_prompts": n,
                "n_dropped": n_dropped, **metric,
                "served_model": served[slug].get(family, ""),
            }
            for family, slug, measure, n, n_dropped, metric in rows
        ],
        columns=2,
        notes=("Whiskers: simultaneous 95% intervals.",)
        + (("Vertical line: from here on a server named another model.",) if changed else ()),
    )  # fmt: skip


def _start(model: str) -> Point:
    return Point(0.0, 0.0, hover=_hover(model, "first wave"))


def _points(
    rows: Sequence[_Drift],
    family: str,
    measure: str,
    place: Mapping[str, int],
    served: Mapping[str, Mapping[str, str]],
) -> tuple[Point, ...]:
    found = []
    for own, slug, of_measure, n, _, metric in rows:
        if (own, of_measure) != (family, measure) or metric["mean"] is None:
            continue
        span = None if metric["low"] is None else (metric["low"], metric["high"])
        said = f"{metric['mean']:+.2f}, n = {n} prompts"
        hover = _hover(served[slug].get(family, ""), said)
        found.append(Point(float(place[slug]), metric["mean"], y_range=span, hover=hover))
    return tuple(sorted(found, key=lambda point: point.x))


def _hover(model: str, said: str) -> str:
    return f"{said}\nserved by {model or 'a model not named'}"


def _served(wave: StudyData) -> dict[str, str]:
    """Condition without its hash -> models its server named."""
    return {
        wave.families.get(label, label): ", ".join(models)
        for label, models in wave.served.items()
        if models
    }


def _has_changed(before: Mapping[str, str], after: Mapping[str, str]) -> bool:
    return any(before[family] != after[family] for family in before.keys() & after.keys())


def _day(wave: StudyData) -> str:
    return min(wave.first_day.values(), default=wave.slug)

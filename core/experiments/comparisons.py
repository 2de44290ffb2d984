"""Conditions compared along one thing: temperature, language."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from core.experiments.data import StudyData, relabelled
from core.experiments.outcome import Outcome, Table
from core.figures import Axis, Figure, Panel, Point, Series
from core.figures.spec import SYMBOLS
from core.results import ALL_CATEGORIES, Difference, SetMeasures, paired_differences, summarize

_MEASURES = ("distinct", "vocabulary", "quality")
# Okabe and Ito's palette: told apart by colour-blind eyes too.
COLORS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00")


def analyse_temperature(data: StudyData) -> Outcome:
    """Each model and strategy at every temperature it was asked with."""
    report = summarize(data.measured, study=data.slug, rater="", metrics=_MEASURES)
    whole = [row for row in report["rows"] if row["category"] == ALL_CATEGORIES]
    found = sorted(
        (
            (row["model"], row["strategy"], temperature, row)
            for row in whole
            if (temperature := data.temperatures.get(row["condition"])) is not None
        ),
        key=lambda entry: entry[:3],
    )
    swept: dict[tuple[str, str], list[tuple[float, dict[str, Any]]]] = defaultdict(list)
    for model, strategy, temperature, row in found:
        swept[model, strategy].append((temperature, row))
    rows = [
        (model, strategy, temperature, row["n_prompts"], *(row[name] for name in _MEASURES))
        for model, strategy, temperature, row in found
    ]
    several = {key: values for key, values in swept.items() if len({t for t, _ in values}) > 1}
    notes = [
        "Temperatures are those asked for; a model may refuse or ignore one: Compare shows what "
        "was sent."
    ]
    if not several:
        notes.append("No model and strategy has responses at two temperatures yet.")
    columns = ("model", "strategy", "temperature", "prompts", *_MEASURES)
    figure = _sweep_figure(data.slug, several) if several else None
    return Outcome("temperature", (Table("By temperature", columns, rows),), tuple(notes), figure)


def _sweep_figure(
    slug: str, several: dict[tuple[str, str], list[tuple[float, dict[str, Any]]]]
) -> Figure:
    panels = []
    for measure in ("distinct", "quality"):
        series = []
        for place, ((model, strategy), values) in enumerate(several.items()):
            points = tuple(
                Point(
                    temperature,
                    row[measure]["mean"],
                    y_range=None
                    if row[measure].get("low") is None
                    else (row[measure]["low"], row[measure]["high"]),
                    hover=f"t = {temperature:g}, n = {row[measure].get('n', 0)} prompts",
                    key=(row["condition"], ALL_CATEGORIES),
                )
                for temperature, row in values
                if row[measure]["mean"] is not None
            )
            series.append(
                Series(
                    f"{model} {strategy}",
                    COLORS[place % len(COLORS)],
                    SYMBOLS[place % len(SYMBOLS)],
                    points,
                    joined=True,
                )
            )
        if any(one.points for one in series):
            title = "distinct responses" if measure == "distinct" else "quality"
            panels.append(Panel(title, Axis("temperature"), Axis(title), tuple(series)))
    return Figure(
        name=f"{slug}-temperature",
        title="How do diversity and quality move with the temperature?",
        alt="Distinct responses and quality by temperature; the table holds the same figures",
        panels=tuple(panels),
        rows=[
            {"model": model, "strategy": strategy, "temperature": temperature}
            | {name: row[name] for name in _MEASURES}
            for (model, strategy), values in several.items()
            for temperature, row in values
        ],
        columns=2,
    )


def analyse_language(data: StudyData) -> Outcome:
    """Translated prompts against their originals, under the same conditions and taxonomy."""
    by_id = {one.id: one for one in data.prompts}
    known = {one.external_id for one in data.prompts}
    sets: list[SetMeasures] = []
    names: dict[str, tuple[str, str]] = {}
    originals: dict[str, str] = {}
    for one in data.measured:
        prompt = by_id[int(one.set.prompt_id)]
        is_translation = prompt.translation_of in known and bool(prompt.translation_of)
        language = (prompt.language or "unknown") if is_translation else "original"
        label = f"{one.set.condition} [{language}]"
        names[label] = (one.set.condition, language)
        if language != "original":
            originals[label] = f"{one.set.condition} [original]"
        sets.append(relabelled(one, label, prompt.translation_of or prompt.external_id))
    rows: list[tuple[Any, ...]] = []
    for measure in ("distinct", "quality"):
        for difference in paired_differences(sets, measure, originals):
            if difference.category == ALL_CATEGORIES:
                condition, language = names[difference.condition]
                metric = simultaneous(difference)
                rows.append((condition, language, measure, difference.n, metric))
    notes = ["Judges read the translated texts themselves: a judge may be weaker in a language."]
    if not originals:
        notes.append(
            "No prompt is a translation yet. Import them with the columns `language` and "
            "`translation_of`, the id of the original."
        )
    return Outcome(
        "language",
        (
            Table(
                "Translation minus original",
                ("condition", "language", "measure", "prompts", "difference"),
                rows,
                "Paired by original prompt; simultaneous 95% intervals.",
            ),
            _classified_alike(data),
        ),
        tuple(notes),
    )


def simultaneous(one: Difference) -> dict[str, float | None]:
    """A difference with its simultaneous interval, as a metric."""
    return {"mean": one.mean, "low": one.low_all, "high": one.high_all}


def _classified_alike(data: StudyData) -> Table:
    """Share of translations that a model puts into the same category as the original."""
    by_name = {one.external_id: one for one in data.prompts}
    alike: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for one in data.prompts:
        original = by_name.get(one.translation_of)
        if original is None:
            continue
        for model in one.by_model.keys() & original.by_model.keys():
            same = one.by_model[model] == original.by_model[model]
            alike[model, one.language or "unknown"].append(same)
    rows = [
        (model, language, len(values), sum(values) / len(values))
        for (model, language), values in sorted(alike.items())
    ]
    columns = ("model", "language", "prompts", "same category")
    return Table("Classified as the original", columns, rows)

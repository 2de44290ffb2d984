"""agreement, results"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from commands.common import json_option, open_all, print_json, slug_argument
from db.models import Study
from db.queries.analysis import list_questions
from db.queries.studies import get_study
from db.reports import make_agreement_report, make_results_report

seed_option = click.option("--seed", type=int, default=0, show_default=True)


@click.command()
@slug_argument
@click.option("--question", default="equivalence", show_default=True)
@click.option("--level", type=click.Choice(["nominal", "ordinal", "interval", "ratio"]))
@seed_option
@json_option
def agreement(slug: str, question: str, level: Any, seed: int, as_json: bool) -> None:
    """How far people and judges agree on one question in study SLUG."""
    settings, database = open_all()
    with database.read() as session:
        study = get_study(session, slug)
        asked = list_questions(session, study.id)
        report = make_agreement_report(session, settings, study, question, level=level, seed=seed)
    values = report.as_dict()
    if as_json:
        print_json(values)
        return
    _say_if_sample(study)
    if question not in asked:
        click.echo(f"Nobody has answered {question!r} yet. Answered: {', '.join(asked) or 'none'}.")
        return
    for judge in report.judge_names:
        click.echo(report.headline_sentence(judge))
    click.echo()
    columns = ["n_items", "percent", "krippendorff_alpha", "gwet_ac", "fleiss_kappa"]
    _print_table("people among themselves", values["humans"], ["category"], columns)
    columns = ["n_items", "percent", "cohen_kappa", "krippendorff_alpha", "gwet_ac", "minus_human"]
    for title, rows in (("judges", values["judges"]), ("without skill", values["baselines"])):
        _print_table(title, rows, ["judge", "category"], columns)


@click.command()
@slug_argument
@click.option("--rater", default="ensemble:majority", show_default=True)
@seed_option
@json_option
def results(slug: str, rater: str, seed: int, as_json: bool) -> None:
    """Diversity and quality per condition and category in study SLUG."""
    settings, database = open_all()
    with database.read() as session:
        study = get_study(session, slug)
        report = make_results_report(session, settings, study, rater=rater, seed=seed)
    if as_json:
        print_json(report)
        return
    _say_if_sample(study)
    columns = ["n_prompts", "n_failed", "n_incomplete", "distinct", "vocabulary", "quality"]
    _print_table(f"as seen by {rater}", report["rows"], ["condition", "category"], columns)


def _say_if_sample(study: Study) -> None:
    if study.is_sample:
        click.echo("Sample data: texts and verdicts are made up; nothing here is a finding.\n")


def _print_table(
    title: str, rows: list[dict[str, Any]], names: list[str], columns: list[str]
) -> None:
    if not rows:
        return
    table = [[*names, *columns]]
    table += [[str(row[name]) for name in names] + [_cell(row[c]) for c in columns] for row in rows]
    widths = [max(len(line[i]) for line in table) for i in range(len(table[0]))]
    click.echo(title)
    for line in table:
        cells = [
            cell.ljust(width) if i < len(names) else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        click.echo("  " + "  ".join(cells).rstrip())
    click.echo()


def _cell(value: Any) -> str:
    """A number, a statistic with its interval, or a dash for what is undefined."""
    if not isinstance(value, Mapping):
        return str(value)
    middle = value.get("value", value.get("mean"))
    if middle is None:
        return "–"
    if value.get("low") is None or value.get("high") is None:
        return _three_digits(middle)
    low, high = _three_digits(value["low"]), _three_digits(value["high"])
    return f"{_three_digits(middle)} [{low}, {high}]"


def _three_digits(number: float) -> str:
    # Adding 0.0 turns the -0.0 that rounding leaves into 0.0.
    return f"{round(number, 3) + 0.0:.3f}"

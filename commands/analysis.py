"""agreement, results"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from commands.common import json_option, open_all, print_json, slug_argument
from core.agreement import AltTestPlan, score_agreement
from core.errors import InvalidRatingsError, UserError
from core.evidence import Selection
from core.evidence.selection import ADJUDICATED_NOTE
from core.evidence.standings import standings
from core.types import DIRECTED_QUESTIONS
from db.models import Study
from db.queries.agreement import find_epsilon
from db.queries.analysis import list_questions
from db.queries.studies import get_study
from db.reports import load_agreement, make_results_report

seed_option = click.option("--seed", type=int, default=0, show_default=True)


@click.command()
@slug_argument
@click.option("--question", default="equivalence", show_default=True)
@click.option("--level", type=click.Choice(["nominal", "ordinal", "interval", "ratio"]))
@click.option("--alt-test", is_flag=True, help="Add the alternative annotator test.")
@click.option(
    "--epsilon",
    type=float,
    help="What the judge may cost (with --alt-test); default: what the study fixed.",
)
@click.option("--score", type=click.Choice(["accuracy", "rmse"]), default="accuracy")
@click.option(
    "--variant",
    type=click.Choice(["clustered", "published"]),
    default="clustered",
    show_default=True,
    help="published: the authors' procedure, which takes items as independent.",
)
@click.option(
    "--direction",
    type=click.Choice(["ab", "ba"]),
    default="ab",
    show_default=True,
    help="Of usefulness: which response is read first; the other direction is another question.",
)
@click.option("--include-excluded", is_flag=True, help="Count answers of excluded people too.")
@seed_option
@json_option
def agreement(
    slug: str,
    question: str,
    level: Any,
    alt_test: bool,
    epsilon: float | None,
    score: Any,
    variant: Any,
    direction: str,
    include_excluded: bool,
    seed: int,
    as_json: bool,
) -> None:
    """How far people and judges agree on one question in study SLUG."""
    settings, database = open_all()
    with database.read() as session:
        study = get_study(session, slug)
        asked = list_questions(session, study.id)
        fixed = find_epsilon(study)
        plan = _alternative(study, alt_test, epsilon, score, variant)
        data = load_agreement(session, settings, study, question, direction)
    report = data.report(
        Selection(with_excluded=include_excluded), level=level, seed=seed, alternative=plan
    )
    settled = data.against_adjudicated(
        Selection(with_excluded=include_excluded), level=level, seed=seed
    )
    values = report.as_dict() | {
        "adjudicated": {
            "n_items": len(data.adjudicated),
            "n_barred": data.n_barred,
            "judges": settled.as_dict()["judges"] if settled else [],
        },
        "excluded": list(data.excluded_with_answers),
        "with_excluded": include_excluded,
    }
    if question in DIRECTED_QUESTIONS:
        values["direction"] = direction
    scores = score_agreement(report.panel, seed=seed)
    if scores is not None:
        values["scores"] = scores.as_dict()
    if as_json:
        print_json(values)
        return
    _say_if_sample(study)
    if question in DIRECTED_QUESTIONS:
        click.echo(f"Direction {direction}: {direction[0].upper()} was read first.")
    if question not in asked:
        click.echo(f"Nobody has answered {question!r} yet. Answered: {', '.join(asked) or 'none'}.")
        return
    for judge in report.judge_names:
        click.echo(report.headline_sentence(judge))
    if plan is not None and fixed is not None and plan.epsilon == fixed.epsilon:
        for verdict in standings(report):
            click.echo(verdict.sentence)
    elif plan is not None:
        click.echo(
            f"Epsilon {plan.epsilon:g} was not fixed for this study, so nothing is said of judges "
            "standing in for people; --json holds the test."
        )
    if data.excluded_with_answers:
        click.echo(_excluded_line(len(data.excluded_with_answers), include_excluded))
    click.echo()
    columns = ["n_items", "percent", "krippendorff_alpha", "gwet_ac", "fleiss_kappa"]
    _print_table("people among themselves", values["humans"], ["category"], columns)
    columns = ["n_items", "percent", "cohen_kappa", "krippendorff_alpha", "gwet_ac", "minus_human"]
    for title, rows in (("judges", values["judges"]), ("without skill", values["baselines"])):
        _print_table(title, rows, ["judge", "category"], columns)
    if scores is not None:
        _print_scores(values["scores"])
    if values["adjudicated"]["judges"]:
        columns = ["n_items", "percent", "cohen_kappa", "sensitivity", "specificity"]
        rows = values["adjudicated"]["judges"]
        _print_table("beside adjudicated answers", rows, ["judge", "category"], columns)
        click.echo(ADJUDICATED_NOTE)


def _print_scores(scores: Mapping[str, Any]) -> None:
    columns = ["n_items", "icc_single", "icc_mean"]
    title = f"scores of people, {scores['design']} ICC"
    _print_table(title, scores["humans"], ["category"], columns)
    columns = ["n_items", "spearman", "kendall_tau_b", "mean_difference"]
    for who, rows in (("judges", scores["judges"]), ("judges without skill", scores["baselines"])):
        title = f"scores of {who} beside people's mean"
        _print_table(title, rows, ["judge", "category"], columns)


def _alternative(
    study: Study, wanted: bool, epsilon: float | None, score: Any, variant: Any
) -> AltTestPlan | None:
    """The test asked for; says on stderr when epsilon is not what the study fixed.

    Raises:
        UserError: no epsilon, or one without the test.
    """
    if not wanted:
        if epsilon is not None:
            raise UserError("--epsilon belongs to the alternative annotator test; add --alt-test.")
        return None
    fixed = find_epsilon(study)
    if epsilon is None and fixed is None:
        raise UserError(
            "The alternative annotator test needs --epsilon: what a judge may cost and still do. "
            "Usual are 0.2 in place of experts, 0.15 of skilled annotators, 0.1 of crowd workers."
        )
    chosen = fixed.epsilon if epsilon is None and fixed is not None else float(epsilon or 0.0)
    if fixed is not None and chosen != fixed.epsilon:
        click.echo(
            f"Epsilon is {chosen:g} here; the study fixed {fixed.epsilon:g} on "
            f"{fixed.fixed_at:%Y-%m-%d}.",
            err=True,
        )
    try:
        return AltTestPlan(epsilon=chosen, variant=variant, score=score)
    except InvalidRatingsError as error:
        raise UserError(str(error)) from None


def _excluded_line(n: int, counted: bool) -> str:
    people = "1 excluded person" if n == 1 else f"{n} excluded people"
    if counted:
        return f"Answers of {people} count here; without --include-excluded they do not."
    return f"Answers of {people} are left out; --include-excluded counts them too."


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
    if any(row["accuracy"]["mean"] is not None for row in report["rows"]):
        columns.append("accuracy")
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

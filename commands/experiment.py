"""experiment"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from commands.common import ProgressLine, json_option, open_all, print_json
from core.experiments import EXPERIMENTS, Outcome, PlannedWork, PlanRequest, get_experiment
from core.experiments.outcome import Table, cell_text
from core.experiments.plan import estimate
from core.settings import Settings
from db.engine import Database
from db.executors import LiveExecutor
from db.experiments import add_wave, analyse, load_choices_for_plan, steps_of
from db.queries.studies import get_study
from db.runs import add_run, run_here


@click.command()
@click.argument("name", type=click.Choice(list(EXPERIMENTS)))
@click.argument("slug")
@click.option("--model", "models", multiple=True, metavar="PROVIDER:MODEL", help="May be repeated.")
@click.option("--judge", "judges", multiple=True, metavar="PROVIDER:MODEL", help="May be repeated.")
@click.option("--temperature", "temperatures", type=click.FloatRange(0, 2), multiple=True,
              help="For the sweep; may be repeated. Default: 0, 0.5 and 1.")  # fmt: skip
@click.option("-n", "n", type=click.IntRange(2, 20), default=5, show_default=True)
@click.option("--plan", "only_plan", is_flag=True, help="Print what it would take, and stop.")
@click.option("--run", "do_run", is_flag=True, help="Do the runs here before the analysis.")
@click.option("--queue", is_flag=True, help="Hand the runs to the workers instead.")
@click.option("--svg", type=click.Path(path_type=Path), help="Write the figure to this file.")
@json_option
def experiment(
    name: str,
    slug: str,
    models: tuple[str, ...],
    judges: tuple[str, ...],
    temperatures: tuple[float, ...],
    n: int,
    only_plan: bool,
    do_run: bool,
    queue: bool,
    svg: Path | None,
    as_json: bool,
) -> None:
    """A ready experiment on study SLUG: its plan and cost, its runs, its analysis.

    Without --plan, --run or --queue it analyses what is stored already.
    """
    settings, database = open_all()
    asked = get_experiment(name)
    if only_plan or do_run or queue:
        request = _request(database, settings, slug, models, judges, temperatures, n)
        planned = estimate(steps_of(asked, request), request)
        if only_plan:
            _print_plan(asked.id, planned, as_json)
            return
        if not as_json:
            _print_plan(asked.id, planned, False)
        target = _wave(database, settings, slug) if name == "stability" else slug
        _do(database, settings, target, planned, queue)
        if queue:
            return
    with database.read() as session:
        outcome = analyse(session, settings, get_study(session, slug), asked)
    if svg is not None:
        _write_svg(outcome, svg)
    if as_json:
        print_json(outcome.as_dict())
    else:
        _print_outcome(outcome)


def _request(
    database: Database,
    settings: Settings,
    slug: str,
    models: tuple[str, ...],
    judges: tuple[str, ...],
    temperatures: tuple[float, ...],
    n: int,
) -> PlanRequest:
    from core.pipeline.conditions import plan_conditions

    with database.read() as session:
        choices = load_choices_for_plan(session, get_study(session, slug).id)

    def make(chosen: Any, strategies: Any, temperature: float | None) -> Any:
        return plan_conditions(
            settings, chosen, strategies, n=n, temperature=temperature, category_from="model"
        )

    return PlanRequest(
        models=models,
        judges=judges,
        make_conditions=make,
        temperatures=temperatures or (0.0, 0.5, 1.0),
        prompt_texts=choices.prompt_texts,
        labels=choices.labels,
        stored=choices.stored,
    )


def _wave(database: Database, settings: Settings, slug: str) -> str:
    with database.write() as session:
        study = get_study(session, slug)
        wave = add_wave(session, settings, study, today=datetime.now(UTC).date())
        click.echo(f"The new wave is study {wave.slug}.", err=True)
        return wave.slug


def _do(
    database: Database, settings: Settings, slug: str, planned: list[PlannedWork], queue: bool
) -> None:
    for work in planned:
        spec = work.step.spec
        if queue:
            with database.write() as session:
                run = add_run(session, get_study(session, slug), spec, requested_by="terminal")
                click.echo(f"Run {run.id} is queued: {work.step.command}", err=True)
            continue
        with LiveExecutor(database, "terminal") as executor:
            line = ProgressLine(spec.kind)
            progress = run_here(
                database,
                settings,
                slug,
                spec,
                executor.id,
                should_stop=lambda: False,
                on_progress=line,
            )
            line.end()
        click.echo(
            f"{work.step.command}: {progress.done} done, {progress.skipped} there already, "
            f"{progress.failed} failed.",
            err=True,
        )


def _print_plan(name: str, planned: list[PlannedWork], as_json: bool) -> None:
    asked = EXPERIMENTS[name]
    known = all(work.cost_usd is not None for work in planned)
    cost = sum(work.cost_usd or 0.0 for work in planned) if known else None
    if as_json:
        print_json(
            {
                "experiment": name,
                "question": asked.question,
                "gives": asked.gives,
                "steps": [
                    {
                        "run": work.step.command,
                        "why": work.step.why,
                        "calls": work.calls,
                        "tokens": work.tokens,
                        "cost_usd": work.cost_usd,
                    }
                    for work in planned
                ],
                "calls": sum(work.calls for work in planned),
                "cost_usd": cost,
            }
        )
        return
    click.echo(f"{asked.title}: {asked.question}\n{asked.gives}\n")
    rows = [(work.step.command, work.calls, work.tokens, _price(work.cost_usd)) for work in planned]
    _print_table(
        Table("Plan, if nothing of it is stored", ("run", "calls", "tokens", "cost"), rows)
    )
    click.echo(f"{sum(work.calls for work in planned):,} calls, about {_price(cost)}\n")


def _price(cost: float | None) -> str:
    return "unknown" if cost is None else f"${cost:,.2f}"


def _print_outcome(outcome: Outcome) -> None:
    for table in outcome.tables:
        if table.rows:
            _print_table(table)
    for note in outcome.notes:
        click.echo(note)


def _print_table(table: Table) -> None:
    click.echo(table.title)
    lines = [table.columns, *[tuple(map(cell_text, row)) for row in table.rows]]
    widths = [max(len(line[place]) for line in lines) for place in range(len(table.columns))]
    for line in lines:
        cells = [cell.ljust(width) for cell, width in zip(line, widths, strict=True)]
        click.echo("  " + "  ".join(cells).rstrip())
    if table.note:
        click.echo(f"  {table.note}")
    click.echo()


def _write_svg(outcome: Outcome, path: Path) -> None:
    from core.figures.svg import figure_svg

    if outcome.figure is None:
        raise click.UsageError(f"{outcome.experiment} has no figure for this study.")
    path.write_text(figure_svg(outcome.figure), encoding="utf-8")

"""classify, generate, judge: the commands that call models."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from types import FrameType
from typing import Any, get_args

import click

from commands.common import ProgressLine, json_option, open_all, print_json, slug_argument
from core.errors import UserError
from core.pipeline.judge_estimate import JudgingEstimate, category_remarks
from core.pipeline.records import Progress
from core.pipeline.specs import (
    ADAPTIVE_MODES,
    PAIR_QUESTIONS,
    ClassifySpec,
    GenerateSpec,
    JudgeQuestion,
    JudgeSpec,
    RunSpec,
    check_judge_spec,
)
from db.engine import Database
from db.executors import LiveExecutor
from db.plans import estimate_judging, load_set_sizes
from db.queries.studies import get_study
from db.runs import add_run, has_live_worker, run_here

queue_option = click.option(
    "--queue", is_flag=True, help="Hand the run to the workers instead of doing it here."
)
retry_option = click.option(
    "--retry-failed", is_flag=True, help="Ask again for what came back short, empty or refused."
)
batch_option = click.option(
    "--batch",
    is_flag=True,
    help="Through the provider's batch API: cheaper, and may take a day. Asked again, it goes on.",
)
plan_option = click.option(
    "--plan", "plan_only", is_flag=True, help="Say what it would take; ask nothing."
)
model_option = click.option(
    "--model",
    "model_id",
    required=True,
    metavar="PROVIDER:MODEL",
    help="For example openai:gpt-4o.",
)


@click.command()
@slug_argument
@model_option
@retry_option
@batch_option
@queue_option
@json_option
def classify(
    slug: str, model_id: str, retry_failed: bool, batch: bool, queue: bool, as_json: bool
) -> None:
    """Ask a model for the category of every prompt of study SLUG."""
    spec = ClassifySpec(model_id, retry_failed, batch)
    _run(slug, lambda _settings: spec, "prompts", queue, as_json)


def _temperatures(
    _context: click.Context, _parameter: click.Parameter, value: str | None
) -> tuple[float, ...]:
    from core.pipeline.conditions import parse_temperatures

    try:
        return parse_temperatures(value or "")
    except UserError as error:
        raise click.BadParameter(str(error)) from error


@click.command()
@slug_argument
@model_option
@click.option(
    "--strategy",
    "strategies",
    multiple=True,
    required=True,
    help="May be repeated. `taskanchor strategies` lists them.",
)
@click.option("-n", "n", type=click.IntRange(1, 20), default=5, show_default=True)
@click.option("--temperature", type=click.FloatRange(0, 2), help="Default: the model's medium one.")
@click.option(
    "--temperatures",
    callback=_temperatures,
    metavar="T,T,…",
    help="Several, such as 0,0.5,1: one condition each.",
)
@click.option(
    "--sweep",
    is_flag=True,
    help="The paper's three temperatures: 0, 0.5, 1 for Claude, 0, 1, 2 for others.",
)
@click.option(
    "--max-tokens",
    type=click.IntRange(1),
    default=1024,
    show_default=True,
    help="Output tokens of a call. A set is written in one call: a large n needs more.",
)
@click.option(
    "--wrong-category",
    "wrong_categories",
    multiple=True,
    metavar="KEY|seed:NUMBER",
    help="For the strategy mismatched: whose instruction prompts of other categories get. May be "
    "repeated. Default: a wrong one for each prompt, by seed:38.",
)
@click.option(
    "--category-from",
    default="model",
    show_default=True,
    metavar="model|truth|PROVIDER:MODEL",
    help="Whose category anchors the instruction.",
)
@plan_option
@retry_option
@batch_option
@queue_option
@json_option
def generate(
    slug: str,
    model_id: str,
    strategies: tuple[str, ...],
    n: int,
    temperature: float | None,
    temperatures: tuple[float, ...],
    sweep: bool,
    max_tokens: int,
    wrong_categories: tuple[str, ...],
    category_from: str,
    plan_only: bool,
    retry_failed: bool,
    batch: bool,
    queue: bool,
    as_json: bool,
) -> None:
    """Generate n responses per prompt, strategy and temperature for study SLUG."""
    from core.pipeline.conditions import plan_conditions

    if (temperature is not None) + bool(temperatures) + sweep > 1:
        raise click.UsageError("Give one of --temperature, --temperatures and --sweep.")

    def spec(settings: Any) -> GenerateSpec:
        conditions = plan_conditions(
            settings,
            [model_id],
            strategies,
            n=n,
            temperature=temperature,
            temperatures=temperatures,
            sweep=sweep,
            max_output_tokens=max_tokens,
            wrong_categories=wrong_categories,
            category_from=category_from,
        )
        return GenerateSpec(conditions, retry_failed, batch)

    if plan_only:
        _show_plan(slug, spec, as_json)
        return
    _run(slug, spec, "responses", queue, as_json)


def _show_plan(slug: str, make_spec: Callable[[Any], GenerateSpec], as_json: bool) -> None:
    """What conditions take if nothing of them is stored yet; no model is asked."""
    from db.plans import estimate_generation
    from db.queries.prompts import list_prompt_views

    settings, database = open_all()
    with database.read() as session:
        study_id = get_study(session, slug).id
        conditions = make_spec(settings).conditions
        views = list_prompt_views(session, study_id)
        estimate = estimate_generation(session, study_id, settings, conditions, views)
    values: dict[str, Any] = {
        "conditions": [condition.label for condition in conditions],
        "prompts": len(views),
        "responses": estimate.responses,
        "calls": estimate.calls + estimate.classification_calls + estimate.paraphrase_calls,
        "classification_calls": estimate.classification_calls,
        "paraphrase_calls": estimate.paraphrase_calls,
        "input_tokens": estimate.input_tokens,
        "output_tokens": estimate.output_tokens,
        "cost_usd": estimate.cost_usd,
        "elapsed_s": round(estimate.elapsed_s, 1),
        "assumed_models": list(estimate.assumed_models),
    }
    if as_json:
        print_json(values)
        return
    for label in values.pop("conditions"):
        click.echo(label)
    cost = "unknown" if estimate.cost_usd is None else f"about ${estimate.cost_usd:,.2f}"
    click.echo(
        f"{values['prompts']:,} prompts, {values['responses']:,} responses, {values['calls']:,} "
        f"calls, about {estimate.input_tokens:,} tokens in and {estimate.output_tokens:,} out; "
        f"cost {cost}. Stored ones are not asked for again."
    )


@click.command()
@slug_argument
@model_option
@click.option(
    "--question",
    type=click.Choice(get_args(JudgeQuestion)),
    required=True,
    help="usefulness: having read the first, would the second still add something? Without a "
    "definition, for each direction. accuracy: by reference answers, for prompts of A and D.",
)
@click.option("--both-orders", is_flag=True, help="Ask about each pair in both orders.")
@click.option(
    "--pairs",
    type=click.Choice(["all", "adaptive", "transitive", "across"]),
    default="all",
    show_default=True,
    help="adaptive: leave out pairs that cannot change the count. transitive: infer more; "
    "another estimator, reported apart. across: a sample of pairs of two models' responses.",
)
@click.option(
    "--per-two",
    type=click.IntRange(1, 400),
    default=5,
    show_default=True,
    help="With --pairs across: pairs drawn for each prompt, strategy and two models.",
)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of that draw.")
@click.option(
    "--definition",
    type=click.Choice(["anchored", "general"]),
    default="anchored",
    show_default=True,
    help="What makes two responses the same: the task's definition, or a general one.",
)
@click.option(
    "--repeats",
    type=click.IntRange(1, 20),
    default=1,
    show_default=True,
    help="Ask about each pair so often in the same order, to see a judge's noise.",
)
@click.option("--condition", "conditions", multiple=True, help="Label; default: all conditions.")
@plan_option
@retry_option
@batch_option
@queue_option
@json_option
def judge(
    slug: str,
    model_id: str,
    question: Any,
    both_orders: bool,
    pairs: Any,
    per_two: int,
    seed: int,
    definition: Any,
    repeats: int,
    conditions: tuple[str, ...],
    plan_only: bool,
    retry_failed: bool,
    batch: bool,
    queue: bool,
    as_json: bool,
) -> None:
    """Ask a judge about pairs (equivalence, usefulness) or responses of study SLUG."""
    if both_orders and question not in PAIR_QUESTIONS:
        raise click.UsageError(
            "--both-orders applies to --question equivalence or usefulness only."
        )
    spec = JudgeSpec(
        model_id,
        question,
        orders=("ab", "ba") if both_orders else ("ab",),
        conditions=conditions or None,
        retry_failed=retry_failed,
        pairs=pairs,
        definition=definition,
        repeats=repeats,
        batch=batch,
        per_two=per_two,
        seed=seed,
    )
    check_judge_spec(spec)
    settings, database = open_all()
    with database.read() as session:
        study_id = get_study(session, slug).id
        sizes = load_set_sizes(session, study_id)
        estimate = estimate_judging(session, study_id, settings, [spec], sizes)
    if plan_only and as_json:
        print_json(asdict(estimate))
        return
    # Results go to stdout; before a run this is only said.
    for text in (*category_remarks(sizes, [spec]), _judging_text(estimate)):
        click.echo(text, err=not plan_only)
    if plan_only:
        return
    _run(slug, lambda _settings: spec, "ratings", queue, as_json)


def _judging_text(estimate: JudgingEstimate) -> str:
    """What judging takes; a range where answers decide what is asked."""

    def between(least: int, most: int) -> str:
        return f"{most:,}" if least == most else f"{least:,} to {most:,}"

    def dollars(cost: tuple[float, float] | None) -> str:
        if cost is None:
            return "unknown"
        least, most = (f"${amount:,.2f}" for amount in cost)
        return f"about {most}" if least == most else f"about {least} to {most}"

    low, high = estimate.least, estimate.most
    text = (
        f"{between(low.calls, high.calls)} calls, about "
        f"{between(low.input_tokens, high.input_tokens)} tokens in and "
        f"{between(low.output_tokens, high.output_tokens)} out; cost {dollars(estimate.cost_usd)}"
    )
    if estimate.batch_cost_usd is not None and estimate.batch_cost_usd != estimate.cost_usd:
        text += f", as a batch {dollars(estimate.batch_cost_usd)}"
    return f"{text}. What is answered already is not asked again."


def _run(
    slug: str, make_spec: Callable[[Any], RunSpec], what: str, queue: bool, as_json: bool
) -> None:
    settings, database = open_all()
    with database.read() as session:
        get_study(session, slug)
    spec = make_spec(settings)
    if queue:
        _enqueue(database, slug, spec, as_json)
        return
    line = ProgressLine(what)
    with LiveExecutor(database, "terminal") as executor, _interruptible() as interrupted:
        progress = run_here(
            database,
            settings,
            slug,
            spec,
            executor.id,
            should_stop=interrupted,
            on_progress=line,
        )
        stopped = interrupted()
    line.end()
    if as_json:
        print_json(_summary(progress))
    else:
        needless = isinstance(spec, JudgeSpec) and spec.pairs in ADAPTIVE_MODES
        or_needless = " or not needed" if needless else ""
        click.echo(
            f"{progress.done} {what} done, {progress.skipped} there already{or_needless}, "
            f"{progress.failed} failed; {progress.calls} calls in {progress.elapsed_s:.1f} s."
        )
    _name_failures(progress)
    if stopped:
        click.echo("Stopped. The same command again goes on from here.", err=True)
    if stopped or progress.failed:
        sys.exit(1)


def _enqueue(database: Database, slug: str, spec: RunSpec, as_json: bool) -> None:
    with database.write() as session:
        run = add_run(session, get_study(session, slug), spec, requested_by="terminal")
        run_id = run.id
    with database.read() as session:
        waiting = not has_live_worker(session)
    if as_json:
        print_json({"run": run_id, "status": "queued"})
    else:
        click.echo(f"Run {run_id} is queued.")
    if waiting:
        click.echo("No worker is running; start one with: taskanchor worker", err=True)


@contextmanager
def _interruptible() -> Iterator[Callable[[], bool]]:
    """Turns the first Ctrl-C into a request to stop; calls under way still end and are stored.

    The second one stops at once; what was stored by then stays.
    """
    asked: list[int] = []

    def ask(number: int, _frame: FrameType | None) -> None:
        if asked:
            _stop_at_once()
            return
        asked.append(number)
        click.echo("\nStopping: waiting for the calls under way. Ctrl-C again stops now.", err=True)

    previous = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(asked)
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _stop_at_once() -> None:
    """Raises KeyboardInterrupt between two steps of the running loop, or here without a loop.

    Raised in the middle of a call's step, asyncio would report it as that call's failure.
    """

    def interrupt() -> None:
        raise KeyboardInterrupt

    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        interrupt()
    else:
        loop.call_soon_threadsafe(interrupt)


def _summary(progress: Progress) -> dict[str, Any]:
    """What a script is told. Work a Ctrl-C left for the next time is not counted as planned."""
    return {
        "planned": progress.done + progress.failed + progress.skipped,
        "done": progress.done,
        "failed": progress.failed,
        "skipped": progress.skipped,
        "calls": progress.calls,
        "elapsed_s": round(progress.elapsed_s, 3),
        "failures": [
            {"prompt": failure.prompt, "condition": failure.condition, "reason": failure.reason}
            for failure in progress.failures
        ],
    }


def _name_failures(progress: Progress, limit: int = 20) -> None:
    for failure in progress.failures[:limit]:
        detail = f": {failure.detail}" if failure.detail else ""
        click.echo(
            f"failed: {failure.prompt} {failure.condition} {failure.reason}{detail}", err=True
        )
    if len(progress.failures) > limit:
        click.echo(f"… and {len(progress.failures) - limit} more failures.", err=True)

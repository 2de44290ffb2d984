"""plan"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from commands.common import json_option, print_json
from core.agreement import (
    AltTestPlan,
    Effort,
    Pilot,
    PowerPlan,
    SampleDesign,
    SamplePlan,
    design_from_pilot,
    effort,
    pilot_of,
    plan_power,
    plan_sample,
    ratings_table,
)
from core.errors import UserError

_TABLES = {".csv": "read_csv", ".parquet": "read_parquet", ".jsonl": "read_json"}


@click.command()
@click.option("--half-width", default=0.1, show_default=True, help="Wanted, of the 95% interval.")
@click.option("--expected", default=0.8, show_default=True, help="Agreement, or a rate, expected.")
@click.option("--pairs-per-prompt", default=1, show_default=True, help="Items from each prompt.")
@click.option("--correlation", default=0.0, show_default=True, help="Of items within a prompt.")
@click.option("--raters", default=3, show_default=True, help="People in the pool.")
@click.option("--per-item", default=3, show_default=True, help="Answers to each item.")
@click.option("--rater-sd", default=0.0, show_default=True, help="Differences between raters.")
@click.option("--categories", default=1, show_default=True, help="Each known this well.")
@click.option(
    "--pilot",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Ratings so far (CSV, JSONL, Parquet: item_id, rater_id, value, prompt_id, rater_kind); "
    "replaces expected, correlation and rater-sd by what it shows.",
)
@click.option("--question", help="Of the pilot, where it holds several.")
@click.option("--seconds", default=20.0, show_default=True, help="Per answer, reading included.")
@click.option("--hourly", default=12.0, show_default=True, help="Pay per hour.")
@click.option("--fee", default=0.0, show_default=True, help="Share a platform adds.")
@click.option("--screened-out", default=0.0, show_default=True, help="Share of answers lost.")
@click.option("--judges", default=1, show_default=True, help="Asked about the same items.")
@click.option("--orders", default=2, show_default=True, help="In which a judge is asked.")
@click.option("--tokens", default=900, show_default=True, help="Per call of a judge, in and out.")
@click.option("--price", default=0.0, show_default=True, help="Per million tokens.")
@click.option("--epsilon", type=float, help="Also plan the alternative annotator test.")
@click.option("--power", default=0.8, show_default=True, help="Wanted, of that test.")
@click.option("--accuracy", default=0.85, show_default=True, help="Of a person, for that test.")
@click.option("--studies", default=200, show_default=True, help="Simulated per size.")
@click.option("--seed", default=0, show_default=True)
@json_option
def plan(**options: Any) -> None:
    """How many items, prompts and raters a study needs, and what they cost."""
    design = SampleDesign(
        half_width=options["half_width"],
        expected=options["expected"],
        pairs_per_prompt=options["pairs_per_prompt"],
        correlation=options["correlation"],
        n_raters=options["raters"],
        raters_per_item=options["per_item"],
        rater_sd=options["rater_sd"],
        n_categories=options["categories"],
    )
    pilot = _pilot(options["pilot"], options["question"]) if options["pilot"] else None
    if pilot is not None:
        design = design_from_pilot(pilot, design)
    sample = plan_sample(design)
    power = _power(options) if options["epsilon"] is not None else None
    cost = _cost(options, sample, power)
    if options["as_json"]:
        print_json(
            {
                "pilot": None if pilot is None else asdict(pilot),
                "sample": asdict(sample),
                "alt_test": None if power is None else asdict(power),
                "effort": None if cost is None else asdict(cost),
            }
        )
        return
    _say(sample, pilot, power, cost)


def _power(options: dict[str, Any]) -> PowerPlan:
    return plan_power(
        plan=AltTestPlan(options["epsilon"]),
        wanted=options["power"],
        n_raters=options["raters"],
        accuracy=options["accuracy"],
        pairs_per_prompt=options["pairs_per_prompt"],
        n_studies=options["studies"],
        seed=options["seed"],
    )


def _cost(options: dict[str, Any], sample: SamplePlan, power: PowerPlan | None) -> Effort | None:
    """Of whichever needs more items; None where no number is enough."""
    sizes = [sample.total_items]
    if power is not None:
        sizes.append(None if power.n_items is None else power.n_items * options["categories"])
    known = [size for size in sizes if size is not None]
    if len(known) < len(sizes):
        return None
    return effort(
        max(known),
        raters_per_item=options["per_item"],
        seconds_per_rating=options["seconds"],
        hourly_rate=options["hourly"],
        fee_share=options["fee"],
        screened_out_share=options["screened_out"],
        judges=options["judges"],
        orders=options["orders"],
        tokens_per_call=options["tokens"],
        price_per_million_tokens=options["price"],
    )


def _pilot(path: Path, question: str | None) -> Pilot:
    """What a file of ratings shows of people; judges, repeats and other questions stay out."""
    import pandas as pd

    reader = _TABLES.get(path.suffix.lower())
    if reader is None:
        raise UserError(
            f"The pilot {path.name} is no table this command reads; expected "
            f"{', '.join(_TABLES)}. Save it as one of them."
        )
    try:
        frame = getattr(pd, reader)(path, **({"lines": True} if reader == "read_json" else {}))
    except (ValueError, UnicodeDecodeError) as error:
        raise UserError(
            f"The pilot {path.name} cannot be read: {error}. Check the file."
        ) from error
    if "rater_kind" in frame.columns:
        frame = frame[frame["rater_kind"] == "human"]
    if "repeat" in frame.columns:
        frame = frame[frame["repeat"].fillna(0) == 0]
    if "question" in frame.columns:
        asked = sorted(frame["question"].dropna().unique())
        if question is None and len(asked) > 1:
            raise UserError(
                f"The pilot holds the questions {', '.join(asked)}; expected one. "
                "Choose it with --question."
            )
        frame = frame[frame["question"] == (question or (asked[0] if asked else ""))]
    table = ratings_table(frame)
    return pilot_of(table.ratings, table.clusters)


def _say(
    sample: SamplePlan, pilot: Pilot | None, power: PowerPlan | None, cost: Effort | None
) -> None:
    design = sample.design
    if pilot is not None:
        click.echo(
            f"Pilot of {pilot.n_items:,} items from {pilot.n_prompts:,} prompts, "
            f"{pilot.n_raters} raters: agreement {pilot.expected:.3f}, correlation within prompts "
            f"{pilot.correlation:.2f}, differences between raters {pilot.rater_sd:.3f}."
        )
    each = " per category" if design.n_categories > 1 else ""
    if sample.n_items is not None:
        click.echo(
            f"{sample.n_items:,} items from {sample.n_prompts:,} prompts{each} know a share of "
            f"{design.expected:.2f} to within {design.half_width:g} "
            f"(design effect {sample.design_effect:.2f})."
        )
    for note in sample.notes:
        click.echo(note)
    if power is not None:
        click.echo(_power_in_words(power))
    if cost is not None:
        click.echo(
            f"{cost.n_ratings:,} answers: {cost.person_hours:,.1f} hours of people, "
            f"{cost.people_cost:,.2f} in pay and fees; {cost.judge_calls:,} calls to judges with "
            f"{cost.judge_tokens:,} tokens, {cost.judge_cost:,.2f}."
        )


def _power_in_words(power: PowerPlan) -> str:
    if power.n_items is None:
        most = power.curve[-1]
        return (
            f"A judge as good as people passes the alternative annotator test at epsilon "
            f"{power.epsilon:g} in {most[1]:.0%} even with {most[0]:,} items."
        )
    return (
        f"A judge as good as people passes the alternative annotator test at epsilon "
        f"{power.epsilon:g} in {power.power:.0%} with {power.n_items:,} items from "
        f"{power.n_prompts:,} prompts ({power.n_studies} simulated studies)."
    )

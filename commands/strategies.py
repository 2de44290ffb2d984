"""strategies"""

from __future__ import annotations

import click

from commands.common import json_option, print_json
from core.settings import Settings
from core.strategies import calls_per_prompt, get_strategy, instruction_text, load_strategies
from core.strategies.custom import FILE
from core.taxonomy import load_taxonomy
from core.templates import TemplateSource


@click.command()
@click.argument("strategy_id", required=False, metavar="[ID]")
@click.option("--category", default="G", show_default=True, help="Whose instruction is shown.")
@click.option("-n", "n", type=click.IntRange(1, 20), default=5, show_default=True)
@json_option
def strategies(strategy_id: str | None, category: str, n: int, as_json: bool) -> None:
    """List the ways of asking, or show what ID says to the model for a category."""
    prompts_dir = Settings.from_environment().prompts_dir
    if strategy_id is not None:
        strategy = get_strategy(strategy_id, prompts_dir)
        shown = load_taxonomy(prompts_dir)[category]
        said = instruction_text(strategy, shown, TemplateSource(prompts_dir), n=n)
        if as_json:
            print_json({"id": strategy.id, "category": category, "n": n, "says": said})
        else:
            click.echo(said or "The prompt is sent alone.")
        return
    rows = [
        {
            "id": one.id,
            "label": one.label,
            "kind": one.form,
            "anchored": one.anchored,
            "calls_per_prompt": calls_per_prompt(one, n),
            "own": one.own,
        }
        for one in load_strategies(prompts_dir).values()
    ]
    if as_json:
        print_json({"n": n, "strategies": rows})
        return
    width = max(len(str(row["id"])) for row in rows)
    for row in rows:
        own = f", from your {FILE}" if row["own"] else ""
        click.echo(
            f"{row['id']!s:{width}}  {row['label']} ({row['kind']}, "
            f"{row['calls_per_prompt']} calls a prompt for n = {n}{own})"
        )

"""From what a researcher picks (models, strategies, n, temperature) to conditions."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from core.errors import UserError
from core.providers.base import open_provider, parse_model_id
from core.settings import Settings
from core.strategies import Condition, make_condition, sweep_temperatures
from core.strategies.condition import PAPER_MAX_OUTPUT_TOKENS
from core.taxonomy import load_taxonomy
from core.templates import TemplateSource

HIGHEST_TEMPERATURE = 2.0


def plan_conditions(
    settings: Settings,
    model_ids: Sequence[str],
    strategies: Sequence[str],
    *,
    n: int,
    temperature: float | None,
    category_from: str,
    temperatures: Sequence[float] = (),
    sweep: bool = False,
    max_output_tokens: int = PAPER_MAX_OUTPUT_TOKENS,
    wrong_categories: Sequence[str] = (),
) -> tuple[Condition, ...]:
    """Every model with every strategy at every temperature, each asked once.

    Args:
        temperature: None takes the default of the model.
        category_from: model, truth, or the id of another model.
        temperatures: several, in place of `temperature`.
        sweep: the three temperatures the paper uses for the model, in place of both.
        wrong_categories: for mismatched strategies, one condition each; none: one by seed.

    Raises:
        UserError: an unknown strategy or provider, a malformed model, or a missing key.
    """
    taxonomy = load_taxonomy(settings.prompts_dir)
    templates = TemplateSource(settings.prompts_dir)
    if category_from not in {"model", "truth"}:
        parse_model_id(category_from)
    endpoints = {model_id: find_endpoint(model_id, settings) for model_id in model_ids}

    def at(model_id: str) -> Sequence[float | None]:
        return sweep_temperatures(model_id) if sweep else temperatures or [temperature]

    conditions = [
        make_condition(
            model_id,
            endpoints[model_id],
            strategy,
            n=n,
            taxonomy=taxonomy,
            templates=templates,
            temperature=one,
            max_output_tokens=max_output_tokens,
            category_from=category_from,
            wrong_category=wrong,
        )
        for model_id in endpoints
        for strategy in dict.fromkeys(strategies)
        for one in at(model_id)
        for wrong in wrong_categories or [""]
    ]
    # What a strategy does not use leaves its condition the same, and nothing is asked twice.
    return tuple({condition.hash: condition for condition in conditions}.values())


def parse_temperatures(text: str) -> tuple[float, ...]:
    """Temperatures out of a list with commas, each once, in the order given.

    Raises:
        UserError: something is no number from 0 to 2.
    """
    found: dict[float, None] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        try:
            value = float(part)
        except ValueError:
            value = -1.0
        if not 0 <= value <= HIGHEST_TEMPERATURE:
            raise UserError(
                f"Temperature {part!r} cannot be used; expected numbers from 0 to "
                f"{HIGHEST_TEMPERATURE:g} with commas between them, such as 0, 0.5, 1."
            )
        found[value] = None
    return tuple(found)


def find_endpoint(model_id: str, settings: Settings) -> str:
    """Where the model's provider sends its calls; asking for it checks that it can.

    Raises:
        UserError: an unknown provider, a malformed model, or a missing key.
    """
    provider = open_provider(parse_model_id(model_id), settings)
    endpoint = provider.endpoint
    asyncio.run(provider.close())
    return endpoint

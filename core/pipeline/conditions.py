"""From what a researcher picks (models, strategies, n, temperature) to conditions."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from core.providers.base import open_provider, parse_model_id
from core.settings import Settings
from core.strategies import Condition, make_condition
from core.taxonomy import load_taxonomy
from core.templates import TemplateSource


def plan_conditions(
    settings: Settings,
    model_ids: Sequence[str],
    strategies: Sequence[str],
    *,
    n: int,
    temperature: float | None,
    category_from: str,
) -> tuple[Condition, ...]:
    """Every model with every strategy, each asked once.

    Args:
        temperature: None takes the default of the model.
        category_from: model, truth, or the id of another model.

    Raises:
        UserError: an unknown strategy or provider, a malformed model, or a missing key.
    """
    taxonomy = load_taxonomy(settings.prompts_dir)
    templates = TemplateSource(settings.prompts_dir)
    if category_from not in {"model", "truth"}:
        parse_model_id(category_from)
    endpoints = {model_id: find_endpoint(model_id, settings) for model_id in model_ids}
    return tuple(
        make_condition(
            model_id,
            endpoints[model_id],
            strategy,
            n=n,
            taxonomy=taxonomy,
            templates=templates,
            temperature=temperature,
            category_from=category_from,
        )
        for model_id in endpoints
        for strategy in dict.fromkeys(strategies)
    )


def find_endpoint(model_id: str, settings: Settings) -> str:
    """Where the model's provider sends its calls; asking for it checks that it can.

    Raises:
        UserError: an unknown provider, a malformed model, or a missing key.
    """
    provider = open_provider(parse_model_id(model_id), settings)
    endpoint = provider.endpoint
    asyncio.run(provider.close())
    return endpoint

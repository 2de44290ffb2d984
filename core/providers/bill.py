"""What tokens cost when several models may have used them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from core.providers.pricing import cost_usd, find_price
from core.types import Usage


def cost_range_usd(
    usage: Usage, model_ids: Iterable[str], prices: Path, *, batch: bool = False
) -> tuple[float, float] | None:
    """The least and the most these tokens can have cost, whichever of the models used them.

    Args:
        prices: the price file.
        batch: the calls were made through batch APIs.

    Returns:
        Equal ends if all models have one price; None if a model's price (or, for a batch, its
        discount) is not listed, if there is no model, or if the tokens were not counted.

    Raises:
        UserError: the price file cannot be used, or a model id is malformed.
    """
    costs = []
    for model_id in set(model_ids):
        price = find_price(model_id, prices)
        cost = cost_usd(usage, price, batch=batch) if price else None
        if cost is None:
            return None
        costs.append(cost)
    return (min(costs), max(costs)) if costs else None

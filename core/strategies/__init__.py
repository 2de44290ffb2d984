"""Ways of asking a model for several responses, and conditions: a model asked in one way."""

from core.strategies.condition import (
    MISMATCH_SEED,
    Condition,
    default_sampling,
    make_condition,
    sweep_temperatures,
)
from core.strategies.registry import (
    STRATEGIES,
    find_strategy,
    get_strategy,
    load_strategies,
    strategy_kind,
)
from core.strategies.responses import ReadResponse
from core.strategies.shown import instruction_text
from core.strategies.strategy import Strategy, StrategyKind, calls_per_prompt

__all__ = [
    "MISMATCH_SEED",
    "STRATEGIES",
    "Condition",
    "ReadResponse",
    "Strategy",
    "StrategyKind",
    "calls_per_prompt",
    "default_sampling",
    "find_strategy",
    "get_strategy",
    "instruction_text",
    "load_strategies",
    "make_condition",
    "strategy_kind",
    "sweep_temperatures",
]

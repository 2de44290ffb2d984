"""Ways of asking a model for several responses, and conditions: a model asked in one way."""

from core.strategies.condition import Condition, default_sampling, make_condition
from core.strategies.registry import (
    STRATEGIES,
    Strategy,
    StrategyKind,
    find_strategy,
    get_strategy,
    strategy_kind,
)
from core.strategies.responses import ReadResponse

__all__ = [
    "STRATEGIES",
    "Condition",
    "ReadResponse",
    "Strategy",
    "StrategyKind",
    "default_sampling",
    "find_strategy",
    "get_strategy",
    "make_condition",
    "strategy_kind",
]

"""The strategies by id: those that come with the project, and those a researcher added."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from core.errors import UserError
from core.strategies.custom import FILE, read_strategies
from core.strategies.forms import (
    FORMS,
    Asking,
    Chain,
    Paraphrased,
    Reasoned,
    Seeded,
    Verbalized,
    WholeSet,
)
from core.strategies.strategy import Strategy, StrategyKind

_SYSTEM, _CHAIN = "system-general", "regenerate-general"
_ALL: tuple[Strategy, ...] = (
    Asking("temperature", "Temperature"),
    WholeSet(_SYSTEM, "System prompt, general", _SYSTEM),
    WholeSet("system-anchored", "System prompt, task-anchored", "system-anchored", True, _SYSTEM),
    Chain(_CHAIN, "Regeneration, general", _CHAIN),
    Chain(
        "regenerate-anchored", "Regeneration, task-anchored", "regenerate-anchored", True, _CHAIN
    ),
    Verbalized("verbalized-full", "Verbalized sampling, full", "verbalized-full"),
    Verbalized("verbalized-tail", "Verbalized sampling, tail", "verbalized-tail"),
    Seeded("ssot", "String Seed of Thought", "ssot"),
    Paraphrased("paraphrase", "Paraphrases", "paraphrase"),
    WholeSet(
        "mismatched", "Mismatched instruction", "system-anchored", True, _SYSTEM, mismatched=True
    ),
    Reasoned(
        "anchored-reasoning", "Task-anchored, reasoning first", "anchored-reasoning", True, _SYSTEM
    ),
)
# What comes with the project.
STRATEGIES: Mapping[str, Strategy] = MappingProxyType({one.id: one for one in _ALL})
# The template for prompts that fit no category, where the researcher names none.
_GENERAL = {
    "set": _SYSTEM,
    "reasoned": _SYSTEM,
    "chain": _CHAIN,
    "verbalized": "verbalized-full",
    "seeded": "ssot",
}


def load_strategies(prompts_dir: Path | None = None) -> Mapping[str, Strategy]:
    """All strategies by id, those of the researcher's `strategies.toml` last.

    Args:
        prompts_dir: the folder named by TASKANCHOR_PROMPTS, or None.

    Raises:
        UserError: the file is not what it needs to be; the message names the field.
    """
    path = None if prompts_dir is None else prompts_dir / FILE
    if path is None or not path.is_file():
        return STRATEGIES
    found: dict[str, Strategy] = dict(STRATEGIES)
    for strategy_id, described in read_strategies(path, FORMS, taken=STRATEGIES).items():
        form = FORMS[described.form]
        general = described.general or _GENERAL.get(described.form)
        found[strategy_id] = form(
            id=strategy_id,
            label=described.label,
            template_name=described.template,
            anchored=described.anchored,
            general_name=general if described.anchored else None,
            own=True,
        )
    return MappingProxyType(found)


def find_strategy(strategy_id: str, prompts_dir: Path | None = None) -> Strategy | None:
    """The strategy, or None: imported responses may name one of their own."""
    return STRATEGIES.get(strategy_id) or load_strategies(prompts_dir).get(strategy_id)


def get_strategy(strategy_id: str, prompts_dir: Path | None = None) -> Strategy:
    """The strategy of that id.

    Raises:
        UserError: there is none.
    """
    if (strategy := find_strategy(strategy_id, prompts_dir)) is None:
        raise UserError(
            f"There is no strategy {strategy_id!r}; expected one of "
            f"{', '.join(load_strategies(prompts_dir))}. One of your own belongs into "
            f"{FILE} in the folder named by TASKANCHOR_PROMPTS."
        )
    return strategy


def strategy_kind(strategy_id: str, spec: Mapping[str, Any] | None = None) -> StrategyKind:
    """How the responses were asked for; those made elsewhere count as independent.

    Args:
        spec: of the condition as stored. It names the form of a strategy that does not come with
            the project, so that its responses are read alike even where its file is gone.
    """
    strategy = STRATEGIES.get(strategy_id)
    if strategy is not None:
        return strategy.kind
    form = FORMS.get(str((spec or {}).get("form", "")))
    return form.kind if form else "independent"

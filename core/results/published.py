"""The paper's own figures, to lay over a study's: published, other judges; not a replication."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_FILE = Path(__file__).with_name("published.json")
# The paper's medium temperature, which its prompt strategies use too.
_MEDIUM = {"claude-4-sonnet": 0.5, "Llama-3.1-8B-Instruct": 0.5, "Mistral-7B-Instruct-v0.3": 0.5}
# What a model's name must hold to be taken for one of the paper's; names of servers vary.
_NAMES = {
    "gpt-4o": r"(^|[/:])(chatgpt-|gpt-)4o(-\d{4}-\d{2}-\d{2})?$",
    "claude-4-sonnet": r"claude-(4-sonnet|sonnet-4)(-\d{8}|-0)?$",
    "gemini-2.5-flash": r"gemini-2\.5-flash(-\d+)?$",
    "Llama-3.1-8B-Instruct": r"llama-?3\.1[-:]8b(-instruct)?$",
    "Mistral-7B-Instruct-v0.3": r"mistral-7b-instruct-v0\.3$",
}


@dataclass(frozen=True, slots=True)
class PublishedFigure:
    """One published mean with its standard error over the prompts of a category."""

    measure: str
    model: str
    strategy: str
    category: str
    mean: float
    se: float
    n_prompts: int


@dataclass(frozen=True, slots=True)
class Published:
    """source: where the figures are from. notice: what must stand beside them."""

    source: str
    notice: str
    models: tuple[str, ...]
    figures: tuple[PublishedFigure, ...]

    def find(self, measure: str, model: str) -> tuple[PublishedFigure, ...]:
        """Figures of one measure and published model, by strategy and category."""
        return tuple(one for one in self.figures if one.measure == measure and one.model == model)


@lru_cache(maxsize=1)
def load_published() -> Published:
    """Means of the medium temperature and the four prompt strategies; n is 5 throughout."""
    values = json.loads(_FILE.read_text(encoding="utf-8"))
    rows = [
        row
        for row in values["rows"]
        if row["temperature"] in (None, _MEDIUM.get(row["model"], 1.0))
    ]
    figures = tuple(
        PublishedFigure(
            row["measure"],
            row["model"],
            row["strategy"],
            category,
            mean,
            se,
            values["prompts"][category],
        )
        for row in rows
        for category, mean, se in zip(values["categories"], row["mean"], row["se"], strict=True)
        if mean is not None
    )
    models = tuple(dict.fromkeys(row["model"] for row in rows))
    return Published(values["source"], values["notice"], models, figures)


def find_published_model(model_id: str) -> str | None:
    """The paper's model that a study's model is, by name; None where it is another."""
    for name, pattern in _NAMES.items():
        if re.search(pattern, model_id, re.IGNORECASE):
            return name
    return None

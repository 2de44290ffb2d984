"""A condition: one model asked in one way. Responses of different conditions never mix."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from core.errors import UserError
from core.strategies.registry import find_strategy, get_strategy
from core.taxonomy import Taxonomy
from core.templates import TemplateSource
from core.types import SamplingParameters

PAPER_TOP_P = 0.9
PAPER_MAX_OUTPUT_TOKENS = 1024


@dataclass(frozen=True)
class Condition:
    """Model, strategy and parameters as asked for.

    Attributes:
        model_id: `provider:model`.
        endpoint: base URL without credentials; two servers with one model name do not mix.
        strategy: strategy id.
        parameters: asked for; what was really sent is stored with each response.
        n: responses per prompt. Part of the identity except where calls are independent, since
            asking for more of those extends the set.
        category_from: where an anchored strategy takes the category from: model (the generating
            model's own classification), truth, or the id of another model; "" if not anchored.
        texts_hash: over the template and the instructions in use; "" where there are none.
    """

    model_id: str
    endpoint: str
    strategy: str
    parameters: SamplingParameters
    n: int
    category_from: str = ""
    texts_hash: str = ""

    @property
    def n_identifies(self) -> bool:
        """Whether n belongs to the identity."""
        strategy = find_strategy(self.strategy)
        return strategy is not None and strategy.kind != "independent"

    @cached_property
    def hash(self) -> str:
        """16 hex digits over all of it, n only where it belongs to the identity."""
        values = self.as_dict()
        if not self.n_identifies:
            del values["n"]
        text = json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @property
    def label(self) -> str:
        """`MODEL/STRATEGY[/t=T][/n=N]#hash4`: t where set, n where it belongs to the identity."""
        parts = [self.model_id, self.strategy]
        if self.parameters.temperature is not None:
            parts.append(f"t={self.parameters.temperature:g}")
        if self.n_identifies:
            parts.append(f"n={self.n}")
        return f"{'/'.join(parts)}#{self.hash[:4]}"

    def as_dict(self) -> dict[str, Any]:
        """A JSON value from which `from_dict` makes an equal condition."""
        return {
            "model_id": self.model_id,
            "endpoint": self.endpoint,
            "strategy": self.strategy,
            "parameters": self.parameters.as_dict(),
            "n": self.n,
            "category_from": self.category_from,
            "texts_hash": self.texts_hash,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Condition:
        """Reads what `as_dict` wrote."""
        return cls(**{**values, "parameters": SamplingParameters(**values["parameters"])})


def make_condition(
    model_id: str,
    endpoint: str,
    strategy_id: str,
    *,
    n: int,
    taxonomy: Taxonomy,
    templates: TemplateSource,
    temperature: float | None = None,
    max_output_tokens: int = PAPER_MAX_OUTPUT_TOKENS,
    category_from: str = "model",
) -> Condition:
    """The condition that asks this of this model with the texts in use now.

    Raises:
        UserError: unknown strategy, or n below 1.
        TemplateError: a template of the strategy cannot be used.
    """
    strategy = get_strategy(strategy_id)
    if n < 1:
        raise UserError(f"n is {n}; expected at least 1 response per prompt.")
    return Condition(
        model_id=model_id,
        endpoint=endpoint,
        strategy=strategy.id,
        parameters=default_sampling(model_id, temperature, max_output_tokens),
        n=n,
        category_from=category_from if strategy.anchored else "",
        texts_hash=strategy.texts_hash(taxonomy, templates),
    )


def default_sampling(
    model_id: str,
    temperature: float | None = None,
    max_output_tokens: int = PAPER_MAX_OUTPUT_TOKENS,
) -> SamplingParameters:
    """What is asked of a model unless the researcher says otherwise.

    Follows the paper: top-p 0.9, at most 1024 output tokens, and its medium temperature, which is
    0.5 for Claude and 1.0 for GPT and Gemini. Its small open models had 0.5 as well; they cannot
    be told by name, so give `temperature` for them.

    Args:
        temperature: overrides the medium one.
        max_output_tokens: per call; a system-prompt call writes all n responses within it, so
            long responses need more.
    """
    medium = 0.5 if model_id.startswith("anthropic:") else 1.0
    return SamplingParameters(
        temperature=medium if temperature is None else temperature,
        top_p=PAPER_TOP_P,
        max_output_tokens=max_output_tokens,
    )

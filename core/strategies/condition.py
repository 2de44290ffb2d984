"""A condition: one model asked in one way. Responses of different conditions never mix."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from core.errors import UserError
from core.strategies.registry import get_strategy
from core.taxonomy import Taxonomy
from core.templates import TemplateSource
from core.types import SamplingParameters

PAPER_TOP_P = 0.9
PAPER_MAX_OUTPUT_TOKENS = 1024
# Of the choice of a wrong category, where the researcher names neither seed nor category.
MISMATCH_SEED = 38
_SEED = re.compile(r"seed:\d{1,9}")
# Asking for more of its responses extends a set; everywhere else n is part of what was asked.
_EXTENDABLE = "temperature"


@dataclass(frozen=True)
class Condition:
    """Model, strategy and parameters as asked for.

    Attributes:
        model_id: `provider:model`.
        endpoint: base URL without credentials; two servers with one model name do not mix.
        strategy: strategy id.
        parameters: asked for; what was really sent is stored with each response.
        n: responses per prompt. Part of the identity except for the temperature baseline, since
            asking for more of its responses extends the set.
        category_from: where an anchored strategy takes the category from: model (the generating
            model's own classification), truth, or the id of another model; "" if not anchored.
        texts_hash: over the template and the instructions in use; "" where there are none.
        wrong_category: whose instruction a mismatched strategy gives: a category's key, or
            `seed:NUMBER` for a choice among the wrong ones by that seed; "" otherwise.
        form: the way of asking of a strategy that does not come with the project; "" otherwise.
    """

    model_id: str
    endpoint: str
    strategy: str
    parameters: SamplingParameters
    n: int
    category_from: str = ""
    texts_hash: str = ""
    wrong_category: str = ""
    form: str = ""

    @property
    def n_identifies(self) -> bool:
        """Whether n belongs to the identity."""
        return self.strategy != _EXTENDABLE

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
        """A JSON value from which `from_dict` makes an equal condition.

        What only some strategies have is there only if set, so that the hashes of all others stay
        what they were before those strategies came.
        """
        rare = {"wrong_category": self.wrong_category, "form": self.form}
        return {
            "model_id": self.model_id,
            "endpoint": self.endpoint,
            "strategy": self.strategy,
            "parameters": self.parameters.as_dict(),
            "n": self.n,
            "category_from": self.category_from,
            "texts_hash": self.texts_hash,
            **{name: value for name, value in rare.items() if value},
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
    wrong_category: str = "",
) -> Condition:
    """The condition that asks this of this model with the texts in use now.

    Args:
        wrong_category: for a mismatched strategy; "" chooses by seed. What is wrong is told by
            the truth, so such a strategy goes by nothing else.

    Raises:
        UserError: unknown strategy, n below 1, or a wrong category that cannot be given.
        TemplateError: a template of the strategy cannot be used.
    """
    strategy = get_strategy(strategy_id, templates.overrides)
    if n < 1:
        raise UserError(f"n is {n}; expected at least 1 response per prompt.")
    wrong = check_wrong_category(wrong_category, taxonomy) if strategy.mismatched else ""
    source = "truth" if strategy.mismatched else category_from
    return Condition(
        model_id=model_id,
        endpoint=endpoint,
        strategy=strategy.id,
        parameters=default_sampling(model_id, temperature, max_output_tokens),
        n=n,
        category_from=source if strategy.anchored else "",
        texts_hash=strategy.texts_hash(taxonomy, templates),
        wrong_category=wrong,
        form=strategy.form if strategy.own else "",
    )


def check_wrong_category(wanted: str, taxonomy: Taxonomy) -> str:
    """A category with an instruction of its own, or `seed:NUMBER`; the usual seed for "".

    Raises:
        UserError: neither.
    """
    if not wanted:
        return f"seed:{MISMATCH_SEED}"
    speaking = [one.key for one in taxonomy.values() if one.kind != "none"]
    if wanted in speaking or _SEED.fullmatch(wanted):
        return wanted
    raise UserError(
        f"The wrong category is {wanted!r}; expected {', '.join(speaking)}, or seed:NUMBER for a "
        "choice among the wrong ones."
    )


def choose_wrong_category(
    condition: Condition, prompt_id: str, true_category: str, taxonomy: Taxonomy
) -> str | None:
    """The category whose instruction a mismatched condition gives a prompt; None: there is none.

    By seed, the choice depends on the seed and the prompt alone: the same whatever other prompts
    a study holds, and in whatever order or process they are asked.

    Args:
        prompt_id: the prompt's external id.
    """
    if not _SEED.fullmatch(condition.wrong_category):
        return condition.wrong_category if condition.wrong_category != true_category else None
    wrong = sorted(
        one.key for one in taxonomy.values() if one.kind != "none" and one.key != true_category
    )
    if not wrong:
        return None
    digest = hashlib.sha256(f"{condition.wrong_category}\0{prompt_id}".encode()).digest()
    return wrong[int.from_bytes(digest[:8]) % len(wrong)]


def sweep_temperatures(model_id: str) -> tuple[float, float, float]:
    """Low, medium and high temperature of the paper: 0, 0.5, 1 for Claude, 0, 1, 2 for others.

    Its small open models had 0.1, 0.5 and 1; they cannot be told by name.
    """
    return (0.0, 0.5, 1.0) if model_id.startswith("anthropic:") else (0.0, 1.0, 2.0)


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
    medium = sweep_temperatures(model_id)[1]
    return SamplingParameters(
        temperature=medium if temperature is None else temperature,
        top_p=PAPER_TOP_P,
        max_output_tokens=max_output_tokens,
    )

"""Choosing models, and saying what they cost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import streamlit as st

from core.errors import UserError
from core.pipeline.conditions import find_endpoint
from core.sample import JUDGES, MODEL, load_sample_study
from core.templates import find_prompt_file
from pages.components.workspace import settings, show_user_error

EXAMPLES = "provider:model, for example openai:gpt-4o"


def choose_models(
    label: str, known: Sequence[str], suggested: Sequence[str], key: str
) -> list[str]:
    """A field for one or more models: those of the study to pick from, and any other typed.

    Args:
        suggested: chosen to begin with.
    """
    chosen = st.multiselect(
        label,
        list(dict.fromkeys([*known, *suggested])),
        list(suggested),
        key=key,
        placeholder=EXAMPLES,
        accept_new_options=True,
        help="Pick or type. A list separated by commas gives several. "
        "openai: any server that speaks chat completions; anthropic: Claude; replay: recordings.",
    )
    return split_models(chosen)


def split_models(entries: Iterable[str]) -> list[str]:
    """Model ids out of entries that may hold several, each once."""
    ids = (part.strip() for entry in entries for part in entry.split(","))
    return list(dict.fromkeys(model_id for model_id in ids if model_id))


def can_be_called(model_ids: Iterable[str]) -> bool:
    """Whether every model's provider is known and has its key; shows what is wrong otherwise."""
    try:
        for model_id in model_ids:
            find_endpoint(model_id, settings())
    except UserError as error:
        show_user_error(error)
        return False
    return True


def suggested_models(prompt_texts: Iterable[str], known: Sequence[str]) -> list[str]:
    """The recorded model where the recordings know all prompts, else the model used before."""
    if is_recorded(prompt_texts):
        return [MODEL]
    return list(known[:1])


def suggested_judges(prompt_texts: Iterable[str], known: Sequence[str]) -> list[str]:
    """The first recorded judge not used yet, where the recordings know all prompts."""
    if not is_recorded(prompt_texts):
        return list(known[:1])
    return ([judge for judge in JUDGES if judge not in known] or list(JUDGES))[:1]


def is_recorded(prompt_texts: Iterable[str]) -> bool:
    """Whether the bundled recordings know all of these prompts."""
    texts = {text.strip() for text in prompt_texts}
    return bool(texts) and texts <= _recorded_texts()


@lru_cache(maxsize=1)
def _recorded_texts() -> frozenset[str]:
    return frozenset(prompt.text.strip() for prompt in load_sample_study().prompts)


def price_file() -> Path:
    """The price list in use: the researcher's own, or the bundled one."""
    return find_prompt_file("prices.toml", settings().prompts_dir)


def price_text(cost: tuple[float, float] | None) -> str:
    """A cost or a range of costs; None is said to be unknown, never nothing."""
    if cost is None:
        return "cost unknown: price not listed"
    low, high = (f"${amount:,.2f}" if amount >= 0.01 or not amount else "<$0.01" for amount in cost)
    return low if low == high else f"{low} to {high}"


def counts_text(counts: Mapping[str, int]) -> str:
    """Names with their counts in words, the most frequent first."""
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return ", ".join(f"{name.replace('_', ' ')} {n:,}" for name, n in ordered)

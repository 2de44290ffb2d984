"""Batches: whether to send calls as one, and those that are under way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import streamlit as st

from core.providers.base import parse_model_id
from core.providers.batch_api import batch_providers
from core.strategies import STRATEGIES, Condition
from db.batches import BatchView, list_batches
from pages.components.models import counts_text
from pages.components.pace import ago_text
from pages.components.workspace import StudyRef, database

_HELP = (
    "All questions are handed over together and collected when the provider is done, within a "
    "day. It survives restarts."
)


def choose_batch(conditions: Iterable[Condition]) -> bool:
    """Whether to generate through batch APIs; offered only where every condition can be."""
    chosen = list(conditions)
    chains = any(STRATEGIES[one.strategy].kind == "chain" for one in chosen)
    able = can_be_batched(one.model_id for one in chosen)
    reason = ""
    if chains:
        reason = "Regeneration cannot be a batch: every turn needs the answer before."
    elif not able:
        reason = f"Only {', '.join(batch_providers())} take batches."
    return (
        st.checkbox(
            "As a batch: cheaper, later", key="batch", disabled=bool(reason), help=reason or _HELP
        )
        and not reason
    )


def can_be_batched(model_ids: Iterable[str]) -> bool:
    """Whether every model's provider has a batch API."""
    return {parse_model_id(one).provider for one in model_ids} <= set(batch_providers())


def draw_batches(study: StudyRef) -> None:
    """Batches handed over so far, the newest first; nothing without any."""
    with database().read() as session:
        batches = list_batches(session, study.id)
    if not batches:
        return
    n_open = sum(one.status in {"submitting", "submitted", "withdrawn"} for one in batches)
    with st.expander(f"Batches: {len(batches)}, {n_open} under way", expanded=n_open > 0):
        st.dataframe(
            [
                {
                    "provider": one.provider,
                    "batch": one.remote_id or "not known yet",
                    "state": state_text(one),
                    "calls": one.n_calls,
                    "so far": counts_text(shown_counts(one.counts)),
                    "handed over": ago_text(one.created_at),
                    "run": one.run_id,
                    "message": one.message,
                }
                for one in batches
            ],
            hide_index=True,
            key="batches",
        )


def state_text(batch: BatchView) -> str:
    """The state in words: what one waits for, or what came of it."""
    return {
        "submitting": "being handed over",
        "submitted": "under way",
        "withdrawn": "cancelled; what was finished is collected",
        "lost": "not at the provider; sent again",
    }.get(batch.status, batch.status)


def shown_counts(counts: Mapping[str, int]) -> dict[str, int]:
    """Counts worth reading: zeros say nothing."""
    return {name: n for name, n in counts.items() if n}

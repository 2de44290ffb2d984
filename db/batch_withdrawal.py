"""Batches of cancelled runs that no process waits for any more: the provider is asked to end them.

A run that is cancelled while it is worked on withdraws its own batches. One that was paused before,
or whose process died, leaves them at the provider, where they would go on and be paid for.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import ProviderError, UserError
from core.providers.base import ModelId, open_provider
from core.providers.batch_api import open_batch_api
from core.providers.retry import RetryPolicy
from core.settings import Settings
from db.batches import SqlLedger
from db.engine import Database
from db.models import Batch, Chunk, Executor, Run

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LeftBatch:
    study_id: int
    key: str
    provider: str
    endpoint: str
    remote_id: str


def list_left_batches(session: Session) -> list[LeftBatch]:
    """Batches under way of cancelled runs that no living process works on."""
    worked_on = (
        select(Chunk.id)
        .join(Executor, Chunk.executor_id == Executor.id)
        .where(Chunk.run_id == Run.id, Chunk.status == "running")
    )
    rows = session.execute(
        select(Batch.study_id, Batch.key, Batch.provider, Batch.endpoint, Batch.remote_id)
        .join(Run, Batch.run_id == Run.id)
        .where(Run.status == "cancelled", Batch.status == "submitted", ~worked_on.exists())
        .order_by(Batch.id)
    )
    return [LeftBatch(*row) for row in rows]


def withdraw_left_batches(database: Database, settings: Settings) -> int:
    """Asks the providers to end them; how many were withdrawn.

    What they finished is collected when the run is resumed. One that cannot be withdrawn now is
    logged and tried again the next time.
    """
    with database.read() as session:
        left = list_left_batches(session)
    return asyncio.run(_withdraw(database, settings, left)) if left else 0


async def _withdraw(database: Database, settings: Settings, left: Sequence[LeftBatch]) -> int:
    n_withdrawn = 0
    for name in sorted({one.provider for one in left}):
        try:
            provider, api = open_batch_api(open_provider(ModelId(name, ""), settings))
        except UserError as error:
            log.warning("batches of %s cannot be cancelled from here: %s", name, error)
            continue
        retry = RetryPolicy(max_attempts=2)
        for one in left:
            # Another address is another account; its batches are not known at this one.
            if (one.provider, one.endpoint) != (name, provider.endpoint):
                continue
            try:
                await retry.run(name, partial(api.cancel, one.remote_id))
            except ProviderError as error:
                log.warning("batch %s could not be cancelled: %s", one.remote_id, error)
                continue
            await asyncio.to_thread(SqlLedger(database, one.study_id).set_withdrawn, one.key)
            n_withdrawn += 1
        await provider.close()
    return n_withdrawn

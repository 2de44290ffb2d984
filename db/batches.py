"""The ledger of batches, on SQLAlchemy: what was handed over to a provider and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from core.providers.batch_api import BatchReply
from core.providers.batch_ledger import (
    BatchStatus,
    CallKey,
    KnownBatch,
    KnownCall,
    NewCall,
)
from db.engine import Database, insert_into
from db.models import Batch, BatchCall, now

# Rows of a statement: SQLite takes 32,766 variables, and a call has ten.
_PART = 2_000


@dataclass(frozen=True, slots=True)
class BatchView:
    """A batch as a page shows it. counts: calls by state, in the provider's words."""

    id: int
    provider: str
    remote_id: str
    status: str
    n_calls: int
    counts: Mapping[str, int]
    message: str
    run_id: int | None
    created_at: datetime
    ended_at: datetime | None


class SqlLedger:
    """The ledger of one study (see `core.providers.batch_ledger.BatchLedger`)."""

    def __init__(self, database: Database, study_id: int, run_id: int | None = None) -> None:
        self._database = database
        self._study_id = study_id
        self._run_id = run_id

    def find_calls(self, endpoint: str, keys: Sequence[CallKey]) -> dict[CallKey, KnownCall]:
        found: dict[CallKey, KnownCall] = {}
        wanted = set(keys)
        with self._database.read() as session:
            for start in range(0, len(keys), _PART):
                part = [key.call_id for key in keys[start : start + _PART]]
                rows = session.execute(
                    select(BatchCall, Batch)
                    .join(Batch, BatchCall.batch_id == Batch.id)
                    .where(
                        BatchCall.study_id == self._study_id,
                        BatchCall.endpoint == endpoint,
                        BatchCall.call_id.in_(part),
                    )
                )
                for call, batch in rows:
                    key = CallKey(call.call_id, call.request_hash)
                    if key in wanted:
                        found[key] = _known(call, batch)
        return found

    def add_batch(self, provider: str, endpoint: str, key: str, calls: Sequence[NewCall]) -> None:
        with self._database.write() as session:
            batch = Batch(
                study_id=self._study_id,
                run_id=self._run_id,
                key=key,
                provider=provider,
                endpoint=endpoint,
                n_calls=len(calls),
            )
            session.add(batch)
            session.flush()
            for start in range(0, len(calls), _PART):
                self._add_calls(session, batch, calls[start : start + _PART])

    def _add_calls(self, session: Session, batch: Batch, calls: Sequence[NewCall]) -> None:
        rows = [
            {
                "study_id": self._study_id,
                "batch_id": batch.id,
                "endpoint": batch.endpoint,
                "call_id": call.key.call_id,
                "request_hash": call.key.request_hash,
                "custom_id": call.custom_id,
                "status": "submitted",
                "status_code": None,
                "payload": {},
                "parameters": dict(call.parameters),
                "attempt": 1,
            }
            for call in calls
        ]
        statement = insert_into(session, BatchCall)
        key = ["study_id", "endpoint", "call_id"]
        new = {name: statement.excluded[name] for name in rows[0] if name not in key}
        session.execute(
            statement.on_conflict_do_update(
                index_elements=key, set_={**new, "attempt": BatchCall.attempt + 1}
            ),
            rows,
        )

    def set_submitted(self, key: str, remote_id: str) -> None:
        with self._database.write() as session:
            session.execute(
                update(Batch)
                .where(Batch.key == key, Batch.status == "submitting")
                .values(status="submitted", remote_id=remote_id)
            )

    def set_withdrawn(self, key: str) -> None:
        with self._database.write() as session:
            session.execute(
                update(Batch)
                .where(Batch.key == key, Batch.status == "submitted")
                .values(status="withdrawn")
            )

    def set_counts(self, key: str, counts: Mapping[str, int]) -> None:
        with self._database.write() as session:
            session.execute(update(Batch).where(Batch.key == key).values(counts=dict(counts)))

    def close_batch(
        self, key: str, status: BatchStatus, message: str, replies: Sequence[BatchReply]
    ) -> None:
        with self._database.write() as session:
            batch = session.scalars(select(Batch).where(Batch.key == key).with_for_update()).one()
            if batch.status not in {"submitting", "submitted", "withdrawn"}:
                return
            batch.status, batch.message, batch.ended_at = status, message, now()
            by_name = {reply.custom_id: reply for reply in replies}
            open_calls = session.scalars(
                select(BatchCall).where(
                    BatchCall.batch_id == batch.id, BatchCall.status == "submitted"
                )
            )
            done = 0
            for call in open_calls:
                reply = by_name.get(call.custom_id)
                call.status = "failed"
                if reply is not None:
                    call.status_code, call.payload = reply.status_code, dict(reply.payload)
                    call.status = "done" if reply.status_code == 200 else "failed"
                done += call.status == "done"
            batch.counts = {"done": done, "failed": batch.n_calls - done}

    def list_remote_ids(self, endpoint: str) -> set[str]:
        with self._database.read() as session:
            ids = session.scalars(select(Batch.remote_id).where(Batch.endpoint == endpoint))
            return {one for one in ids if one}

    def forget(self, endpoint: str, call_ids: Sequence[str]) -> None:
        with self._database.write() as session:
            for start in range(0, len(call_ids), _PART):
                session.execute(
                    delete(BatchCall).where(
                        BatchCall.study_id == self._study_id,
                        BatchCall.endpoint == endpoint,
                        BatchCall.call_id.in_(call_ids[start : start + _PART]),
                    )
                )


def list_batches(session: Session, study_id: int, limit: int = 20) -> list[BatchView]:
    """The latest batches of a study, the newest first."""
    rows = session.scalars(
        select(Batch).where(Batch.study_id == study_id).order_by(Batch.id.desc()).limit(limit)
    )
    return [
        BatchView(
            id=row.id,
            provider=row.provider,
            remote_id=row.remote_id,
            status=row.status,
            n_calls=row.n_calls,
            counts=row.counts,
            message=row.message,
            run_id=row.run_id,
            created_at=row.created_at,
            ended_at=row.ended_at,
        )
        for row in rows
    ]


def _known(call: BatchCall, batch: Batch) -> KnownCall:
    return KnownCall(
        batch=KnownBatch(batch.key, batch.remote_id, batch.status, batch.n_calls, batch.created_at),
        custom_id=call.custom_id,
        status=call.status,
        status_code=call.status_code,
        payload=call.payload,
        parameters=call.parameters,
    )

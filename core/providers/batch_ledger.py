"""What batches need of a storage, so that a restart neither loses nor repeats a call.

`db.batches` implements it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from core.providers.batch_api import BatchReply

BatchStatus = Literal["submitting", "submitted", "withdrawn", "ended", "lost", "failed"]


@dataclass(frozen=True, slots=True)
class CallKey:
    """call_id: what the call is for. request_hash: of what is asked, the model included."""

    call_id: str
    request_hash: str


@dataclass(frozen=True, slots=True)
class NewCall:
    """A call to be handed over. parameters: what is sent, and what the model refused before."""

    key: CallKey
    custom_id: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KnownBatch:
    key: str
    remote_id: str
    status: str
    n_calls: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class KnownCall:
    """A call that was handed over before. status: submitted, done or failed."""

    batch: KnownBatch
    custom_id: str
    status: str
    status_code: int | None
    payload: Mapping[str, Any]
    parameters: Mapping[str, Any]


class BatchLedger(Protocol):
    """Every method is one short transaction and may be called from any thread."""

    def find_calls(self, endpoint: str, keys: Sequence[CallKey]) -> dict[CallKey, KnownCall]:
        """Calls handed over and not forgotten; one asked in other words is not found."""
        ...

    def add_batch(self, provider: str, endpoint: str, key: str, calls: Sequence[NewCall]) -> None:
        """Writes down, before it happens, that these calls are being handed over."""
        ...

    def set_submitted(self, key: str, remote_id: str) -> None: ...

    def set_withdrawn(self, key: str) -> None:
        """Notes that the provider was asked to cancel the batch; what it finished is collected."""
        ...

    def set_counts(self, key: str, counts: Mapping[str, int]) -> None: ...

    def close_batch(
        self,
        key: str,
        status: BatchStatus,
        message: str,
        replies: Sequence[BatchReply],
    ) -> None:
        """Keeps the replies; calls without one are failed. Doing it twice is once."""
        ...

    def list_remote_ids(self, endpoint: str) -> set[str]:
        """Ids of all batches known at this address, of any study."""
        ...

    def forget(self, endpoint: str, call_ids: Sequence[str]) -> None:
        """Removes calls whose outcome is stored where it belongs."""
        ...

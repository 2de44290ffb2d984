"""What the providers' batch APIs have in common: calls handed over together, collected later."""

from __future__ import annotations

import importlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from core.errors import UserError
from core.providers.base import Provider

if TYPE_CHECKING:
    from core.providers.live import LiveProvider

# Provider name -> module with `open_batch_api(provider) -> BatchApi`.
_MODULES = {
    "openai": "core.providers.batch_openai",
    "anthropic": "core.providers.batch_anthropic",
}


@dataclass(frozen=True, slots=True)
class BatchState:
    """How far a batch is.

    Attributes:
        ended: nothing more will happen to it; what was finished can be collected.
        message: why the batch as a whole failed; "" if it did not.
        counts: calls by state, in the provider's words.
    """

    ended: bool
    message: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BatchReply:
    """What came of one call.

    Attributes:
        custom_id: the name we gave the call.
        status_code: as if it had been made alone; None for a call that was never made.
        payload: the reply's or the error's JSON; for a call never made, why: expired or canceled.
    """

    custom_id: str
    status_code: int | None
    payload: Mapping[str, Any]


class BatchApi(Protocol):
    """One provider's batches. Every method raises `AttemptFailed` when it cannot be done now.

    Attributes:
        max_calls, max_bytes: what the provider takes in one batch.
    """

    max_calls: int
    max_bytes: int

    async def submit(self, key: str, bodies: Sequence[tuple[str, Mapping[str, Any]]]) -> str:
        """Hands calls over, as (custom id, request body); returns the provider's id.

        Args:
            key: our own name for the batch, unique.
        """
        ...

    async def find(
        self, key: str, n_calls: int, since: datetime, taken: Collection[str]
    ) -> str | None:
        """The id of a batch that was submitted although its answer was lost, or None.

        A provider that keeps no key of ours is searched by time and size; whether the batch is
        ours then shows when its replies are collected.

        Args:
            since: when we began to submit it.
            taken: ids of batches we know.
        """
        ...

    async def check(self, remote_id: str) -> BatchState: ...

    async def cancel(self, remote_id: str) -> None:
        """Asks the provider to make no further call of a batch; doing it twice is once.

        The batch ends some time later, and what was finished by then can be collected.
        """
        ...

    async def replies(self, remote_id: str) -> list[BatchReply]:
        """Replies of an ended batch, in any order; calls that were never made may be missing."""
        ...


def open_batch_api(provider: Provider) -> tuple[LiveProvider, BatchApi]:
    """The batch API of a provider, signed in as the provider is.

    Raises:
        UserError: the provider has none.
    """
    # Imported here: it brings the HTTP library, which most commands never need.
    from core.providers.live import LiveProvider

    module = _MODULES.get(provider.name)
    if module is None or not isinstance(provider, LiveProvider):
        raise UserError(
            f"The provider {provider.name!r} has no batch API; expected one of "
            f"{', '.join(sorted(_MODULES))}. Run without --batch."
        )
    api: BatchApi = importlib.import_module(module).open_batch_api(provider)
    return provider, api


def batch_providers() -> list[str]:
    """Names of the providers that take batches, in alphabetical order."""
    return sorted(_MODULES)

"""Which failed calls are asked again, and when.

The SDKs retry by themselves, but silently; their retries are switched off so that every HTTP
attempt is counted and every wait is ours.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import TypeVar

from core.errors import ProviderError

T = TypeVar("T")


class Retry(Enum):
    """NEVER: the same request would fail again. LATER: after a wait. NOW: the next attempt
    sends something else."""

    NEVER = "never"
    LATER = "later"
    NOW = "now"


class AttemptFailed(Exception):
    """One HTTP attempt without a usable reply. Fields as in `ProviderError`."""

    def __init__(
        self,
        reason: str,
        detail: str,
        retry: Retry,
        *,
        status_code: int | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
        self.retry = retry
        self.status_code = status_code
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Exponential backoff with jitter.

    Attributes:
        max_attempts: attempts at most; those answered by `Retry.NOW` are not limited here.
        base_s, cap_s: the k-th wait is drawn from the upper half of min(cap, base * 2^(k-1)).
        retry_after_cap_s: a server that asks for a longer wait gets this one.
        rng: source of the jitter.
        sleep: replaced in tests.
    """

    max_attempts: int = 8
    base_s: float = 0.5
    cap_s: float = 30.0
    retry_after_cap_s: float = 60.0
    rng: random.Random = field(default_factory=random.Random)
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def run(self, model: str, attempt: Callable[[], Awaitable[T]]) -> tuple[T, int]:
        """Calls `attempt` until it succeeds; returns its result and the number of attempts.

        Args:
            model: `provider:model`, for the error.

        Raises:
            ProviderError: the last failure, once it is not worth another attempt.
        """
        attempts = waits = 0
        while True:
            attempts += 1
            try:
                return await attempt(), attempts
            except AttemptFailed as failed:
                failure = failed
            if failure.retry is Retry.NOW:
                continue
            if failure.retry is Retry.NEVER or waits + 1 >= self.max_attempts:
                # Raised outside the handler: the SDK's exception may hold request headers.
                raise ProviderError(
                    model,
                    failure.reason,
                    failure.detail,
                    status_code=failure.status_code,
                    retry_after=failure.retry_after,
                    attempts=attempts,
                )
            waits += 1
            await self.sleep(self.delay_s(waits, failure.retry_after))

    def delay_s(self, wait: int, retry_after: float | None) -> float:
        """Seconds before the attempt after the `wait`-th failure (1, 2, …)."""
        if retry_after is not None:
            asked = min(retry_after, self.retry_after_cap_s)
            # Never earlier than asked, and callers told the same moment do not come together.
            return asked + self.rng.random() * min(1.0, 0.25 * asked)
        ceiling = min(self.cap_s, self.base_s * 2.0 ** (wait - 1))
        return ceiling * (0.5 + 0.5 * self.rng.random())


def reason_for_status(status_code: int) -> tuple[str, Retry]:
    """The failure kind of an HTTP error status and whether another attempt may help."""
    if status_code == 429:
        return "rate_limited", Retry.LATER
    if status_code == 408:
        return "timeout", Retry.LATER
    if status_code == 409 or status_code >= 500:
        return "server_error", Retry.LATER
    if status_code in (401, 403):
        return "auth", Retry.NEVER
    return "bad_request", Retry.NEVER


def read_retry_after(headers: Mapping[str, str], now: float | None = None) -> float | None:
    """Seconds to wait from `retry-after-ms` or `Retry-After` (seconds or an HTTP date).

    Args:
        headers: looked up by lower-case name.
        now: Unix time; the clock by default.

    Returns:
        Not below 0; None when the server asked for nothing readable.
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return max(0.0, milliseconds / 1000)
    value = headers.get("retry-after")
    seconds = _number(value)
    if seconds is not None or value is None:
        return seconds
    try:
        at = parsedate_to_datetime(value).timestamp()
    except (ValueError, OverflowError):
        return None
    return max(0.0, at - (time.time() if now is None else now))


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return max(0.0, number) if number < float("inf") else None

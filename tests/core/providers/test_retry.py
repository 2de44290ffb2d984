import asyncio
import random

import pytest

from core.errors import ProviderError
from core.providers.retry import AttemptFailed, Retry, RetryPolicy, read_retry_after


def run(policy: RetryPolicy, outcomes: list[object]) -> tuple[object, int]:
    async def attempt() -> object:
        outcome = outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    return asyncio.run(policy.run("openai:m", attempt))


def later(retry_after: float | None = None) -> AttemptFailed:
    return AttemptFailed("server_error", "busy", Retry.LATER, retry_after=retry_after)


def test_waits_double_within_their_jitter_up_to_the_cap(retry, waits):
    with pytest.raises(ProviderError):
        run(retry, [later() for _ in range(8)])
    ceilings = [0.5, 1, 2, 4, 8, 16, 30]
    assert len(waits) == len(ceilings)
    for wait, ceiling in zip(waits, ceilings, strict=True):
        assert ceiling / 2 <= wait <= ceiling


def test_the_jitter_comes_from_the_generator_given():
    first, second, other = (RetryPolicy(rng=random.Random(seed)) for seed in (1, 1, 2))
    assert first.delay_s(1, None) == second.delay_s(1, None)
    assert first.delay_s(1, None) != other.delay_s(1, None)


def test_what_cannot_help_is_not_repeated(retry, waits):
    with pytest.raises(ProviderError) as caught:
        run(retry, [AttemptFailed("auth", "no", Retry.NEVER, status_code=401), "never reached"])
    assert (caught.value.attempts, caught.value.status_code) == (1, 401)
    assert waits == []


def test_changed_requests_go_at_once_and_do_not_use_up_the_attempts(retry, waits):
    changed = AttemptFailed("refused_parameter", "no", Retry.NOW)
    outcomes = [changed, changed, *(later() for _ in range(7)), "done"]
    assert run(retry, outcomes) == ("done", 10)
    assert len(waits) == 7


def test_an_unexpected_error_passes_through(retry):
    with pytest.raises(ZeroDivisionError):
        run(retry, [ZeroDivisionError()])


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "2"}, 2.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after-ms": "250", "retry-after": "2"}, 0.25),
        # 784111777 s after the epoch is the example date of RFC 9110, section 5.6.7.
        ({"retry-after": "Sun, 06 Nov 1994 08:49:37 GMT"}, 7.0),
        ({"retry-after": "Sun, 06 Nov 1994 08:49:00 GMT"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": ""}, None),
        ({}, None),
    ],
)
def test_retry_after_is_read_as_seconds_or_date(headers, seconds):
    assert read_retry_after(headers, now=784111770.0) == seconds

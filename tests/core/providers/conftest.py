"""Live providers opened on a wire server, with waits that are recorded instead of slept."""

import asyncio
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from core.providers.anthropic import AnthropicProvider
from core.providers.connection import read_connection
from core.providers.live import LiveProvider
from core.providers.openai import OpenAIProvider
from core.providers.retry import RetryPolicy
from core.types import (
    Completion,
    CompletionRequest,
    Message,
    RecordingKey,
    SamplingParameters,
)
from tests.wire_server import WireServer


@pytest.fixture
def server() -> Iterator[WireServer]:
    with WireServer() as running:
        yield running


@pytest.fixture
def waits() -> list[float]:
    """Every wait the retry policy asked for, in seconds."""
    return []


@pytest.fixture
def retry(waits: list[float]) -> RetryPolicy:
    async def record(seconds: float) -> None:
        waits.append(seconds)

    return RetryPolicy(rng=random.Random(1), sleep=record)


@pytest.fixture
def ask(server: WireServer, retry: RetryPolicy) -> Callable[..., Any]:
    """`ask("openai", request, ...)`: the completions of one provider instance, in order.

    Requests are sent together where `together` is true. An exception is raised.
    """

    def run(
        name: str,
        *requests: CompletionRequest,
        together: bool = False,
        timeout_s: float = 20.0,
        url: str | None = None,
    ) -> list[Completion]:
        async def body() -> list[Completion]:
            provider = make_provider(name, server, retry, timeout_s, url)
            try:
                if together:
                    return list(await asyncio.gather(*map(provider.complete, requests)))
                return [await provider.complete(r) for r in requests]
            finally:
                await provider.close()

        return asyncio.run(body())

    return run


def make_provider(
    name: str, server: WireServer, retry: RetryPolicy, timeout_s: float, url: str | None
) -> LiveProvider:
    environ = server.environment()
    if url is not None:
        environ[f"{name.upper()}_BASE_URL"] = url
    connection = read_connection(name.upper(), "http://127.0.0.1:9", environ)
    kind = {"openai": OpenAIProvider, "anthropic": AnthropicProvider}[name]
    return kind(connection, concurrency=4, retry=retry, read_timeout_s=timeout_s)


@pytest.fixture
def make_request() -> Callable[..., CompletionRequest]:
    def make(text: str = "Hello", system: str = "", **parameters: Any) -> CompletionRequest:
        head = (Message("system", system),) if system else ()
        return CompletionRequest(
            model="some/model:v1",
            messages=(*head, Message("user", text)),
            parameters=SamplingParameters(**parameters),
            key=RecordingKey("generate", text),
        )

    return make

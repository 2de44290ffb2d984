"""Both SDKs for real, against a server that misbehaves."""

import asyncio
import base64
import random
import socket
from dataclasses import replace
from email.utils import formatdate

import pytest

from core.errors import ProviderError
from core.providers.connection import read_connection
from core.providers.openai import OpenAIProvider
from core.providers.retry import RetryPolicy
from tests.wire_server import (
    drop,
    echo_credentials,
    fail,
    fail_with,
    malformed,
    reply_with,
    slow,
    truncate,
)

BOTH = pytest.mark.parametrize("name", ["openai", "anthropic"])


@BOTH
def test_a_reply_carries_text_usage_and_what_was_sent(server, ask, make_request, name):
    server.responder = lambda _body: "Paris, naïvely 巴黎"
    [done] = ask(name, make_request(temperature=0.5, max_output_tokens=7))
    assert done.text == "Paris, naïvely 巴黎"
    assert done.finish_reason == "stop"
    assert done.usage.input_tokens > 0
    assert done.usage.output_tokens > 0
    assert done.parameters_sent == {"temperature": 0.5, "max_output_tokens": 7}
    assert done.parameters_dropped == {}
    assert done.attempts == 1
    assert done.served_model == "some/model:v1"


@BOTH
@pytest.mark.parametrize(
    "step",
    [
        fail(429, retry_after=3),
        fail(408),
        fail(409),
        fail(500),
        fail(503),
        fail(529),
        drop(),
        truncate(),
        malformed(),
        malformed(b""),
        malformed(b"<html>busy</html>"),
        malformed(b"[]"),
        malformed(b"{}"),
        malformed(b"\xff\xfe"),
    ],
    ids=lambda step: f"{step.status}-{step.drop}-{step.raw!r}",
)
def test_a_passing_fault_is_retried_and_every_attempt_counted(
    server, ask, waits, make_request, name, step
):
    server.script(step, step)
    [done] = ask(name, make_request())
    assert done.attempts == 3
    assert len(server.requests) == 3
    assert len(waits) == 2
    assert done.text.startswith("Answer")


@BOTH
@pytest.mark.parametrize(
    ("step", "reason", "status"),
    [
        (fail(429), "rate_limited", 429),
        (fail(500), "server_error", 500),
        (drop(), "connection", None),
        (truncate(), "connection", None),
        (malformed(), "malformed_reply", None),
    ],
)
def test_a_lasting_fault_ends_after_eight_attempts_with_its_kind(
    server, ask, make_request, name, step, reason, status
):
    server.faults = lambda _seen: step
    with pytest.raises(ProviderError) as caught:
        ask(name, make_request())
    assert caught.value.reason == reason
    assert caught.value.status_code == status
    assert caught.value.attempts == len(server.requests) == 8
    assert caught.value.model == f"{name}:some/model:v1"


@BOTH
def test_a_silent_server_is_a_timeout(server, ask, make_request, name):
    server.script(slow(5))
    [done] = ask(name, make_request(), timeout_s=0.3)
    assert done.attempts == 2
    server.faults = lambda _seen: slow(5)
    with pytest.raises(ProviderError) as caught:
        ask(name, make_request(), timeout_s=0.05)
    assert caught.value.reason == "timeout"


@BOTH
def test_nobody_listening_is_a_connection_failure(ask, make_request, name):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        with pytest.raises(ProviderError, match=r"127\.0\.0\.1") as caught:
            ask(name, make_request(), url=url)
    assert caught.value.reason == "connection"
    assert caught.value.attempts == 8


@BOTH
@pytest.mark.parametrize(
    ("status", "reason"),
    [(400, "bad_request"), (401, "auth"), (403, "auth"), (404, "bad_request")],
)
def test_other_client_errors_are_not_retried(server, ask, make_request, name, status, reason):
    server.script(fail(status, "the model does not exist"))
    with pytest.raises(ProviderError, match="the model does not exist") as caught:
        ask(name, make_request(temperature=1.0))
    assert (caught.value.reason, caught.value.status_code) == (reason, status)
    assert len(server.requests) == 1


@BOTH
def test_an_empty_account_is_not_asked_again(server, ask, make_request, name):
    server.script(fail_with(429, {"error": {"message": "no", "code": "insufficient_quota"}}))
    with pytest.raises(ProviderError) as caught:
        ask(name, make_request())
    assert caught.value.reason == "rate_limited"
    assert len(server.requests) == 1


@BOTH
def test_a_wait_asked_for_in_seconds_or_as_a_date_is_kept(server, ask, waits, make_request, name):
    server.script(fail(429, retry_after=7), fail(429, retry_after=formatdate(4e9, usegmt=True)))
    ask(name, make_request())
    assert 7 <= waits[0] <= 8
    assert 60 <= waits[1] <= 61


@BOTH
def test_wait_asked_for_is_reported_when_attempts_run_out(server, ask, make_request, name):
    server.faults = lambda _seen: fail(429, retry_after=9)
    with pytest.raises(ProviderError) as caught:
        ask(name, make_request())
    assert caught.value.retry_after == 9


@BOTH
@pytest.mark.parametrize("style", ["unsupported", "forbidden", "unprocessable", "deprecated"])
def test_a_refused_parameter_is_dropped_recorded_and_not_sent_again(
    server, ask, waits, make_request, name, style
):
    server.refused = {"temperature": style}
    first, second = ask(
        name,
        make_request("one", temperature=0.0, top_p=0.9),
        make_request("two", temperature=0.0, top_p=0.9),
    )
    assert (first.attempts, second.attempts) == (2, 1)
    for done in (first, second):
        assert "temperature" not in done.parameters_sent
        assert done.parameters_sent["top_p"] == 0.9
        assert list(done.parameters_dropped) == ["temperature"]
        assert "temperature" in done.parameters_dropped["temperature"]
    assert waits == []


@BOTH
def test_callers_at_the_same_time_all_recover_from_one_refusal(server, ask, make_request, name):
    server.latency_s = 0.02
    server.refused = {"top_p": "unsupported", "temperature": "deprecated"}
    requests = [make_request(f"{i}", temperature=1.0, top_p=0.5) for i in range(12)]
    completions = ask(name, *requests, together=True)
    assert all(set(c.parameters_dropped) == {"temperature", "top_p"} for c in completions)
    assert all(c.attempts <= 3 for c in completions)


@BOTH
def test_a_refusal_by_one_model_leaves_others_alone(server, ask, make_request, name):
    server.faults = lambda seen: (
        fail(400, "Unsupported parameter: 'temperature' is not supported with this model.")
        if seen.body["model"] == "strict" and "temperature" in seen.body
        else None
    )
    asked = make_request(temperature=0.0)
    strict, other = ask(name, replace(asked, model="strict"), replace(asked, model="lenient"))
    assert "temperature" in strict.parameters_dropped
    assert other.parameters_sent["temperature"] == 0.0


@BOTH
def test_a_value_out_of_range_is_an_error_and_nothing_is_dropped(server, ask, make_request, name):
    server.refused = {"temperature": "range"}
    with pytest.raises(ProviderError, match="less than or equal to 1") as caught:
        ask(name, make_request(temperature=3.0))
    assert caught.value.reason == "bad_request"
    assert len(server.requests) == 1


@BOTH
@pytest.mark.parametrize("status", [400, 401, 403])
def test_an_error_that_quotes_our_key_does_not_show_it(server, ask, make_request, name, status):
    server.script(echo_credentials(status))
    with pytest.raises(ProviderError) as caught:
        ask(name, make_request())
    sent = " ".join(server.requests[0].headers.values())
    assert f"wire-key-{name}" in sent
    assert "wire-key" not in f"{caught.value!s} {caught.value!r} {caught.value.detail}"
    assert "[redacted]" in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_a_password_in_the_address_is_neither_shown_nor_part_of_the_endpoint(
    server, retry, make_request
):
    url = server.openai_url.replace("://", "://reader:open%20sesame@")
    connection = read_connection("OPENAI", "", {"OPENAI_BASE_URL": url})
    server.script(echo_credentials())

    async def run() -> str:
        provider = OpenAIProvider(connection, concurrency=1, retry=retry)
        assert provider.endpoint == server.openai_url
        with pytest.raises(ProviderError) as caught:
            await provider.complete(make_request())
        await provider.close()
        await provider.close()
        return str(caught.value)

    message = asyncio.run(run())
    assert server.requests[0].headers["authorization"].startswith("Basic ")
    for secret in ("sesame", base64.b64encode(b"reader:open sesame").decode()):
        assert secret not in message


def test_as_many_calls_are_in_flight_as_the_settings_allow(server, make_request):
    server.latency_s = 0.5
    connection = read_connection("OPENAI", "", server.environment())

    async def run() -> None:
        provider = OpenAIProvider(connection, concurrency=150)
        await asyncio.gather(*(provider.complete(make_request(str(i))) for i in range(150)))
        await provider.close()

    asyncio.run(run())
    assert server.peak_in_flight > 100


def test_half_an_emoji_and_a_nul_in_a_reply_are_made_storable(server, ask, make_request):
    server.responder = lambda _body: "cut \ud83d and \x00 but 😀"
    [done] = ask("openai", make_request())
    assert done.text == "cut \ufffd and \ufffd but 😀"


def test_half_an_emoji_in_a_prompt_is_a_bad_request(server, ask, make_request):
    with pytest.raises(ProviderError, match="surrogate") as caught:
        ask("openai", make_request("cut \ud83d"))
    assert caught.value.reason == "bad_request"
    assert server.requests == []


def test_missing_usage_is_none(server, ask, make_request):
    server.script(reply_with(usage=None), reply_with(usage={"prompt_tokens": "7"}))
    first, second = ask("openai", make_request("a"), make_request("b"))
    for done in (first, second):
        assert (done.usage.input_tokens, done.usage.output_tokens) == (None, None)


def test_many_faults_at_once_lose_no_call(server, make_request):
    """A tenth each of rate limits, errors and drops over 200 calls, with real short waits."""
    dice = random.Random(5)
    faults = [fail(429, retry_after=0.01), fail(500), drop(), malformed()]
    server.faults = lambda _seen: dice.choice(faults) if dice.random() < 0.3 else None
    connection = read_connection("OPENAI", "", server.environment())
    retry = RetryPolicy(base_s=0.001, max_attempts=20)

    async def run() -> list[int]:
        provider = OpenAIProvider(connection, concurrency=50, retry=retry)
        calls = (provider.complete(make_request(str(i))) for i in range(200))
        attempts = [done.attempts for done in await asyncio.gather(*calls)]
        await provider.close()
        return attempts

    attempts = asyncio.run(run())
    assert len(attempts) == 200
    assert sum(attempts) == len(server.requests)

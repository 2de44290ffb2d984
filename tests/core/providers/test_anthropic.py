import pytest

from core.errors import ProviderError
from tests.wire_server import reply_with


def test_the_system_message_is_kept_apart_and_the_limit_always_sent(server, ask, make_request):
    [done] = ask("anthropic", make_request("Hi", system="Be brief", temperature=0.0))
    [seen] = server.requests
    assert seen.headers["authorization"] == "Bearer wire-key-anthropic"
    assert seen.body == {
        "model": "some/model:v1",
        "system": "Be brief",
        "messages": [{"role": "user", "content": "Hi"}],
        "max_tokens": 1024,
        "temperature": 0.0,
    }
    assert done.parameters_sent == {"max_output_tokens": 1024, "temperature": 0.0}


def test_without_a_system_message_none_is_sent(server, ask, make_request):
    ask("anthropic", make_request(max_output_tokens=9))
    assert "system" not in server.requests[0].body
    assert server.requests[0].body["max_tokens"] == 9


def test_of_temperature_and_top_p_the_temperature_stays(server, ask, make_request):
    server.refused = {"top_p": "both"}
    [done] = ask("anthropic", make_request(temperature=1.0, top_p=0.9))
    assert done.parameters_sent["temperature"] == 1.0
    assert list(done.parameters_dropped) == ["top_p"]
    assert "cannot both be specified" in done.parameters_dropped["top_p"]


def test_a_seed_is_recorded_as_dropped_because_the_api_has_none(server, ask, make_request):
    [done] = ask("anthropic", make_request(seed=1))
    assert "seed" not in server.requests[0].body
    assert done.parameters_dropped == {"seed": "anthropic has no parameter seed"}


def test_a_refused_limit_is_an_error_because_the_api_requires_one(server, ask, make_request):
    server.refused = {"max_tokens": "deprecated"}
    with pytest.raises(ProviderError) as caught:
        ask("anthropic", make_request())
    assert caught.value.reason == "refused_parameter"
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("refusal", "refusal"),
        ("pause_turn", "other"),
        (None, "other"),
    ],
)
def test_stop_reasons_are_normalized(server, ask, make_request, raw, expected):
    server.script(reply_with(stop_reason=raw))
    [done] = ask("anthropic", make_request())
    assert (done.finish_reason, done.raw_finish_reason) == (expected, raw or "")


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ([], ""),
        (None, ""),
        ([{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "a"}], "a"),
        ([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}], "ab"),
        ([{"type": "text", "text": None}, "odd"], ""),
    ],
)
def test_content_blocks_become_one_text(server, ask, make_request, content, text):
    server.script(reply_with(content=content))
    [done] = ask("anthropic", make_request())
    assert done.text == text


def test_missing_usage_is_none(server, ask, make_request):
    server.script(reply_with(usage=None))
    [done] = ask("anthropic", make_request())
    assert (done.usage.input_tokens, done.usage.output_tokens) == (None, None)

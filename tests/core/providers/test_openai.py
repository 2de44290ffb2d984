import pytest

from core.errors import ProviderError
from tests.wire_server import reply_with


def choice(finish: str | None = "stop", **message: object) -> dict:
    return {"index": 0, "finish_reason": finish, "message": {"role": "assistant", **message}}


def test_messages_go_out_in_order_with_the_key_and_without_the_recording(server, ask, make_request):
    ask("openai", make_request("Hi", system="Be brief", temperature=0.0, top_p=0.9, seed=3))
    [seen] = server.requests
    assert seen.headers["authorization"] == "Bearer wire-key-openai"
    assert seen.body == {
        "model": "some/model:v1",
        "messages": [
            {"role": "system", "content": "Be brief"},
            {"role": "user", "content": "Hi"},
        ],
        "temperature": 0.0,
        "top_p": 0.9,
        "seed": 3,
    }


def test_the_output_limit_has_its_new_name(server, ask, make_request):
    ask("openai", make_request(max_output_tokens=9))
    assert server.requests[0].body["max_completion_tokens"] == 9
    assert "max_tokens" not in server.requests[0].body


@pytest.mark.parametrize("style", ["unsupported", "forbidden", "unprocessable"])
def test_an_older_server_gets_the_limit_under_its_old_name(server, ask, make_request, style):
    server.refused = {"max_completion_tokens": style}
    first, second = ask(
        "openai", make_request("a", max_output_tokens=9), make_request("b", max_output_tokens=9)
    )
    assert [seen.body.get("max_tokens") for seen in server.requests] == [None, 9, 9]
    for done in (first, second):
        assert done.parameters_sent == {"max_output_tokens": 9}
        assert done.parameters_dropped == {}


def test_a_limit_refused_under_both_names_is_recorded_as_dropped(server, ask, make_request):
    server.refused = {"max_completion_tokens": "unsupported", "max_tokens": "unsupported"}
    [done] = ask("openai", make_request(max_output_tokens=9))
    assert done.attempts == 3
    assert list(done.parameters_dropped) == ["max_output_tokens"]
    assert done.parameters_sent == {}


@pytest.mark.parametrize(
    ("finish", "message", "expected", "text"),
    [
        ("stop", {"content": "Yes"}, "stop", "Yes"),
        ("length", {"content": "Ye"}, "length", "Ye"),
        ("content_filter", {"content": ""}, "refusal", ""),
        ("stop", {"content": None, "refusal": "I cannot."}, "refusal", "I cannot."),
        ("stop", {"content": [{"type": "refusal", "refusal": "No."}]}, "refusal", "No."),
        ("tool_calls", {"content": None}, "other", ""),
        (None, {"content": "Yes"}, "other", "Yes"),
        (
            "stop",
            {
                "content": [
                    {"type": "thinking"},
                    {"type": "text", "text": "a"},
                    {"type": "text", "text": "b"},
                ]
            },
            "stop",
            "ab",
        ),
        ("stop", {}, "stop", ""),
    ],
)
def test_ways_a_reply_can_end(server, ask, make_request, finish, message, expected, text):
    server.script(reply_with(choices=[choice(finish, **message)]))
    [done] = ask("openai", make_request())
    assert (done.finish_reason, done.text) == (expected, text)
    assert done.raw_finish_reason == (finish or "")


@pytest.mark.parametrize("choices", [[], None, ["text"], [{"finish_reason": "stop"}]])
def test_a_reply_without_a_message_is_malformed(server, ask, make_request, choices):
    server.faults = lambda _seen: reply_with(choices=choices)
    with pytest.raises(ProviderError) as caught:
        ask("openai", make_request())
    assert caught.value.reason == "malformed_reply"

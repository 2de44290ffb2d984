import pytest

from core.providers.refusals import error_message, find_refused

SENT = ("temperature", "top_p", "max_completion_tokens", "seed")


@pytest.mark.parametrize(
    ("message", "name"),
    [
        ("Unsupported parameter: 'top_p' is not supported with this model.", "top_p"),
        (
            "Unsupported value: 'temperature' does not support 0.2 with this model. "
            "Only the default (1) value is supported.",
            "temperature",
        ),
        ("Unrecognized request argument supplied: seed", "seed"),
        ("Unrecognized request arguments supplied: max_completion_tokens, seed", "seed"),
        ("Unknown parameter: 'seed'.", "seed"),
        ('Invalid JSON payload received. Unknown name "seed": Cannot find field.', "seed"),
        ("`temperature` is deprecated for this model.", "temperature"),
        ("temperature: Extra inputs are not permitted", "temperature"),
        ("This model does not support the parameter `top_p`.", "top_p"),
        ("top_p is not allowed for this model", "top_p"),
        ("The top_p parameter is no longer supported", "top_p"),
    ],
)
def test_clear_refusals_name_their_parameter(message, name):
    assert find_refused(400, {"error": {"message": message}}, (name,)) == name
    assert find_refused(400, {"message": message}, SENT) is not None
    assert find_refused(400, message, (name,)) == name


@pytest.mark.parametrize(
    "message",
    [
        "temperature: Input should be less than or equal to 1",
        "Invalid value for 'temperature': expected a value below 2, but got 3 instead.",
        "Unsupported parameter: 'logprobs' is not supported with this model.",
        "max_completion_tokens is too large: 99999. This model supports at most 4096.",
        "This model's maximum context length is 4096 tokens.",
        "Your request mentions temperature and that topic is not allowed.",
        "The model `seed-1` does not exist",
        "Unsupported value: 'messages[0].role' does not support 'system' with this model.",
        "'max_completion_tokens_total' is not supported",
        "",
    ],
)
def test_everything_else_is_no_refusal(message):
    assert find_refused(400, {"error": {"message": message}}, SENT) is None


@pytest.mark.parametrize("status", [401, 404, 429, 500])
def test_only_400_and_422_can_refuse_a_parameter(status):
    message = "Unsupported parameter: 'top_p' is not supported with this model."
    assert find_refused(status, {"error": {"message": message}}, SENT) is None


def test_a_parameter_that_was_not_sent_cannot_be_refused():
    assert find_refused(400, "Unsupported parameter: 'top_p'", ("temperature",)) is None
    body = {"message": "no", "code": "unsupported_parameter", "param": "top_p"}
    assert find_refused(400, body, ("temperature",)) is None


def test_a_code_and_its_param_are_enough_whatever_the_words():
    body = {"message": "nein", "code": "unsupported_value", "param": "temperature"}
    assert find_refused(400, body, SENT) == "temperature"
    assert find_refused(400, {**body, "code": "decimal_above_max_value"}, SENT) is None


def test_where_both_cannot_be_given_top_p_goes_if_it_was_sent():
    message = "`temperature` and `top_p` cannot both be specified for this model."
    assert find_refused(400, message, SENT) == "top_p"
    assert find_refused(400, message, ("temperature",)) is None


def test_error_message_digs_out_the_words():
    assert error_message({"error": {"message": "a"}}) == "a"
    assert error_message({"error": "b"}) == "b"
    assert error_message({"detail": "c"}) == "c"
    assert error_message([{"error": 1}]) == '[{"error": 1}]'
    assert error_message(None) == ""

"""generate, classify and judge in one process, with the real SDKs against a local server."""

from collections import Counter

import pytest
from sqlalchemy import func, select

from core.strategies import STRATEGIES
from db.engine import open_database
from db.models import Condition, Item, Rating, Response, Run
from tests.wire_server import (
    drop,
    echo_credentials,
    fail,
    fail_with,
    malformed,
    reply_with,
    truncate,
)

GENERATE = ("generate", "pilot", "--model", "openai:m")
KEYS = ["planned", "done", "failed", "skipped", "calls", "elapsed_s", "failures"]
COUNTS = KEYS[:5]


def counts(result):
    return [result.json[key] for key in COUNTS]


def responses(settings):
    with open_database(settings).read() as session:
        return session.scalars(select(Response).order_by(Response.id)).all()


def assert_each_slot_is_stored_once(settings, expected):
    slots = Counter(
        (row.prompt_id, row.condition_id, row.sample_index, row.replicate)
        for row in responses(settings)
    )
    assert len(slots) == sum(slots.values()) == expected


@pytest.mark.parametrize(
    ("strategy", "calls"),
    [
        ("temperature", 9),
        ("system-general", 3),
        ("system-anchored", 3 + 3),
        ("regenerate-general", 9),
        ("regenerate-anchored", 9 + 3),
    ],
)
def test_generate_reports_what_it_did_and_a_rerun_does_nothing(
    taskanchor, make_study, wire, settings, strategy, calls
):
    make_study(3)
    command = (*GENERATE, "--strategy", strategy, "-n", "3", "--json")

    first = taskanchor(*command)
    assert first.code == 0
    assert list(first.json) == KEYS
    assert counts(first) == [9, 9, 0, 0, calls]
    assert first.json["failures"] == []
    assert first.json["elapsed_s"] > 0
    assert len(wire.requests) == calls
    assert_each_slot_is_stored_once(settings, 9)

    again = taskanchor(*command)
    assert (again.code, counts(again)) == (0, [9, 0, 0, 9, 0])
    assert len(wire.requests) == calls


def test_anthropic_serves_all_strategies_too(taskanchor, make_study, wire):
    make_study(1)
    # The server's own replies fit these; the others have tests of their own.
    fitting = [one for one in STRATEGIES if one not in {"paraphrase", "mismatched"}]
    options = [part for one in fitting for part in ("--strategy", one)]
    result = taskanchor(
        "generate", "pilot", "--model", "anthropic:m", *options, "-n", "2", "--json"
    )
    assert (result.code, counts(result)[:4]) == (0, [18, 18, 0, 0])
    assert {seen.wire for seen in wire.requests} == {"anthropic"}


def test_asking_for_more_samples_asks_only_for_those(taskanchor, make_study, wire):
    make_study(2)
    taskanchor(*GENERATE, "--strategy", "temperature", "-n", "2")
    more = taskanchor(*GENERATE, "--strategy", "temperature", "-n", "5", "--json")
    assert counts(more) == [10, 6, 0, 4, 6]
    assert len(wire.requests) == 10


def test_another_server_under_the_same_model_name_is_another_condition(
    taskanchor, make_study, wire, settings, monkeypatch
):
    make_study(1)
    taskanchor(*GENERATE, "--strategy", "temperature", "-n", "2")
    monkeypatch.setenv("OPENAI_BASE_URL", wire.openai_url.replace("127.0.0.1", "localhost"))
    elsewhere = taskanchor(*GENERATE, "--strategy", "temperature", "-n", "2", "--json")
    assert counts(elsewhere) == [2, 2, 0, 0, 2]
    with open_database(settings).read() as session:
        assert len(session.scalars(select(Condition.endpoint).distinct()).all()) == 2


def test_a_server_in_trouble_loses_nothing_and_doubles_nothing(
    taskanchor, make_study, wire, settings
):
    make_study(8)
    wire.script(
        fail(429, retry_after=0), fail(500), drop(), malformed(), truncate(), fail(503), fail(529)
    )
    result = taskanchor(*GENERATE, "--strategy", "temperature", "-n", "5", "--json")
    assert result.code == 0
    assert counts(result) == [40, 40, 0, 0, 47]
    assert len(wire.requests) == 47
    assert_each_slot_is_stored_once(settings, 40)
    assert sum(row.attempts for row in responses(settings)) == 47


def test_a_refused_temperature_is_left_out_and_that_is_recorded(
    taskanchor, make_study, wire, settings
):
    make_study(1)
    wire.refused = {"temperature": "unsupported"}
    result = taskanchor(*GENERATE, "--strategy", "temperature", "-n", "3", "--json")
    assert counts(result)[:3] == [3, 3, 0]
    for row in responses(settings):
        assert "temperature" not in row.parameters_sent
        assert "not supported" in row.parameters_dropped["temperature"]
        assert row.parameters_sent["top_p"] == 0.9


def test_a_call_that_fails_for_good_is_named_and_the_exit_code_is_1(
    taskanchor, make_study, wire, settings
):
    make_study(3)
    bad = fail_with(400, {"error": {"message": "prompt too long"}})
    wire.faults = lambda seen: bad if "about 1." in str(seen.body) else None
    result = taskanchor(*GENERATE, "--strategy", "temperature", "-n", "1", "--json")
    assert (result.code, counts(result)) == (1, [3, 2, 1, 0, 3])
    (failure,) = result.json["failures"]
    assert list(failure) == ["prompt", "condition", "reason"]
    assert (failure["prompt"], failure["reason"]) == ("p1", "bad_request")
    assert failure["condition"].startswith("openai:m/temperature/t=1#")
    assert "failed: p1" in result.err
    assert "prompt too long" in result.err

    wire.faults = lambda _seen: None
    healed = taskanchor(*GENERATE, "--strategy", "temperature", "-n", "1", "--json")
    assert (healed.code, counts(healed)) == (0, [3, 1, 0, 2, 1])
    assert_each_slot_is_stored_once(settings, 3)


def test_short_sets_are_failures_until_asked_again(taskanchor, make_study, wire, settings):
    make_study(2)
    wire.responder = lambda _body: "# Response 1:\none\n\n# Response 2:\ntwo"
    command = (*GENERATE, "--strategy", "system-general", "-n", "3", "--json")
    short = taskanchor(*command)
    assert (short.code, counts(short)) == (1, [6, 4, 2, 0, 2])
    assert {one["reason"] for one in short.json["failures"]} == {"short_set"}

    standing = taskanchor(*command)
    assert (standing.code, counts(standing)) == (1, [6, 0, 2, 4, 0])

    wire.responder = lambda _body: "\n".join(f"# Response {i}:\nt{i}" for i in (1, 2, 3))
    retried = taskanchor(*command, "--retry-failed")
    assert (retried.code, counts(retried)) == (0, [6, 6, 0, 0, 2])
    assert {row.replicate for row in responses(settings)} == {0, 1}


def test_a_truncated_reply_is_stored_and_flagged(taskanchor, make_study, wire, settings):
    make_study(1)
    cut = {"index": 0, "message": {"role": "assistant", "content": "cut sho"}}
    wire.script(reply_with(choices=[cut | {"finish_reason": "length"}]))
    assert taskanchor(*GENERATE, "--strategy", "temperature", "-n", "1").code == 0
    (row,) = responses(settings)
    assert (row.text, row.finish_reason, row.flags) == ("cut sho", "length", ["truncated"])


def test_classify_stores_every_answer_and_its_raw_reply(taskanchor, make_study, wire, settings):
    make_study(4)
    wire.responder = lambda _body: "G"
    command = ("classify", "pilot", "--model", "openai:m", "--json")
    result = taskanchor(*command)
    assert (result.code, list(result.json), counts(result)) == (0, KEYS, [4, 4, 0, 0, 4])
    with open_database(settings).read() as session:
        rows = session.scalars(select(Rating)).all()
    assert [(row.question, row.value, row.raw_reply) for row in rows] == [
        ("category", "G", "G")
    ] * 4
    assert all(seen.body["temperature"] == 0 for seen in wire.requests)
    assert counts(taskanchor(*command)) == [4, 0, 0, 4, 0]


@pytest.mark.usefixtures("wire")
def test_a_judges_verdicts_and_scores_are_stored_once(taskanchor, make_study, settings):
    make_study(2)
    taskanchor(*GENERATE, "--strategy", "temperature", "-n", "3")
    command = ("judge", "pilot", "--model", "openai:judge", "--json", "--question")
    pairs = taskanchor(*command, "equivalence", "--both-orders")
    assert (pairs.code, list(pairs.json), counts(pairs)) == (0, KEYS, [12, 12, 0, 0, 12])
    scores = taskanchor(*command, "quality")
    assert (scores.code, counts(scores)) == (0, [6, 6, 0, 0, 8])
    assert counts(taskanchor(*command, "quality")) == [6, 0, 0, 6, 0]
    with open_database(settings).read() as session:
        asked = session.execute(
            select(Rating.question, Item.kind, func.count())
            .join(Item, Rating.item_id == Item.id)
            .group_by(Rating.question, Item.kind)
        ).all()
        states = session.scalars(select(Run.status)).all()
    assert sorted(asked) == [("equivalence", "pair", 12), ("quality", "response", 6)]
    assert set(states) == {"done"}


def test_an_unreadable_judge_is_unscored_and_the_exit_code_is_1(
    taskanchor, make_study, wire, settings
):
    make_study(1)
    taskanchor(*GENERATE, "--strategy", "temperature", "-n", "2")
    wire.responder = lambda _body: "Hard to say."
    result = taskanchor(
        "judge", "pilot", "--model", "openai:j", "--question", "equivalence", "--json"
    )
    assert (result.code, counts(result)) == (1, [1, 0, 1, 0, 2])
    assert result.json["failures"][0]["reason"] == "unscored"
    with open_database(settings).read() as session:
        row = session.scalars(select(Rating)).one()
    assert row.value is None
    assert row.raw_reply == "Hard to say."


@pytest.mark.parametrize(
    "arguments",
    [
        ("generate", "pilot", "--model", "openai:m"),
        ("generate", "pilot", "--model", "m", "--strategy", "temperature"),
        ("generate", "pilot", "--model", "openai:m", "--strategy", "magic"),
        ("generate", "pilot", "--model", "openai:m", "--strategy", "temperature", "-n", "0"),
        ("generate", "nowhere", "--model", "openai:m", "--strategy", "temperature"),
        ("judge", "pilot", "--model", "openai:m", "--question", "quality", "--both-orders"),
        ("judge", "pilot", "--model", "openai:m", "--question", "quality", "--condition", "x"),
        ("judge", "pilot", "--model", "openai:m", "--question", "taste"),
        ("classify", "pilot"),
        ("dance",),
    ],
)
def test_wrong_usage_ends_with_2_and_asks_no_model(taskanchor, make_study, wire, arguments):
    make_study(1)
    result = taskanchor(*arguments)
    assert result.code == 2
    assert result.err
    assert result.out == ""
    assert wire.requests == []


def test_a_missing_key_is_named_before_anything_is_planned(taskanchor, make_study):
    make_study(1)
    result = taskanchor(*GENERATE, "--strategy", "temperature")
    assert result.code == 2
    assert "OPENAI_API_KEY" in result.err


@pytest.mark.parametrize("status", [400, 401])
def test_the_key_is_nowhere_even_if_the_server_quotes_it(
    taskanchor, make_study, wire, settings, status
):
    make_study(2)
    wire.faults = lambda _seen: echo_credentials(status)
    result = taskanchor(*GENERATE, "--strategy", "temperature", "-n", "1")
    assert result.code == (1 if status == 400 else 2)
    assert "wire-key" in wire.requests[0].headers["authorization"]
    assert "wire-key" not in result.everything
    for file in settings.data_dir.iterdir():
        assert b"wire-key" not in file.read_bytes(), file.name


def test_a_queued_run_is_written_down_and_called_by_nobody_yet(taskanchor, make_study, wire):
    make_study(1)
    result = taskanchor(*GENERATE, "--strategy", "temperature", "--queue", "--json")
    assert (result.code, result.json) == (0, {"run": 1, "status": "queued"})
    assert "taskanchor worker" in result.err
    assert wire.requests == []


def test_replay_generates_without_network(taskanchor, make_study):
    make_study(1)
    result = taskanchor(
        "generate", "pilot", "--model", "replay:sample", "--strategy", "temperature", "--json"
    )
    assert result.code == 1
    assert {one["reason"] for one in result.json["failures"]} == {"no_recording"}

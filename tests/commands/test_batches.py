"""Calls through the providers' batch APIs: both of them, failures, restarts and answers lost."""

import os
import signal

import pytest
from sqlalchemy import func, select

from db.batch_withdrawal import withdraw_left_batches
from db.engine import open_database
from db.models import Batch, BatchCall, Rating, Response, Run
from db.runs import change_run
from tests.batch_server import BatchServer, RemoteBatch
from tests.support.terminal import finish, running, start, wait_until

PROVIDERS = pytest.mark.parametrize("provider", ["openai", "anthropic"])


@pytest.fixture
def server(monkeypatch):
    """A server of both APIs, looked at often."""
    with BatchServer() as found:
        for name, value in found.environment().items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("TASKANCHOR_BATCH_POLL_S", "0.1")
        yield found


def generate(provider, *options, strategy="temperature", n=3):
    return (
        "generate", "pilot", "--model", f"{provider}:m", "--strategy", strategy, "-n", str(n),
        "--batch", "--json", *options,
    )  # fmt: skip


def rows(settings, *columns):
    with open_database(settings).read() as session:
        return session.execute(select(*columns)).all()


def count(settings, model):
    with open_database(settings).read() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


@PROVIDERS
def test_a_generation_goes_as_one_batch_and_a_rerun_sends_nothing(
    taskanchor, make_study, server, settings, provider
):
    make_study(4)
    first = taskanchor(*generate(provider))
    assert first.code == 0, first.everything
    assert (first.json["done"], first.json["calls"]) == (12, 12)
    assert [len(batch.calls) for batch in server.batches] == [12]
    assert server.requests == []  # no call was made one by one
    again = taskanchor(*generate(provider))
    assert (again.json["skipped"], again.json["calls"]) == (12, 0)
    assert len(server.batches) == 1
    texts = rows(settings, Response.text, Response.parameters_sent)
    assert all(text.startswith("Answer ") for text, _ in texts)
    assert all(sent["temperature"] in (0.5, 1.0) for _, sent in texts)
    assert count(settings, BatchCall) == 0  # stored where they belong, so not kept twice
    assert rows(settings, Batch.status, Batch.n_calls) == [("ended", 12)]


@PROVIDERS
def test_classifying_sets_and_judging_go_in_batches_too(taskanchor, make_study, server, provider):
    make_study(2)
    model = f"{provider}:m"
    assert taskanchor("classify", "pilot", "--model", model, "--batch").code == 0
    assert taskanchor(*generate(provider, strategy="system-anchored")).code == 0
    # The plain list reply of the server gives no further calls: the set is one call a prompt.
    judged = taskanchor(
        "judge", "pilot", "--model", model, "--question", "equivalence", "--both-orders",
        "--batch", "--json",
    )  # fmt: skip
    assert judged.code == 0, judged.everything
    assert judged.json["done"] == 2 * 3 * 2
    scored = taskanchor(
        "judge", "pilot", "--model", model, "--question", "quality", "--batch", "--json"
    )
    assert scored.json["done"] == 6
    # classify, generate, pairs, checklists, scores
    assert [len(batch.calls) for batch in server.batches] == [2, 2, 12, 2, 6]
    assert server.requests == []


def test_a_chain_or_adaptive_pairs_are_refused_before_anything_is_sent(
    taskanchor, make_study, server
):
    make_study(2)
    chain = taskanchor(*generate("openai", strategy="regenerate-general"))
    assert chain.code != 0
    assert "every turn needs the answer to the one before" in chain.err
    adaptive = taskanchor(
        "judge", "pilot", "--model", "openai:m", "--question", "equivalence", "--pairs",
        "adaptive", "--batch",
    )  # fmt: skip
    assert "depends on the answers before it" in adaptive.err
    replayed = taskanchor("classify", "pilot", "--model", "replay:sample", "--batch")
    assert "'replay' has no batch API" in replayed.err
    assert server.batches == []


@PROVIDERS
def test_what_failed_or_expired_is_handed_over_again_in_a_further_batch(
    taskanchor, make_study, server, provider
):
    make_study(4)

    def fault(body, attempt):
        text = str(body["messages"])
        if attempt > 1:
            return None
        if "about 1" in text:
            return 500, {"error": {"message": "scripted"}}
        return "expired" if "about 2" in text else None

    server.call_fault = fault
    result = taskanchor(*generate(provider, n=1))
    assert result.json["done"] == 4
    assert [len(batch.calls) for batch in server.batches] == [4, 2]


@PROVIDERS
def test_a_call_refused_for_good_fails_alone_and_is_asked_again_by_the_next_run(
    taskanchor, make_study, server, settings, provider
):
    make_study(3)
    server.call_fault = lambda body, _attempt: (
        (400, {"error": {"message": "too long"}}) if "about 1" in str(body["messages"]) else None
    )
    result = taskanchor(*generate(provider, n=1))
    assert (result.json["done"], result.json["failed"]) == (2, 1)
    assert result.json["failures"][0]["reason"] == "bad_request"
    assert len(server.batches) == 1
    server.call_fault = lambda _body, _attempt: None
    again = taskanchor(*generate(provider, n=1))
    assert (again.json["done"], again.json["skipped"]) == (1, 2)
    assert [len(batch.calls) for batch in server.batches] == [3, 1]
    assert {status for (status,) in rows(settings, Response.status)} == {"ok"}


@PROVIDERS
def test_a_refused_parameter_is_left_out_of_the_next_batch_and_recorded(
    taskanchor, make_study, server, settings, provider
):
    make_study(2)
    server.refused = {"temperature": "unsupported" if provider == "openai" else "deprecated"}
    assert taskanchor(*generate(provider, n=1)).json["done"] == 2
    assert [len(batch.calls) for batch in server.batches] == [2, 2]
    for sent, dropped in rows(settings, Response.parameters_sent, Response.parameters_dropped):
        assert "temperature" not in sent
        assert "temperature" in dropped


@PROVIDERS
def test_a_batch_whose_submission_got_no_answer_is_found_and_not_paid_twice(
    taskanchor, make_study, server, provider
):
    make_study(3)
    server.drops = 1
    assert taskanchor(*generate(provider, n=1)).json["done"] == 3
    assert len(server.batches) == 1


@PROVIDERS
def test_a_batch_that_never_arrived_is_handed_over_again(taskanchor, make_study, server, provider):
    make_study(3)
    server.loses = 1
    assert taskanchor(*generate(provider, n=1)).json["done"] == 3
    assert len(server.batches) == 1


def test_somebody_elses_batch_of_the_same_size_is_told_apart_by_its_replies(
    taskanchor, make_study, server, settings
):
    make_study(3)
    body = {"model": "x", "max_tokens": 5, "messages": [{"role": "user", "content": "hi"}]}
    calls = {f"other-{number}": body for number in range(3)}
    server.batches.append(RemoteBatch("batch_other", "anthropic", calls))
    server.loses = 1
    assert taskanchor(*generate("anthropic", n=1)).json["done"] == 3
    assert [len(batch.calls) for batch in server.batches] == [3, 3]
    assert rows(settings, Batch.status) == [("lost",), ("ended",)]


def test_a_batch_the_provider_rejects_fails_with_its_words(taskanchor, make_study, server):
    make_study(2)
    server.rejected = "your account may not use batches"
    result = taskanchor(*generate("openai", n=1))
    assert result.json["failed"] == 2
    assert "your account may not use batches" in result.err


@pytest.mark.slow
@PROVIDERS
def test_killed_while_a_batch_is_under_way_the_next_run_collects_it(
    taskanchor, make_study, server, settings, provider
):
    make_study(4)
    server.hold()
    with running(*generate(provider)) as process:
        wait_until(
            lambda: rows(settings, Batch.status) == [("submitted",)], "the batch is submitted"
        )
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert count(settings, Response) == 0
    server.release()
    result = taskanchor(*generate(provider))
    assert (result.json["done"], result.json["calls"]) == (12, 0)
    assert len(server.batches) == 1


@pytest.mark.slow
@PROVIDERS
def test_killed_between_submission_and_its_answer_the_next_run_finds_the_batch(
    taskanchor, make_study, server, settings, provider
):
    make_study(3)
    server.hold()
    # The answer is lost, and the process ends before it can look for the batch.
    server.drops, server.lists_fail = 1, True
    with running(*generate(provider)) as process:
        wait_until(lambda: len(server.batches) == 1, "the provider has the batch")
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert rows(settings, Batch.status, Batch.remote_id) == [("submitting", "")]
    server.lists_fail = False
    server.release()
    result = taskanchor(*generate(provider))
    assert result.json["done"] == 9
    assert len(server.batches) == 1


@pytest.mark.slow
def test_a_judge_stopped_midway_goes_on_with_what_was_collected(
    taskanchor, make_study, server, settings
):
    make_study(3)
    assert taskanchor(*generate("openai")).code == 0
    server.hold()
    command = (
        "judge", "pilot", "--model", "openai:j", "--question", "equivalence", "--batch", "--json",
    )  # fmt: skip
    process = start(*command)
    try:
        wait_until(lambda: len(server.batches) == 2, "the verdicts are asked for")
        wait_until(lambda: rows(settings, Batch.status)[-1] == ("submitted",), "the batch is known")
        process.send_signal(signal.SIGINT)
        stopped = finish(process)
    finally:
        process.kill()
    assert stopped.code == 1
    assert "goes on from here" in stopped.err
    assert count(settings, Rating) == 0
    server.release()
    assert taskanchor(*command).json["done"] == 9
    assert len(server.batches) == 2
    assert count(settings, Rating) == 9


@pytest.mark.slow
def test_workers_wait_for_batches_without_holding_up_other_runs(
    taskanchor, make_study, server, settings
):
    make_study(3)
    server.hold()
    for _ in range(2):  # as many as ordinary chunks are done at once
        assert taskanchor(*generate("openai", "--queue", n=2)).code == 0
    assert taskanchor("classify", "pilot", "--model", "anthropic:m", "--queue").code == 0

    def statuses():
        return [status for _, status in sorted(rows(settings, Run.id, Run.status))]

    with running("worker") as worker:
        wait_until(lambda: statuses()[2] == "done", "the run without a batch is done")
        assert statuses()[:2] == ["running"] * 2
        worker.send_signal(signal.SIGTERM)
        finish(worker)
    server.release()
    with running("worker") as worker:
        wait_until(lambda: statuses() == ["done"] * 3, "another worker collects the batch")
        worker.send_signal(signal.SIGTERM)
        finish(worker)
    assert [len(batch.calls) for batch in server.batches] == [6]
    assert count(settings, Response) == 6


@pytest.mark.slow
@PROVIDERS
def test_cancelling_a_run_cancels_its_batch_at_the_provider_and_keeps_what_was_finished(
    taskanchor, make_study, server, settings, provider
):
    make_study(4)
    server.hold()
    server.finished_before_cancel = 5
    with running(*generate(provider)) as process:
        wait_until(
            lambda: rows(settings, Batch.status) == [("submitted",)], "the batch is submitted"
        )
        with open_database(settings).write() as session:
            change_run(session, session.scalar(select(Run.id)), "cancel")
        finish(process)
    assert [batch.cancelled for batch in server.batches] == [True]
    assert count(settings, Response) == 5
    assert rows(settings, Run.status) == [("cancelled",)]
    assert rows(settings, Batch.status) == [("ended",)]
    server.release()
    again = taskanchor(*generate(provider))
    assert (again.json["done"], again.json["skipped"]) == (7, 5)
    assert [len(batch.calls) for batch in server.batches] == [12, 7]


@pytest.mark.slow
@PROVIDERS
def test_a_batch_that_nobody_waits_for_is_withdrawn_once_its_run_is_cancelled(
    taskanchor, make_study, server, settings, provider
):
    make_study(4)
    server.hold()
    server.finished_before_cancel = 5
    database = open_database(settings)
    with running(*generate(provider)) as process:
        wait_until(
            lambda: rows(settings, Batch.status) == [("submitted",)], "the batch is submitted"
        )
        process.send_signal(signal.SIGINT)
        finish(process)
    assert withdraw_left_batches(database, settings) == 0  # only stopped: it may go on
    with database.write() as session:
        change_run(session, session.scalar(select(Run.id)), "cancel")
    assert withdraw_left_batches(database, settings) == 1
    assert withdraw_left_batches(database, settings) == 0
    assert [batch.cancelled for batch in server.batches] == [True]
    server.release()
    # Five are collected, and the rest asked for again.
    again = taskanchor(*generate(provider))
    assert again.json["done"] == 12
    assert [len(batch.calls) for batch in server.batches] == [12, 7]

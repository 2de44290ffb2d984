from dataclasses import replace
from datetime import UTC, datetime

from core.pipeline.records import Progress
from core.types import Usage
from db.runs import RunView
from pages.components.runs import (
    can_retry,
    counts_line,
    models_of,
    subject,
    wants_attention,
    with_expected,
)

SPEC = {
    "kind": "judge",
    "model_id": "openai:gpt-4o",
    "question": "equivalence",
    "orders": ["ab", "ba"],
    "conditions": None,
    "retry_failed": False,
}
NOW = datetime.now(UTC)
DONE = RunView(
    id=1,
    kind="judge",
    spec=SPEC,
    status="done",
    message="",
    requested_by="page",
    created_at=NOW,
    started_at=NOW,
    finished_at=NOW,
    progress=Progress(planned=10, done=8, failed=2),
)


def test_failures_can_be_retried_once():
    again = replace(DONE, id=2, spec={**SPEC, "retry_failed": True}, status="queued")
    assert can_retry(DONE, [DONE])
    assert not can_retry(DONE, [again, DONE])
    assert not can_retry(replace(DONE, progress=Progress(planned=8, done=8)), [DONE])
    assert not can_retry(replace(DONE, status="running"), [DONE])


def test_another_judges_run_does_not_count_as_a_retry():
    other = replace(DONE, id=2, spec={**SPEC, "model_id": "openai:other"})
    assert can_retry(DONE, [other, DONE])


def test_runs_that_need_somebody_come_first():
    complete = replace(DONE, progress=Progress(planned=8, done=8))
    assert wants_attention(DONE, [DONE])
    assert wants_attention(replace(complete, status="paused"), [complete])
    assert wants_attention(replace(complete, status="failed"), [complete])
    assert not wants_attention(complete, [complete])
    assert not wants_attention(replace(DONE, status="cancelled"), [DONE])


def test_time_left_goes_by_all_that_the_run_will_come_to():
    running = replace(DONE, status="running")
    whole = with_expected(running, 110)
    assert "about 10 s left" in counts_line(whole, 10.0, Usage(0, 0))
    assert with_expected(DONE, 110).progress.planned == 10


def test_an_interrupted_run_promises_no_time():
    line = counts_line(replace(DONE, status="running", interrupted=True), 10.0, Usage(0, 0))
    assert "left" not in line


def test_cost_so_far_stands_beside_tokens_and_is_unknown_without_a_price():
    used = Usage(1_000_000, 0)
    assert counts_line(DONE, None, used).endswith("1,000,000 tokens · $2.50")
    unlisted = replace(DONE, spec={**SPEC, "model_id": "openai:no-such-model"})
    assert "cost unknown" in counts_line(unlisted, None, used)


def test_a_queued_run_says_what_it_waits_for():
    queued = with_expected(replace(DONE, status="queued", progress=Progress()), 40)
    assert counts_line(queued, None, Usage(0, 0)) == "40 planned · waiting for a worker"


def test_subjects_name_models_strategies_and_questions():
    assert subject(SPEC) == "openai:gpt-4o equivalence in both orders"
    assert subject({**SPEC, "orders": ["ab"], "conditions": ["a", "b"]}) == (
        "openai:gpt-4o equivalence of 2 conditions"
    )
    assert subject({"kind": "classify", "model_id": "openai:m"}) == "openai:m"


def test_models_that_only_classify_for_a_generation_are_paid_for_too():
    conditions = [
        {"model_id": "openai:a", "strategy": "temperature", "category_from": ""},
        {"model_id": "openai:a", "strategy": "system-anchored", "category_from": "openai:b"},
        {"model_id": "openai:a", "strategy": "system-anchored", "category_from": "truth"},
    ]
    assert models_of({"kind": "generate", "conditions": conditions}) == {"openai:a", "openai:b"}
    assert subject({"kind": "generate", "conditions": conditions}) == (
        "openai:a temperature, openai:a system-anchored"
    )

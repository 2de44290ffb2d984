"""Accuracy: what rules decide costs no call, what they leave open is asked of the judge."""

from dataclasses import replace

import pytest

from core.judges.reference import CHECKER
from core.pipeline.records import StoredPrompt
from core.pipeline.specs import JudgeSpec
from tests.core.pipeline.conftest import usual_reply

JUDGE = "scripted:judge"
REPLIES = {
    "0": "so \\boxed{0.5}",
    "1": "Answer: 3",
    "2": "It is a half, I would say, when all is told.",
}


@pytest.fixture
def answered(bench):
    bench.data.prompts[:] = [
        StoredPrompt(1, "p1", "first", "D", "\\frac{1}{2}"),
        StoredPrompt(2, "p2", "second", "A", ""),
        StoredPrompt(3, "p3", "third", "G", "a reference"),
    ]
    bench.model.answer = lambda request: REPLIES[request.key.index]
    bench.generate("temperature")
    bench.model.asked.clear()
    bench.model.answer = lambda request: (
        "YES" if request.key.question == "accuracy" else usual_reply(request)
    )
    return bench


def rated(bench):
    return {
        (row.value, row.meta.get("decided_by", "judge"), bench.data.names[row.rater_id][1])
        for row in bench.data.ratings
    }


def test_rules_decide_what_is_marked_and_the_judge_the_rest(answered):
    progress = answered.run(JudgeSpec(JUDGE, "accuracy"))
    assert (progress.planned, progress.done, progress.calls) == (3, 3, 1)
    assert rated(answered) == {
        ("correct", "numeric", CHECKER),
        ("incorrect", "numeric", CHECKER),
        ("correct", "judge", JUDGE),
    }
    (request,) = answered.model.asked
    assert "\\frac{1}{2}" in request.messages[0].content


def test_a_second_run_and_a_second_judge_repeat_nothing_of_the_rules(answered):
    answered.run(JudgeSpec(JUDGE, "accuracy"))
    again = answered.run(JudgeSpec(JUDGE, "accuracy"))
    other = answered.run(JudgeSpec("scripted:other", "accuracy"))
    assert (again.calls, again.skipped) == (0, 3)
    assert (other.calls, other.done, other.skipped) == (1, 1, 2)


def test_only_prompts_of_a_and_d_with_a_reference_are_checked(answered):
    answered.data.prompts[:] = [replace(one, category="E") for one in answered.data.prompts]
    assert answered.run(JudgeSpec(JUDGE, "accuracy")).planned == 0

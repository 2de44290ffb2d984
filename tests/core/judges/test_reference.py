"""Right or wrong by rules: only where a response marks its answer and the rules are conclusive."""

import asyncio

import pytest

from core.judges.reference import (
    ReferenceChecker,
    ReferenceJudge,
    final_answer,
    normalized,
)
from core.templates import TemplateSource
from core.types import Completion


def decide(response, reference, symbolic=True):
    async def run():
        async with ReferenceChecker() as checker:
            return await checker.decide(response, reference, symbolic=symbolic)

    decision = asyncio.run(run())
    return decision and (decision.value, decision.how)


@pytest.mark.parametrize(
    ("response", "answer"),
    [
        ("First \\boxed{1}, no: \\boxed{\\frac{1}{2}}.", "\\frac{1}{2}"),
        ("Long story.\n\n**Answer:** Paris.", "Paris"),
        ("The final answer is $x = 3$", "$x = 3$"),
        ("Adolf Anderssen", "Adolf Anderssen"),
        ("Some say Paris, others Rome, and nobody knows for certain which of them it is.", None),
        ("an unfinished \\boxed{1 and then a long text that goes on and on without any end", None),
        ("", None),
    ],
)
def test_the_final_answer_is_what_the_response_marks(response, answer):
    assert final_answer(response) == answer


def test_case_space_articles_and_quotation_marks_do_not_matter():
    assert normalized(" The  “Radcliffe College”. ") == normalized("radcliffe college")


@pytest.mark.parametrize(
    ("response", "reference", "decided"),
    [
        ("Answer: radcliffe college", "Radcliffe College", ("correct", "exact")),
        ("\\boxed{\\frac{14}{3}}", "\\dfrac{14}{3}", ("correct", "numeric")),
        ("Answer: 0.34", "\\dfrac{17}{50}", ("correct", "numeric")),
        ("Answer: 1,234", "1234", ("correct", "numeric")),
        ("Answer: 13", "12", ("incorrect", "numeric")),
        ("\\boxed{2(x+1)}", "2x+2", ("correct", "symbolic")),
        (
            "\\boxed{(3,\\frac{\\pi}{2})}",
            "\\left( 3, \\frac{\\pi}{2} \\right)",
            ("correct", "symbolic"),
        ),
        ("\\boxed{x^2}", "2x+2", None),  # unequal as far as we can tell: a judge decides
        ("Answer: Rome", "Paris", None),
        ("Answer: 12 or 13", "12", None),
    ],
)
def test_rules_decide_only_where_they_are_conclusive(response, reference, decided):
    assert decide(response, reference) == decided


def test_words_are_not_read_as_formulas():
    assert decide("Answer: tea", "eat", symbolic=False) is None


def test_without_a_reference_nothing_is_decided():
    assert decide("Answer: 1", " ") is None


def test_an_endless_computation_is_left_to_the_judge_and_the_next_is_decided():
    async def run():
        async with ReferenceChecker() as checker:
            bad = await checker.decide("\\boxed{9^{9^{9^{9}}}}", "12", symbolic=True)
            return bad, await checker.decide("Answer: 0.5", "1/2", symbolic=True)

    bad, good = asyncio.run(run())
    assert bad is None
    assert good.value == "correct"


def test_a_dead_process_is_replaced():
    async def run():
        async with ReferenceChecker() as checker:
            await checker.decide("Answer: 0.5", "1/2", symbolic=True)
            checker._process.kill()
            await checker._process.wait()
            lost = await checker.decide("Answer: 0.5", "1/2", symbolic=True)
            return lost, await checker.decide("Answer: 0.5", "1/2", symbolic=True)

    lost, found = asyncio.run(run())
    assert lost is None
    assert found.value == "correct"


def test_the_judge_sees_the_reference_between_fences_and_answers_yes_or_no():
    judge = ReferenceJudge.open(TemplateSource())
    request = judge.request(
        "m", prompt="p", reference="the truth", response="r", strategy="temperature", index="0"
    )
    assert "the truth" in request.messages[0].content
    assert judge.parse(Completion("NO")).value == "incorrect"
    assert judge.parse(Completion("perhaps")).value is None

import pytest

from core.crowd import (
    ENDS,
    CrowdPlan,
    Phase,
    PracticeResult,
    after,
    after_practice,
    first_phase,
    outcome_of,
    parse_plan,
)

FULL = parse_plan(
    {
        "consent": {"text": "May we?"},
        "practice": {"n_items": 4, "pass_share": 0.75, "attempts": 2},
        "closing": [{"key": "age", "kind": "text", "text": "Your age?"}],
        "recruiting": {"complete": {"code": "DONE"}, "screened_out": {"code": "OUT"}},
    }
)


def way(plan: CrowdPlan) -> list[Phase]:
    phases = [first_phase(plan)]
    while phases[-1] not in ENDS:
        phases.append(after(plan, phases[-1]))
    return phases


def test_every_phase_of_a_full_plan_comes_in_order():
    assert way(FULL) == ["consent", "instructions", "practice", "rating", "closing", "complete"]


def test_phases_left_out_are_skipped():
    assert way(parse_plan({"show_instructions": False})) == ["rating", "complete"]


@pytest.mark.parametrize(
    ("result", "next_phase"),
    [
        (PracticeResult(1, 3, 4), Phase.RATING),
        (PracticeResult(1, 2, 4), Phase.PRACTICE),
        (PracticeResult(2, 2, 4), Phase.SCREENED_OUT),
        (PracticeResult(2, 4, 4), Phase.RATING),
        (PracticeResult(1, 0, 0), Phase.RATING),
    ],
)
def test_practice_leads_on_once_more_or_out(result, next_phase):
    assert after_practice(FULL, result) == next_phase


def test_practice_that_screens_nobody_out_leads_on():
    plan = parse_plan({"practice": {"n_items": 4, "on_fail": "go_on", "attempts": 1}})
    assert after_practice(plan, PracticeResult(1, 0, 4)) == Phase.RATING


def test_an_end_stays_an_end_and_has_its_own_code():
    assert after(FULL, Phase.WITHDRAWN) == Phase.WITHDRAWN
    assert outcome_of(FULL, Phase.COMPLETE).code == "DONE"
    assert outcome_of(FULL, Phase.SCREENED_OUT).code == "OUT"
    assert outcome_of(FULL, Phase.WITHDRAWN).code == ""

"""The screens around the questions, as markup."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.crowd import ENDS, CrowdPlan, Outcome, Phase, PracticeResult
from core.crowd.plan import Arm, ClosingQuestion, Consent, Practice, QuestionPlan
from core.taxonomy import load_taxonomy
from core.types import Question
from db.queries.tasks import TaskProgress
from pages.annotator import screens
from pages.annotator.frame import Preview
from pages.annotator.task import Shown
from tests.pages.annotator.frames import a_frame, said
from tests.pages.annotator.test_questions import task_for

PROGRESS = TaskProgress({"equivalence": 2}, {"equivalence": 1}, {})


def arm_of(*questions: Question) -> Arm:
    return Arm(questions=tuple(QuestionPlan(question=one) for one in questions))


def test_consent_is_shown_as_it_was_written_and_nothing_in_it_acts():
    plan = CrowdPlan(consent=Consent(text="First <b>part</b>\nsame paragraph\n\nSecond"))
    html = screens.consent_screen(a_frame(), plan).html
    assert "First &lt;b&gt;part&lt;/b&gt;<br>same paragraph" in html
    assert html.count('<p dir="auto">') == 2


def test_instructions_show_worked_examples_of_the_categories_asked_about():
    plan = CrowdPlan(arms=(arm_of(Question.EQUIVALENCE),))
    text = said(screens.instructions_screen(a_frame(), plan, plan.arms[0]).html)
    for category in load_taxonomy().values():
        assert category.name in text
        assert category.examples[0].why in text


@pytest.mark.parametrize(
    "questions", [(Question.SAME,), (Question.USEFULNESS, Question.EQUIVALENCE)]
)
def test_who_answers_an_undefined_question_reads_no_definition_before(questions):
    plan = CrowdPlan(arms=(arm_of(*questions),))
    text = said(screens.instructions_screen(a_frame(), plan, plan.arms[0]).html)
    for category in load_taxonomy().values():
        assert category.help not in text
        assert category.examples[0].prompt not in text


def test_instructions_say_how_much_practice_there_is_and_what_is_needed():
    plan = CrowdPlan(practice=Practice(n_items=4, pass_share=0.7))
    text = said(screens.instructions_screen(a_frame(), plan, plan.arms[0]).html)
    assert "First come 4 practice items" in text
    assert "at least 3 of them" in text


def test_feedback_says_what_was_expected_and_why():
    task = replace(task_for(Question.EQUIVALENCE), value="different")
    values = {"expected": "equivalent", "explanation": "Both say <Oslo>.", "shown": Shown()}
    html = screens.feedback_screen(a_frame(), task, PROGRESS, **values).html
    assert "Not quite." in said(html)
    assert "Your answer: Different · Expected: Same" in said(html)
    assert "Both say &lt;Oslo&gt;." in html
    right = replace(task, value="equivalent")
    assert "That is right." in said(
        screens.feedback_screen(a_frame(), right, PROGRESS, **values).html
    )


def test_another_round_of_practice_says_how_the_last_one_went():
    plan = CrowdPlan(practice=Practice(n_items=4))
    text = said(screens.again_screen(a_frame(), plan, PracticeResult(1, 2, 4)).html)
    assert "2 of 4" in text
    assert "3 are needed" in text


def test_closing_questions_keep_what_was_filled_in():
    plan = CrowdPlan(
        closing=(
            ClosingQuestion(key="why", kind="text", text="Why?", required=True),
            ClosingQuestion(key="hard", kind="scale", text="Hard?", options=("easy", "hard")),
            ClosingQuestion(key="age", kind="choice", text="Age?", options=("<30", "30+")),
        )
    )
    given = {"why": "<because>", "hard": "4", "age": "<30"}
    html = screens.closing_screen(a_frame(), plan, given, "Missing").html
    assert "&lt;because&gt;</textarea>" in html
    assert 'value="4" checked' in html
    assert 'value="&lt;30" checked' in html
    assert 'role="alert">Missing' in html
    assert "(optional)" in said(html)


@pytest.mark.parametrize("phase", sorted(ENDS))
def test_every_end_says_what_happened_and_hands_over_its_code(phase):
    outcome = Outcome(code="ABC-1", redirect="https://platform.example/back?cc=ABC-1")
    html = screens.end_screen(a_frame(), Phase(phase), CrowdPlan(debrief="About."), outcome).html
    assert 'value="ABC-1"' in html
    assert 'href="https://platform.example/back?cc=ABC-1"' in html
    assert "<h1>" in html


def test_only_who_took_part_is_told_what_the_study_is_about():
    plan = CrowdPlan(debrief="It is about repetition.")
    told = {
        phase
        for phase in ENDS
        if "repetition" in screens.end_screen(a_frame(), phase, plan, Outcome()).html
    }
    assert told == {Phase.COMPLETE, Phase.SCREENED_OUT, Phase.FAILED_ATTENTION}


def test_a_preview_sends_nothing_and_leads_to_the_next_screen():
    frame = a_frame(preview=Preview("T", 1, ("one", "two", "three")))
    html = screens.consent_screen(frame, CrowdPlan(consent=Consent(text="x"))).html
    assert 'method="get" action="/preview"' in html
    assert 'name="at" value="2"' in html
    assert "post" not in html

"""The screens before, between and after the questions."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil

from markupsafe import Markup, escape

from core.crowd import CrowdPlan, Outcome, Phase, PracticeResult
from core.crowd.plan import Arm
from core.types import UNDEFINED_QUESTIONS, Question
from db.queries.tasks import Task, TaskProgress
from pages.annotator.cards import (
    kinds,
    quality_scale,
    request_card,
    response_cards,
    said_in,
    worked_examples,
)
from pages.annotator.frame import Frame, Screen, draw
from pages.annotator.pace import minutes_left, seconds_left
from pages.annotator.questions import answer_label
from pages.annotator.task import Shown, progress_values
from pages.annotator.words import Words

_EXPLAINED = {Question.EQUIVALENCE, Question.GROUPING}


def note_screen(
    frame: Frame,
    title: str,
    *paragraphs: str,
    action: str = "",
    action_label: str = "",
    way_on: str = "",
    way_back: str = "",
    points_title: str = "",
    points: tuple[str, ...] = (),
) -> Screen:
    """A calm page of text.

    Args:
        action: step that its button takes. way_on: or the address that it leads to.
        way_back: address of the screen before; "" for none.
    """
    return draw(
        "note",
        title,
        frame=frame,
        title=title,
        paragraphs=paragraphs,
        points_title=points_title,
        points=points,
        action=action,
        action_label=action_label,
        way_on=way_on,
        way_back=way_back,
    )


def message_screen(frame: Frame, key: str, **values: str | int) -> Screen:
    """A screen of `errors`: its title and its text."""
    text = frame.words.fill(f"errors.{key}", **values)
    return note_screen(frame, frame.words[f"errors.{key}_title"], text)


def problem_screen(frame: Frame, text: str) -> Screen:
    """Says what was refused and why, with the way back to the page."""
    words = frame.words
    way_on = frame.address() if frame.link else ""
    return note_screen(
        frame, words["errors.title"], text, way_on=way_on, action_label=words["errors.try_again"]
    )


def welcome_screen(frame: Frame, task: Task, progress: TaskProgress) -> Screen:
    """What people invited without a plan read first."""
    words = frame.words
    points = _what(words, {one for one in Question if progress.asks(one)})
    minutes = minutes_left(seconds_left(progress, task))
    points.append(
        words.fill("welcome.how_long", total=progress.total, open=progress.open, minutes=minutes)
    )
    points += [words[f"welcome.{name}"] for name in ("pause", "change", "no_wrong", "some_odd")]
    return note_screen(
        frame,
        words["welcome.title"],
        words["welcome.lead"],
        points_title=words["welcome.what"],
        points=tuple(points),
        way_on=frame.address(go=1),
        action_label=words["welcome.resume" if progress.done else "welcome.start"],
    )


def consent_screen(frame: Frame, plan: CrowdPlan) -> Screen:
    """What people agree to, in the researcher's words."""
    return draw("consent", frame.words["consent.title"], frame=frame, text=prose(plan.consent.text))


def instructions_screen(
    frame: Frame, plan: CrowdPlan, arm: Arm, practised: frozenset[str] = frozenset()
) -> Screen:
    """What people will do; definitions and examples only where they may see them by now.

    Args:
        practised: keys of examples asked as practice, whose answers are not told before.
    """
    words, taxonomy = frame.words, frame.taxonomy
    asked = {one.question for one in arm.questions}
    points = _what(words, asked)
    points += [words[f"welcome.{name}"] for name in ("pause", "change", "no_wrong", "some_odd")]
    # Whoever answers an undefined question must not have read a definition (measurement.md 20).
    may_explain = not asked & UNDEFINED_QUESTIONS
    keys = plan.items.categories or taxonomy.keys()
    worked = [
        (one.name, said_in(one, words), worked_examples(one, words, practised=practised))
        for one in (taxonomy[key] for key in keys if key in taxonomy)
        if asked & _EXPLAINED and may_explain
    ]
    return draw(
        "instructions",
        words["instructions.title"],
        frame=frame,
        points=points,
        scale=quality_scale(words) if Question.QUALITY in asked else Markup(),
        kinds=kinds(taxonomy, words) if Question.CATEGORY in asked and may_explain else "",
        worked=worked,
        practice=_practice_points(words, plan),
    )


def feedback_screen(
    frame: Frame,
    task: Task,
    progress: TaskProgress,
    *,
    expected: str,
    explanation: str,
    shown: Shown,
) -> Screen:
    """Whether a practice item was answered as expected, and why that is expected.

    Args:
        expected: the known answer in the form of `task.value`.
    """
    words = frame.words
    question = Question(task.question)
    is_right = task.value == expected

    def said(key: str, answer: str) -> str:
        label = answer_label(question, answer, words, frame.taxonomy)
        return words.fill(f"practice.{key}", answer=label)

    return draw(
        "feedback",
        words["practice.right" if is_right else "practice.not_right"],
        frame=frame,
        request=request_card(task, words),
        responses=response_cards(task, words),
        is_right=is_right,
        given=said("given", task.value or ""),
        expected=said("expected", expected),
        explanation=explanation,
        at=None,
        **progress_values(frame, task, progress, shown),
    )


def practice_done_screen(frame: Frame) -> Screen:
    """Between the last practice item and what its result leads to."""
    words = frame.words
    return note_screen(
        frame,
        words["practice.done_title"],
        words["practice.done"],
        action="practice",
        action_label=words["practice.go_on"],
    )


def again_screen(frame: Frame, plan: CrowdPlan, result: PracticeResult) -> Screen:
    """Too few practice items were right, and another round is open."""
    words = frame.words
    needed = ceil(plan.practice.pass_share * result.asked)
    return note_screen(
        frame,
        words["practice.again_title"],
        words.fill("practice.again", right=result.right, asked=result.asked, needed=needed),
        way_on=frame.address(go=1),
        action_label=words["practice.go_on"],
    )


def pause_screen(frame: Frame, progress: TaskProgress) -> Screen:
    """A break is offered."""
    words = frame.words
    return note_screen(
        frame,
        words["pause.title"],
        words.fill("pause.lead", done=progress.done, total=progress.total),
        way_on=frame.address(go=1),
        action_label=words["pause.go_on"],
    )


def closing_screen(
    frame: Frame, plan: CrowdPlan, given: Mapping[str, str], problem: str = ""
) -> Screen:
    """The questions at the end, with what was filled in so far."""
    return draw(
        "closing",
        frame.words["closing.title"],
        frame=frame,
        questions=plan.closing,
        given=given,
        problem=problem,
    )


def end_screen(frame: Frame, phase: Phase, plan: CrowdPlan, outcome: Outcome) -> Screen:
    """Where a person's way ends: why, what the study is about, and what they take home."""
    words = frame.words
    is_complete = phase == Phase.COMPLETE
    section = "done" if is_complete else "end"
    title = words["done.title"] if is_complete else words[f"end.{phase}_title"]
    lead = words["done.lead"] if is_complete else words[f"{section}.{phase}"]
    shows_debrief = phase in (Phase.COMPLETE, Phase.SCREENED_OUT, Phase.FAILED_ATTENTION)
    about = plan.debrief or (words["done.about"] if is_complete else "")
    return draw(
        "end",
        title,
        frame=frame,
        title=title,
        lead=lead,
        debrief=prose(about) if about and shows_debrief else "",
        outcome=outcome,
    )


def thanks_screen(frame: Frame, progress: TaskProgress) -> Screen:
    """The end for people invited without a plan; their last answer can still be changed."""
    words = frame.words
    return note_screen(
        frame,
        words["done.title"],
        words["done.lead"],
        words["done.about"],
        way_back=frame.address(go=1, at=progress.total - 1),
    )


def withdraw_screen(frame: Frame) -> Screen:
    """Asks once more before everything a person gave is emptied."""
    return draw("withdraw", frame.words["withdraw.title"], frame=frame)


def prose(text: str) -> Markup:
    """A researcher's text: escaped, with its paragraphs and line ends."""
    paragraphs = [part for part in text.replace("\r\n", "\n").split("\n\n") if part.strip()]
    return Markup("").join(
        Markup('<p dir="auto">{}</p>').format(
            Markup("<br>").join(escape(line) for line in paragraph.strip().split("\n"))
        )
        for paragraph in paragraphs
    )


def _what(words: Words, asked: set[Question]) -> list[str]:
    return [words[f"welcome.what_{question}"] for question in Question if question in asked]


def _practice_points(words: Words, plan: CrowdPlan) -> list[str]:
    practice = plan.practice
    if not practice.n_items:
        return []
    points = [words.fill("instructions.practice", total=practice.n_items)]
    needed = ceil(practice.pass_share * practice.n_items)
    if needed and practice.on_fail == "screen_out":
        points.append(words.fill("instructions.practice_pass", needed=needed))
    return points

"""A study as annotators will see it, walked through by a researcher; nothing is stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from core.crowd import ENDS, CrowdPlan, Phase, outcome_of, read_plan
from core.crowd.answers import FORMS
from core.crowd.plan import Arm
from core.security import study_id_from_preview_token
from core.taxonomy import Taxonomy
from core.types import Question
from db.crowd.example import SET_SIZE, ExampleSet, find_example_set
from db.crowd.gold import list_practised
from db.models import Study
from db.queries.tasks import Task, TaskProgress
from pages.annotator import screens
from pages.annotator.frame import Frame, Preview, Screen
from pages.annotator.task import Shown, task_screen
from web.annotate.bodies import whole
from web.annotate.desk import Reply
from web.annotate.setup import Setup

# What a preview says of how far a person is.
_N_ITEMS, _N_DONE = 12, 3
_MEMBERS = {"prompt": 0, "response": 1, "pair": 2, "set": SET_SIZE}
_SHOWN_ENDS = [phase for phase in Phase if phase in ENDS]

Draw = Callable[[Frame], Screen]


class PreviewDesk:
    """Draws a study's screens for whoever holds a fresh token of its researcher."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup

    def look(self, query: Mapping[str, str], text_size: str) -> Reply:
        """The screen of that number."""
        token = query.get("token", "")
        study_id = study_id_from_preview_token(token, self._setup.key)
        plan, example, practised = None, None, frozenset[str]()
        if study_id is not None:
            with self._setup.database.read() as session:
                study = session.get(Study, study_id)
                plan = None if study is None else read_plan(study.settings)
                example = find_example_set(session, study_id)
                practised = list_practised(session, study_id)
        if plan is None:
            frame = self._setup.frame(text_size=text_size)
            words = frame.words
            title, text = words["preview.link_unknown_title"], words["preview.link_unknown"]
            return Reply(frame, screens.note_screen(frame, title, text), status=404)
        frame = self._setup.frame(language=plan.language, text_size=text_size)
        walk = preview_screens(plan, example or _worked_set(frame.taxonomy), practised)
        wanted = whole(query.get("pick" if "go" in query else "at")) or 0
        at = min(wanted, len(walk) - 1)
        names = tuple(name for name, _ in walk)
        frame = replace(frame, preview=Preview(token, at, names), may_withdraw=True)
        return Reply(frame, walk[at][1](frame))


def preview_screens(
    plan: CrowdPlan, example: ExampleSet, practised: frozenset[str] = frozenset()
) -> list[tuple[str, Draw]]:
    """Name and drawing of every screen the plan leads to, in order."""
    practised = practised if plan.practice.n_items else frozenset()
    found: list[tuple[str, Draw]] = []
    if plan.consent.text:
        found.append(("Consent", partial(screens.consent_screen, plan=plan)))
    for arm in plan.arms:
        label = f" · {arm.name}" if len(plan.arms) > 1 else ""
        if plan.show_instructions:
            draw = partial(screens.instructions_screen, plan=plan, arm=arm, practised=practised)
            found.append((f"Instructions{label}", draw))
        if plan.practice.n_items:
            found += _practice(plan, arm, example, label)
        for one in arm.questions:
            draw = partial(_draw_task, plan=plan, question=one.question, example=example)
            found.append((f"{one.question.capitalize()}{label}", draw))
    if plan.work.break_every:
        found.append(("Break", partial(screens.pause_screen, progress=_progress())))
    if plan.closing:
        found.append(("Closing questions", partial(screens.closing_screen, plan=plan, given={})))
    for phase in _SHOWN_ENDS:
        name = phase.replace("_", " ").capitalize()
        outcome = outcome_of(plan, phase)
        draw = partial(screens.end_screen, phase=phase, plan=plan, outcome=outcome)
        found.append((f"End: {name.lower()}", draw))
    found.append(("Withdraw", screens.withdraw_screen))
    for key in ("study_paused", "study_closed"):
        name = key.replace("_", " ").capitalize()
        found.append((name, partial(screens.message_screen, key=key)))
    return found


def _practice(plan: CrowdPlan, arm: Arm, example: ExampleSet, label: str) -> list[tuple[str, Draw]]:
    question = arm.questions[0].question
    value = _some_answer(question, example)
    return [
        (
            f"Practice{label}",
            partial(_draw_task, plan=plan, question=question, example=example, is_practice=True),
        ),
        (
            f"Practice, right{label}",
            partial(_draw_feedback, question=question, example=example, value=value),
        ),
    ]


def _draw_task(
    frame: Frame,
    plan: CrowdPlan,
    question: Question,
    example: ExampleSet,
    is_practice: bool = False,
) -> Screen:
    tag = frame.words["practice.tag"] if is_practice else ""
    shown = Shown(number=_N_DONE + 1, previous=_N_DONE - 1, tag=tag)
    return task_screen(frame, _task(question, example), _progress(), plan=plan, shown=shown)


def _draw_feedback(frame: Frame, question: Question, example: ExampleSet, value: str) -> Screen:
    task = replace(_task(question, example), value=value)
    shown = Shown(number=_N_DONE + 1, tag=frame.words["practice.tag"])
    return screens.feedback_screen(
        frame, task, _progress(), expected=value, explanation="", shown=shown
    )


def _some_answer(question: Question, example: ExampleSet) -> str:
    n_members = len(_task(question, example).texts)
    return {
        Question.GROUPING: ",".join(["0"] * n_members),
        Question.COUNT: "1",
        Question.CATEGORY: example.category or "A",
    }.get(question) or FORMS[question].options[0]


def _task(question: Question, example: ExampleSet) -> Task:
    texts = example.texts[: _MEMBERS[FORMS[question].kind]]
    return Task(0, _N_DONE, question.value, example.prompt, texts, example.category, None)


def _progress() -> TaskProgress:
    question = Question.EQUIVALENCE.value
    return TaskProgress({question: _N_DONE}, {question: _N_ITEMS - _N_DONE}, {})


def _worked_set(taxonomy: Taxonomy) -> ExampleSet:
    """Texts of the taxonomy, for a study that has no responses yet."""
    category = taxonomy.values()[0]
    texts = [text for one in category.examples for text in (one.response_a, one.response_b)]
    return ExampleSet(category.examples[0].prompt, category.key, tuple(texts[:SET_SIZE]))

"""The person behind a link, and which screen is theirs now."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from core.crowd import ENDS, CrowdPlan, Phase, outcome_of
from core.work import StudyStatus, WorkPurpose
from db.crowd.claims import after_answer
from db.crowd.feedback import find_feedback
from db.crowd.gold import list_practised
from db.crowd.participation import ParticipationView, find_participation
from db.queries.tasks import (
    Task,
    find_own_task,
    find_place,
    find_plan,
    find_study_status,
    find_task,
    get_progress,
)
from pages.annotator import screens
from pages.annotator.frame import Frame, Screen
from pages.annotator.task import Shown, task_screen

_BEFORE_WORK = (Phase.CONSENT, Phase.INSTRUCTIONS, Phase.PRACTICE)


@dataclass(frozen=True, slots=True)
class Person:
    """Who is looking.

    Attributes:
        view: their way through a crowd study; None where they were invited without a plan.
        plan: of their study; None where it has none.
    """

    rater_id: int
    status: str
    view: ParticipationView | None
    plan: CrowdPlan | None

    @property
    def phase(self) -> Phase:
        """Where they are; people without a way of their own only rate."""
        return Phase.RATING if self.view is None else self.view.phase

    def moved_on(self, session: Session) -> Person:
        """Where an answer leads them; in the transaction that stores it."""
        if self.view is None:
            return self
        phase = after_answer(session, self.rater_id)
        if phase == self.view.phase:
            return self
        outcome = outcome_of(self.view.plan, phase)
        return replace(self, view=replace(self.view, phase=phase, outcome=outcome))

    @property
    def is_before_work(self) -> bool:
        return self.phase in _BEFORE_WORK


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for beside the link; numbers are not trusted.

    Attributes:
        go: the welcome has been read. at: position of a task to go back to.
        feedback: assignment of a practice item just answered.
        pause, again, leave: a break, practice once more, withdrawing.
        saved, noted: what was stored by the request before.
        problem: why something was not stored; plain text.
    """

    go: bool = False
    at: int | None = None
    feedback: int | None = None
    pause: bool = False
    again: bool = False
    leave: bool = False
    saved: bool = False
    noted: bool = False
    problem: str = ""


def find_person(session: Session, rater_id: int) -> Person | None:
    """The person; None when there is none of that number any more."""
    view = find_participation(session, rater_id)
    if view is not None:
        return Person(rater_id, view.study_status, view, view.plan)
    status = find_study_status(session, rater_id)
    if status is None:
        return None
    return Person(rater_id, status, None, find_plan(session, rater_id))


def closed_door(frame: Frame, person: Person) -> Screen | None:
    """What is said where the study takes nothing from this person now; None where it does."""
    if person.status == StudyStatus.CLOSED:
        return screens.message_screen(frame, "study_closed")
    if person.view is not None and person.status == StudyStatus.DRAFT:
        return screens.message_screen(frame, "not_open")
    if person.status == StudyStatus.PAUSED and person.is_before_work:
        return screens.message_screen(frame, "study_paused")
    return None


def screen_of(session: Session, frame: Frame, person: Person, asked: Asked) -> Screen:
    """The screen a person is at, derived from what is stored and nothing else."""
    view = person.view
    if view is not None:
        frame = replace(frame, may_withdraw=view.phase not in (Phase.WITHDRAWN, Phase.DECLINED))
        if asked.leave and frame.may_withdraw:
            return screens.withdraw_screen(frame)
        if view.phase in ENDS:
            return screens.end_screen(frame, view.phase, view.plan, view.outcome)
    door = closed_door(frame, person)
    if door is not None:
        return door
    match person.phase:
        case Phase.CONSENT if view is not None:
            return screens.consent_screen(frame, view.plan)
        case Phase.INSTRUCTIONS if view is not None:
            practised = list_practised(session, view.study_id) if view.plan.practice.n_items else ()
            return screens.instructions_screen(
                frame, view.plan, view.plan.arm(view.arm), frozenset(practised)
            )
        case Phase.CLOSING if view is not None:
            return screens.closing_screen(frame, view.plan, view.answers)
        case Phase.PRACTICE if view is not None:
            return _practice(session, frame, view, asked)
        case _:
            return _rating(session, frame, person, asked)


def _practice(session: Session, frame: Frame, view: ParticipationView, asked: Asked) -> Screen:
    words = frame.words
    progress = get_progress(session, view.rater_id, purpose=WorkPurpose.PRACTICE)
    tag = words["practice.tag"]
    if asked.feedback is not None:
        answered = find_own_task(session, view.rater_id, asked.feedback)
        known = find_feedback(session, view.rater_id, asked.feedback)
        if answered is not None and answered.value is not None and known is not None:
            return screens.feedback_screen(
                frame,
                answered,
                progress,
                expected=known.value,
                explanation=known.explanation,
                shown=Shown(saved=asked.saved, number=progress.done, tag=tag),
            )
    if asked.again and view.practice.attempts and not progress.done:
        return screens.again_screen(frame, view.plan, view.practice)
    task = find_task(session, view.rater_id)
    if task is None or task.purpose != WorkPurpose.PRACTICE:
        return screens.practice_done_screen(frame)
    shown = Shown(
        saved=asked.saved,
        noted=asked.noted,
        problem=asked.problem,
        number=progress.done + 1,
        tag=tag,
    )
    return task_screen(frame, task, progress, plan=view.plan, shown=shown)


def _rating(session: Session, frame: Frame, person: Person, asked: Asked) -> Screen:
    progress = get_progress(session, person.rater_id)
    is_planned = person.view is not None
    task = _task(session, person, asked.at)
    if task is None and progress.total and not is_planned:
        return screens.thanks_screen(frame, progress)
    if task is None:
        is_paused = person.status == StudyStatus.PAUSED
        return screens.message_screen(frame, "study_paused" if is_paused else "nothing_to_do")
    if not is_planned and not asked.go and task.value is None:
        return screens.welcome_screen(frame, task, progress)
    if asked.pause and progress.open:
        return screens.pause_screen(frame, progress)
    place = find_place(session, person.rater_id, task.position)
    shown = Shown(
        saved=asked.saved,
        noted=asked.noted,
        problem=asked.problem,
        at=asked.at,
        number=place.number,
        previous=place.previous,
    )
    return task_screen(frame, task, progress, plan=person.plan, shown=shown)


def _task(session: Session, person: Person, at: int | None) -> Task | None:
    """The task at a position, if it is one of the work; else the first open one."""
    task = None if at is None else find_task(session, person.rater_id, at)
    if task is None or task.purpose == WorkPurpose.PRACTICE:
        return find_task(session, person.rater_id)
    return task

"""Everything a visit by a personal link does: looks, answers, notes, steps.

Plain functions of a thread: each reads and writes in transactions of its own and returns what to
draw. What is written is on disk before anything is drawn.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from core.crowd import Phase
from core.crowd.answers import CANNOT_TELL, CONFIDENCES
from core.crowd.closing import check_closing
from core.crowd.plan import QuestionPlan
from core.errors import AnswerRefusedError, UserError
from core.security import rater_id_from_token
from core.templates import text_hash
from core.types import Question
from core.work import StudyStatus, WorkPurpose
from db.crowd import participation
from db.crowd.erasure import LOG_NAME, withdraw
from db.queries.answers import LONGEST_CLIENT_ID, Given, add_answer
from db.queries.notes import NoteKind, add_note
from db.queries.tasks import Task, find_own_task, find_task, get_progress
from pages.annotator import screens
from pages.annotator.frame import Frame, Screen
from pages.annotator.pace import elapsed
from pages.annotator.task import question_plan_of, words_template
from pages.components.responses import RENDERER_VERSION
from web.annotate.bodies import Body
from web.annotate.person import Asked, Person, closed_door, find_person, screen_of
from web.annotate.setup import Setup

_LOG = logging.getLogger(__name__)
CLOSING_PREFIX = "closing-"


@dataclass(frozen=True, slots=True)
class Reply:
    """What a visit leads to.

    Attributes:
        screen: to draw; None where only the address matters.
        address: where a browser without the script goes next; "" draws the screen in place.
        problem: why nothing was stored; plain text, with a status of 400 or above.
        said: what just happened, read out to those who cannot see it.
    """

    frame: Frame
    screen: Screen | None = None
    status: int = 200
    address: str = ""
    problem: str = ""
    said: str = ""


class Refused(Exception):
    """A request that is answered by a problem. status: of the answer."""

    def __init__(self, status: int, text: str, screen: Screen | None = None) -> None:
        super().__init__(text)
        self.status, self.text, self.screen = status, text, screen


class Desk:
    """Serves people who come by a personal link."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup

    def look(self, link: str, asked: Asked, text_size: str) -> Reply:
        """The screen a person is at."""
        rater_id = rater_id_from_token(link, self._setup.key)
        if rater_id is None:
            return self._unknown(text_size)
        self._be_seen(rater_id)
        with self._setup.database.read() as session:
            person = find_person(session, rater_id)
            if person is None:
                return self._unknown(text_size)
            frame = self._frame(person, link, text_size)
            return Reply(frame, screen_of(session, frame, person, asked))

    def answer(self, body: Body, text_size: str) -> Reply:
        """Stores an answer; what comes next is drawn only when it is on disk."""
        link = body.text("link")
        rater_id = rater_id_from_token(link, self._setup.key)
        if rater_id is None:
            return self._unknown(text_size)
        database = self._setup.database
        with database.read() as session:
            person = find_person(session, rater_id)
            if person is None:
                return self._unknown(text_size)
            frame = self._frame(person, link, text_size)
            try:
                task = self._own_task(session, frame, person, body)
                given = self._given(frame, person, task, body)
            except Refused as refused:
                return self._refusal(session, frame, person, refused)
        try:
            with database.write() as session:
                add_answer(
                    session,
                    rater_id,
                    task.assignment_id,
                    given,
                    question_plan=question_plan_of(person.plan, task),
                    categories=frame.taxonomy.keys(),
                )
                if person.phase == Phase.RATING:
                    person = person.moved_on(session)
        except UserError as error:
            with database.read() as session:
                return self._refusal(session, frame, person, _refused(error, frame))
        return self._after(frame, person, task)

    def note(self, body: Body, text_size: str) -> Reply:
        """Keeps a comment or a report about an item."""
        link = body.text("link")
        rater_id = rater_id_from_token(link, self._setup.key)
        if rater_id is None:
            return self._unknown(text_size)
        with self._setup.database.read() as session:
            person = find_person(session, rater_id)
            if person is None:
                return self._unknown(text_size)
            frame = self._frame(person, link, text_size)
            try:
                task = self._own_task(session, frame, person, body)
            except Refused as refused:
                return self._refusal(session, frame, person, refused)
        may_comment = person.plan is not None and person.plan.allow_comments
        is_comment = may_comment and body.text("kind") == "comment"
        kind: NoteKind = "comment" if is_comment else "problem"
        at = body.whole("at")
        way = {"go": 1, "noted": 1} | ({} if at is None else {"at": at})
        try:
            with self._setup.database.write() as session:
                add_note(session, rater_id, task.assignment_id, kind, body.text("text"))
        except UserError as error:
            with self._setup.database.read() as session:
                return self._refusal(session, frame, person, _refused(error, frame))
        return Reply(frame, address=frame.address(**way), said=frame.words["note.noted"])

    def step(self, body: Body, text_size: str) -> Reply:
        """Goes on: agrees, declines, has read the instructions, has practised, withdraws."""
        link = body.text("link")
        rater_id = rater_id_from_token(link, self._setup.key)
        if rater_id is None:
            return self._unknown(text_size)
        with self._setup.database.read() as session:
            person = find_person(session, rater_id)
            if person is None:
                return self._unknown(text_size)
            frame = self._frame(person, link, text_size)
            name = body.text("step")
            door = closed_door(frame, person)
            if door is not None and name != "withdraw":
                return Reply(frame, door, status=409)
        if person.view is None:
            return Reply(frame, address=frame.address(go=1))
        with self._setup.database.write() as session:
            is_again = self._take(session, person, name)
        return Reply(frame, address=frame.address(**({"again": 1} if is_again else {"go": 1})))

    def close(self, body: Body, text_size: str) -> Reply:
        """Keeps the answers to the questions at the end."""
        link = body.text("link")
        rater_id = rater_id_from_token(link, self._setup.key)
        if rater_id is None:
            return self._unknown(text_size)
        with self._setup.database.read() as session:
            person = find_person(session, rater_id)
        if person is None:
            return self._unknown(text_size)
        frame = self._frame(person, link, text_size)
        if person.view is None or person.phase != Phase.CLOSING:
            return Reply(frame, address=frame.address(go=1))
        door = closed_door(frame, person)
        if door is not None:
            return Reply(frame, door, status=409)
        plan = person.view.plan
        given = {one.key: body.text(CLOSING_PREFIX + one.key) for one in plan.closing}
        try:
            check_closing(plan.closing, given)
        except UserError:
            problem = frame.words["closing.choose"]
            screen = screens.closing_screen(frame, plan, given, problem)
            return Reply(frame, screen, status=422, problem=problem)
        with self._setup.database.write() as session:
            participation.finish_closing(session, rater_id, given)
        return Reply(frame, address=frame.address(go=1))

    def refuse(self, body: Body, text_size: str, key: str, status: int) -> Reply:
        """An answer to a request that is not even looked at. key: of `errors`."""
        link = body.text("link")
        known = rater_id_from_token(link, self._setup.key) is not None
        frame = self._setup.frame(link=link if known else "", text_size=text_size)
        text = frame.words[f"errors.{key}"]
        return Reply(frame, screens.problem_screen(frame, text), status=status, problem=text)

    def _be_seen(self, rater_id: int) -> None:
        """Keeps what is before a person theirs; only where the study gives out work."""
        with self._setup.database.read() as session:
            person = find_person(session, rater_id)
        if person is None or person.view is None or person.status != StudyStatus.OPEN:
            return
        with self._setup.database.write() as session:
            participation.touch(session, rater_id)

    def _take(self, session: Session, person: Person, name: str) -> bool:
        """Takes a step; whether it leads to practice once more."""
        rater_id = person.rater_id
        match name:
            case "agree" if person.plan is not None:
                text = text_hash(person.plan.consent.text)
                participation.agree(session, rater_id, text_hash=text)
            case "decline":
                participation.decline(session, rater_id)
            case "instructions":
                participation.finish_instructions(session, rater_id)
            case "practice" if person.phase == Phase.PRACTICE:
                task = find_task(session, rater_id)
                if task is None or task.purpose != WorkPurpose.PRACTICE:
                    outcome = participation.finish_practice_round(session, rater_id)
                    return outcome.phase == Phase.PRACTICE
            case "withdraw":
                withdraw(session, rater_id, log=self._setup.settings.data_dir / LOG_NAME)
        return False

    def _own_task(self, session: Session, frame: Frame, person: Person, body: Body) -> Task:
        door = closed_door(frame, person)
        if door is not None:
            raise Refused(409, door.title, door)
        assignment_id = body.whole("assignment")
        task = None
        if assignment_id is not None:
            task = find_own_task(session, person.rater_id, assignment_id)
        if task is None:
            raise Refused(403, frame.words["errors.not_yours"])
        return task

    def _given(self, frame: Frame, person: Person, task: Task, body: Body) -> Given:
        """What was pressed, as `add_answer` takes it."""
        plan = question_plan_of(person.plan, task)
        raw = _raw_answer(task, body)
        if not raw:
            raise Refused(422, frame.words["rate.choose_first"])
        confidence = _confidence(frame, plan, raw, body)
        lines = plan.ticks if plan is not None and task.question == Question.QUALITY else ()
        ticks = tuple(
            line for number, line in enumerate(lines) if number in body.ticks and raw != CANNOT_TELL
        )
        elapsed_ms, flags = elapsed(
            body.number("elapsed_ms"), body.number("shown"), time.time() * 1000
        )
        return Given(
            raw,
            words_template(task, person.plan, frame.taxonomy, frame.words),
            elapsed_ms,
            confidence=confidence,
            ticks=ticks,
            client_id=body.text("client_id")[:LONGEST_CLIENT_ID],
            meta={"renderer": RENDERER_VERSION, **flags},
        )

    def _after(self, frame: Frame, person: Person, task: Task) -> Reply:
        """The next screen, drawn from what is stored by now."""
        asked = Asked(go=True, saved=True)
        with self._setup.database.read() as session:
            if person.phase == Phase.PRACTICE:
                asked = replace(asked, feedback=task.assignment_id)
            elif person.phase == Phase.RATING and task.value is None:
                asked = replace(asked, pause=_is_pause(session, person))
            screen = screen_of(session, frame, person, asked)
        address = frame.address(**_parameters(asked))
        said = f"{frame.words['rate.saved']} · {screen.title}"
        return Reply(frame, screen, address=address, said=said)

    def _refusal(self, session: Session, frame: Frame, person: Person, refused: Refused) -> Reply:
        screen = refused.screen
        if screen is None and refused.status == 422:
            screen = screen_of(session, frame, person, Asked(go=True, problem=refused.text))
        elif screen is None:
            screen = screens.problem_screen(frame, refused.text)
        return Reply(frame, screen, status=refused.status, problem=refused.text)

    def _frame(self, person: Person, link: str, text_size: str) -> Frame:
        language = "en" if person.plan is None else person.plan.language
        return self._setup.frame(language=language, link=link, text_size=text_size)

    def _unknown(self, text_size: str) -> Reply:
        frame = self._setup.frame(text_size=text_size)
        screen = screens.message_screen(frame, "link_unknown")
        return Reply(frame, screen, status=404, problem=frame.words["errors.link_unknown"])


def _refused(error: UserError, frame: Frame) -> Refused:
    """Why something was not stored, in the person's language."""
    if isinstance(error, AnswerRefusedError):
        return Refused(422, frame.words[f"errors.{error.key}"])
    _LOG.warning("an answer could not be stored: %s", error)
    return Refused(422, frame.words["errors.not_taken"])


def _raw_answer(task: Task, body: Body) -> str:
    """The answer of a form or of the script; "" where nothing was chosen."""
    if answer := body.text("answer").strip():
        return answer
    if task.question != Question.GROUPING:
        return body.text("chosen")
    places = range(len(task.texts))
    match body.text("all"):
        case "same":
            return ",".join("0" for _ in places)
        case "different":
            return ",".join(str(place) for place in places)
    groups = [body.text(f"member-{place}") for place in places]
    return ",".join(groups) if all(groups) else ""


def _confidence(frame: Frame, plan: QuestionPlan | None, raw: str, body: Body) -> float | None:
    """How sure they are, where that is asked and something was answered."""
    if plan is None or not plan.confidence or raw == CANNOT_TELL:
        return None
    level = body.number("confidence")
    if level not in CONFIDENCES:
        raise Refused(422, frame.words["confidence.choose_first"])
    return level


def _is_pause(session: Session, person: Person) -> bool:
    every = 0 if person.plan is None else person.plan.work.break_every
    if not every:
        return False
    progress = get_progress(session, person.rater_id)
    return bool(progress.done and progress.open and progress.done % every == 0)


def _parameters(asked: Asked) -> dict[str, int]:
    found = {"go": 1, "saved": 1}
    if asked.feedback is not None:
        found["feedback"] = asked.feedback
    if asked.pause:
        found["pause"] = 1
    return found

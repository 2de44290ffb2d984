"""From a press to the disk.

Nothing between the press and the commit asks Streamlit: any such call may end the run for a newer
one, and the answer would be lost.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import streamlit as st

from core.crowd.answers import CANNOT_TELL
from core.crowd.plan import QuestionPlan
from core.errors import UserError
from db.engine import Database
from db.queries.answers import Given, add_answer
from db.queries.notes import NoteKind, add_note
from pages.components.rate_pace import elapsed, is_bounce
from pages.components.rate_session import Draft, RatingSession
from pages.components.responses import RENDERER_VERSION


@dataclass(frozen=True, slots=True)
class Asking:
    """All that saving an answer needs beside the answer; made when the task is drawn.

    Attributes:
        draft: of the task; holds ticks, and what was chosen on the way to an answer.
        template: name@hash of the words as they are shown.
        categories: keys of the taxonomy.
    """

    database: Database
    session: RatingSession
    rater_id: int
    draft: Draft
    template: str
    plan: QuestionPlan | None
    categories: tuple[str, ...]

    @property
    def assignment_id(self) -> int:
        return self.draft.assignment_id

    @property
    def asks_confidence(self) -> bool:
        return self.plan is not None and self.plan.confidence


def press(asking: Asking, answer: str) -> None:
    """An answer was pressed: it is saved, unless how sure they are comes first."""
    if asking.asks_confidence and answer != CANNOT_TELL:
        asking.draft.choose(answer)
    else:
        save(asking, answer)


def press_confidence(asking: Asking, confidence: float) -> None:
    """How sure they are; nothing happens while the answer itself is missing."""
    answer = asking.draft.answer
    if answer is not None and answer != CANNOT_TELL:
        save(asking, answer, confidence)


def press_groups(asking: Asking, groups: list[int]) -> None:
    """All members were sorted at one press."""
    asking.draft.put_all(groups)
    press_sorted(asking)


def press_sorted(asking: Asking) -> None:
    """The sorting is finished."""
    answer = asking.draft.answer
    if answer is not None and not asking.asks_confidence:
        save(asking, answer)


def save(asking: Asking, answer: str, confidence: float | None = None) -> None:
    """Puts the answer on disk; only then is anything else drawn."""
    session = asking.session
    pressed_s = time.monotonic()
    with session.lock:
        is_held = is_bounce(session.pressed_s, pressed_s)
        session.pressed_s = pressed_s
        if not is_held:
            _save(asking, answer, confidence)


def _save(asking: Asking, answer: str, confidence: float | None) -> None:
    session = asking.session
    shown_s = session.shown_s if session.shown_id == asking.assignment_id else None
    elapsed_ms, flags = elapsed(shown_s, session.pressed_s)
    given = Given(
        answer,
        asking.template,
        elapsed_ms,
        confidence=confidence,
        ticks=_ticks(asking) if answer != CANNOT_TELL else (),
        meta={"renderer": RENDERER_VERSION, **flags},
    )
    try:
        with asking.database.write() as transaction:
            add_answer(
                transaction,
                asking.rater_id,
                asking.assignment_id,
                given,
                question_plan=asking.plan,
                categories=asking.categories,
            )
    except UserError as error:
        session.problem = str(error)
        return
    session.position = None
    session.saved = True
    session.draft = None


def _ticks(asking: Asking) -> tuple[str, ...]:
    lines = asking.plan.ticks if asking.plan is not None else ()
    return tuple(line for line in lines if line in asking.draft.ticks)


def send_note(asking: Asking, kind: NoteKind, text_key: str) -> None:
    """Keeps what was written about the item; should the run end here, it is still in its field."""
    session = asking.session
    text = str(st.session_state.get(text_key) or "")
    try:
        with asking.database.write() as transaction:
            add_note(transaction, asking.rater_id, asking.assignment_id, kind, text)
    except UserError as error:
        session.problem = str(error)
        return
    session.write_note(None)
    session.noted = True

"""What one browser session of the rating page remembers. Which task comes next is not among it."""

from __future__ import annotations

import math
import threading
import time
from dataclasses import dataclass, field

import streamlit as st

from core.crowd import CrowdPlan
from core.crowd.answers import CANNOT_TELL, canonical_partition, partition_labels
from core.types import Question
from db.queries.tasks import Task

_KEY = "rating"


@dataclass(slots=True)
class Draft:
    """An answer in the making: what was chosen on a screen and is not saved yet.

    Attributes:
        choice: the answer, where the question after it (how sure?) is still open.
        ticks: lines of the checklist that hold.
        groups: of each member of a set as shown; None for those not sorted yet.
        selected: the member that the next group is for; None when all are sorted.
    """

    assignment_id: int
    choice: str | None = None
    ticks: set[str] = field(default_factory=set)
    groups: list[int | None] = field(default_factory=list)
    selected: int | None = None

    @classmethod
    def of(cls, task: Task) -> Draft:
        """Begins with the present answer, so that changing it starts from there."""
        draft = cls(task.assignment_id, ticks=set(task.ticks))
        if task.question == Question.GROUPING:
            draft.groups = [None] * len(task.texts)
            if task.value not in (None, CANNOT_TELL):
                draft.groups = list(partition_labels(task.value or ""))
            draft.select_next()
        else:
            draft.choice = task.value
        return draft

    def choose(self, answer: str) -> None:
        self.choice = answer

    def tick(self, line: str) -> None:
        """Sets a tick, or takes it away."""
        self.ticks ^= {line}

    def select(self, member: int) -> None:
        self.selected = member

    def put(self, group: int) -> None:
        """Puts the selected member into a group, and turns to the next one without any."""
        if self.selected is not None:
            self.groups[self.selected] = group
            self.select_next()

    def put_all(self, groups: list[int]) -> None:
        self.groups = list(groups)
        self.selected = None

    def select_next(self) -> None:
        start = 0 if self.selected is None else self.selected + 1
        order = [*range(start, len(self.groups)), *range(start)]
        self.selected = next((place for place in order if self.groups[place] is None), None)

    @property
    def answer(self) -> str | None:
        """What would be saved; None while something is missing."""
        sorted_groups = [group for group in self.groups if group is not None]
        if not self.groups:
            return self.choice
        if len(sorted_groups) < len(self.groups):
            return None
        return canonical_partition(sorted_groups)


@dataclass(slots=True)
class RatingSession:
    """Handed to callbacks as it is: reading `st.session_state` there could end the run half-way.

    Attributes:
        started: the first screen has been left.
        position: of the task gone back to; None for the first open one.
        saved: the latest thing done was an answer, and it is on disk.
        problem: why the latest answer could not be saved; "" when it could.
        shown_id, shown_s: assignment drawn last, and when it was first drawn (monotonic).
        pressed_s: when an answer was last pressed (monotonic).
        draft: of the assignment drawn last.
        noting_id: assignment a note is being written about. noted: the latest note is on disk.
        plan: of the study; None where it has none. is_planned: it was looked for.
        lock: a second press starts a second run beside the first; held while an answer is saved,
            so that no run draws what was open before it.
    """

    started: bool = False
    position: int | None = None
    saved: bool = False
    problem: str = ""
    shown_id: int | None = None
    shown_s: float = 0.0
    pressed_s: float = -math.inf
    draft: Draft | None = None
    noting_id: int | None = None
    noted: bool = False
    plan: CrowdPlan | None = None
    is_planned: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self) -> None:
        self.started = True

    def go_to(self, position: int | None) -> None:
        """Shows a task again, or for None the first open one."""
        self.position = position
        self.saved = False

    def show(self, assignment_id: int) -> None:
        """Notes when a task is drawn for the first time in a row."""
        if self.shown_id != assignment_id:
            self.shown_id, self.shown_s = assignment_id, time.monotonic()

    def draft_of(self, task: Task) -> Draft:
        """The draft of a task; that of another task is forgotten."""
        if self.draft is None or self.draft.assignment_id != task.assignment_id:
            self.draft = Draft.of(task)
            self.noted = False
        return self.draft

    def write_note(self, assignment_id: int | None) -> None:
        """Opens the form for a note about an item, or closes it for None."""
        self.noting_id = assignment_id
        self.noted = False


def current_session() -> RatingSession:
    """The running session's."""
    if _KEY not in st.session_state:
        st.session_state[_KEY] = RatingSession()
    session: RatingSession = st.session_state[_KEY]
    return session

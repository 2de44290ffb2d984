"""What one browser session of the rating page remembers. Which task comes next is not among it."""

from __future__ import annotations

import math
import threading
import time
from dataclasses import dataclass, field

import streamlit as st

_KEY = "rating"


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


def current_session() -> RatingSession:
    """The running session's."""
    if _KEY not in st.session_state:
        st.session_state[_KEY] = RatingSession()
    session: RatingSession = st.session_state[_KEY]
    return session

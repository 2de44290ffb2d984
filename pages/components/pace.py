"""How fast a run goes, measured while somebody watches, and times as people say them."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime

WINDOW_S = 30.0
# Two looks closer together than this say nothing about a rate.
MIN_SPAN_S = 2.0


@dataclass(slots=True)
class Pace:
    """Looks at a counter: (seconds, count). Pauses before the window leave no trace in the rate."""

    looks: deque[tuple[float, int]] = field(default_factory=deque)

    def look(self, at_s: float, finished: int) -> None:
        """Notes how much is finished at a moment; a count that shrank starts over."""
        if self.looks and finished < self.looks[-1][1]:
            self.looks.clear()
        self.looks.append((at_s, finished))
        while self.looks[0][0] < at_s - WINDOW_S:
            self.looks.popleft()

    def per_second(self) -> float | None:
        """Things finished per second within the window; None until that can be said."""
        if not self.looks:
            return None
        (first_s, first), (last_s, last) = self.looks[0], self.looks[-1]
        if last_s - first_s < MIN_SPAN_S:
            return None
        return (last - first) / (last_s - first_s)


def duration_text(seconds: float) -> str:
    """Seconds as people say them: 40 s, 12 min, 3 h 20 min."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def ago_text(moment: datetime) -> str:
    """How long ago a moment was; its date once that is more than a day."""
    seconds = (datetime.now(UTC) - moment).total_seconds()
    if seconds < 86_400:
        return f"{duration_text(seconds)} ago"
    return f"{moment:%Y-%m-%d}"

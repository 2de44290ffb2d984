"""Which of the stored slots count: a set asked again is a new replicate, and replaces the old."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

from core.strategies import StrategyKind

# What the model itself gave. Asking again is the researcher's decision (--retry-failed), since it
# draws a new sample; every other failure is a call that never came back and is simply asked again.
LASTING_REASONS = frozenset({"empty", "refusal", "short_set"})


class Slot(Protocol):
    @property
    def sample_index(self) -> int: ...
    @property
    def replicate(self) -> int: ...


SlotT = TypeVar("SlotT", bound=Slot)


def current_slots(slots: Iterable[SlotT], kind: StrategyKind) -> dict[int, SlotT]:
    """Sample index -> the slot that counts, for one prompt and condition.

    Independent calls are replaced one by one; a set or a chain only as a whole, because its
    members were written in sight of each other.
    """
    rows = list(slots)
    if kind != "independent" and rows:
        newest = max(row.replicate for row in rows)
        rows = [row for row in rows if row.replicate == newest]
    current: dict[int, SlotT] = {}
    for row in rows:
        known = current.get(row.sample_index)
        if known is None or row.replicate > known.replicate:
            current[row.sample_index] = row
    return current

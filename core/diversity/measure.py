"""A number that may be undefined, together with why."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measure:
    """One value about the set of responses of one prompt.

    Attributes:
        value: NaN when undefined.
        reason: why it is undefined; "" when it is defined.
    """

    value: float
    reason: str = ""

    @classmethod
    def undefined(cls, reason: str) -> Measure:
        return cls(math.nan, reason)

    @property
    def is_defined(self) -> bool:
        return not math.isnan(self.value)

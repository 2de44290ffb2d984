"""A number as reported: with its interval, or with the reason why there is none."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Statistic:
    """A value and its 95% interval.

    Attributes:
        value: None where undefined.
        low: lower bound, clipped to the possible range; None where no interval is given.
        high: upper bound, likewise.
        method: how the interval was made; empty without one.
        reason: why value or bounds are None; empty otherwise.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    method: str = ""
    reason: str = ""

    @classmethod
    def undefined(cls, reason: str) -> Statistic:
        """No value at all, and why."""
        return cls(None, reason=reason)

    @classmethod
    def without_interval(cls, value: float, reason: str) -> Statistic:
        """A value whose uncertainty is not stated, and why."""
        return cls(value if math.isfinite(value) else None, reason=reason)

    @property
    def has_interval(self) -> bool:
        return self.low is not None and self.high is not None

    def as_dict(self) -> dict[str, float | str | None]:
        """JSON form: value, low, high; method and reason where there is one."""
        result: dict[str, float | str | None] = {
            "value": self.value,
            "low": self.low,
            "high": self.high,
        }
        if self.method:
            result["method"] = self.method
        if self.reason:
            result["reason"] = self.reason
        return result

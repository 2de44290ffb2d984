"""Means over prompts with intervals that do not claim too much.

The prompt is the unit: its responses and pairs are not independent of each other.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

MIN_PROMPTS_FOR_INTERVAL = 10
MIN_PROMPTS_FOR_BOOTSTRAP = 50
_N_REPLICATES = 2000
_SAME = 1e-12


@dataclass(frozen=True, slots=True)
class PossibleRange:
    """Values a measure can take; None = unbounded.

    Attributes:
        below: how to say that another prompt may lie lower: "fewer" for counts, else "less".
    """

    low: float
    high: float | None
    below: str = "less"


class PromptMeans:
    """Summarizes values of prompts as JSON-ready metrics.

    Args:
        seed: of the bootstrap. The resamples depend on it and on the number of prompts only,
            so a row's interval does not change with the rows around it.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._resamples: dict[int, npt.NDArray[np.int32]] = {}

    def metric(self, values: Sequence[float], possible: PossibleRange) -> dict[str, Any]:
        """Mean of at least one prompt, its standard error and 95% interval.

        From 50 prompts a percentile bootstrap over prompts, from 10 a t interval clipped to the
        possible range, below that none. When every prompt gave the same value neither method
        sees any spread, so there is no interval but a two-sided 95% Clopper-Pearson bound on
        the share of prompts that would give another value (measurement rule 9).

        Args:
            values: one defined value per prompt.
            possible: values the measure can take.

        Returns:
            `mean`, `se` (None for one prompt), `low`, `high`, `n` prompts; with `reason` where
            the bounds are None.
        """
        import numpy as np

        # Sorted, so that the order in which prompts arrive cannot change the resamples.
        sample = np.sort(np.asarray(values, dtype=float))
        n = len(sample)
        mean = float(sample.mean())
        se = float(sample.std(ddof=1) / math.sqrt(n)) if n > 1 else None
        metric = {"mean": mean, "se": se, "low": None, "high": None, "n": n}
        if n < MIN_PROMPTS_FOR_INTERVAL or se is None:
            noun = "prompt" if n == 1 else "prompts"
            reason = f"{n} {noun}; an interval needs at least {MIN_PROMPTS_FOR_INTERVAL}."
            return metric | {"reason": reason}
        if float(np.ptp(sample)) < _SAME:
            return metric | {"reason": _all_equal(n, mean, possible)}
        if n >= MIN_PROMPTS_FOR_BOOTSTRAP:
            low, high = self.bootstrap(sample)
        else:
            low, high = _t_interval(mean, se, n, possible)
        return metric | {"low": low, "high": high}

    def bootstrap(self, values: Sequence[float] | npt.NDArray[np.float64]) -> tuple[float, float]:
        """95% percentile interval of the mean over prompts, whatever order they come in."""
        import numpy as np

        sample = np.sort(np.asarray(values, dtype=float))
        means = sample[self._resample(len(sample))].mean(axis=1)
        low, high = np.percentile(means, (2.5, 97.5))
        return float(low), float(high)

    def _resample(self, n: int) -> npt.NDArray[np.int32]:
        if n not in self._resamples:
            import numpy as np

            rng = np.random.default_rng([self._seed, n])
            # Kept at half the width they are drawn in: 2,000 × 344 of them weigh 3 MB, not 5.
            self._resamples[n] = rng.integers(n, size=(_N_REPLICATES, n)).astype(np.int32)
        return self._resamples[n]


def t_half_width(se: float, n: int, level: float = 0.95) -> float:
    """Half the width of a t interval of a mean over n prompts."""
    from scipy.special import stdtrit  # scipy.stats takes a second to import

    return float(stdtrit(n - 1, (1 + level) / 2)) * se


def t_p_value(t: float, df: int) -> float:
    """Two-sided p-value of a t statistic."""
    from scipy.special import stdtr

    return 2 * float(stdtr(df, -abs(t)))


def _t_interval(mean: float, se: float, n: int, possible: PossibleRange) -> tuple[float, float]:
    half = t_half_width(se, n)
    high = mean + half
    return max(mean - half, possible.low), high if possible.high is None else min(
        high, possible.high
    )


def _all_equal(n: int, value: float, possible: PossibleRange) -> str:
    # Clopper-Pearson with 0 of n: (1 - p)^n = 0.025.
    bound = 1 - 0.025 ** (1 / n)
    if possible.high is not None and value >= possible.high - _SAME:
        other = possible.below
    elif value <= possible.low + _SAME:
        other = "more"
    else:
        other = "another value"
    return f"All {n} gave {value:.3g}; up to {bound:.0%} of such prompts may give {other}."

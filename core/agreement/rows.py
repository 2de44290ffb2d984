"""The rows of an agreement report, and their JSON form."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from core.agreement.alternative_rows import AltTest
from core.agreement.statistic import Statistic


@dataclass(frozen=True)
class PersonRow:
    """A judge against one person."""

    rater: str
    n_items: int
    percent: Statistic
    cohen_kappa: Statistic

    def as_dict(self) -> dict[str, Any]:
        return {
            "rater": self.rater,
            "n_items": self.n_items,
            "percent": self.percent.as_dict(),
            "cohen_kappa": self.cohen_kappa.as_dict(),
        }


@dataclass(frozen=True)
class HumanRow:
    """People among themselves, in one category or all.

    Attributes:
        n_items: items with a valid human answer.
        n_prompts: clusters these items come from.
        n_raters: people with a valid answer.
        n_ratings: valid answers.
        n_unscored: ratings without an answer.
        statistics: percent, krippendorff_alpha, gwet_ac, fleiss_kappa.
    """

    category: str
    n_items: int
    n_prompts: int
    n_raters: int
    n_ratings: int
    n_unscored: int
    statistics: dict[str, Statistic]

    def as_dict(self) -> dict[str, Any]:
        return {
            "category": self.category,
            "n_items": self.n_items,
            "n_prompts": self.n_prompts,
            "n_raters": self.n_raters,
            "n_ratings": self.n_ratings,
            "n_unscored": self.n_unscored,
            **{name: statistic.as_dict() for name, statistic in self.statistics.items()},
        }


@dataclass(frozen=True)
class BaselineContrast:
    """A judge against the skill-free baseline that comes closest to it, on the same items.

    Attributes:
        baseline: its name.
        difference: mean agreement with a person, judge minus baseline, paired by item.
        beats: True when the interval lies above zero, False when it does not, None without one.
    """

    baseline: str
    difference: Statistic

    @property
    def beats(self) -> bool | None:
        return None if self.difference.low is None else self.difference.low > 0

    def as_dict(self) -> dict[str, Any]:
        return {
            "baseline": self.baseline,
            "difference": self.difference.as_dict(),
            "beats": self.beats,
            "reason": self.difference.reason,
        }


@dataclass(frozen=True)
class JudgeRow:
    """A judge (or baseline) against people, in one category or all.

    Attributes:
        n_items: items with a verdict and a human majority, ties included.
        n_prompts: clusters these items come from.
        n_unscored: questions asked about human-rated items without a readable answer.
        n_tied: items of `n_items` on which people tie, or the judges of an ensemble; they count
            one half in `percent` and are left out of the coefficients.
        n_flips: items of `n_items` whose verdict depends on the order; they count one half.
        statistics: percent, cohen_kappa, krippendorff_alpha, gwet_ac, sensitivity,
            specificity, minus_human.
        beats_baseline: None for a baseline and where nothing can be compared.
        alt_test: the alternative annotator test; None unless asked for.
    """

    judge: str
    category: str
    n_items: int
    n_prompts: int
    n_unscored: int
    n_tied: int
    n_flips: int
    statistics: dict[str, Statistic]
    per_person: tuple[PersonRow, ...] = field(default=())
    beats_baseline: BaselineContrast | None = None
    alt_test: AltTest | None = None

    def as_dict(self) -> dict[str, Any]:
        contrast = self.beats_baseline
        return {
            "judge": self.judge,
            "category": self.category,
            "n_items": self.n_items,
            "n_prompts": self.n_prompts,
            "n_unscored": self.n_unscored,
            "n_tied": self.n_tied,
            "n_flips": self.n_flips,
            **{name: statistic.as_dict() for name, statistic in self.statistics.items()},
            "per_person": [person.as_dict() for person in self.per_person],
            "beats_baseline": None if contrast is None else contrast.as_dict(),
            **({} if self.alt_test is None else {"alt_test": self.alt_test.to_dict()}),
        }

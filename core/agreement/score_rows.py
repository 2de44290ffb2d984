"""Agreement of scores in a report: people among themselves, judges beside people's mean.

Raters of scores agree in three ways that need not go together: how much of the variance lies
between items (intraclass correlation), whether items come in the same order (rank correlations),
and whether one rater is stricter throughout (mean difference).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np

from core.agreement.baselines import skill_free_baselines
from core.agreement.coefficients import MAX_ORDINAL_OPTIONS
from core.agreement.comparison import NO_TWO_HUMANS, NOTHING_SHARED
from core.agreement.crossed import MIN_CROSSED_RATERS, changes_of_counts, crossed_interval
from core.agreement.estimate import Estimate, mean_estimate
from core.agreement.intervals import default_intervals
from core.agreement.observations import Counts, IntArray, Pairs, one_hot
from core.agreement.panel import Panel, Verdicts
from core.agreement.resampling import Resampler
from core.agreement.scores import IccForm, icc, icc_of_counts, kendall_of, spearman_of
from core.agreement.statistic import Statistic
from core.agreement.weights import FloatArray

Design = Literal["one-way", "two-way"]

ALL = "all"
# Two answers written as numbers, as 0 and 1, are names; at nominal level scores begin here.
MIN_SCORES = 3
# A skipped answer here and there leaves a design in which everyone scores everything.
MIN_COMPLETE_SHARE = 0.9

_FORMS: dict[Design, tuple[IccForm, IccForm]] = {
    "one-way": ("1,1", "1,k"),
    "two-way": ("2,1", "2,k"),
}
_DESIGNS = {
    "one-way": "ICC(1,1) and ICC(1,k), one-way: not everyone scored every item, so how strict a "
    "person is counts as disagreement.",
    "two-way": "ICC(2,1) and ICC(2,k), two-way: the same people scored every item. Items that one "
    "of them skipped are left out.",
}
HOW_TO_READ = (
    "ICC, one: how far a single person's score can be relied on. ICC, mean: how far the mean of "
    "all can. Spearman and Kendall: 1 where a judge puts items in the order of people's mean, 0 "
    "where the two orders have nothing in common. Minus people's mean: in points of the scale, "
    "above 0 where the judge is the more generous.",
    "People's mean errs less than any one person, so judges' correlations are not comparable with "
    "the ICC of people. A judge may put items in people's order and be a point off, or have "
    "their mean and no idea of the order: read both.",
)


@dataclass(frozen=True)
class PeopleScores:
    """People's scores in one category, or all.

    Attributes:
        n_items: items behind the two figures.
        n_prompts: clusters these come from.
        n_raters: people who scored them.
        scores_per_item: mean number of scores; how many `icc_mean` is the mean of, roughly.
        statistics: icc_single and icc_mean.
    """

    category: str
    n_items: int
    n_prompts: int
    n_raters: int
    scores_per_item: float | None
    statistics: dict[str, Statistic]

    def as_dict(self) -> dict[str, Any]:
        return {
            "category": self.category,
            "n_items": self.n_items,
            "n_prompts": self.n_prompts,
            "n_raters": self.n_raters,
            "scores_per_item": self.scores_per_item,
            **{name: statistic.as_dict() for name, statistic in self.statistics.items()},
        }


@dataclass(frozen=True)
class JudgeScores:
    """A judge's scores, or a baseline's, beside people's mean in one category, or all.

    Attributes:
        n_items: items with a score of the judge and of a person.
        n_prompts: clusters these come from.
        statistics: spearman, kendall_tau_b, and mean_difference (judge minus people, in points).
    """

    judge: str
    category: str
    n_items: int
    n_prompts: int
    statistics: dict[str, Statistic]

    def as_dict(self) -> dict[str, Any]:
        return {
            "judge": self.judge,
            "category": self.category,
            "n_items": self.n_items,
            "n_prompts": self.n_prompts,
            **{name: statistic.as_dict() for name, statistic in self.statistics.items()},
        }


@dataclass(frozen=True)
class ScoreAgreement:
    """Agreement of scores, category by category, "all" first.

    Attributes:
        design: one-way where raters vary by item; two-way where the same people score all items.
        baselines: judges without skill. One score throughout has no order to correlate.
    """

    design: Design
    humans: tuple[PeopleScores, ...]
    judges: tuple[JudgeScores, ...]
    baselines: tuple[JudgeScores, ...]

    @property
    def notes(self) -> tuple[str, ...]:
        """Which form of the intraclass correlation it is, and how to read the figures."""
        return (_DESIGNS[self.design], *HOW_TO_READ)

    def as_dict(self) -> dict[str, Any]:
        """The object `scores` of `agreement --json`."""
        return {
            "design": self.design,
            "icc_forms": list(_FORMS[self.design]),
            "humans": [row.as_dict() for row in self.humans],
            "judges": [row.as_dict() for row in self.judges],
            "baselines": [row.as_dict() for row in self.baselines],
        }


def score_agreement(panel: Panel, *, seed: int = 0) -> ScoreAgreement | None:
    """How far scores agree.

    Args:
        panel: of an agreement report, its ensemble included.
        seed: of the bootstrap.

    Returns:
        None where answers are no scores: an option that is not a number, or at nominal level
        fewer than three of them.
    """
    numbers = score_numbers(panel)
    if numbers is None:
        return None
    design = design_of(panel)
    resampler = Resampler(np.random.default_rng(seed))
    humans, judges, baselines = [], [], []
    for category in [ALL, *sorted(set(panel.categories) - {""})]:
        part = panel if category == ALL else panel.take(panel.categories == category)
        scored = _Scored(part, category, numbers, design, resampler)
        humans.append(scored.people_row())
        judges += [scored.judge_row(judge) for judge in part.judges]
        baselines += [scored.judge_row(one) for one in skill_free_baselines(part)]
    return ScoreAgreement(
        design,
        tuple(humans),
        tuple(sorted(judges, key=lambda row: row.judge)),
        tuple(sorted(baselines, key=lambda row: row.judge)),
    )


def score_numbers(panel: Panel) -> FloatArray | None:
    """The options as numbers, shape (q,); None where they are no scores."""
    try:
        numbers = np.array([float(option) for option in panel.options], dtype=np.float64)
    except ValueError:
        return None
    fewest = MIN_SCORES if panel.level == "nominal" else 1
    return numbers if len(numbers) >= fewest and np.isfinite(numbers).all() else None


def design_of(panel: Panel) -> Design:
    """Two-way where nearly every item with two people's scores has everyone's."""
    given = panel.counts.sum(axis=1)
    usable = given[given >= 2]
    n_raters = len(np.unique(panel.people.rater))
    complete = usable.size and np.mean(usable == n_raters) >= MIN_COMPLETE_SHARE
    return "two-way" if complete else "one-way"


class _Scored:
    """People's and judges' scores of one set of items."""

    def __init__(
        self,
        panel: Panel,
        category: str,
        numbers: FloatArray,
        design: Design,
        resampler: Resampler,
    ) -> None:
        self.panel = panel
        self.category = category
        self.numbers = numbers
        self.design = design
        self.resampler = resampler
        # A difference in these units lies between -1 and 1, which is where intervals are made.
        self.width = float(np.ptp(numbers)) or 1.0

    @cached_property
    def counts(self) -> FloatArray:
        return self.panel.counts

    @cached_property
    def means(self) -> FloatArray:
        """People's mean score per item, shape (n,); NaN where nobody scored it."""
        return _expected(self.counts, self.numbers)

    def people_row(self) -> PeopleScores:
        estimates = self._people_estimates()
        used = next(iter(estimates.values())).rows[:, 0] > 0
        raters = self.panel.people.rater[used[self.panel.people.item]]
        if not (self.counts.sum(axis=1) >= 2).any():
            statistics = {name: Statistic.undefined(NO_TWO_HUMANS) for name in estimates}
        elif self.design == "one-way" and len(np.unique(raters)) >= MIN_CROSSED_RATERS:
            statistics = {name: self._crossed(name, one) for name, one in estimates.items()}
        else:
            statistics = self._with_intervals(estimates)
        return PeopleScores(
            self.category,
            int(np.count_nonzero(used)),
            len(np.unique(self.panel.clusters[used])),
            len(np.unique(raters)),
            float(self.counts[used].sum(axis=1).mean()) if used.any() else None,
            statistics,
        )

    def _people_estimates(self) -> dict[str, Estimate]:
        single, mean = _FORMS[self.design]
        if self.design == "one-way":
            return {
                "icc_single": icc_of_counts(self.counts, self.numbers, form=single),
                "icc_mean": icc_of_counts(self.counts, self.numbers, form=mean),
            }
        people = self.panel.people
        table = np.full((len(people.names), len(self.panel.item_ids)), np.nan)
        table[people.rater, people.item] = self.numbers[people.value]
        return {"icc_single": icc(table, form=single), "icc_mean": icc(table, form=mean)}

    def _crossed(self, name: str, estimate: Estimate) -> Statistic:
        """An interval that speaks for other raters of the same kind."""
        people = self.panel.people
        form: IccForm = "1,1" if name == "icc_single" else "1,k"

        def build(seen: Counts) -> Estimate:
            return icc_of_counts(seen.counts, self.numbers, form=form)

        changes = changes_of_counts(estimate, self.counts, people.item, people.value, build)
        return crossed_interval(estimate, changes, people.item, people.rater, self.panel.clusters)

    def judge_row(self, verdicts: Verdicts) -> JudgeScores:
        """A judge whose orders part has the mean of both; an ensemble that ties, the middle."""
        scores = _expected(verdicts.merged, self.numbers)
        shared = np.isfinite(scores) & np.isfinite(self.means)
        statistics = self._beside_mean(scores, shared)
        return JudgeScores(
            verdicts.name,
            self.category,
            int(np.count_nonzero(shared)),
            len(np.unique(self.panel.clusters[shared])),
            statistics,
        )

    def _beside_mean(self, scores: FloatArray, shared: Any) -> dict[str, Statistic]:
        if not shared.any():
            names = ("spearman", "kendall_tau_b", "mean_difference")
            return {name: Statistic.undefined(NOTHING_SHARED) for name in names}
        pairs = _in_order(scores, self.means, shared)
        apart = (scores - self.means) / self.width
        found = self._with_intervals(
            {
                "spearman": spearman_of(pairs),
                "kendall_tau_b": kendall_of(pairs),
                "mean_difference": mean_estimate(
                    apart, shared.astype(np.float64), scale="difference", empty=NOTHING_SHARED
                ),
            }
        )
        return {**found, "mean_difference": _in_points(found["mean_difference"], self.width)}

    def _with_intervals(self, estimates: dict[str, Estimate]) -> dict[str, Statistic]:
        statistics = default_intervals(
            list(estimates.values()), self.panel.clusters, resampler=self.resampler
        )
        return dict(zip(estimates, statistics, strict=True))


def _expected(weights: FloatArray, numbers: FloatArray) -> FloatArray:
    """Mean score of each row of counts or shares, shape (n,); NaN for a row of zeros."""
    total = weights.sum(axis=1)
    # Rounded, so that equal means are ties.
    means = np.round((weights @ numbers) / np.where(total > 0, total, 1.0), 9)
    return np.where(total > 0, means, np.nan)


def _in_order(first: FloatArray, second: FloatArray, shared: Any) -> Pairs:
    """Two raters' scores as places in each one's own order, which is all that ranks need."""
    # Each has its own number of places: ranks never compare one rater's scores with the other's.
    codes = [_places(scores, shared) for scores in (first, second)]
    return Pairs(*(one_hot(one, int(one.max(initial=0)) + 1) for one in codes))


def _places(scores: FloatArray, shared: Any) -> IntArray:
    """Position of each shared score among them, -1 elsewhere.

    More different means than rank correlations take are counted in that many equal steps.
    """
    known = scores[shared]
    different, place = np.unique(known, return_inverse=True)
    if len(different) > MAX_ORDINAL_OPTIONS:
        steps = (known - known.min()) / np.ptp(known) * (MAX_ORDINAL_OPTIONS - 1)
        place = np.unique(np.round(steps), return_inverse=True)[1]
    codes = np.full(len(scores), -1, dtype=np.int64)
    codes[shared] = place
    return codes


def _in_points(statistic: Statistic, width: float) -> Statistic:
    """A difference in parts of the scale's width, in points."""

    def points(share: float | None) -> float | None:
        return None if share is None or not math.isfinite(share) else share * width

    return replace(
        statistic,
        value=points(statistic.value),
        low=points(statistic.low),
        high=points(statistic.high),
    )

"""The statistics of a report: people among themselves, and one judge against people."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from core.agreement.coefficients import (
    alpha_of,
    cohen_of,
    fleiss_of,
    gwet_of,
    percent_of,
)
from core.agreement.crossed import MIN_CROSSED_RATERS, changes_of_counts, crossed_interval
from core.agreement.estimate import Estimate, mean_estimate
from core.agreement.intervals import default_intervals
from core.agreement.observations import Counts, IntArray, Pairs, one_hot
from core.agreement.panel import BoolArray, Panel, Verdicts, human_majority
from core.agreement.resampling import Resampler
from core.agreement.rows import BaselineContrast, HumanRow, JudgeRow, PersonRow
from core.agreement.statistic import Statistic
from core.agreement.weights import WEIGHTS_OF_LEVEL, FloatArray, weight_matrix
from core.types import Question, Verdict

NO_TWO_HUMANS = "no item has two human ratings"
NOTHING_SHARED = "no item has both a human answer and a verdict of this judge"


class Comparison:
    """People and judges on one set of items; computes the rows of a report.

    Args:
        panel: the items, already limited to a category where one is meant.
        category: its name, or "all".
        question: sensitivity and specificity exist for `equivalence` only.
        resampler: source of bootstrap draws.
    """

    def __init__(self, panel: Panel, category: str, question: str, resampler: Resampler) -> None:
        self.panel = panel
        self.category = category
        self.question = question
        self.resampler = resampler
        self.weights = weight_matrix(WEIGHTS_OF_LEVEL[panel.level], panel.options)

    @cached_property
    def counts(self) -> FloatArray:
        return self.panel.counts

    @cached_property
    def majority(self) -> tuple[IntArray, BoolArray]:
        """Position of people's common answer (-1: none), and whether they tie."""
        return human_majority(self.counts, self.panel.level, self.panel.options)

    @cached_property
    def human_agreement(self) -> tuple[FloatArray, FloatArray]:
        """Mean agreement of two people per item, and 1 where two people answered."""
        counts = Counts(self.counts)
        return counts.agreement(np.eye(len(self.panel.options))), counts.pairable

    def human_row(self) -> HumanRow:
        panel, people = self.panel, self.panel.people
        seen = Counts(self.counts)
        estimates = self.human_estimates(seen)
        if not seen.pairable.any():
            statistics = {name: Statistic.undefined(NO_TWO_HUMANS) for name in estimates}
        elif self.speaks_for_other_raters:
            statistics = self._crossed_people(estimates)
        else:
            statistics = self._with_intervals(estimates, self._rarer(self.counts.sum(axis=0)))
        return HumanRow(
            self.category,
            n_items=int(np.count_nonzero(seen.raters)),
            n_prompts=len(np.unique(panel.clusters[seen.raters > 0])),
            n_raters=len(np.unique(people.rater)),
            n_ratings=len(people.item),
            n_unscored=len(people.unscored_item),
            statistics=statistics,
        )

    def human_estimates(self, seen: Counts) -> dict[str, Estimate]:
        """Coefficients of people among themselves."""
        return {
            "percent": percent_of(seen),
            "krippendorff_alpha": alpha_of(seen, self.panel.level, self.panel.options),
            "gwet_ac": gwet_of(seen, self.weights),
            "fleiss_kappa": fleiss_of(seen),
        }

    def judge_estimates(self, verdicts: Verdicts) -> dict[str, Estimate]:
        """Coefficients of a judge against people's majority, and `minus_human`."""
        majority, tied = self.majority
        merged = verdicts.merged
        compared = (merged.sum(axis=1) > 0) & ((majority >= 0) | tied)
        return {
            **self._majority_estimates(merged, compared, tied | verdicts.tied),
            "minus_human": self._minus_human_estimate(verdicts)[0],
        }

    def judge_row(self, verdicts: Verdicts, baselines: Sequence[Verdicts] | None) -> JudgeRow:
        """A judge's row; `baselines` None marks a baseline's own row, without per-person rows."""
        majority, tied = self.majority
        merged = verdicts.merged
        compared = (merged.sum(axis=1) > 0) & ((majority >= 0) | tied)
        tied = tied | verdicts.tied
        is_judge = baselines is not None
        return JudgeRow(
            verdicts.name,
            self.category,
            n_items=int(np.count_nonzero(compared)),
            n_prompts=len(np.unique(self.panel.clusters[compared])),
            n_unscored=verdicts.n_unscored,
            n_tied=int(np.count_nonzero(compared & tied)),
            n_flips=int(np.count_nonzero(compared & verdicts.flipped)),
            statistics={
                **self._against_majority(merged, compared, tied),
                "minus_human": self._minus_human(verdicts),
            },
            per_person=self._per_person(verdicts) if is_judge else (),
            beats_baseline=self._beats(verdicts, baselines) if baselines else None,
        )

    def person_agreement(self, verdicts: Verdicts) -> tuple[FloatArray, BoolArray]:
        """Mean agreement of a judge with the people who rated an item, each in the order seen.

        Returns:
            Shape (n,), a proportion; and whether the item has a verdict and a person to compare.
        """
        compared, matched, _valid, _match = self._matches(verdicts)
        return matched / np.maximum(compared, 1), compared > 0

    def _matches(self, verdicts: Verdicts) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """People a judge is compared with and matches per item, shape (n,); and per rating.

        Per rating: 1 where it can be compared, and how far the verdict matches it, shape (m,).
        """
        people, n_items = self.panel.people, len(self.panel.item_ids)
        seen = verdicts.seen(people.item, people.order)
        valid = (seen.sum(axis=1) > 0).astype(np.float64)
        match = seen[np.arange(len(seen)), people.value]
        compared = np.bincount(people.item, weights=valid, minlength=n_items)
        matched = np.bincount(people.item, weights=match * valid, minlength=n_items)
        return np.asarray(compared, np.float64), np.asarray(matched, np.float64), valid, match

    def _majority_estimates(
        self, merged: FloatArray, compared: BoolArray, tied: BoolArray
    ) -> dict[str, Estimate]:
        panel = self.panel
        reference = one_hot(self.majority[0], len(panel.options))
        # Ties, of people or of an ensemble's judges, score one half and leave the coefficients.
        score = np.where(tied, 0.5, np.sum(merged * reference, axis=1))
        pairs = Pairs(np.where(tied[:, None], 0.0, merged), reference)
        both = pairs.pairable[:, None]
        return {
            "percent": mean_estimate(
                score, compared.astype(np.float64), scale="proportion", empty=NOTHING_SHARED
            ),
            "cohen_kappa": cohen_of(pairs, self.weights),
            "krippendorff_alpha": alpha_of(pairs, panel.level, panel.options),
            "gwet_ac": gwet_of(Pairs(pairs.first * both, reference * both), self.weights),
        }

    def _against_majority(
        self, merged: FloatArray, compared: BoolArray, tied: BoolArray
    ) -> dict[str, Statistic]:
        estimates = self._majority_estimates(merged, compared, tied)
        reference = one_hot(self.majority[0], len(self.panel.options))
        kinds = (reference * compared[:, None]).sum(axis=0)
        statistics = self._with_intervals(estimates, self._rarer(kinds))
        if not compared.any():
            statistics = {name: Statistic.undefined(NOTHING_SHARED) for name in statistics}
        statistics["sensitivity"] = self._recall(merged, Verdict.EQUIVALENT)
        statistics["specificity"] = self._recall(merged, Verdict.DIFFERENT)
        return statistics

    def _recall(self, merged: FloatArray, kind: Verdict) -> Statistic:
        """Share of people's verdicts of one kind that the judge shares; positive = equivalent."""
        if self.question != Question.EQUIVALENCE:
            return Statistic.undefined(
                f"defined for question {Question.EQUIVALENCE} only, not {self.question}"
            )
        if kind not in self.panel.options:
            return Statistic.undefined(f"{kind} is not an option of this question")
        place = self.panel.options.index(kind)
        of_kind = ((self.majority[0] == place) & (merged.sum(axis=1) > 0)).astype(np.float64)
        estimate = mean_estimate(
            merged[:, place],
            of_kind,
            scale="proportion",
            empty=f"people's majority is {kind} on no item this judge answered",
        )
        return self._with_intervals({kind: estimate}, int(of_kind.sum()))[kind]

    def _minus_human_estimate(self, verdicts: Verdicts) -> tuple[Estimate, FloatArray]:
        """Judge-person minus person-person agreement, and 1 for items with both."""
        people_agree, pairable = self.human_agreement
        judge_agrees, has_verdict = self.person_agreement(verdicts)
        both = pairable * has_verdict
        estimate = mean_estimate(
            judge_agrees - people_agree,
            both,
            scale="difference",
            empty="no item has two human ratings and a verdict of this judge",
        )
        return estimate, both

    def _minus_human(self, verdicts: Verdicts) -> Statistic:
        if not self.human_agreement[1].any():
            return Statistic.undefined(NO_TWO_HUMANS)
        estimate, both = self._minus_human_estimate(verdicts)
        rare = self._rarer((self.counts * both[:, None]).sum(axis=0))
        if self.speaks_for_other_raters:
            changes = self._changes_of_minus_human(verdicts, estimate)
            return self._crossed(estimate, changes, rare)
        return self._with_intervals({"": estimate}, rare)[""]

    def _beats(self, verdicts: Verdicts, baselines: Sequence[Verdicts]) -> BaselineContrast | None:
        judge_agrees, has_verdict = self.person_agreement(verdicts)
        closest: tuple[float, str, Estimate, FloatArray] | None = None
        for baseline in baselines:
            agrees, answered = self.person_agreement(baseline)
            both = (has_verdict & answered).astype(np.float64)
            estimate = mean_estimate(
                judge_agrees - agrees, both, scale="difference", empty=NOTHING_SHARED
            )
            if both.any() and (closest is None or estimate.value < closest[0]):
                closest = (estimate.value, baseline.name, estimate, both)
        if closest is None:
            return None
        _, name, estimate, both = closest
        rare = self._rarer((self.counts * both[:, None]).sum(axis=0))
        return BaselineContrast(name, self._with_intervals({name: estimate}, rare)[name])

    def _per_person(self, verdicts: Verdicts) -> tuple[PersonRow, ...]:
        people, q = self.panel.people, len(self.panel.options)
        seen = verdicts.seen(people.item, people.order)
        rows = []
        for rater in np.unique(people.rater[seen.sum(axis=1) > 0]):
            mine = people.rater == rater
            pairs = Pairs(seen[mine], one_hot(people.value[mine], q))
            clear = np.where(verdicts.tied[people.item[mine]][:, None], 0.0, pairs.first)
            statistics = self._with_intervals(
                {
                    "percent": percent_of(pairs),
                    "cohen_kappa": cohen_of(Pairs(clear, pairs.second), self.weights),
                },
                self._rarer((pairs.second * pairs.pairable[:, None]).sum(axis=0)),
                self.panel.clusters[people.item[mine]],
            )
            rows.append(PersonRow(people.names[rater], int(pairs.pairable.sum()), **statistics))
        return tuple(rows)

    @cached_property
    def speaks_for_other_raters(self) -> bool:
        """Whether there are enough people for intervals that speak for others of their kind."""
        return len(np.unique(self.panel.people.rater)) >= MIN_CROSSED_RATERS

    def _crossed(self, estimate: Estimate, changes: FloatArray, rare: int | None) -> Statistic:
        people = self.panel.people
        return crossed_interval(
            estimate, changes, people.item, people.rater, self.panel.clusters, rare=rare
        )

    def _crossed_people(self, estimates: dict[str, Estimate]) -> dict[str, Statistic]:
        people, rare = self.panel.people, self._rarer(self.counts.sum(axis=0))
        found = {}
        for name, estimate in estimates.items():

            def build(seen: Counts, name: str = name) -> Estimate:
                return self.human_estimates(seen)[name]

            changes = changes_of_counts(estimate, self.counts, people.item, people.value, build)
            found[name] = self._crossed(estimate, changes, rare)
        return found

    def _changes_of_minus_human(self, verdicts: Verdicts, estimate: Estimate) -> FloatArray:
        """What leaving out one rating does to the row of its item, shape (m, 2)."""
        people = self.panel.people
        compared, matched, valid, match = self._matches(verdicts)
        fewer = Counts(self.counts[people.item] - one_hot(people.value, self.counts.shape[1]))
        rest = compared[people.item] - valid
        agrees = (matched[people.item] - match * valid) / np.maximum(rest, 1)
        both = fewer.pairable * (rest > 0)
        apart = agrees - fewer.agreement(np.eye(self.counts.shape[1]))
        rows = np.column_stack([both, np.where(both > 0, apart, 0.0)])
        return rows - estimate.rows[people.item]

    def _rarer(self, kinds: FloatArray) -> int | None:
        """Answers other than the commonest; None at levels where verdicts have no kinds."""
        return int(kinds.sum() - kinds.max()) if self.panel.level == "nominal" else None

    def _with_intervals(
        self,
        estimates: dict[str, Estimate],
        rare: int | None,
        clusters: IntArray | None = None,
    ) -> dict[str, Statistic]:
        statistics = default_intervals(
            list(estimates.values()),
            self.panel.clusters if clusters is None else clusters,
            resampler=self.resampler,
            rare=[rare] * len(estimates),
        )
        return dict(zip(estimates, statistics, strict=True))

"""A judge's mean over a whole study, corrected by the few items people rated.

The judge has scored every item, people a sample of known probabilities. Their mean alone is
unbiased and wide; the judge's alone is narrow and as wrong as the judge. The difference estimator
takes from the judge what people confirm:

    θ = Σ w (y - λ (f - F)) / Σ w      over the items people rated,

y a person's mean answer, f the judge's score, F its mean over all items, w one over the inclusion
probability. Any fixed λ is unbiased, so λ may be tuned: it is learned on other prompts than those
it is used on (five folds), and at λ = 0 nothing but people's answers is left.

Prompts are what is sampled, so the variance is taken between prompts, with t(G - 1), and shrinks
as the sample exhausts the study. What stays even then is that other people of the same pool
might have answered otherwise.

Sources: Angelopoulos et al. (2023), prediction-powered inference; Angelopoulos, Duchi and Zrnic
(2023, PPI++), section 6 for λ; Särndal, Swensson and Wretman (1992), chapter 6.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.agreement.observations import IntArray
from core.agreement.statistic import Statistic
from core.agreement.weights import FloatArray
from core.errors import InvalidRatingsError

TARGET = "the mean answer of this rater pool"
CHOSEN_BY_JUDGES = "This sample was chosen by judge verdicts and cannot estimate the study."
JUDGE_ALONE = (
    "no interval: the judge scored every item, so its error is its own, and only people's "
    "answers show it"
)
RATED_ALL = "People rated every item of the study, so there is nothing to correct."
DIFFERENCE = "difference estimator between prompts, t"
MIN_LABELLED_PROMPTS = 20
FOLDS = 5
# Below this gain in width, or this λ, the judge is said to add nothing.
LEAST_GAIN = 0.02
LEAST_LAMBDA = 0.02


@dataclass(frozen=True)
class CorrectedMean:
    """The mean of a study as the judge sees it, as people see it, and corrected.

    Attributes:
        target: what is estimated, in words.
        n_items, n_prompts: the study: items the judge scored, and their prompts.
        n_labelled_items, n_labelled_prompts: the part people rated too.
        n_without_verdict: items people rated that the judge did not score; left out.
        judge_only: without an interval.
        human_only: people's weighted mean.
        corrected: the difference estimator.
        judge_weight: λ, 0 to 1, averaged over folds; None where undefined.
        judge_adds: whether the judge makes the interval narrower; None without intervals.
        sentence: what to make of it.
    """

    target: str
    n_items: int
    n_prompts: int
    n_labelled_items: int
    n_labelled_prompts: int
    n_without_verdict: int
    judge_only: Statistic
    human_only: Statistic
    corrected: Statistic
    judge_weight: float | None
    judge_adds: bool | None
    sentence: str

    def as_dict(self) -> dict[str, Any]:
        return {
            "target": self.target,
            "n_items": self.n_items,
            "n_prompts": self.n_prompts,
            "n_labelled_items": self.n_labelled_items,
            "n_labelled_prompts": self.n_labelled_prompts,
            "n_without_verdict": self.n_without_verdict,
            "judge_only": self.judge_only.as_dict(),
            "human_only": self.human_only.as_dict(),
            "corrected": self.corrected.as_dict(),
            "lambda": self.judge_weight,
            "judge_adds": self.judge_adds,
            "sentence": self.sentence,
        }


def corrected_mean(
    judge: NDArray[Any] | Sequence[float],
    human: NDArray[Any] | Sequence[float],
    prompts: NDArray[Any] | Sequence[Any],
    probabilities: NDArray[Any] | Sequence[float] | None,
    *,
    human_variance: NDArray[Any] | Sequence[float] | None = None,
    limits: tuple[float, float] = (0.0, 1.0),
    seed: int = 0,
) -> CorrectedMean:
    """Mean over all items of a study.

    An item is a pair (1 equivalent, 0 different), a response (quality) or a whole prompt (its
    distinct count); the prompt of each item says what was sampled together.

    Args:
        judge: score of every item, shape (n,); NaN = unscored, outside the study.
        human: mean of people's answers, shape (n,); NaN = not rated.
        prompts: shape (n,).
        probabilities: chance of each rated item to be in the sample, above 0, at most 1, shape
            (n,); read where rated. None, or NaN where rated, is unknown.
        human_variance: variance of `human` from one set of raters to another (answers' variance
            over their number), shape (n,); None takes people's answers as settled.
        limits: smallest and largest possible mean.
        seed: deals prompts into folds.

    Returns:
        Without intervals, and with the reason, below 20 rated prompts; undefined where
        probabilities are unknown: such a sample cannot estimate the study.

    Raises:
        InvalidRatingsError: shapes that do not fit, or a probability outside 0 to 1.
    """
    f, y = np.asarray(judge, dtype=np.float64), np.asarray(human, dtype=np.float64)
    names = np.asarray(prompts)
    if f.ndim != 1 or y.shape != f.shape or names.shape != f.shape:
        raise InvalidRatingsError(
            f"A corrected mean got a judge of shape {f.shape}, people of shape {y.shape} and "
            f"prompts of shape {names.shape}; expected one entry per item in each."
        )
    scored, rated = np.isfinite(f), np.isfinite(y)
    kept = scored & rated
    code = np.unique(names, return_inverse=True)[1].astype(np.int64)
    pi = _checked_probabilities(probabilities, kept)
    noise = np.zeros(len(f)) if human_variance is None else np.asarray(human_variance, np.float64)
    sizes = (
        int(scored.sum()),
        len(np.unique(code[scored])),
        int(kept.sum()),
        len(np.unique(code[kept])),
        int(np.count_nonzero(rated & ~scored)),
    )
    judge_only = (
        Statistic.without_interval(float(f[scored].mean()), JUDGE_ALONE)
        if scored.any()
        else Statistic.undefined("the judge scored no item")
    )
    reason = _refusal(kept, pi)
    if reason:
        nothing = Statistic.undefined(reason)
        return CorrectedMean(TARGET, *sizes, judge_only, nothing, nothing, None, None, reason)
    sample = _Sample(y[kept], f[kept], 1 / pi[kept], pi[kept], code[kept], noise[kept])
    human_only = _weighted_mean(sample.y, sample, limits)
    if kept.sum() == scored.sum() and np.all(sample.probability == 1):
        return CorrectedMean(
            TARGET, *sizes, judge_only, human_only, human_only, 0.0, False, RATED_ALL
        )
    slopes = _cross_fitted(sample, np.random.default_rng(seed))
    off = sample.f - float(f[scored].mean())
    weight = float(np.average(slopes, weights=sample.weight))
    # What the folds' different λ move the estimate by is no part of the variance between prompts.
    moved = float(np.average((slopes - weight) * off, weights=sample.weight))
    corrected = _weighted_mean(sample.y - slopes * off, sample, limits, moved**2)
    adds, sentence = _verdict(human_only, corrected, weight)
    return CorrectedMean(TARGET, *sizes, judge_only, human_only, corrected, weight, adds, sentence)


def answer_means(item: IntArray, answer: FloatArray, n_items: int) -> tuple[FloatArray, FloatArray]:
    """Mean answer of each item and the variance of that mean, NaN where nobody answered.

    The variance of items with one answer is the mean variance of answers elsewhere.

    Args:
        item: position of the item of each answer, shape (m,).
        answer: as a number, shape (m,).
    """
    times = np.bincount(item, minlength=n_items).astype(np.float64)
    mean = np.bincount(item, weights=answer, minlength=n_items) / np.maximum(times, 1)
    squares = np.bincount(item, weights=(answer - mean[item]) ** 2, minlength=n_items)
    freedom = float(np.sum(np.maximum(times - 1, 0)))
    # Pooled over items: with two or three answers each, an item's own variance says little.
    pooled = float(squares.sum()) / freedom if freedom > 0 else 0.0
    rated = times > 0
    return np.where(rated, mean, np.nan), np.where(rated, pooled / np.maximum(times, 1), np.nan)


@dataclass(frozen=True)
class _Sample:
    """Rated items, shape (m,) each."""

    y: FloatArray
    f: FloatArray
    weight: FloatArray
    probability: FloatArray
    prompt: IntArray
    noise: FloatArray


def _checked_probabilities(
    probabilities: NDArray[Any] | Sequence[float] | None, kept: NDArray[np.bool_]
) -> FloatArray:
    if probabilities is None:
        return np.full(len(kept), np.nan)
    pi = np.asarray(probabilities, dtype=np.float64)
    if pi.shape != kept.shape:
        raise InvalidRatingsError(
            f"Inclusion probabilities have shape {pi.shape}; expected {kept.shape}, one per item."
        )
    wrong = pi[kept & ((pi <= 0) | (pi > 1))]
    if wrong.size:
        raise InvalidRatingsError(
            f"An inclusion probability is {wrong[0]:g}; expected above 0 and at most 1. "
            "Leave unknown ones missing."
        )
    return pi


def _refusal(kept: NDArray[np.bool_], pi: FloatArray) -> str:
    if not kept.any():
        return "no item has both a person's answer and the judge's score"
    unknown = int(np.count_nonzero(np.isnan(pi[kept])))
    if unknown:
        return (
            f"the inclusion probability of {unknown:,} rated item(s) is unknown, so this sample "
            "cannot estimate the study"
        )
    return ""


def _cross_fitted(sample: _Sample, rng: np.random.Generator) -> FloatArray:
    """λ of each rated item, learned on the prompts of other folds; shape (m,)."""
    prompts, code = np.unique(sample.prompt, return_inverse=True)
    n_folds = min(FOLDS, len(prompts))
    fold = rng.permutation(np.arange(len(prompts)) % max(n_folds, 1))[code]
    slopes = np.zeros(len(code))
    for held_out in range(n_folds):
        slopes[fold == held_out] = _slope(sample, fold != held_out)
    return slopes


def _slope(sample: _Sample, train: NDArray[np.bool_]) -> float:
    """λ with least variance between prompts, within 0 to 1; 0 where there is nothing to learn."""
    weight = sample.weight[train]
    if not len(weight):
        return 0.0
    code = np.unique(sample.prompt[train], return_inverse=True)[1]

    def totals(values: FloatArray) -> FloatArray:
        centred = values - np.average(values, weights=weight)
        return np.asarray(np.bincount(code, weights=weight * centred), dtype=np.float64)

    of_judge, of_people = totals(sample.f[train]), totals(sample.y[train])
    spread = float(np.sum(of_judge**2))
    return min(max(float(of_judge @ of_people) / spread, 0.0), 1.0) if spread > 1e-12 else 0.0


def _weighted_mean(
    scores: FloatArray, sample: _Sample, limits: tuple[float, float], extra: float = 0.0
) -> Statistic:
    """Σ w s / Σ w with its variance between prompts.

    A prompt's part is multiplied by one minus its sampling probability; what is left of the
    variance of answers is added back, and `extra`. Where pairs are drawn within prompts, the mean
    probability of the prompt's pairs stands for the prompt's, which is cautious.
    """
    from scipy.special import stdtrit

    code = np.unique(sample.prompt, return_inverse=True)[1]
    n_prompts = int(code.max()) + 1
    total = float(sample.weight.sum())
    value = float(np.sum(sample.weight * scores)) / total
    floor, ceiling = limits
    inside = min(max(value, floor), ceiling)
    if n_prompts < MIN_LABELLED_PROMPTS:
        return Statistic.without_interval(
            inside,
            f"no interval: people rated items of {n_prompts} prompt(s), "
            f"at least {MIN_LABELLED_PROMPTS} are needed",
        )
    part = np.bincount(code, weights=sample.weight * (scores - value)) / total
    share = np.bincount(code, weights=sample.probability) / np.bincount(code)
    again = np.bincount(code, weights=sample.weight**2 * sample.noise) / total**2
    between = n_prompts / (n_prompts - 1) * part**2
    variance = float(np.sum((1 - share) * between + share * again)) + extra
    if variance < 1e-15 and np.any(share < 1):
        return Statistic.without_interval(
            inside, f"no interval: the value is the same in all {n_prompts} rated prompts"
        )
    reach = float(stdtrit(n_prompts - 1, 0.975)) * math.sqrt(variance)
    low, high = max(value - reach, floor), min(value + reach, ceiling)
    return Statistic(inside, min(low, inside), max(high, inside), DIFFERENCE)


def _verdict(human_only: Statistic, corrected: Statistic, weight: float) -> tuple[bool | None, str]:
    if human_only.low is None or human_only.high is None:
        return None, f"{human_only.reason[0].upper()}{human_only.reason[1:]}."
    if corrected.low is None or corrected.high is None:
        return None, f"{corrected.reason[0].upper()}{corrected.reason[1:]}."
    alone, together = human_only.high - human_only.low, corrected.high - corrected.low
    if weight < LEAST_LAMBDA or together > (1 - LEAST_GAIN) * alone:
        return False, (
            f"The judge adds nothing here (its weight is {weight:.2f}, and the interval is "
            f"{together / alone if alone > 0 else 1:.0%} as wide as from people alone): read "
            "people's own mean."
        )
    return True, (
        f"With the judge's help (weight {weight:.2f}) the interval is {together / alone:.0%} as "
        "wide as from people alone."
    )

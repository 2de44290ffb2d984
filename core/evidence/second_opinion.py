"""Whether a category's definition is what people mean by a meaningful difference.

Three questions about the same pairs: `usefulness` (no definition, directed: having read the
first, would the second still add something useful?), `same` (no definition) and `equivalence`
(by the category's definition). `same` is the bridge: it is answered in the words of neither, so
`same` beside `equivalence` shows what the definition does, and `usefulness` beside both what
people would do with the difference. Usefulness is never equated with "same": it is reported for
itself, each direction apart.

The unit is the pair; each question gives a pair the share of its answers. Differences are paired
by pair and intervals resample prompts (measurement.md 20).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from core.agreement import Resampler, Statistic, default_interval
from core.agreement.estimate import mean_estimate
from core.agreement.weights import FloatArray
from core.types import Question, Verdict

if TYPE_CHECKING:
    import pandas as pd

ALL = "all"
USEFUL = frozenset({"useful", "yes", "true", "1"})
NOT_USEFUL = frozenset({"not_useful", "no", "false", "0"})


@dataclass(frozen=True)
class OpinionRow:
    """One category, or all.

    Attributes:
        n_pairs: question -> pairs with an answer to it; `usefulness:ab` and `:ba` by direction.
        useful: direction ("ab", "ba") -> share of answers that the second adds something useful.
        direction: useful ab minus ba on pairs asked in both.
        same: share called the same without a definition.
        equivalent: share called the same by the definition.
        definition: `equivalent` minus `same` on pairs asked both: above zero the definition calls
            more pairs the same than people do unasked.
        useful_if_different: share useful where most call the pair different by the definition.
        useful_if_equivalent: the same where most call it equivalent.
        tracks: difference of the two; 0 where the definition tells nothing about usefulness.
    """

    category: str
    n_prompts: int
    n_pairs: dict[str, int]
    useful: dict[str, Statistic]
    direction: Statistic
    same: Statistic
    equivalent: Statistic
    definition: Statistic
    useful_if_different: Statistic
    useful_if_equivalent: Statistic
    tracks: Statistic

    def as_dict(self) -> dict[str, Any]:
        return {
            "category": self.category,
            "n_prompts": self.n_prompts,
            "n_pairs": self.n_pairs,
            **{f"useful_{way}": found.as_dict() for way, found in self.useful.items()},
            **{
                name: getattr(self, name).as_dict()
                for name in (
                    "direction", "same", "equivalent", "definition", "useful_if_different",
                    "useful_if_equivalent", "tracks",
                )
            },
        }  # fmt: skip


@dataclass(frozen=True)
class SecondOpinion:
    """The comparison over all categories and in each.

    Attributes:
        n_people: question -> people who answered it.
        n_both: people who answered both an undefined and the defined question.
    """

    rows: tuple[OpinionRow, ...]
    n_people: dict[str, int]
    n_both: int

    @property
    def carry_over(self) -> bool:
        """Whether what a person was taught by one question may show in another."""
        return self.n_both > 0

    def as_dict(self) -> dict[str, Any]:
        return {
            "rows": [row.as_dict() for row in self.rows],
            "n_people": self.n_people,
            "n_both": self.n_both,
            "carry_over_possible": self.carry_over,
        }


def second_opinion(answers: pd.DataFrame, *, seed: int = 0) -> SecondOpinion:
    """Compares what people say of pairs with and without the definition.

    Args:
        answers: people's current answers to the three questions: item_id, cluster, category,
            rater_id, question, value (None = can't tell), order (ab|ba|"").
        seed: of the bootstrap.
    """
    people = {
        question: set(answers.loc[answers["question"] == question, "rater_id"])
        for question in (Question.USEFULNESS, Question.SAME, Question.EQUIVALENCE)
    }
    undefined = people[Question.USEFULNESS] | people[Question.SAME]
    pairs = _Pairs.of(answers)
    resampler = Resampler(np.random.default_rng(seed))
    rows = [_row(name, part, resampler) for name, part in pairs.by_category()]
    return SecondOpinion(
        tuple(rows),
        {str(question): len(who) for question, who in people.items()},
        len(undefined & people[Question.EQUIVALENCE]),
    )


@dataclass(frozen=True)
class _Pairs:
    """Shares of answers per pair, shape (n,) each; NaN where a question was not answered."""

    cluster: np.ndarray
    category: np.ndarray
    useful_ab: FloatArray
    useful_ba: FloatArray
    useful: FloatArray
    same: FloatArray
    equivalent: FloatArray

    @classmethod
    def of(cls, answers: pd.DataFrame) -> _Pairs:
        items, names = answers["item_id"].factorize()
        first = np.unique(items, return_index=True)[1]
        question = answers["question"].to_numpy(dtype=object)
        value = answers["value"].to_numpy(dtype=object)
        order = answers["order"].fillna("").to_numpy(dtype=object)
        useful = np.array([_useful(one) for one in value])
        alike = np.array([_alike(one) for one in value])

        def share(score: FloatArray, chosen: np.ndarray) -> FloatArray:
            mine = chosen & np.isfinite(score)
            times = np.bincount(items[mine], minlength=len(names))
            total = np.bincount(items[mine], weights=score[mine], minlength=len(names))
            return np.where(times > 0, total / np.maximum(times, 1), np.nan)

        asked_useful = question == Question.USEFULNESS
        ab = share(useful, asked_useful & (order != "ba"))
        ba = share(useful, asked_useful & (order == "ba"))
        # Directions weigh alike, however often each was asked; a pair asked in one counts as it.
        both = np.where(np.isnan(ab), ba, np.where(np.isnan(ba), ab, (ab + ba) / 2))
        return cls(
            answers["cluster"].fillna(answers["item_id"]).to_numpy(dtype=object)[first],
            answers["category"].fillna("").to_numpy(dtype=object)[first],
            ab,
            ba,
            both,
            share(alike, question == Question.SAME),
            share(alike, question == Question.EQUIVALENCE),
        )

    def by_category(self) -> Iterator[tuple[str, _Pairs]]:
        yield ALL, self
        for name in sorted(set(self.category) - {""}):
            kept = self.category == name
            yield (
                name,
                _Pairs(
                    **{field: getattr(self, field)[kept] for field in self.__dataclass_fields__}
                ),
            )


def _row(category: str, pairs: _Pairs, resampler: Resampler) -> OpinionRow:
    def mean(scores: FloatArray, scale: Any, empty: str) -> Statistic:
        known = np.isfinite(scores)
        estimate = mean_estimate(
            np.where(known, scores, 0.0), known.astype(np.float64), scale=scale, empty=empty
        )
        return default_interval(estimate, pairs.cluster, resampler=resampler)

    different, equivalent = pairs.equivalent < 0.5, pairs.equivalent > 0.5
    asked = {
        "usefulness:ab": pairs.useful_ab,
        "usefulness:ba": pairs.useful_ba,
        "same": pairs.same,
        "equivalence": pairs.equivalent,
    }
    return OpinionRow(
        category,
        len(np.unique(pairs.cluster.astype(str))),
        {name: int(np.isfinite(shares).sum()) for name, shares in asked.items()},
        {
            "ab": mean(pairs.useful_ab, "proportion", "usefulness was not asked in this direction"),
            "ba": mean(pairs.useful_ba, "proportion", "usefulness was not asked in this direction"),
        },
        mean(pairs.useful_ab - pairs.useful_ba, "difference", "no pair was asked in both ways"),
        mean(pairs.same, "proportion", "nobody was asked without a definition"),
        mean(pairs.equivalent, "proportion", "nobody was asked by the definition"),
        mean(
            pairs.equivalent - pairs.same,
            "difference",
            "no pair was asked both with and without the definition",
        ),
        mean(
            np.where(different, pairs.useful, np.nan),
            "proportion",
            "no pair that most call different was asked for usefulness",
        ),
        mean(
            np.where(equivalent, pairs.useful, np.nan),
            "proportion",
            "no pair that most call equivalent was asked for usefulness",
        ),
        _tracks(pairs, different, equivalent, resampler),
    )


def _tracks(
    pairs: _Pairs,
    different: np.ndarray,
    equivalent: np.ndarray,
    resampler: Resampler,
) -> Statistic:
    """Useful if different minus useful if equivalent: a difference of two means of pairs."""
    from core.agreement.estimate import Estimate, ratio

    known = np.isfinite(pairs.useful) & (different | equivalent)
    useful = np.where(known, np.nan_to_num(pairs.useful), 0.0)
    apart, alike = (known & different).astype(np.float64), (known & equivalent).astype(np.float64)
    rows = np.column_stack([known.astype(np.float64), useful * apart, apart, useful * alike, alike])
    estimate = Estimate(
        rows,
        lambda sums: ratio(sums[..., 1], sums[..., 2]) - ratio(sums[..., 3], sums[..., 4]),
        lambda _sums: (
            "usefulness was not asked of both pairs called different and pairs called equivalent"
        ),
        "difference",
    )
    return default_interval(estimate, pairs.cluster, resampler=resampler)


def _useful(value: Any) -> float:
    word = str(value).strip().lower()
    return 1.0 if word in USEFUL else 0.0 if word in NOT_USEFUL else float("nan")


def _alike(value: Any) -> float:
    return {Verdict.EQUIVALENT.value: 1.0, Verdict.DIFFERENT.value: 0.0}.get(
        str(value), float("nan")
    )

"""Does a rater give the same answer twice? In the other order, and in the same order again.

A judge asked in both orders flips where its answers part. Some of that is no matter of order: the
same judge asked the same way twice parts from itself too. Reruns in the same order are therefore
the noise floor beside which a flip rate is read. Of people, planned repeats give the same floor.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.agreement.estimate import mean_estimate
from core.agreement.intervals import default_interval
from core.agreement.resampling import Resampler
from core.agreement.statistic import Statistic
from core.agreement.table import COLUMNS
from core.errors import InvalidRatingsError

if TYPE_CHECKING:
    import pandas as pd

NOT_BOTH_ORDERS = "no item was answered in both orders"
NOT_AGAIN = "no item was asked again in the same order"


@dataclass(frozen=True)
class RepeatRow:
    """One rater against herself or itself.

    Attributes:
        n_both: items answered in both orders.
        flip_rate: share of these whose answer depends on the order.
        n_reruns: answers to an item asked again in the same order.
        rerun_rate: share of these that part from the first answer.
        sentence: the two rates read together.
    """

    rater: str
    kind: str
    n_both: int
    flip_rate: Statistic
    n_reruns: int
    rerun_rate: Statistic
    sentence: str

    def as_dict(self) -> dict[str, Any]:
        return {
            "rater": self.rater,
            "kind": self.kind,
            "n_both": self.n_both,
            "flip_rate": self.flip_rate.as_dict(),
            "n_reruns": self.n_reruns,
            "rerun_rate": self.rerun_rate.as_dict(),
            "sentence": self.sentence,
        }


def repeat_rows(ratings: pd.DataFrame, *, seed: int = 0) -> list[RepeatRow]:
    """Every rater's flips and reruns, judges first, by name.

    Args:
        ratings: one row per rating, columns as for `agreement_report`; `repeat` 0 is the first
            asking, 1 and up are planned repeats. Unscored answers are left out.
        seed: of the bootstrap.

    Returns:
        Raters without a second answer of either kind are left out.

    Raises:
        InvalidRatingsError: a column is missing.
    """
    missing = [column for column in COLUMNS if column not in ratings.columns]
    if missing:
        raise InvalidRatingsError(
            f"The table of ratings lacks the column(s) {', '.join(missing)}; "
            f"expected {', '.join(COLUMNS)}. Add them and try again."
        )
    scored = ratings[ratings["value"].notna()].assign(
        order=ratings["order"].fillna(""), cluster=ratings["cluster"].fillna(ratings["item_id"])
    )
    resampler = Resampler(np.random.default_rng(seed))
    rows = []
    for (kind, rater), mine in scored.groupby(["rater_kind", "rater_id"], sort=True):
        flips, flip_prompts = _flips(mine)
        reruns, rerun_prompts = _reruns(mine)
        if not len(flips) and not len(reruns):
            continue
        flip_rate = _rate(flips, flip_prompts, NOT_BOTH_ORDERS, resampler)
        rerun_rate = _rate(reruns, rerun_prompts, NOT_AGAIN, resampler)
        rows.append(
            RepeatRow(
                str(rater),
                str(kind),
                len(flips),
                flip_rate,
                len(reruns),
                rerun_rate,
                _sentence(flip_rate, rerun_rate),
            )
        )
    return sorted(rows, key=lambda row: (row.kind != "judge", row.rater))


def _flips(mine: pd.DataFrame) -> tuple[NDArray[np.bool_], NDArray[Any]]:
    """Whether the first answers in both orders part, and the prompt, per item with both."""
    first = mine[mine["repeat"] == 0]
    forth = first[first["order"] == "ab"].set_index("item_id")
    back = first[first["order"] == "ba"].set_index("item_id")
    both = forth[["value", "cluster"]].join(back["value"].rename("back"), how="inner")
    parts = (both["value"] != both["back"]).to_numpy(dtype=np.bool_)
    return parts, both["cluster"].to_numpy()


def _reruns(mine: pd.DataFrame) -> tuple[NDArray[np.bool_], NDArray[Any]]:
    """Whether a later answer in the same order parts from the first, and the prompt."""
    key = ["item_id", "order"]
    first = mine[mine["repeat"] == 0].set_index(key)["value"].rename("first")
    again = mine[mine["repeat"] > 0].set_index(key)[["value", "cluster"]]
    both = again.join(first, how="inner")
    parts = (both["value"] != both["first"]).to_numpy(dtype=np.bool_)
    return parts, both["cluster"].to_numpy()


def _rate(
    parts: NDArray[np.bool_], prompts: NDArray[Any], empty: str, resampler: Resampler
) -> Statistic:
    estimate = mean_estimate(
        parts.astype(np.float64), np.ones(len(parts)), scale="proportion", empty=empty
    )
    return default_interval(estimate, prompts.astype(str), resampler=resampler)


def _sentence(flip_rate: Statistic, rerun_rate: Statistic) -> str:
    if flip_rate.value is None:
        return f"Parts from itself on {rerun_rate.value:.0%} of answers asked again."
    if rerun_rate.value is None:
        return (
            f"The answer depends on the order for {flip_rate.value:.0%} of items; how much of that "
            "is noise cannot be told without asking again in the same order."
        )
    told = (
        f"Flips on {flip_rate.value:.0%} of items between orders, "
        f"{rerun_rate.value:.0%} in one order"
    )
    if flip_rate.low is None or rerun_rate.high is None:
        return f"{told}; too little data to tell the two apart."
    if flip_rate.low > rerun_rate.high:
        return f"{told}: more than asking again alone explains."
    return f"{told}: not shown to be more than asking again alone explains."

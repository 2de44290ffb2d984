"""Agreement beside what an item is like: its length, its place in the session, its strategy.

Groups describe where people and judges part. They are not claims: several are looked at, none was
chosen beforehand, and each has an interval of its own only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from core.agreement import AgreementReport, Resampler, Statistic, default_interval
from core.agreement.comparison import Comparison
from core.agreement.estimate import mean_estimate
from core.agreement.panel import BoolArray

if TYPE_CHECKING:
    import pandas as pd

FACTS: Mapping[str, str] = {
    "characters": "length of the texts",
    "position": "place in the session",
    "strategy": "strategy",
    "language": "language",
}
_NUMERIC = ("characters", "position")
_THIRDS = ("lowest third", "middle third", "highest third")
NO_TWO = "no item has two human ratings"


@dataclass(frozen=True)
class GroupRow:
    """One group of items.

    Attributes:
        fact: what the items are grouped by, a key of `FACTS`.
        group: in words, with its range where it is a number.
        people: how often two people agree.
        judges: judge -> judge-person minus person-person agreement.
    """

    fact: str
    group: str
    n_items: int
    n_prompts: int
    people: Statistic
    judges: tuple[tuple[str, Statistic], ...]

    def as_dict(self) -> dict[str, Any]:
        return {
            "fact": self.fact,
            "group": self.group,
            "n_items": self.n_items,
            "n_prompts": self.n_prompts,
            "people": self.people.as_dict(),
            **{f"{judge} minus people": value.as_dict() for judge, value in self.judges},
        }


def group_rows(
    report: AgreementReport, facts: pd.DataFrame, fact: str, *, seed: int = 0
) -> list[GroupRow]:
    """Agreement in each group of one fact; no rows where it is the same for all items.

    Args:
        facts: indexed by item_id, with a column per fact; numbers are cut into thirds.
        fact: a key of `FACTS`.
        seed: of the bootstrap.
    """
    panel = report.panel
    values = facts[fact].reindex(panel.item_ids)
    groups = _thirds(values) if fact in _NUMERIC else _names(values)
    if len(groups) < 2:
        return []
    resampler = Resampler(np.random.default_rng(seed))
    rows = []
    for name, members in groups:
        part = panel.take(members)
        comparison = Comparison(part, name, report.question, resampler)
        agreement, pairable = comparison.human_agreement
        people = default_interval(
            mean_estimate(agreement, pairable, scale="proportion", empty=NO_TWO),
            part.clusters,
            resampler=resampler,
        )
        judges = tuple(
            (judge.name, comparison.judge_row(judge, None).statistics["minus_human"])
            for judge in part.judges
        )
        n_prompts = len(np.unique(part.clusters))
        rows.append(GroupRow(fact, name, int(members.sum()), n_prompts, people, judges))
    return rows


def _thirds(values: pd.Series[Any]) -> list[tuple[str, BoolArray]]:
    numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
    known = numbers[np.isfinite(numbers)]
    if len(known) < 3 or np.ptp(known) == 0:
        return []
    low, high = np.quantile(known, [1 / 3, 2 / 3])
    parts = (numbers <= low, (numbers > low) & (numbers <= high), numbers > high)
    return [
        (f"{name}, {numbers[part].min():,.0f} to {numbers[part].max():,.0f}", part)
        for name, part in zip(_THIRDS, parts, strict=True)
        if part.any()
    ]


def _names(values: pd.Series[Any]) -> list[tuple[str, BoolArray]]:
    words = values.fillna("").to_numpy(dtype=object)
    present: Sequence[str] = sorted({str(word) for word in words} - {""})
    return [(name, np.asarray(words == name, dtype=np.bool_)) for name in present]

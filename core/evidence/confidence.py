"""Whether raters who are surer are more often in line with people."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from core.agreement import AgreementReport, Resampler, Statistic, default_interval
from core.agreement.estimate import mean_estimate
from core.agreement.observations import IntArray
from core.agreement.weights import FloatArray

if TYPE_CHECKING:
    import pandas as pd

MAX_BINS = 5


@dataclass(frozen=True)
class ConfidenceBin:
    """Answers given with about the same confidence.

    Attributes:
        rater: a judge, or "people" for all of them together.
        stated: mean confidence, 0 to 1.
        share: mean agreement with the (other) people who rated the same item.
    """

    rater: str
    stated: float
    n_answers: int
    n_prompts: int
    share: Statistic

    def as_dict(self) -> dict[str, Any]:
        return {
            "rater": self.rater,
            "stated": self.stated,
            "n_answers": self.n_answers,
            "n_prompts": self.n_prompts,
            "share": self.share.as_dict(),
        }


PEOPLE = "people"


def confidence_bins(
    report: AgreementReport, answers: pd.DataFrame, *, seed: int = 0
) -> list[ConfidenceBin]:
    """Stated confidence beside agreement with people, by judge and for people together.

    A rater is compared with everybody else who is a person: nobody with herself, and a judge
    never with judges.

    Args:
        answers: item_id, rater_id, rater_kind, value, confidence; rows without confidence or
            value are left out.
        seed: of the bootstrap.
    """
    known = answers.loc[answers["confidence"].notna() & answers["value"].notna()]
    resampler = Resampler(np.random.default_rng(seed))
    bins: list[ConfidenceBin] = []
    people = known.loc[known["rater_kind"] == "human"]
    groups = [(PEOPLE, people, True)] if len(people) else []
    judges = known.loc[known["rater_kind"] == "judge"]
    groups += [(str(name), rows, False) for name, rows in judges.groupby("rater_id", sort=True)]
    for name, rows, is_people in groups:
        place, code = _positions(report, rows)
        share, compared = _agreement(report, place, code, is_people)
        stated = rows["confidence"].to_numpy(dtype=np.float64)
        usable = compared & (place >= 0)
        for low, high in _edges(stated[usable]):
            chosen = usable & (stated >= low) & (stated <= high)
            clusters = report.panel.clusters[place[chosen]]
            estimate = mean_estimate(
                share[chosen], np.ones(int(chosen.sum())), scale="proportion", empty="no answer"
            )
            bins.append(
                ConfidenceBin(
                    name,
                    float(stated[chosen].mean()),
                    int(chosen.sum()),
                    len(np.unique(clusters)),
                    default_interval(estimate, clusters, resampler=resampler),
                )
            )
    return bins


def _positions(report: AgreementReport, rows: pd.DataFrame) -> tuple[IntArray, IntArray]:
    """Item position and option position of each answer; -1 where the report does not know it."""
    panel = report.panel
    items = {name: place for place, name in enumerate(panel.item_ids)}
    nominal = panel.level == "nominal"
    options = {option: place for place, option in enumerate(panel.options)}
    place = np.array([items.get(name, -1) for name in rows["item_id"]], dtype=np.int64)
    code = np.array(
        [options.get(value if nominal else float(value), -1) for value in rows["value"]],
        dtype=np.int64,
    )
    return np.where(code < 0, -1, place), code


def _agreement(
    report: AgreementReport, place: IntArray, code: IntArray, is_person: bool
) -> tuple[FloatArray, np.ndarray]:
    counts = report.panel.counts[np.maximum(place, 0)]
    own = 1.0 if is_person else 0.0
    others = counts.sum(axis=1) - own
    same = counts[np.arange(len(code)), np.maximum(code, 0)] - own
    return same / np.maximum(others, 1.0), others > 0


def _edges(stated: FloatArray) -> list[tuple[float, float]]:
    """Ranges of confidence: each value its own where there are few, else fifths."""
    values = np.unique(stated)
    if len(values) <= MAX_BINS:
        return [(float(value), float(value)) for value in values]
    cuts = np.unique(np.quantile(stated, np.linspace(0, 1, MAX_BINS + 1)))
    edges = list(pairwise(cuts))
    return [
        (float(low) if first == 0 else float(np.nextafter(low, 2)), float(high))
        for first, (low, high) in enumerate(edges)
    ]

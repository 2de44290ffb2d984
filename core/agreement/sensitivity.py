"""The same figures under other choices, so that a reader sees what hangs on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.agreement.coefficients import alpha_of, fleiss_of, gwet_of, percent_of
from core.agreement.comparison import Comparison
from core.agreement.estimate import mean_estimate
from core.agreement.intervals import default_intervals
from core.agreement.observations import Counts, one_hot
from core.agreement.panel import Panel, Verdicts
from core.agreement.resampling import Resampler
from core.agreement.statistic import Statistic

AS_REPORTED = "as reported"
CANNOT_TELL = "can't tell as an answer of its own"
WITHOUT_TIES = "without items on which people tie"
WITHOUT_DUPLICATES = "without pairs of identical texts"


@dataclass(frozen=True)
class SensitivityLine:
    """Figures under one choice.

    Attributes:
        choice: in words.
        judge: whose; "" for people among themselves.
        n_items: items behind the figures.
        n_changed: items left out or treated otherwise than in the report.
        statistics: percent and coefficients, by name.
    """

    choice: str
    judge: str
    n_items: int
    n_changed: int
    statistics: dict[str, Statistic]

    def as_dict(self) -> dict[str, Any]:
        return {
            "choice": self.choice,
            "judge": self.judge,
            "n_items": self.n_items,
            "n_changed": self.n_changed,
            **{name: statistic.as_dict() for name, statistic in self.statistics.items()},
        }


def sensitivity_lines(
    panel: Panel,
    question: str,
    *,
    texts: Mapping[str, tuple[str, str]] | None = None,
    seed: int = 0,
) -> list[SensitivityLine]:
    """People's agreement and each judge's, as reported and under other choices.

    People: unscored answers ("can't tell", blank) counted as an answer of their own, at nominal
    level. Judges: items on which people tie left out instead of counted one half. Both, where
    texts are known: pairs of identical texts left out, which anybody calls the same.

    Args:
        panel: all items.
        question: its name.
        texts: the two responses of each item.
        seed: of the bootstrap.
    """
    resampler = Resampler(np.random.default_rng(seed))
    comparison = Comparison(panel, "all", question, resampler)
    unlike = _unlike(panel, texts)
    lines = [_people(comparison, AS_REPORTED, 0)]
    if panel.level == "nominal" and len(panel.people.unscored_item):
        lines.append(_with_cannot_tell(panel, resampler))
    if unlike is not None:
        fewer = Comparison(panel.take(unlike), "all", question, resampler)
        lines.append(_people(fewer, WITHOUT_DUPLICATES, int(np.count_nonzero(~unlike))))
    for judge in panel.judges:
        lines.append(_judge(comparison, judge, AS_REPORTED, 0))
        lines.append(_without_ties(comparison, judge))
        if unlike is not None:
            left_out = int(np.count_nonzero(~unlike & (judge.merged.sum(axis=1) > 0)))
            lines.append(_judge(fewer, judge.take(unlike), WITHOUT_DUPLICATES, left_out))
    return lines


def _unlike(panel: Panel, texts: Mapping[str, tuple[str, str]] | None) -> Any:
    """Items whose two texts differ, shape (n,); None where no pair is known to be identical."""
    if not texts:
        return None
    pairs = [texts.get(item) for item in panel.item_ids]
    unlike = np.array([pair is None or pair[0].strip() != pair[1].strip() for pair in pairs])
    return None if unlike.all() else unlike


def _people(comparison: Comparison, choice: str, n_changed: int) -> SensitivityLine:
    row = comparison.human_row()
    return SensitivityLine(choice, "", row.n_items, n_changed, dict(row.statistics))


def _judge(
    comparison: Comparison, verdicts: Verdicts, choice: str, n_changed: int
) -> SensitivityLine:
    row = comparison.judge_row(verdicts, None)
    names = ("percent", "cohen_kappa", "krippendorff_alpha", "gwet_ac", "minus_human")
    chosen = {name: row.statistics[name] for name in names}
    return SensitivityLine(choice, verdicts.name, row.n_items, n_changed, chosen)


def _with_cannot_tell(panel: Panel, resampler: Resampler) -> SensitivityLine:
    blank = np.bincount(panel.people.unscored_item, minlength=len(panel.item_ids))
    counts = np.column_stack([panel.counts, blank]).astype(np.float64)
    seen, q = Counts(counts), counts.shape[1]
    estimates = {
        "percent": percent_of(seen),
        "krippendorff_alpha": alpha_of(seen, "nominal", range(q)),
        "gwet_ac": gwet_of(seen, np.eye(q)),
        "fleiss_kappa": fleiss_of(seen),
    }
    kinds = counts.sum(axis=0)
    rare = int(kinds.sum() - kinds.max())
    found = default_intervals(
        list(estimates.values()), panel.clusters, resampler=resampler, rare=[rare] * len(estimates)
    )
    return SensitivityLine(
        CANNOT_TELL,
        "",
        int(np.count_nonzero(seen.raters)),
        int(np.count_nonzero(blank)),
        dict(zip(estimates, found, strict=True)),
    )


def _without_ties(comparison: Comparison, verdicts: Verdicts) -> SensitivityLine:
    """Percent alone changes: coefficients leave ties out already."""
    panel = comparison.panel
    majority, tied = comparison.majority
    merged = verdicts.merged
    answered = merged.sum(axis=1) > 0
    clear = answered & (majority >= 0) & ~verdicts.tied
    match = np.sum(merged * one_hot(majority, len(panel.options)), axis=1)
    estimate = mean_estimate(
        match,
        clear.astype(np.float64),
        scale="proportion",
        empty="people tie on every item this judge answered",
    )
    kinds = np.bincount(majority[clear], minlength=len(panel.options))
    rare = int(kinds.sum() - kinds.max(initial=0)) if panel.level == "nominal" else None
    percent = default_intervals(
        [estimate], panel.clusters, resampler=comparison.resampler, rare=[rare]
    )[0]
    changed = answered & (tied | verdicts.tied)
    return SensitivityLine(
        WITHOUT_TIES,
        verdicts.name,
        int(clear.sum()),
        int(np.count_nonzero(changed)),
        {"percent": percent},
    )

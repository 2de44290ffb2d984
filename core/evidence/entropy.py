"""How far people are split on each item, and which judges part from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.agreement import AgreementReport
from core.agreement.panel import human_majority

Answer = str | float


@dataclass(frozen=True)
class SplitItem:
    """One item as its raters left it.

    Attributes:
        entropy: of people's answers in bits; 0 where all agree, None with fewer than two.
        answers: rater -> answer, people only.
        verdicts: judge -> verdict; None where it depends on the order.
        majority: of people; None without one.
        parting: judges whose verdict is another than people's majority.
    """

    item_id: str
    cluster: str
    category: str
    entropy: float | None
    answers: tuple[tuple[str, Answer], ...]
    verdicts: tuple[tuple[str, Answer | None], ...]
    majority: Answer | None
    parting: tuple[str, ...]

    @property
    def is_split(self) -> bool:
        """Whether people, or a judge and people, give different answers."""
        return bool(self.entropy) or bool(self.parting)


def split_items(report: AgreementReport) -> list[SplitItem]:
    """All items people answered, the most split first; ties by prompt and item.

    Among items on which people agree, those come first from which more judges part.
    """
    panel = report.panel
    counts = panel.counts
    raters = counts.sum(axis=1)
    shares = counts / np.maximum(raters, 1)[:, None]
    bits = -np.sum(shares * np.log2(np.where(shares > 0, shares, 1.0)), axis=1)
    majority, _ = human_majority(counts, panel.level, panel.options)
    given: list[list[tuple[str, Answer]]] = [[] for _ in panel.item_ids]
    people = panel.people
    for item, rater, value in zip(people.item, people.rater, people.value, strict=True):
        given[item].append((people.names[rater], panel.options[value]))
    merged = {judge.name: judge.merged for judge in panel.judges}
    found = []
    for item in np.flatnonzero(raters > 0):
        common = None if majority[item] < 0 else panel.options[majority[item]]
        verdicts = tuple(
            (name, _verdict(rows[item], panel.options))
            for name, rows in merged.items()
            if rows[item].sum() > 0
        )
        found.append(
            SplitItem(
                str(panel.item_ids[item]),
                str(panel.cluster_names[item]),
                str(panel.categories[item]),
                float(bits[item]) + 0.0 if raters[item] > 1 else None,
                tuple(given[item]),
                verdicts,
                common,
                tuple(name for name, one in verdicts if common is not None and one != common),
            )
        )
    return sorted(found, key=_order)


def _order(item: SplitItem) -> tuple[float, int, str, str]:
    return (-(item.entropy or 0.0), -len(item.parting), item.cluster, item.item_id)


def _verdict(row: np.ndarray, options: tuple[Answer, ...]) -> Answer | None:
    return options[int(row.argmax())] if row.max() >= 1 else None

"""A person over the course of their work: agreement with the others, answers and pace.

Causes are not read off a course: early and late items are other items.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from core.agreement import AgreementReport

MAX_BLOCKS = 5
MIN_BLOCK = 8


@dataclass(frozen=True)
class PersonAnswer:
    """One answer with when it was given. elapsed_ms: None where it was not measured."""

    item_id: str
    rater: str
    value: str
    at: datetime
    elapsed_ms: int | None


@dataclass(frozen=True)
class Block:
    """A stretch of one person's answers, in the order they were given.

    Attributes:
        number: from 1.
        agreement: mean agreement with the other people on the same items; None without any.
        n_compared: answers that have another person's beside them.
        commonest: the answer she gives most often over her whole work, and its share here.
        seconds: median time for an answer; None where it was not measured.
    """

    rater: str
    number: int
    n_answers: int
    n_compared: int
    agreement: float | None
    commonest: str
    share: float
    seconds: float | None

    def as_dict(self) -> dict[str, Any]:
        return {
            "rater": self.rater,
            "stretch": self.number,
            "n_answers": self.n_answers,
            "n_compared": self.n_compared,
            "agreement_with_others": self.agreement,
            "commonest_answer": self.commonest,
            "share_of_it": self.share,
            "median_seconds": self.seconds,
        }


def courses(report: AgreementReport, answers: Sequence[PersonAnswer]) -> list[Block]:
    """Up to five stretches of equal length per person; one stretch below 16 answers.

    Args:
        answers: of people, each counted once, in any order.
    """
    panel = report.panel
    counts = panel.counts
    items = {name: place for place, name in enumerate(panel.item_ids)}
    nominal = panel.level == "nominal"
    options = {option: place for place, option in enumerate(panel.options)}
    blocks: list[Block] = []
    for rater in sorted({answer.rater for answer in answers}):
        mine = sorted((one for one in answers if one.rater == rater), key=lambda one: one.at)
        values = [one.value for one in mine]
        commonest = max(sorted(set(values)), key=values.count)
        n_blocks = min(MAX_BLOCKS, max(1, len(mine) // MIN_BLOCK))
        for number, part in enumerate(np.array_split(np.arange(len(mine)), n_blocks), start=1):
            stretch = [mine[index] for index in part]
            scores = []
            for one in stretch:
                place = items.get(one.item_id, -1)
                code = options.get(one.value if nominal else float(one.value), -1)
                others = counts[place].sum() - 1 if place >= 0 else 0
                if code >= 0 and others > 0:
                    scores.append((counts[place][code] - 1) / others)
            times = [one.elapsed_ms for one in stretch if one.elapsed_ms is not None]
            blocks.append(
                Block(
                    rater,
                    number,
                    len(stretch),
                    len(scores),
                    float(np.mean(scores)) if scores else None,
                    commonest,
                    sum(one.value == commonest for one in stretch) / len(stretch),
                    float(np.median(times)) / 1000 if times else None,
                )
            )
    return blocks

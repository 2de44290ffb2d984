"""Whether a judge may stand in for one of these people, and the sentence that says so.

The alternative annotator test alone is not enough: where nearly all pairs are the same, always
answering "same" passes it, and where people hardly agree, coins do. So four things are asked,
and the first that is not met is what is said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.agreement.alternative_rows import AltTest
from core.agreement.baselines import constant_answer
from core.agreement.explanations import (
    CATEGORY_CLAIM_PROMPTS,
    EXPLORATORY,
    is_exploratory,
)
from core.agreement.rows import BaselineContrast, JudgeRow
from core.agreement.sentences import doing, unestimated_recall

if TYPE_CHECKING:
    from core.agreement.report import AgreementReport

ALL = "all"
_LEAST_DF = CATEGORY_CLAIM_PROMPTS - 1


@dataclass(frozen=True)
class Standing:
    """What is shown of a judge.

    Attributes:
        may_stand_in: True where everything asked is met, False where not shown, None where the
            test is undefined or was not asked for.
        sentence: for a reader, complete in itself.
    """

    may_stand_in: bool | None
    sentence: str


def standings(report: AgreementReport) -> dict[tuple[str, str], Standing]:
    """What may be said of every judge in every category, by (judge, category)."""
    constants: dict[str, str | float | None] = {"all": report.constant}
    panel = report.panel
    for name in set(panel.categories.tolist()) - {""}:
        part = panel.take(panel.categories == name)
        known = bool(part.people.item.size)
        constants[name] = report.options[constant_answer(part)] if known else None
    found = {}
    for row in report.judges:
        rivals = {base.judge: base for base in report.baselines if base.category == row.category}
        found[row.judge, row.category] = standing(
            row,
            rivals,
            question=report.question,
            constant=constants[row.category],
            n_categories=max(len(constants) - 1, 1),
        )
    return found


def standing(
    row: JudgeRow,
    baselines: Mapping[str, JudgeRow],
    *,
    question: str,
    constant: str | float | None,
    n_categories: int = 1,
) -> Standing:
    """What may be said of one judge's row, in one category or all.

    Asked in this order: people beat a coin by more than epsilon; the judge passes the test; it
    beats the skill-free baseline closest to it in a paired interval; and, for `equivalence`, both
    its sensitivity and its specificity can be estimated.

    Args:
        row: the judge's row.
        baselines: rows of the skill-free baselines in the same category, by name.
        question: sensitivity and specificity are asked of `equivalence` only.
        constant: what the constant baseline answers in this category.
        n_categories: named beside each other. In one of them the contrast with the baseline has to
            hold for all at once, and nothing is said of one with too little data
            (measurement.md 12, 13); the test itself is adjusted over people and categories.
    """
    test = row.alt_test
    if test is None:
        return Standing(None, f"The alternative annotator test was not asked for {row.judge}.")
    if test.omega is None:
        return Standing(
            None, f"The alternative annotator test of {row.judge} is undefined: {test.reason}."
        )
    if not test.people_reliable:
        return Standing(
            False,
            f"Nothing is shown: these people's answers beat a coin by {test.coin_difference:.2f}, "
            f"not by more than epsilon {test.plan.epsilon:g}, so that a coin could pass.",
        )
    if not test.passed:
        return Standing(False, _not_shown(test))
    if row.category != ALL and is_exploratory(row.n_items, row.n_prompts):
        return Standing(None, f"Passes in {row.category}. {EXPLORATORY}")
    contrast = row.beats_baseline
    if contrast is None:
        return Standing(False, "Passes, but no judge without skill could be compared with it.")
    what = doing(contrast.baseline, constant)
    beats_in_all = row.category == ALL or _beats_at_once(contrast, n_categories)
    if contrast.beats is not True or not beats_in_all:
        return Standing(False, _passes_but(what, baselines.get(contrast.baseline), row))
    unknown = unestimated_recall(row, question)
    if unknown:
        return Standing(False, f"Passes, and beats {what}, but {unknown} cannot be estimated.")
    return Standing(
        True,
        f"{row.judge} may stand in for one of these {len(test.per_rater)} raters at epsilon "
        f"{test.plan.epsilon:g}: {_won(test)}, and it beats {what}.",
    )


def _beats_at_once(contrast: BaselineContrast, n_categories: int) -> bool:
    """Whether a contrast stays above zero with an interval that holds for all categories at once.

    The 95% interval is widened by Šidák's quantile over its own, both of t with as few degrees of
    freedom as a claim about a category may have, which is where they part most.
    """
    from scipy.special import stdtrit

    value, low = contrast.difference.value, contrast.difference.low
    if value is None or low is None:
        return False
    together = 1 - (1 - 0.95 ** (1 / n_categories)) / 2
    wider = float(stdtrit(_LEAST_DF, together) / stdtrit(_LEAST_DF, 0.975))
    return value - (value - low) * wider > 0


def _passes_but(what: str, rival: JudgeRow | None, row: JudgeRow) -> str:
    contrast = row.beats_baseline
    if rival is not None and rival.alt_test is not None and rival.alt_test.passed:
        return f"Passes, but so does {what}."
    if contrast is not None and contrast.beats is None:
        why = contrast.difference.reason
        return f"Passes, but whether it beats {what} cannot be told ({why})."
    return f"Passes, but it is not shown to beat {what}."


def _not_shown(test: AltTest) -> str:
    sentence = (
        f"Not shown that {test.judge} may stand in for one of these {len(test.per_rater)} raters "
        f"at epsilon {test.plan.epsilon:g}: {_won(test)}"
    )
    if test.power is None:
        return f"{sentence}."
    return f"{sentence}. A judge exactly as good as they are would pass in {test.power:.0%}."


def _won(test: AltTest) -> str:
    shown = sum(bool(rater.rejected) for rater in test.per_rater)
    return f"a loss of less than epsilon is shown for {shown} of {len(test.per_rater)}"

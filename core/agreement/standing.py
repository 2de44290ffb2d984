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
from core.agreement.rows import JudgeRow
from core.agreement.sentences import doing, unestimated_recall

if TYPE_CHECKING:
    from core.agreement.report import AgreementReport


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
            row, rivals, question=report.question, constant=constants[row.category]
        )
    return found


def standing(
    row: JudgeRow,
    baselines: Mapping[str, JudgeRow],
    *,
    question: str,
    constant: str | float | None,
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
    contrast = row.beats_baseline
    if contrast is None:
        return Standing(False, "Passes, but no judge without skill could be compared with it.")
    what = doing(contrast.baseline, constant)
    if contrast.beats is not True:
        return Standing(False, _passes_but(what, baselines.get(contrast.baseline), row))
    unknown = unestimated_recall(row, question)
    if unknown:
        return Standing(False, f"Passes, and beats {what}, but {unknown} cannot be estimated.")
    return Standing(
        True,
        f"{row.judge} may stand in for one of these {len(test.per_rater)} raters at epsilon "
        f"{test.plan.epsilon:g}: {_won(test)}, and it beats {what}.",
    )


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

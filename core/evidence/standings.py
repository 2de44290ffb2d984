"""Whether each judge may stand in for a person, over all categories."""

from __future__ import annotations

from core.agreement import AgreementReport, Standing, standing

ALL = "all"


def standings(report: AgreementReport) -> list[Standing]:
    """One per judge, in the report's order; see `core.agreement.standing`."""
    return [standing_of(report, judge) for judge in report.judge_names]


def standing_of(report: AgreementReport, judge: str) -> Standing:
    """What the report says of one judge in the place of a person."""
    row = next(row for row in report.judges if row.judge == judge and row.category == ALL)
    baselines = {row.judge: row for row in report.baselines if row.category == ALL}
    return standing(row, baselines, question=report.question, constant=report.constant)

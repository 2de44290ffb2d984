"""How the numbers were made, and what they cannot carry."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.reporting.study import QuestionPart, StudyReport


def methods_paragraph(study: StudyReport) -> str:
    """For a methods section: coefficients, intervals, test, versions, seed, template hashes."""
    sentences = [
        "Agreement among people is the mean agreement of two people per item; a judge is compared "
        "with each person in the order that person saw (judge-person minus person-person, paired "
        "by item) and with people's majority (ties one half). Practice, attention checks and "
        "repeats are left out."
    ]
    for part in study.questions:
        report = part.report
        sentences.append(
            f"{part.name}: level {report.level}, weights {report.weights} for Cohen's kappa "
            f"and Gwet's AC, q = {len(report.options)} options; intervals (95%, over prompts): "
            f"{', '.join(_methods(part)) or 'none could be given'}; words: "
            f"{', '.join(part.templates) or 'not recorded (imported)'}."
        )
        if part.plan is not None and report.judge_names:
            sentences.append(
                f"Alternative annotator test: {part.plan.variant} variant, epsilon "
                f"{part.plan.epsilon:g}, score {part.plan.score}, Benjamini-Yekutieli at "
                f"{part.plan.q:g}, at least {part.plan.min_items} items per person."
            )
    if study.corrected:
        sentences.append(
            "Corrected figures use the difference estimator between prompts with a cross-fitted "
            "weight of the judge and t(G - 1)."
        )
    versions = ", ".join(f"{name} {value}" for name, value in study.versions.items())
    sentences.append(f"Seed {study.seed}. Computed with {versions}.")
    return " ".join(sentences)


def limits_of(study: StudyReport) -> list[str]:
    """What a reader should know before quoting a number."""
    limits = [
        "People are these people: below ten raters an interval speaks of prompts, not of other "
        "raters.",
        "Rows of single categories are read together; a category with fewer than 50 items or 30 "
        "prompts is exploratory, and overlapping intervals are no test of a difference.",
    ]
    if any(row["lowest probability"] is None for row in study.samples):
        limits.append(
            "Some items came before people with an unknown probability: figures describe these "
            "items, not the study."
        )
    if any(part.report.humans[0].n_raters == 1 for part in study.questions):
        limits.append("Where one person answered, nothing is said of agreement among people.")
    flips = sum(row.n_flips for part in study.questions for row in part.report.judges
                if row.category == "all")  # fmt: skip
    if flips:
        limits.append(
            "Some verdicts depend on the order in which responses were shown; they count one half "
            "where verdicts are merged."
        )
    if study.is_sample:
        limits.append("All texts and verdicts of the sample study are made up.")
    return limits


def _methods(part: QuestionPart) -> Iterable[str]:
    statistics = [row.statistics for row in part.report.humans]
    statistics += [row.statistics for row in part.report.judges]
    return sorted({one.method for found in statistics for one in found.values() if one.method})

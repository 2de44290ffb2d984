"""The section on answers that are scores: how far they agree, beyond being the same or not."""

from __future__ import annotations

from core.agreement import ScoreAgreement
from core.agreement.explanations import EXPLORATORY, is_exploratory
from core.agreement.score_rows import JudgeScores, PeopleScores
from core.reporting.document import Column, Section, Table

PEOPLE = {"icc_single": "ICC, one", "icc_mean": "ICC, mean"}
JUDGES = {
    "spearman": "Spearman",
    "kendall_tau_b": "Kendall's τ-b",
    "mean_difference": "minus people's mean",
}


def scores_section(question: str, found: ScoreAgreement) -> Section:
    """People's intraclass correlations, and judges beside people's mean."""
    people = Table(
        f"scores-people-{question}",
        f"Scores of people among themselves on {question}",
        [Column("category"), *_numbers("items", "prompts", "people", "scores per item"),
         *_numbers(*PEOPLE.values())],
        [
            [_name(row), row.n_items, row.n_prompts, row.n_raters, row.scores_per_item,
             *(row.statistics[one].as_dict() for one in PEOPLE)]
            for row in found.humans
        ],
        _notes(found.humans),
    )  # fmt: skip
    rows = (*found.judges, *found.baselines)
    judges = Table(
        f"scores-judges-{question}",
        f"Scores of judges and judges without skill beside people's mean on {question}",
        [Column("judge"), Column("category"), *_numbers("items", "prompts", *JUDGES.values())],
        [
            [row.judge, _name(row), row.n_items, row.n_prompts,
             *(row.statistics[one].as_dict() for one in JUDGES)]
            for row in rows
        ],
        _notes(rows),
    )  # fmt: skip
    title = f"{question[:1].upper()}{question[1:]}: answers as scores"
    return Section(title, found.notes, [people, judges] if found.judges else [people])


def _numbers(*titles: str) -> list[Column]:
    return [Column(title, is_number=True) for title in titles]


def _name(row: PeopleScores | JudgeScores) -> str:
    thin = row.category != "all" and is_exploratory(row.n_items, row.n_prompts)
    return f"{row.category}*" if thin else row.category


def _notes(rows: tuple[PeopleScores, ...] | tuple[JudgeScores, ...]) -> list[str]:
    return [f"* {EXPLORATORY}"] if any(_name(row).endswith("*") for row in rows) else []

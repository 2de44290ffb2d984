"""The sections on categories side by side, on other choices, and on how to read the figures."""

from __future__ import annotations

from collections.abc import Sequence

from core.agreement import CAUTIONS, EXPLANATIONS, CategoryFamily, SensitivityLine
from core.evidence.families import all_sentences, family_notes, reading
from core.reporting.document import Column, Section, Table

TITLES = {
    "percent": "percent",
    "krippendorff_alpha": "Krippendorff's α",
    "gwet_ac": "Gwet's AC",
    "fleiss_kappa": "Fleiss' κ",
    "cohen_kappa": "Cohen's κ",
    "minus_human": "minus people",
    "sensitivity": "sensitivity",
    "specificity": "specificity",
}
_READ = {
    "minus_human": "minus people", **TITLES, "icc": "ICC", "spearman": "Spearman",
    "kendall_tau_b": "Kendall's τ-b", "mean_difference": "minus people's mean",
    "omega": "ω", "rho": "ρ", "corrected": "corrected",
}  # fmt: skip
_OTHERWISE = ("percent", "krippendorff_alpha", "gwet_ac", "minus_human")


def categories_section(question: str, found: Sequence[CategoryFamily]) -> Section:
    """Every category of people and of each judge, adjusted for their number."""
    table = Table(
        f"categories-{question}",
        f"Categories beside each other on {question}: people by percent, judges by minus people",
        [
            Column("rater"), Column("category"), Column("items", is_number=True),
            Column("prompts", is_number=True), Column("value, all at once", is_number=True),
            Column("drawn together", is_number=True), Column("minus the rest", is_number=True),
            Column("p (Holm)", is_number=True, digits=3), Column("reading"),
        ],
        [
            [
                family.judge or "people",
                f"{line.category}*" if line.exploratory else line.category,
                line.n_items, line.n_prompts, line.simultaneous.as_dict(),
                None if line.p_holm is None else line.pooled.as_dict(),
                line.minus_rest, line.p_holm, reading(line),
            ]
            for family in found
            for line in family.lines
        ],
        family_notes(found),
    )  # fmt: skip
    says = all_sentences(found)
    return Section(f"{_title(question)}: categories beside each other", says, [table])


def otherwise_section(question: str, lines: Sequence[SensitivityLine]) -> Section:
    """The same figures under other choices."""
    table = Table(
        f"otherwise-{question}",
        f"Agreement on {question} under other choices",
        [
            Column("rater"), Column("choice"), Column("items", is_number=True),
            Column("treated otherwise", is_number=True),
            *(Column(TITLES[one], is_number=True) for one in _OTHERWISE),
        ],
        [
            [
                line.judge or "people", line.choice, line.n_items, line.n_changed,
                *(
                    line.statistics[one].as_dict() if one in line.statistics else None
                    for one in _OTHERWISE
                ),
            ]
            for line in lines
        ],
        ["A dash: the choice does not change this figure, or it has none."],
    )  # fmt: skip
    return Section(f"{_title(question)}: under other choices", [], [table])


def reading_section() -> Section:
    """What each figure says, and when not to trust it."""
    table = Table(
        "reading",
        "How to read the figures",
        [Column("figure"), Column("what it says"), Column("when not to trust it")],
        [[title, EXPLANATIONS[name], CAUTIONS[name]] for name, title in _READ.items()],
    )
    return Section("How to read the figures", [], [table])


def _title(question: str) -> str:
    return question[:1].upper() + question[1:]

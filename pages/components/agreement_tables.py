"""Tables, small print and evidence of an agreement report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

import streamlit as st

from core.agreement import ENSEMBLE, AgreementReport, JudgedItem
from core.agreement.explanations import CAUTIONS, EXPLANATIONS, EXPLORATORY, is_exploratory
from core.types import Question
from pages.components.charts_figures import draw_csv_button
from pages.components.charts_table import (
    Cell,
    Column,
    Figure,
    draw_notes,
    draw_table,
    figure_of,
)

Row = dict[str, Any]

TITLES = {
    "minus_human": "minus people",
    "percent": "percent",
    "cohen_kappa": "Cohen's κ",
    "krippendorff_alpha": "Krippendorff's α",
    "gwet_ac": "Gwet's AC",
    "fleiss_kappa": "Fleiss' κ",
    "sensitivity": "sensitivity",
    "specificity": "specificity",
    "omega": "ω",
    "rho": "ρ",
    "spammer_score": "depends on the item",
    "corrected": "corrected",
    "icc": "ICC",
    "spearman": "Spearman",
    "kendall_tau_b": "Kendall's τ-b",
    "mean_difference": "minus people's mean",
}
PEOPLE = ("percent", "krippendorff_alpha", "gwet_ac", "fleiss_kappa")
JUDGES = ("minus_human", "percent", "cohen_kappa", "krippendorff_alpha", "gwet_ac")
RECALLS = ("sensitivity", "specificity")
NO_VERDICT = "no single verdict"


def judge_statistics(question: str) -> tuple[str, ...]:
    """What is shown of a judge: sensitivity and specificity exist for equivalence only."""
    return (*JUDGES, *RECALLS) if question == Question.EQUIVALENCE else JUDGES


def draw_people(rows: Sequence[Row], *, each: bool) -> None:
    """People among themselves."""
    columns = [*_category_column(each), *_numbers("items", "people", "answers", "unscored")]
    columns += [Column(TITLES[name], is_number=True) for name in PEOPLE]
    draw_table(
        columns,
        [
            [
                *_category(row, each),
                _items(row),
                *_counts(row, "n_raters", "n_ratings", "n_unscored"),
                *[figure_of(row[name]) for name in PEOPLE],
            ]
            for row in _chosen(rows, each)
        ],
        notes=["percent is the share of person pairs that agree.", *_thin_note(rows, each)],
    )


def draw_judges(rows: Sequence[Row], question: str, *, each: bool) -> None:
    """Judges beside people, or judges without skill; one block each."""
    first, *others = judge_statistics(question)
    columns = [Column("judge"), *_category_column(each)]
    columns += [Column(TITLES[first], is_number=True, is_lead=True), *_numbers("items")]
    columns += [Column(TITLES[name], is_number=True) for name in others]
    columns += _numbers("ties", "flips", "unscored")
    notes = [
        "minus people: judge-person minus person-person agreement on the same items. The other "
        "columns compare with people's majority, which errs less than any one person: they are "
        "not comparable with agreement among people.",
        *_thin_note(rows, each),
    ]
    if any(row["judge"] == ENSEMBLE for row in rows):
        notes.append(
            f"{ENSEMBLE} is what more than half of the judges say (the median above nominal "
            "level). Where people or the judges of the ensemble tie, percent counts one half and "
            "the coefficients leave the item out: compare them only with the ties in view."
        )
    draw_table(
        columns,
        [
            [
                row["judge"],
                *_category(row, each),
                figure_of(row[first]),
                _items(row),
                *[figure_of(row[name]) for name in others],
                *_counts(row, "n_tied", "n_flips", "n_unscored"),
            ]
            for row in _chosen(rows, each)
        ],
        notes=notes,
    )


def draw_meanings(question: str) -> None:
    """How to read each figure and when not to trust it, one click away."""
    draw_readings(dict.fromkeys((*judge_statistics(question), *PEOPLE)))


def draw_readings(names: Iterable[str]) -> None:
    """A button per figure that opens what it means and when not to trust it."""
    with st.container(horizontal=True):
        for name in names:
            with st.popover(TITLES[name], type="tertiary", key=f"meaning-{name}"):
                st.text(EXPLANATIONS[name])
                st.text(f"When not to trust it. {CAUTIONS[name]}")


def draw_persons(rows: Sequence[Row]) -> None:
    """Each judge beside each person."""
    draw_table(
        [Column("judge"), Column("person"), *_numbers("items"), *_numbers("percent", "Cohen's κ")],
        [
            [
                row["judge"],
                person["rater"],
                f"{person['n_items']:,}",
                figure_of(person["percent"]),
                figure_of(person["cohen_kappa"]),
            ]
            for row in rows
            if row["category"] == "all"
            for person in row["per_person"]
        ],
    )


def draw_adjudicated(rows: Sequence[Row], question: str, notes: Sequence[str]) -> None:
    """Judges beside adjudicated answers, over all categories."""
    names = [name for name in judge_statistics(question) if name != "minus_human"]
    draw_table(
        [Column("judge"), *_numbers("items", *[TITLES[name] for name in names])],
        [
            [row["judge"], _items(row), *[figure_of(row[name]) for name in names]]
            for row in _chosen(rows, False)
        ],
        notes=notes,
    )


def confusion_rows(
    items: Sequence[JudgedItem], options: Sequence[str | float], reference: str = "people"
) -> list[Row]:
    """Counts of items: one row per verdict of the judge, one column per answer it is held to."""
    names = [word(option) for option in options]
    counts = {verdict: dict.fromkeys(names, 0) for verdict in [*names, NO_VERDICT]}
    for item in items:
        counts[word(item.judge_value)][word(item.majority)] += 1
    if not any(counts[NO_VERDICT].values()):
        del counts[NO_VERDICT]
    return [
        {"judge says": verdict} | {f"{reference}: {name}": n for name, n in cells.items()}
        for verdict, cells in counts.items()
    ]


def word(answer: str | float | None) -> str:
    """An answer as it is written in tables."""
    if answer is None:
        return NO_VERDICT
    return f"{answer:g}" if isinstance(answer, float) else answer


def draw_evidence(found: AgreementReport, slug: str, reference: str = "people") -> None:
    """Where a judge and people part: counts first, then the items, each to be read.

    Args:
        reference: whose answers `found` holds the judges to: people or adjudicated.
    """
    is_people = reference == "people"
    whose = "people's majority" if is_people else "the adjudicated answer"
    left, right = st.columns(2)
    judge = left.selectbox("Judge", found.judge_names, key="evidence-judge")
    categories = ["all", *sorted({str(name) for name in found.panel.categories} - {""})]
    category = right.selectbox("Category", categories, key="evidence-category")
    items = [item for item in found.judged_items(judge) if category in ("all", item.category)]
    if not items:
        st.text(f"No item has both a verdict of this judge and {whose}.")
        return
    rows = confusion_rows(items, found.options, reference)
    # A selection belongs to the table it was made in.
    picked = st.dataframe(
        rows,
        hide_index=True,
        key=f"confusion-{judge}-{category}-{reference}",
        on_select="rerun",
        selection_mode="single-cell",
        width="content",
    )
    cells = picked["selection"].get("cells", []) if picked else []
    verdict, majority = _picked(cells, rows, f"{reference}: ")
    chosen = [
        item
        for item in items
        if (
            not item.agrees
            if verdict is None
            else (word(item.judge_value), word(item.majority)) == (verdict, majority)
        )
    ]
    tied = found.judge_confusion(judge).n_tied
    draw_notes(
        [f"Counts of items, by the judge's verdict and {whose}. Choose a cell to list it."]
        + ([f"{tied} items are left out because people tie."] if tied else [])
    )
    about = (
        f"where the judge and {whose} part"
        if verdict is None
        else f"the judge says {verdict}, {whose} {majority}"
    )
    st.text(f"{len(chosen):,} of {len(items):,} items: {about}")
    if chosen:
        _draw_items(chosen, slug, reference)


def _picked(cells: Sequence[Any], rows: list[Row], prefix: str) -> tuple[str | None, str | None]:
    """Verdict and majority of the chosen cell; None without one, or in the first column."""
    if not cells:
        return None, None
    place, column = cells[0]
    if not str(column).startswith(prefix) or place >= len(rows):
        return None, None
    return rows[place]["judge says"], str(column).removeprefix(prefix)


def _draw_items(items: Sequence[JudgedItem], slug: str, reference: str) -> None:
    st.dataframe(
        [
            {
                "read": f"/compare?study={quote(slug)}&item={quote(item.item_id, safe='')}",
                "prompt": item.cluster,
                "category": item.category,
                "judge": word(item.judge_value),
                reference: ", ".join(word(answer) for answer in item.human_values),
                "item": item.item_id,
            }
            for item in items
        ],
        hide_index=True,
        key="evidence-items",
        height=min(420, 38 + 35 * len(items)),
        column_config={"read": st.column_config.LinkColumn("read", display_text="read", width=60)},
    )


def draw_downloads(values: Row, name: str) -> None:
    """The rows behind everything above."""
    with st.container(horizontal=True):
        draw_csv_button(
            [{"rater": "people", **row} for row in values["humans"]]
            + [{"rater": row["judge"], **row} for row in (*values["judges"], *values["baselines"])],
            name=name,
            key="agreement-csv",
        )


def _numbers(*titles: str) -> list[Column]:
    return [Column(title, is_number=True) for title in titles]


def _counts(row: Row, *names: str) -> list[Cell]:
    return [f"{row[name]:,}" for name in names]


def _items(row: Row) -> Cell:
    prompts = "1 prompt" if row["n_prompts"] == 1 else f"{row['n_prompts']:,} prompts"
    return Figure(f"{row['n_items']:,}", prompts)


def _chosen(rows: Sequence[Row], each: bool) -> list[Row]:
    return [row for row in rows if each or row["category"] == "all"]


def _category_column(each: bool) -> list[Column]:
    return [Column("category")] if each else []


def _category(row: Row, each: bool) -> list[Cell]:
    thin = row["category"] != "all" and is_exploratory(row["n_items"], row["n_prompts"])
    return [f"{row['category']} (exploratory)" if thin else row["category"]] if each else []


def _thin_note(rows: Sequence[Row], each: bool) -> list[str]:
    shown = [row for row in _chosen(rows, each) if row["category"] != "all"]
    thin = any(is_exploratory(row["n_items"], row["n_prompts"]) for row in shown)
    return [EXPLORATORY] if thin else []

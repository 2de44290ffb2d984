"""Sections beside agreement: corrected figures, the second opinion, results by condition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.evidence.corrected import MEANINGS, CorrectedRow
from core.evidence.counts import CorrectedCounts, count_notes
from core.evidence.second_opinion import SecondOpinion
from core.reporting.document import Column, Section, Table

CARRY_OVER = (
    "Carry-over possible: {n} of these people answered both with and without the definition, so "
    "what the definition taught them may show in the other answers."
)


def corrected_section(question: str, rows: Sequence[CorrectedRow]) -> Section:
    """Judge alone, people alone, and the judge corrected by people."""
    table = Table(
        f"corrected-{question}",
        f"{MEANINGS.get(question, question)}: by judge alone, people alone and corrected",
        [
            Column("judge"), Column("strategy"), Column("category"),
            *(Column(one, is_number=True) for one in (
                "items", "prompts", "rated prompts", "judge only", "people only", "corrected",
                "λ")),
        ],
        [
            [
                row.judge, row.strategy, row.category, row.mean.n_items, row.mean.n_prompts,
                row.mean.n_labelled_prompts, row.mean.judge_only.as_dict(),
                row.mean.human_only.as_dict(), row.mean.corrected.as_dict(),
                row.mean.judge_weight,
            ]
            for row in rows
        ],
    )  # fmt: skip
    sentences = [
        f"{row.judge}: {row.mean.sentence}"
        for row in rows
        if row.strategy == "all" and row.category == "all"
    ]
    target = rows[0].mean.target if rows else ""
    return Section(
        f"{question[:1].upper()}{question[1:]}: judges corrected by people",
        [f"What is estimated: {target}.", *sentences],
        [table],
    )


def counts_section(found: Sequence[CorrectedCounts]) -> Section:
    """Distinct counts of whole sets: by each judge, by people, and corrected at prompt level."""
    notes = [note for one in found for note in count_notes(one) if not note.startswith("Sets left")]
    table = Table(
        "corrected-counts",
        "How many different answers a set holds: by judge alone, people alone and corrected",
        [
            Column("judge"), Column("people"), Column("strategy"), Column("category"),
            *(Column(one, is_number=True) for one in (
                "sets", "prompts", "rated sets", "rated prompts", "judge only", "judge, strict",
                "people only", "corrected", "λ")),
        ],
        [
            [
                one.judge, count.way, count.row.strategy, count.row.category,
                count.row.mean.n_items, count.row.mean.n_prompts,
                count.row.mean.n_labelled_items, count.row.mean.n_labelled_prompts,
                count.row.mean.judge_only.as_dict(), count.strict,
                count.row.mean.human_only.as_dict(), count.row.mean.corrected.as_dict(),
                count.row.mean.judge_weight,
            ]
            for one in found
            for count in one.rows
        ],
        list(dict.fromkeys(notes)),
    )  # fmt: skip
    says = [
        "Pairs say nothing of counts: one pair wrongly called the same merges two groups. Counts "
        "are corrected on whole sets, between prompts.",
        *(
            f"{one.judge}, people {count.way}: {count.row.mean.sentence}"
            for one in found
            for count in one.leads
        ),
        *(f"{one.judge}: {note}" for one in found for note in count_notes(one)
          if note.startswith("Sets left")),
    ]  # fmt: skip
    return Section("Distinct answers: judges corrected by people", says, [table])


def opinion_section(opinion: SecondOpinion) -> Section:
    """`usefulness` and `same` (no definition) beside `equivalence` (by definition)."""
    names = (
        "useful", "useful, other way", "one way minus other", "same, no definition",
        "same, by definition", "definition minus none", "useful where different",
        "useful where same", "difference",
    )  # fmt: skip
    table = Table(
        "second-opinion",
        "The same pairs with and without the definition",
        [Column("category"), Column("prompts", is_number=True),
         *(Column(name, is_number=True) for name in names)],
        [
            [
                row.category, row.n_prompts, row.useful["ab"].as_dict(), row.useful["ba"].as_dict(),
                row.direction.as_dict(), row.same.as_dict(), row.equivalent.as_dict(),
                row.definition.as_dict(), row.useful_if_different.as_dict(),
                row.useful_if_equivalent.as_dict(), row.tracks.as_dict(),
            ]
            for row in opinion.rows
        ],
        ["useful: share of answers that Response 2 would still add something useful, having read "
         "Response 1; directions apart."],
    )  # fmt: skip
    who = ", ".join(f"{question}: {n}" for question, n in opinion.n_people.items())
    says = [f"People by question: {who}."]
    says.append(
        CARRY_OVER.format(n=opinion.n_both)
        if opinion.carry_over
        else "Different people answered with and without the definition."
    )
    return Section("Does the definition say what people mean?", says, [table])


def results_section(results: Mapping[str, Any]) -> Section:
    """Diversity and quality per condition and category, as the chosen rater sees them."""
    metrics = ("distinct", "vocabulary", "compression", "quality")
    table = Table(
        "results",
        f"Diversity and quality as seen by {results['rater']}",
        [
            Column("condition"), Column("category"),
            *(Column(one, is_number=True) for one in ("prompts", "responses", "failed",
                                                      "incomplete")),
            *(Column(metric, is_number=True) for metric in metrics),
        ],
        [
            [
                row["condition"], row["category"], row["n_prompts"], row["n_responses"],
                row["n_failed"], row["n_incomplete"], *(row[metric] for metric in metrics),
            ]
            for row in results["rows"]
        ],
    )  # fmt: skip
    return Section("Results by condition", [], [table])

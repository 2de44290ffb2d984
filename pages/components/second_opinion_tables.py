"""Sentences and tables of the second opinion on the question itself."""

from __future__ import annotations

from collections.abc import Mapping

from core.agreement import Statistic
from core.evidence.second_opinion import OpinionRow, SecondOpinion
from core.reporting.more import CARRY_OVER
from pages.components.charts_table import Cell, Column, Figure, draw_table, figure_of


def opinion_sentences(found: SecondOpinion) -> list[str]:
    """What may be said over all categories; nothing beyond what an interval carries."""
    whole = found.rows[0]
    sentences = [_tracks(whole.tracks), _definition(whole.definition)]
    if found.carry_over:
        sentences.append(CARRY_OVER.format(n=found.n_both))
    return [sentence for sentence in sentences if sentence]


def draw_definition(found: SecondOpinion) -> None:
    """The bridge: `same` beside `equivalence` on the same pairs."""
    draw_table(
        [Column("category"), Column("pairs, both asked", is_number=True),
         Column("same, no definition", is_number=True), Column("same, by definition",
         is_number=True), Column("definition minus none", is_number=True, is_lead=True)],
        [
            [
                row.category,
                _pairs(row, "same", "equivalence"),
                figure_of(row.same.as_dict()),
                figure_of(row.equivalent.as_dict()),
                figure_of(row.definition.as_dict()),
            ]
            for row in found.rows
        ],
        caption="What the definition does to 'same'",
        notes=["Above zero: by the definition more pairs are the same than people call so without "
               "one. The difference is on pairs that were asked both ways."],
    )  # fmt: skip


def draw_directions(found: SecondOpinion) -> None:
    """Usefulness by direction, and beside the definition."""
    draw_table(
        [Column("category"), Column("useful", is_number=True),
         Column("useful, other way", is_number=True), Column("difference", is_number=True),
         Column("useful where different", is_number=True),
         Column("useful where same", is_number=True),
         Column("difference of these", is_number=True, is_lead=True)],
        [
            [
                row.category,
                figure_of(row.useful["ab"].as_dict()),
                figure_of(row.useful["ba"].as_dict()),
                figure_of(row.direction.as_dict()),
                figure_of(row.useful_if_different.as_dict()),
                figure_of(row.useful_if_equivalent.as_dict()),
                figure_of(row.tracks.as_dict()),
            ]
            for row in found.rows
        ],
        caption="Having read Response 1, would Response 2 still add something useful?",
        notes=["Different and same are by the category's definition, as most people answered it."],
    )  # fmt: skip


def draw_people(found: SecondOpinion, arms: Mapping[str, Mapping[str, int]]) -> None:
    """Who answered what: arms apart."""
    questions = list(found.n_people)
    draw_table(
        [Column("arm"), *(Column(question, is_number=True) for question in questions)],
        [
            [arm, *(f"{counts.get(question, 0):,}" for question in questions)]
            for arm, counts in sorted(arms.items())
        ],
        caption="People who answered, by arm",
    )


def _tracks(found: Statistic) -> str:
    if found.value is None:
        return f"Whether usefulness follows the definition cannot be said: {found.reason}."
    if found.low is None or found.high is None:
        return (
            f"Pairs the definition calls different are useful {found.value * 100:+.0f} points more "
            f"often than those it calls the same; {found.reason}."
        )
    low, high = found.low * 100, found.high * 100
    if low > 0:
        return (
            "People find the second response useful more often where the definition calls the "
            f"pair different than where it calls it the same, by {low:.0f} to {high:.0f} points."
        )
    return (
        "It is not shown that people find the second response useful more often where the "
        "definition calls the pair different: the difference lies between "
        f"{low:+.0f} and {high:+.0f} points."
    )


def _definition(found: Statistic) -> str:
    if found.low is None or found.high is None:
        return ""
    low, high = found.low * 100, found.high * 100
    if low > 0:
        return (
            "By the definition more pairs are the same than people call so without one, by "
            f"{low:.0f} to {high:.0f} points."
        )
    if high < 0:
        return (
            "By the definition fewer pairs are the same than people call so without one, by "
            f"{-high:.0f} to {-low:.0f} points."
        )
    return (
        "With and without the definition people call about as many pairs the same: the difference "
        f"lies between {low:+.0f} and {high:+.0f} points."
    )


def _pairs(row: OpinionRow, *questions: str) -> Cell:
    n = min(row.n_pairs[question] for question in questions)
    return Figure(f"{n:,}", f"{row.n_prompts:,} prompts")

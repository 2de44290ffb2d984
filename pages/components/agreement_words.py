"""Sentences about people, and how the figures were made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.agreement import AgreementReport


def people_sentence(row: dict[str, Any]) -> str:
    """What may be said of people among themselves, over all categories."""
    if not row["n_items"]:
        return "No person has answered this question yet, so no judge can be compared with people."
    people = _count(row["n_raters"], "person", "people")
    answers = _count(row["n_ratings"], "answer")
    items, prompts = _count(row["n_items"], "item"), _count(row["n_prompts"], "prompt")
    scope = f"{people} gave {answers} to {items} from {prompts}"
    percent = row["percent"]
    if percent["value"] is None:
        return f"{scope}. How far they agree cannot be said: {percent['reason']}."
    found = f"{scope}. Two of them agree on {percent['value']:.0%} of what both answered"
    if percent["low"] is None:
        return f"{found}; {percent['reason']}."
    return f"{found} ({percent['low']:.0%} to {percent['high']:.0%})."


def excluded_sentence(shown: dict[str, Any], other: dict[str, Any]) -> str:
    """Agreement of people with and without those a researcher excluded, in one line.

    Args:
        shown, other: the "all" row of people, as shown and counted the other way.
    """
    more, fewer = (shown, other) if shown["n_raters"] >= other["n_raters"] else (other, shown)
    return (
        f"With everybody ({_count(more['n_raters'], 'person', 'people')}) two people agree on "
        f"{_percent(more)}; without those a researcher excluded "
        f"({_count(fewer['n_raters'], 'person', 'people')}), on {_percent(fewer)}."
    )


def _percent(row: dict[str, Any]) -> str:
    percent = row["percent"]
    if percent["value"] is None:
        return f"nothing that can be told ({percent['reason']})"
    text = f"{percent['value']:.0%}"
    if percent["low"] is None:
        return text
    return f"{text} ({percent['low']:.0%} to {percent['high']:.0%})"


def methods_notes(found: AgreementReport, seed: int, templates: Sequence[str]) -> list[str]:
    """How the figures were made, for a methods section."""
    statistics = [statistic for row in found.humans for statistic in row.statistics.values()]
    statistics += [statistic for row in found.judges for statistic in row.statistics.values()]
    methods = sorted({one.method for one in statistics if one.method})
    q = len(found.options)
    return [
        f"Level {found.level}; weights {found.weights} for Cohen's κ and Gwet's AC, Fleiss' κ and "
        f"percent are unweighted; q = {q} options. "
        f"{_count(found.humans[0].n_prompts, 'prompt')}; intervals are 95% and resample prompts: "
        f"{', '.join(methods) or 'none could be given'}. Seed {seed}.",
        f"Words asked with: {', '.join(templates) or 'not recorded (imported)'}.",
    ]


def _count(n: int, noun: str, plural: str = "") -> str:
    return f"{n:,} {noun if n == 1 else plural or noun + 's'}"

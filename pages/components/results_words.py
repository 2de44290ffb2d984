"""What results allow one to say, and what they do not, in sentences beside each figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.diversity import DEFINITIONS
from core.results import ALL_CATEGORIES, Difference

Row = Mapping[str, Any]
CATEGORY_CLAIM_PROMPTS = 30
INTERVAL_PROMPTS = 10
_SENTENCES = 6


def reading_notes(rows: Sequence[Row]) -> list[str]:
    """What the number of prompts allows one to say."""
    whole = [row for row in rows if row["category"] == ALL_CATEGORIES]
    most = max((row["n_prompts"] for row in whole), default=0)
    notes = [
        f"Means over up to {most} prompts per condition; bars are 95% intervals over prompts. "
        "Whether two conditions differ is not to be read off their bars: the same prompts stand "
        "behind both."
    ]
    if thin := thin_categories(rows):
        notes.append(
            f"Exploratory: fewer than {CATEGORY_CLAIM_PROMPTS} prompts in {', '.join(thin)}; "
            f"below {INTERVAL_PROMPTS} no interval is given."
        )
    notes += boundary_notes(rows)
    notes += [
        f"Not drawn: {row['condition']}, {row['category']}. {row['distinct']['reason']}"
        for row in rows
        if row["distinct"]["mean"] is None
    ]
    return notes


def boundary_notes(rows: Sequence[Row], measure: str = "distinct") -> list[str]:
    """Where every prompt gave the same value, what that leaves possible (measurement rule 9)."""
    said: dict[str, list[str]] = {}
    for row in rows:
        found = row[measure]
        reason = found.get("reason", "")
        if found["mean"] is not None and reason.startswith("All "):
            said.setdefault(reason, []).append(f"{row['condition']} in {row['category']}")
    return [f"{', '.join(where)}: {reason}" for reason, where in said.items()]


def thin_categories(rows: Sequence[Row]) -> list[str]:
    """Categories with too few prompts for a claim of their own (measurement rule 13)."""
    parts: dict[str, int] = {}
    for row in rows:
        if row["category"] != ALL_CATEGORIES:
            name = row["category"]
            parts[name] = max(parts.get(name, 0), row["n_prompts"])
    return sorted(name for name, n in parts.items() if n < CATEGORY_CLAIM_PROMPTS)


def difference_sentences(
    differences: Sequence[Difference], names: Mapping[str, str], measure: str
) -> list[str]:
    """The differences that hold simultaneously, in words; categories only with enough prompts."""
    sentences = []
    for one in differences:
        if one.mean is None or one.low_all is None or one.high_all is None:
            continue
        if one.category != ALL_CATEGORIES and one.n < CATEGORY_CLAIM_PROMPTS:
            continue
        if one.low_all <= 0 <= one.high_all:
            continue
        where = "Over all prompts" if one.category == ALL_CATEGORIES else f"In {one.category}"
        name = names.get(one.condition, one.condition)
        sentences.append(
            f"{where}, {name}: {_how_far(one, measure)} than the "
            f"baseline, simultaneously {one.low_all:+.2f} to {one.high_all:+.2f} "
            f"({one.n} prompts)."
        )
    return sentences[:_SENTENCES]


def difference_notes(differences: Sequence[Difference]) -> list[str]:
    """How the differences were taken, and what was left out."""
    if not differences:
        return []
    baselines = sorted({one.baseline for one in differences})
    dropped = max(one.n_dropped for one in differences)
    compared = max(one.n_compared for one in differences)
    notes = [
        f"Baseline: {', '.join(baselines)}. Differences are taken prompt by prompt, over prompts "
        f"complete in both conditions; up to {dropped} dropped."
    ]
    if compared:
        notes.append(
            f"Simultaneous intervals and Holm's p cover the {compared} differences that have an "
            "interval. 'Pooled' draws each category towards the mean over categories by how "
            "uncertain it is."
        )
    else:
        notes.append(
            f"No difference has an interval: each needs at least {INTERVAL_PROMPTS} prompts."
        )
    cut = sorted({one.rarefied_to for one in differences if one.rarefied_to})
    if cut:
        notes.append(
            f"Sets of different n: the larger was cut down to {cut[0]} responses by rarefaction."
        )
    return notes


def tradeoff_notes(differences: Sequence[Difference]) -> list[str]:
    """What may be said of quality; no margin was set, so nothing is called negligible."""
    notes = [
        "Side by side: the task-anchored measure asks a rater what counts as different for "
        "the category; general measures see only the texts."
    ]
    whole = [one for one in differences if one.category == ALL_CATEGORIES and one.mean is not None]
    bounded = [one for one in whole if one.low_all is not None]
    worth = differences[0].measure if differences else "quality"
    if whole and not bounded:
        notes.append(
            f"Too few prompts for an interval of the differences in {worth}: whether diversity "
            f"costs {worth} here cannot be said."
        )
    elif bounded:
        notes.append(
            f"Whether a loss of {worth} matters is for the reader: without a margin set "
            "beforehand, a difference that is not shown is not a difference of zero."
        )
    return notes


def _how_far(one: Difference, measure: str) -> str:
    size = abs(one.mean or 0.0)
    more = (one.mean or 0.0) > 0
    meant = DEFINITIONS[measure]
    if meant.high_is_n:
        return f"{size:.2f} {'more' if more else 'fewer'} {meant.name} per prompt"
    return f"{meant.name} {size:.2f} {'higher' if more else 'lower'}"

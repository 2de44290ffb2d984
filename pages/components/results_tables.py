"""The table of results, and what may be read from it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pages.components.charts_table import Column, draw_table, figure_of

Row = dict[str, Any]
METRICS = ("distinct", "quality", "vocabulary", "compression")
_COUNTS = {
    "n_prompts": "prompts",
    "n_responses": "responses",
    "n_failed": "failed",
    "n_incomplete": "incomplete",
}
CATEGORY_CLAIM_PROMPTS = 30
INTERVAL_PROMPTS = 10


def draw_results(rows: Sequence[Row], *, each: bool) -> None:
    """One line per condition, and per category where asked for."""
    columns = [Column("condition"), Column("category")]
    columns += [Column(title, is_number=True) for title in _COUNTS.values()]
    columns += [Column(name, is_number=True, is_lead=name == "distinct") for name in METRICS]
    draw_table(
        columns,
        [
            [
                row["condition"],
                row["category"],
                *[f"{row[name]:,}" for name in _COUNTS],
                *[figure_of(row[name]) for name in METRICS],
            ]
            for row in rows
            if each or row["category"] == "all"
        ],
        notes=[
            "distinct: responses that are functionally different, of n. quality: 1 to 5. "
            "vocabulary: 0, the same words, to 1, none in common. compression: size of the set "
            "over its compressed size; repetition makes it large.",
            "incomplete: sets without a distinct count, because responses are missing or unscored "
            "pairs leave it open. They are left out of the means.",
        ],
    )


def reading_notes(rows: Sequence[Row]) -> list[str]:
    """What the number of prompts allows one to say."""
    whole = [row for row in rows if row["category"] == "all"]
    most = max((row["n_prompts"] for row in whole), default=0)
    notes = [
        f"Means over up to {most} prompts per condition; bars are 95% intervals over prompts. "
        "Whether two conditions differ is not to be read off their bars: the same prompts stand "
        "behind both."
    ]
    parts = {row["category"]: row["n_prompts"] for row in rows if row["category"] != "all"}
    thin = sorted(name for name, n in parts.items() if n < CATEGORY_CLAIM_PROMPTS)
    if thin:
        notes.append(
            f"Exploratory: fewer than {CATEGORY_CLAIM_PROMPTS} prompts in {', '.join(thin)}; "
            f"below {INTERVAL_PROMPTS} no interval is given."
        )
    undefined = [row for row in rows if row["distinct"]["mean"] is None]
    notes += [
        f"Not drawn: {row['condition']}, {row['category']}. {row['distinct']['reason']}"
        for row in undefined
    ]
    return notes

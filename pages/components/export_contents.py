"""What a bundle holds, told before it is made."""

from __future__ import annotations

from collections.abc import Mapping

from pages.components.charts_table import Column, draw_table

MEANINGS = {
    "prompts": "the tasks, with their true category where it is known",
    "conditions": "model, strategy and parameters, as asked for",
    "responses": "every text or failure, with what was really sent and the template's hash",
    "items": "what was rated: pairs, responses, prompts, and what imports brought",
    "raters": "judges by name, people by pseudonym",
    "assignments": "which item was put before whom, and which side was left",
    "ratings": "every answer with all revisions, orders, rationales and raw replies",
    "checklists": "the key factors by which quality was scored",
    "judged_sets": "sets judged adaptively: which pairs the count goes by, and the audits",
    "samples": "how items were chosen: frame, stratum, probability and seed",
    "runs": "the work that was asked for, and how it ended",
    "events": "what happened to the study, and when",
}


def draw_contents(rows: Mapping[str, int]) -> None:
    """The tables and documents of a bundle, and what it leaves out."""
    draw_table(
        [Column("table"), Column("rows", is_number=True), Column("holds")],
        [[name, f"{rows[name]:,}", meaning] for name, meaning in MEANINGS.items()]
        + [
            [
                "ratings_long",
                "",
                "the answers that count, as taskanchor ratings import reads them",
            ],
            ["documents", "", "study settings, versions, taxonomy, templates in use, a README"],
        ],
        notes=[
            "Every table is there as CSV and as Parquet. In CSV, text that a spreadsheet would "
            "take for a formula has an apostrophe put before it; Parquet keeps every text as it "
            "is.",
            "Not inside: names, contacts, recruiting ids, passwords and keys. People keep the same "
            "pseudonym in every export of this study.",
        ],
    )

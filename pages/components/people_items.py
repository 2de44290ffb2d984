"""Items with their ratings: one row each, and one of them with its texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.taxonomy import load_taxonomy
from db.crowd.gold import list_item_texts
from db.queries.rated_items import (
    PersonsAnswer,
    RatedItem,
    find_item_id,
    list_human_questions,
    list_rated_items,
)
from db.queries.studies import data_version
from pages.components.charts_figures import draw_csv_button
from pages.components.charts_table import Column, draw_table
from pages.components.people_frame import draw_heading
from pages.components.people_words import answer_text, counted, question_text
from pages.components.responses import draw_response
from pages.components.theme import small_print
from pages.components.workspace import StudyRef, database, settings

ORDERS = {
    "fewest": "Fewest ratings first",
    "split": "Most divided first",
    "drawn": "As they were drawn",
}


@st.cache_data(show_spinner="Reading the ratings", max_entries=8)
def _rated_items(
    study_id: int,
    question: str,
    version: tuple[int, int],  # noqa: ARG001 - part of the cache's key
    decided: str,  # noqa: ARG001 - who is excluded, which changes no rating
) -> list[RatedItem]:
    with database().read() as session:
        return list_rated_items(session, study_id, question)


def draw_items(study: StudyRef, *, decided: str = "") -> None:
    """A table of the items of one question; choosing a row shows the item.

    Args:
        decided: changes with every exclusion, so that what is cached knows of it.
    """
    with database().read() as session:
        questions = list_human_questions(session, study.id)
        version = data_version(session, study.id)
    if not questions:
        st.info("No item has been drawn yet. Items are drawn when the study opens.")
        return
    left, right = st.columns(2)
    question = left.selectbox(
        "Question", questions, format_func=question_text, key="items-question"
    )
    order = right.selectbox(
        "Order", list(ORDERS), format_func=ORDERS.__getitem__, key="items-order"
    )
    items = ordered(_rated_items(study.id, question, version, decided), order)
    rows = [item_row(one, question) for one in items]
    table = st.dataframe(
        rows,
        hide_index=True,
        key="items-table",
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            "request": "Request",
            "category": "Category",
            "ratings": st.column_config.NumberColumn("Ratings"),
            "wanted": st.column_config.NumberColumn("Wanted"),
            "answers": "Answers",
            "most": st.column_config.NumberColumn(
                "Most common", format="percent", help="Share of the most common answer."
            ),
            "drawn_with": st.column_config.NumberColumn(
                "Drawn with", format="%.3f", help="How likely the item was to be drawn."
            ),
            "item": "Item",
        },
        placeholder="",
        alt="Items and their ratings",
    )
    small_print(
        [
            "Choose a row to read the item and who said what. Everybody counts here who rated in "
            "earnest, also people invited by name; practice, attention checks, repeats and tests "
            "do not."
        ]
    )
    draw_csv_button(rows, name=f"{study.slug}-{question}-items", key="items-csv")
    chosen = table["selection"]["rows"]
    if chosen and chosen[0] < len(items):
        _draw_one(items[chosen[0]], question)


def ordered(items: Sequence[RatedItem], order: str) -> list[RatedItem]:
    """Items by how many ratings they have, by how divided people are, or as they were drawn."""
    match order:
        case "fewest":
            return sorted(items, key=lambda one: len(one.answers))
        case "split":
            return sorted(items, key=lambda one: most_common_share(one.answers) or 2.0)
        case _:
            return list(items)


def most_common_share(answers: Sequence[PersonsAnswer]) -> float | None:
    """Share of the most common answer; None below two answers, of which nothing can be said."""
    given = [one.value for one in answers if one.value is not None]
    if len(given) < 2:
        return None
    return Counter(given).most_common(1)[0][1] / len(given)


def answers_text(answers: Sequence[PersonsAnswer], question: str) -> str:
    """same ×2, different ×1."""
    counts = Counter(answer_text(question, one.value) for one in answers)
    return ", ".join(f"{answer} ×{n}" for answer, n in counts.most_common())


def item_row(one: RatedItem, question: str) -> dict[str, Any]:
    """An item for the table and the file."""
    return {
        "request": " ".join(one.opening.split()),
        "category": one.category,
        "ratings": len(one.answers),
        "wanted": one.wanted,
        "answers": answers_text(one.answers, question),
        "most": most_common_share(one.answers),
        "drawn_with": one.probability,
        "item": one.key,
    }


def _draw_one(item: RatedItem, question: str) -> None:
    draw_heading("The item")
    draw_item_texts(item.item_id, item.category)
    if not item.answers:
        small_print(["Nobody has answered yet."])
        return
    draw_table(
        [Column("Person"), Column("Answer"), Column("Note")],
        [
            [
                one.name,
                answer_text(question, one.value),
                "excluded" if one.is_excluded else "",
            ]
            for one in item.answers
        ],
    )
    small_print([counted(len(item.answers), "rating")])


def draw_item_by_key(study: StudyRef, key: str) -> None:
    """An item's texts, found by its key."""
    with database().read() as session:
        item_id = find_item_id(session, study.id, key)
    if item_id is None:
        small_print(["The item is not there any more."])
        return
    draw_item_texts(item_id)


def draw_item_texts(item_id: int, category: str = "") -> None:
    """Request and responses by the one renderer, without what made them."""
    with database().read() as session:
        prompt, texts = list_item_texts(session, [item_id]).get(item_id, ("", ()))
    taxonomy = load_taxonomy(settings().prompts_dir)
    note = f"{category} · {taxonomy[category].name}" if category in taxonomy else category
    if prompt:
        draw_response(prompt, heading="The request", note=note)
    columns = st.columns(min(2, len(texts))) if texts else []
    for place, text in enumerate(texts):
        with columns[place % len(columns)]:
            draw_response(text, heading=f"Response {place + 1}")
    if not prompt and not texts:
        small_print(["This item came without its texts."])

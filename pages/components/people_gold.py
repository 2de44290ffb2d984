"""Items whose answer is known: chosen from the study, or the taxonomy's worked examples."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import streamlit as st

from core.crowd.answers import FORMS
from core.errors import UserError
from core.taxonomy import load_taxonomy
from core.types import UNDEFINED_QUESTIONS, Question
from db.crowd.gold import (
    EXAMPLES_ANSWER,
    PURPOSES,
    GoldRow,
    add_gold,
    add_taxonomy_practice,
    list_gold,
    list_item_texts,
    remove_gold,
    suggest_gold_items,
)
from db.queries.studies import get_study
from pages.components.people_draft import Draft
from pages.components.people_frame import change, draw_heading
from pages.components.people_words import QUESTIONS, answer_text, counted, question_text
from pages.components.responses import draw_response
from pages.components.theme import small_print
from pages.components.workspace import StudyRef, database, settings, show_user_error

_OFFERED = 60
_EXAMPLES_FOR = {"practice": "practice", "attention": "attention checks"}
_EXAMPLES_HELP = {
    Question.EQUIVALENCE: "The taxonomy's own pairs, with their answers and explanations. Practice "
    "takes every second one; the instructions show the others.",
    Question.CATEGORY: "The requests of the taxonomy's examples, each with its category and the "
    "category's definition.",
}
PURPOSE_WORDS = {"practice": "Practice, with feedback", "attention": "Attention check, without"}


def draw_gold(study: StudyRef, draft: Draft) -> None:
    """What is known already, and one item after the other to say the answer of."""
    draw_heading(
        "Items with known answers",
        "What practice and attention checks are made of. They are kept apart from the items people "
        "rate, and from every figure. They are saved at once, not with the set-up.",
    )
    asked = [Question(one["question"]) for arm in draft.values["arms"] for one in arm["questions"]]
    with database().read() as session:
        known = list_gold(session, study.id)
    _draw_known(study, known)
    for question in EXAMPLES_ANSWER:
        if question in asked:
            _draw_examples(study, question)
    if asked:
        with st.expander("Choose items of the study", key="gold-choose"):
            _draw_candidate(study, asked)


def _draw_known(study: StudyRef, known: Sequence[GoldRow]) -> None:
    if not known:
        return
    with st.expander(f"{counted(len(known), 'known answer')}", key="gold-known"):
        table = st.dataframe(
            [
                {
                    "for": one.purpose,
                    "question": question_text(one.question),
                    "request": one.prompt,
                    "answer": answer_text(one.question, one.value),
                    "why": one.explanation,
                }
                for one in known
            ],
            hide_index=True,
            key="gold-table",
            on_select="rerun",
            selection_mode="multi-row",
            column_config={
                "for": "For",
                "question": "Question",
                "request": "Request",
                "answer": "Known answer",
                "why": "Explanation",
            },
        )
        chosen = table["selection"]["rows"]
        rows = [known[place].gold_id for place in chosen if place < len(known)]
        if rows:
            st.button(
                f"Remove {counted(len(rows), 'known answer')}",
                key="gold-remove",
                on_click=_remove,
                args=(study, rows),
            )
        else:
            small_print(["Choose rows to remove them."])


def _remove(study: StudyRef, gold_ids: Sequence[int]) -> None:
    def work(session: Any, row: Any) -> None:
        for gold_id in gold_ids:
            remove_gold(session, row, gold_id)

    change(study, work, f"{counted(len(gold_ids), 'known answer')} removed.")


def _draw_examples(study: StudyRef, question: Question) -> None:
    small_print([f"From the taxonomy, for “{QUESTIONS[question].short}”:"])
    with st.container(horizontal=True, vertical_alignment="center"):
        for purpose in PURPOSES:
            st.button(
                f"Worked examples for {_EXAMPLES_FOR[purpose]}",
                key=f"gold-examples-{question}-{purpose}",
                help=_EXAMPLES_HELP[question],
                on_click=_add_examples,
                args=(study, question, purpose),
            )


def _add_examples(study: StudyRef, question: Question, purpose: str) -> None:
    try:
        taxonomy = load_taxonomy(settings().prompts_dir)
    except UserError as error:
        show_user_error(error)
        return
    work = partial(
        add_taxonomy_practice,
        question=question.value,
        taxonomy=taxonomy,
        purpose=purpose,
    )
    change(study, work, "The worked examples are among the known answers.")


def _draw_candidate(study: StudyRef, asked: Sequence[Question]) -> None:
    """One item of the study with its texts, and what its answer is."""
    left, right = st.columns(2)
    question = left.selectbox(
        "Question", asked, format_func=lambda one: QUESTIONS[one].short, key="gold-question"
    )
    purpose = right.selectbox(
        "For", PURPOSES, format_func=PURPOSE_WORDS.__getitem__, key="gold-purpose"
    )
    if question in UNDEFINED_QUESTIONS:
        small_print(
            [
                "This question has no right answer but people's own. As an attention check, take "
                "items nobody who reads can doubt, such as a text beside itself."
            ]
        )
    with database().read() as session:
        row = get_study(session, study.slug)
        candidates = suggest_gold_items(session, row, question, _OFFERED)
    if not candidates:
        st.info("The study has no such item to spare. Let a judge compare its responses first.")
        st.page_link("pages/researcher/judges.py", label="Let a judge compare them")
        return
    place = st.session_state.get("gold-place", 0) % len(candidates)
    item_id = candidates[place]
    with database().read() as session:
        prompt, texts = list_item_texts(session, [item_id])[item_id]
    draw_response(prompt, heading="The request", lines=6)
    for column, (number, text) in zip(
        [*st.columns(2)] * len(texts), enumerate(texts, 1), strict=False
    ):
        with column:
            draw_response(text, heading=f"Response {number}" if len(texts) > 1 else "The response")
    _draw_answer(study, question, purpose, item_id, len(texts))


def _draw_answer(
    study: StudyRef, question: Question, purpose: str, item_id: int, n_members: int
) -> None:
    options = answers_of(question, n_members, load_taxonomy(settings().prompts_dir).keys())
    key = f"gold-{item_id}-{question}"
    left, right = st.columns([1, 2])
    if options:
        left.selectbox(
            "The answer",
            options,
            None,
            format_func=lambda value: answer_text(question, value),
            key=f"{key}-value",
            placeholder="Choose",
        )
    else:
        left.text_input(
            "The groups",
            key=f"{key}-value",
            placeholder="0,0,1,1,2",
            help="The group of each response in turn, numbered from 0.",
        )
    right.text_input(
        "Why, for the one who practises", key=f"{key}-why", max_chars=500,
        disabled=purpose != "practice",
    )  # fmt: skip
    value = st.session_state.get(f"{key}-value")
    with st.container(horizontal=True):
        st.button(
            "Use this item",
            key="gold-add",
            type="primary",
            disabled=not value,
            on_click=_add,
            args=(study, question, purpose, item_id, key),
        )
        st.button("Another item", key="gold-next", on_click=_next)


def _add(study: StudyRef, question: Question, purpose: str, item_id: int, key: str) -> None:
    work = partial(
        add_gold,
        item_id=item_id,
        question=question.value,
        purpose=purpose,
        value=str(st.session_state.get(f"{key}-value") or ""),
        explanation=str(st.session_state.get(f"{key}-why") or ""),
    )
    change(study, work, "Added to the known answers.")


def _next() -> None:
    st.session_state["gold-place"] = st.session_state.get("gold-place", 0) + 1


def answers_of(question: Question, n_members: int, categories: Sequence[str]) -> tuple[str, ...]:
    """The answers to choose from; () where an answer has to be written."""
    match question:
        case Question.COUNT:
            return tuple(str(number) for number in range(1, n_members + 1))
        case Question.CATEGORY:
            return tuple(categories)
        case _:
            return FORMS[question].options

"""Disagreement: the items raters part on, to read, settle and tag."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import streamlit as st

from core.errors import UserError
from core.evidence.entropy import SplitItem, split_items
from core.types import DIRECTED_QUESTIONS, Question
from db.queries.agreement import load_item_facts
from db.queries.analysis import list_questions
from db.queries.compare_items import find_item
from db.queries.disagreement import list_adjudications, list_tags
from db.queries.studies import data_version
from db.reports import default_template
from pages.components.agreement_data import Source, load_report
from pages.components.charts_figures import draw_csv_button
from pages.components.charts_table import draw_notes
from pages.components.disagreement_item import (
    draw_answers,
    draw_settling,
    draw_tags,
    draw_texts,
)
from pages.components.disagreement_list import choose_items, draw_list
from pages.components.workspace import (
    StudyRef,
    database,
    open_study_page,
    settings,
    show_user_error,
)


@st.cache_data(show_spinner="Computing", max_entries=10)
def load_items(source: Source) -> list[SplitItem]:
    """Every item people answered, the most split first."""
    return split_items(load_report(source))


@st.cache_data(show_spinner=False, max_entries=10)
def load_strategies(source: Source) -> dict[str, str]:
    """Item -> strategy of its responses."""
    with database().read() as session:
        facts = load_item_facts(session, source.study_id, source.question)
    return {str(key): str(value) for key, value in facts["strategy"].items()}


def draw_item(
    study: StudyRef, source: Source, item: SplitItem, state: dict[str, Any], *, blind: bool
) -> None:
    """The item to read, with what may be done about it."""
    usual = default_template(Question.EQUIVALENCE, settings())
    with database().read() as session:
        view = find_item(session, study.id, item.item_id, usual)
    if view is None:
        st.text("This item is gone. Reload the page.")
        return
    st.subheader(f"{item.cluster}, {item.category or 'no category'}", anchor=False)
    draw_texts(view)
    left, right = st.columns([3, 2])
    with left:
        draw_answers(study, item, view, blind=blind)
    with right:
        draw_settling(
            study,
            item,
            source.question,
            load_report(source).options,
            state["settled"].get(item.item_id),
            judges_seen=not blind or item.item_id in judges_seen(),
        )
        draw_tags(study, item, source.question, state["tags"].get(item.item_id, ()))


def judges_seen() -> set[str]:
    """Items whose verdicts this session has shown; once seen, never unseen."""
    seen: set[str] = st.session_state.setdefault("judges-seen", set())
    return seen


def load_state(study: StudyRef, question: str) -> dict[str, Any]:
    """What was settled and tagged, by item."""
    tags: dict[str, list[str]] = defaultdict(list)
    with database().read() as session:
        rows = list_tags(session, study.id, question)
        settled = list_adjudications(session, study.id, question)
    for row in rows:
        tags[row.item_key].append(row.word)
    return {"settled": settled, "tags": tags, "rows": rows}


def draw_exports(study: StudyRef, question: str, state: dict[str, Any]) -> None:
    """Tags and settled items to take away; the export of the study holds them, too."""
    if not state["rows"] and not state["settled"]:
        return
    with st.container(horizontal=True):
        draw_csv_button(
            [
                {"item": row.item_key, "prompt": row.prompt, "category": row.category,
                 "question": row.question, "tag": row.word}
                for row in state["rows"]
            ],
            name=f"{study.slug}-{question}-tags",
            key="tags-csv",
        )  # fmt: skip
        draw_csv_button(
            [
                {"item": one.item_key, "question": question, "value": one.value,
                 "comment": one.comment, "judges_seen": one.judges_seen}
                for one in state["settled"].values()
            ],
            name=f"{study.slug}-{question}-settled",
            key="settled-csv",
        )  # fmt: skip
    draw_notes(
        [
            f"{len(state['settled']):,} settled, {len(state['rows']):,} tags: first file tags, "
            "second what was settled. Items were chosen because raters part on them, so they "
            "cannot estimate the study."
        ]
    )


def draw_page() -> None:
    study = open_study_page(
        "Disagreement", "Read what raters part on, settle it, and say why they part."
    )
    with database().read() as session:
        questions = list_questions(session, study.id)
        version = data_version(session, study.id)
    if not questions:
        st.info("Nobody has rated anything yet, so nobody can part.")
        st.page_link("pages/researcher/people.py", label="Invite people")
        return
    first = questions.index(Question.EQUIVALENCE) if Question.EQUIVALENCE in questions else 0
    question = st.selectbox("Question", questions, first, key="split-question")
    # The texts are shown A before B, and an item is settled as they are shown.
    source = Source(study.id, study.slug, question, 0, version, direction="ab")
    if question in DIRECTED_QUESTIONS:
        st.caption("Of those who read A before B.")
    blind = st.toggle(
        "Hide what judges say",
        value=True,
        key="blind",
        help="Whoever settles an item after seeing judges' verdicts gives no reference any more: "
        "the answer is kept and marked.",
    )
    state = load_state(study, question)
    try:
        items = choose_items(
            load_items(source), load_strategies(source), state["settled"], state["tags"],
            blind=blind,
        )  # fmt: skip
    except UserError as error:
        show_user_error(error)
        return
    if not items:
        st.text(
            "No item people themselves are split on passes these filters."
            if blind
            else "No item on which raters part passes these filters."
        )
    else:
        if not blind:
            judges_seen().update(item.item_id for item in items)
        st.text(f"{len(items):,} items. Choose a line to read it.")
        item = draw_list(items, state["settled"], state["tags"], blind=blind)
        draw_item(study, source, item, state, blind=blind)
    draw_exports(study, question, state)


draw_page()

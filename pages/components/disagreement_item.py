"""One item to read, settle and tag: texts side by side, answers of people, judges on request."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import streamlit as st

from core.errors import UserError
from core.evidence.entropy import SplitItem
from db.queries.compare_items import ItemView
from db.queries.disagreement import (
    SUGGESTED_TAGS,
    Adjudication,
    add_tag,
    adjudicate,
    remove_tag,
)
from pages.components.agreement_tables import word
from pages.components.charts_table import Column, draw_notes, draw_table
from pages.components.responses import draw_response
from pages.components.workspace import StudyRef, database, show_user_error

ACTOR = "researcher"
MAX_REASONS = 600


def draw_texts(view: ItemView) -> None:
    """Prompt, then the responses side by side; the one renderer draws all three."""
    if view.prompt:
        draw_response(view.prompt, heading="The request")
    if not view.texts:
        st.text("This item came without its texts.")
        return
    for column, (number, text) in zip(
        st.columns(len(view.texts)), enumerate(view.texts, start=1), strict=True
    ):
        with column:
            heading = f"Response {number}" if len(view.texts) > 1 else "Response"
            draw_response(text.text, heading=heading)


def draw_answers(study: StudyRef, item: SplitItem, view: ItemView, *, blind: bool) -> None:
    """What people said; what judges said only where they are not hidden."""
    comments = {answer.rater: answer.rationale for answer in view.answers if answer.rationale}
    draw_table(
        [Column("person"), Column("answer"), Column("comment")],
        [[rater, word(answer), comments.get(rater, "")] for rater, answer in item.answers],
    )
    if blind:
        return
    draw_table(
        [Column("judge"), Column("verdict"), Column("reasons")],
        [
            [judge, word(verdict), comments.get(judge, "")[:MAX_REASONS]]
            for judge, verdict in item.verdicts
        ],
    )
    address = f"compare?study={quote(study.slug)}&item={quote(item.item_id, safe='')}"
    st.link_button("Everything that was said, on Compare", f"/{address}", type="tertiary")


def draw_settling(
    study: StudyRef,
    item: SplitItem,
    question: str,
    options: Sequence[Any],
    known: Adjudication | None,
    *,
    judges_seen: bool,
) -> None:
    """An answer of a rater of its own kind."""
    names = [word(option) for option in options]
    first = names.index(word(known.value)) if known and word(known.value) in names else None
    with st.form(f"settle-{item.item_id}", border=False):
        value = st.radio("Settled as", names, index=first, horizontal=True)
        comment = st.text_input("Why", known.comment if known else "", max_chars=500)
        if st.form_submit_button("Settle", type="primary") and value is not None:
            with database().write() as session:
                adjudicate(
                    session,
                    study.id,
                    item.item_id,
                    question,
                    value,
                    actor=ACTOR,
                    judges_seen=judges_seen,
                    comment=comment.strip(),
                )
            st.rerun()
    if judges_seen or (known is not None and known.judges_seen):
        draw_notes(["Judges' verdicts were seen: this answer is kept, and is no reference."])
    else:
        draw_notes(["Judges' verdicts were not shown: this answer may serve as a reference."])


def draw_tags(study: StudyRef, item: SplitItem, question: str, given: Sequence[str]) -> None:
    """Why raters part: a word or several, suggested or free."""
    offered = [*dict.fromkeys((*SUGGESTED_TAGS, *given))]
    chosen = st.multiselect(
        "Why they part",
        offered,
        list(given),
        key=f"tags-{item.item_id}",
        accept_new_options=True,
        placeholder="choose, or write your own",
    )
    added, gone = set(chosen) - set(given), set(given) - set(chosen)
    if not added and not gone:
        return
    try:
        with database().write() as session:
            for one in sorted(added):
                add_tag(session, study.id, item.item_id, question, one, actor=ACTOR)
            for one in sorted(gone):
                remove_tag(session, study.id, item.item_id, question, one)
    except UserError as error:
        show_user_error(error)
    else:
        st.rerun()

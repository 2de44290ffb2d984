"""Bringing prompts in: paste or upload, look at what was read, save."""

from __future__ import annotations

import streamlit as st

from core.errors import UserError
from core.importing import ImportedPrompt, Parsed, parse_pasted, parse_prompts, read_table
from core.importing.noveltybench import prompts_to_prompts
from core.taxonomy import load_taxonomy
from db.imports import import_prompts
from db.queries.studies import get_study
from pages.components.theme import problem, small_print
from pages.components.workspace import StudyRef, database, settings, show_user_error

_ROUND = "import-round"
_SAID = "import-said"
COLUMNS = (
    "Column prompt is needed; id, category, reference, source and language are understood, and "
    "others are kept with the prompt."
)


def draw_import(study: StudyRef, *, expanded: bool) -> None:
    """Input, preview and the button that saves; afterwards the fields are empty again."""
    if said := st.session_state.pop(_SAID, None):
        st.success(said)
    with st.expander("Add prompts", expanded=expanded, icon=":material/add:"):
        parsed = read_input(st.session_state.get(_ROUND, 0))
        if parsed is not None:
            _draw_preview(parsed)
            _draw_save(study, parsed)


def read_input(number: int) -> Parsed[ImportedPrompt] | None:
    """What was pasted or uploaded, parsed; None when there is nothing.

    Args:
        number: of this round of input; a new one starts with empty fields.
    """
    left, right = st.columns(2, gap="large")
    pasted = left.text_area(
        "Paste prompts",
        key=f"paste-{number}",
        height=170,
        placeholder="One prompt a line, or blocks of lines between lines of ---",
    )
    uploaded = right.file_uploader(
        "or upload a file", ["csv", "jsonl", "parquet"], key=f"upload-{number}"
    )
    with right:
        small_print([COLUMNS])
        nested = st.checkbox("The file is NoveltyBench's prompts.jsonl", key=f"nested-{number}")
    try:
        if uploaded is not None:
            table = read_table(uploaded.name, uploaded.getvalue(), "jsonl" if nested else "auto")
            keys = load_taxonomy(settings().prompts_dir).keys()
            return parse_prompts(prompts_to_prompts(table) if nested else table, keys)
        return parse_pasted(pasted) if pasted.strip() else None
    except UserError as error:
        show_user_error(error)
        return None


def _draw_preview(parsed: Parsed[ImportedPrompt]) -> None:
    st.dataframe(
        [
            {
                "line": row.line,
                "id": row.id,
                "prompt": row.text,
                "category": row.category,
                "source": row.source,
            }
            for row in parsed.rows
        ],
        key="preview",
        hide_index=True,
        height=min(38 + 35 * max(len(parsed.rows), 1), 320),
    )
    small_print(parsed.notices)
    if parsed.problems:
        problem(f"{len(parsed.problems)} rows cannot be imported.")
        st.dataframe(
            [{"line": line, "problem": text} for line, text in parsed.problems],
            key="problems",
            hide_index=True,
        )


def _draw_save(study: StudyRef, parsed: Parsed[ImportedPrompt]) -> None:
    skip = bool(parsed.problems) and st.checkbox("Leave out bad rows", key="skip-bad")
    blocked = not parsed.rows or (bool(parsed.problems) and not skip)
    n = len(parsed.rows)
    label = f"Save {_prompts(n)}"
    if not st.button(label, type="primary", disabled=blocked, key="save"):
        return
    try:
        with database().write() as session:
            row = get_study(session, study.slug)
            rows = parsed.accept(skip_bad=skip)
            done = import_prompts(session, row, rows, file_name=parsed.name)
    except UserError as error:
        show_user_error(error)
        return
    left_out = f", {len(parsed.problems):,} left out" if parsed.problems else ""
    there = f", {done.unchanged:,} were there already" if done.unchanged else ""
    st.session_state[_SAID] = f"{_prompts(done.added)} added{there}{left_out}."
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
    st.rerun()


def _prompts(n: int) -> str:
    return "1 prompt" if n == 1 else f"{n:,} prompts"

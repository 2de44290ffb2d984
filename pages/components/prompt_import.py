"""Bringing prompts in: paste, upload or a published set, look at what was read, save."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from core.errors import UserError
from core.importing import ImportedPrompt, Parsed, parse_pasted, parse_prompts, read_table
from core.importing.drawing import Provenance, read_prompt_set
from core.importing.prompt_sets import PROMPT_SETS
from core.taxonomy import load_taxonomy
from db.imports import import_prompts
from db.queries.studies import get_study
from pages.components.theme import headline, problem, small_print
from pages.components.workspace import StudyRef, database, settings, show_user_error

_ROUND = "import-round"
_SAID = "import-said"
_OWN = "own"
COLUMNS = (
    "Column prompt is needed; id, category, reference, source and language are understood, and "
    "others are kept with the prompt."
)


@dataclass(frozen=True, slots=True)
class Read:
    """What was read. provenance: of a published set, else None."""

    parsed: Parsed[ImportedPrompt]
    provenance: Provenance | None = None


def draw_import(study: StudyRef, *, expanded: bool) -> None:
    """Input, preview and the button that saves; afterwards the fields are empty again."""
    if said := st.session_state.pop(_SAID, None):
        st.success(said)
    with st.expander("Add prompts", expanded=expanded, icon=":material/add:"):
        read = read_input(st.session_state.get(_ROUND, 0))
        if read is not None:
            _draw_preview(read)
            _draw_save(study, read)


def read_input(number: int) -> Read | None:
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
    with right:
        uploaded = st.file_uploader(
            "or upload a file", ["csv", "jsonl", "parquet"], key=f"upload-{number}"
        )
        name = st.selectbox(
            "The file holds",
            [_OWN, *PROMPT_SETS],
            format_func=lambda key: (
                "prompts of mine" if key == _OWN else f"{PROMPT_SETS[key].label}, as published"
            ),
            key=f"set-{number}",
        )
        everything = name != _OWN and _draw_set(name, number)
        if name == _OWN:
            small_print([COLUMNS])
    try:
        if uploaded is not None:
            return _read_file(uploaded.name, uploaded.getvalue(), name, everything)
        return Read(parse_pasted(pasted)) if pasted.strip() else None
    except UserError as error:
        show_user_error(error)
        return None


def _draw_set(name: str, number: int) -> bool:
    """Where a published set lies and what is drawn from it; whether all of it is wanted."""
    about = PROMPT_SETS[name]
    everything = st.checkbox(
        "Take all rows", key=f"all-{number}", help=f"Otherwise the paper's sample: {about.rule}."
    )
    drawn = "All rows of the file, in its order." if everything else f"Drawn: {about.rule}."
    lines = [
        drawn,
        f"Original: {about.origin}",
        f"Or in a terminal: taskanchor prompts fetch {name} --out {name}.jsonl",
        f"Licence: {about.licence}",
    ]
    small_print([*lines, about.caution[:1].upper() + about.caution[1:]] if about.caution else lines)
    return everything


def _read_file(name: str, data: bytes, chosen: str, everything: bool) -> Read:
    keys = load_taxonomy(settings().prompts_dir).keys()
    if chosen == _OWN:
        return Read(parse_prompts(read_table(name, data), keys))
    drawn = read_prompt_set(name, data, PROMPT_SETS[chosen], everything=everything)
    parsed = parse_prompts(drawn.table, keys)
    parsed.notices[:0] = drawn.notices
    return Read(parsed, drawn.provenance)


def _draw_preview(read: Read) -> None:
    parsed = read.parsed
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


def _draw_save(study: StudyRef, read: Read) -> None:
    parsed = read.parsed
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
            done = import_prompts(
                session, row, rows, file_name=parsed.name, provenance=read.provenance
            )
    except UserError as error:
        show_user_error(error)
        return
    left_out = f", {len(parsed.problems):,} left out" if parsed.problems else ""
    there = f", {done.unchanged:,} were there already" if done.unchanged else ""
    st.session_state[_SAID] = f"{_prompts(done.added)} added{there}{left_out}."
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
    st.rerun()


def draw_origins(sets: Sequence[Mapping[str, Any]]) -> None:
    """Where the study's prompts came from, with licences; nothing for prompts of its own alone."""
    if not sets:
        return
    st.subheader("Where they come from", anchor=False)
    for one in sets:
        with st.container(border=True):
            headline(
                one["label"],
                one["citation"],
                note=f"{one['n_drawn']:,} of {one['n_rows']:,} rows",
            )
            small_print(origin_lines(one))


def origin_lines(one: Mapping[str, Any]) -> list[str]:
    """What is to be said of a set: licence first, since it binds whoever passes prompts on."""
    seed = "" if one["seed"] is None else f", seed {one['seed']}"
    lines = [
        f"Licence: {one['licence']}",
        f"Original: {one['origin']}",
        f"Drawn from {one['file']}: {one['rule']}{seed}",
    ]
    return [*lines, f"Take care: {one['caution']}"] if one["caution"] else lines


def _prompts(n: int) -> str:
    return "1 prompt" if n == 1 else f"{n:,} prompts"

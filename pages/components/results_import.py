"""Bringing in ratings and responses that were made elsewhere, from the browser."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import streamlit as st

from core.errors import UserError
from core.importing import (
    ImportedRating,
    ImportedResponse,
    Parsed,
    Table,
    parse_responses,
    read_table,
)
from core.importing.noveltybench import (
    PARTITION_RATER,
    partition_verdicts,
    responses_to_responses,
)
from core.importing.rating_files import convert_ratings
from core.taxonomy import load_taxonomy
from db.imports import Imported, import_partition, import_ratings, import_responses
from db.queries.studies import get_study
from pages.components.workspace import StudyRef, database, settings, show_user_error

PREVIEW_ROWS = 200
_FORMATS = {
    "auto": "CSV, TSV, JSONL, JSON or Parquet, by its name",
    "noveltybench": "NoveltyBench",
}
Kind = Literal["ratings", "responses"]


def draw_ratings_import(study: StudyRef, *, expanded: bool = False) -> None:
    """Ratings in long format, or NoveltyBench's pairs; no prompts or responses are needed."""
    _say_what_was_done("ratings")
    with st.expander("Import ratings made elsewhere", expanded=expanded):
        st.text(
            "One row per item, question and rater. Columns item_id, question, rater_id, rater_kind "
            "(human or judge) and value; optionally prompt_id, category, prompt, response_a, "
            "response_b and repeat. An empty value means unscored. Exports of Label Studio and "
            "Potato are recognised by their columns."
        )
        upload = _read("ratings", "NoveltyBench: pairs.jsonl")
        if upload is None:
            return
        table, nested = upload.table, upload.is_noveltybench
        keys = load_taxonomy(settings().prompts_dir).keys()
        parsed = _parse(
            "ratings",
            upload,
            lambda: convert_ratings(table, "noveltybench" if nested else "auto", keys),
        )
        if parsed is None:
            return

        def store(rows: list[ImportedRating]) -> Imported:
            with database().write() as session:
                row = get_study(session, study.slug)
                return import_ratings(session, row, rows, file_name=parsed.name)

        _preview_and_store("ratings", parsed, _rating_row, store)


def draw_responses_import(study: StudyRef, *, expanded: bool = False) -> None:
    """Responses under conditions named in the file, or NoveltyBench's responses."""
    _say_what_was_done("responses")
    with st.expander("Import responses made elsewhere", expanded=expanded):
        st.text(
            "One row per response. Columns prompt_id, condition, sample_index and text; a column "
            "prompt with its text where the study does not have the prompt yet."
        )
        upload = _read("responses", "NoveltyBench: responses.jsonl")
        if upload is None:
            return
        table, nested = upload.table, upload.is_noveltybench
        with_partition = nested and st.checkbox(
            f"Import its partition as the judge {PARTITION_RATER}", key="with-partition"
        )
        parsed = _parse(
            "responses",
            upload,
            lambda: parse_responses(responses_to_responses(table) if nested else table),
        )
        if parsed is None:
            return

        def store(rows: list[ImportedResponse]) -> Imported:
            with database().write() as session:
                row = get_study(session, study.slug)
                done = import_responses(session, row, rows, file_name=parsed.name)
                if with_partition:
                    verdicts = partition_verdicts(table).accept(skip_bad=bool(parsed.problems))
                    import_partition(
                        session, row, verdicts, rater=PARTITION_RATER, file_name=parsed.name
                    )
                return done

        _preview_and_store("responses", parsed, _response_row, store)


@dataclass(frozen=True, slots=True)
class _Upload:
    """A file as it was read. key: the upload and the layout it was read in."""

    table: Table
    is_noveltybench: bool
    key: tuple[str, str]


def _read(kind: Kind, nested_name: str) -> _Upload | None:
    """The uploaded file; None without one, or when it cannot be read."""
    layout = st.radio(
        "Layout",
        list(_FORMATS),
        format_func=lambda name: nested_name if name == "noveltybench" else _FORMATS[name],
        horizontal=True,
        key=f"{kind}-format",
    )
    # A new key empties the uploader after its file has been stored.
    turn = st.session_state.setdefault(f"{kind}-turn", 0)
    uploaded = st.file_uploader(
        "File", ["csv", "tsv", "jsonl", "ndjson", "json", "parquet"], key=f"{kind}-{turn}"
    )
    if uploaded is None:
        return None
    nested = layout == "noveltybench"
    key = (uploaded.file_id, layout)
    try:
        table: Table = _once(
            f"{kind}-table",
            key,
            lambda: read_table(uploaded.name, uploaded.getvalue(), "jsonl" if nested else "auto"),
        )
    except UserError as error:
        show_user_error(error)
        return None
    return _Upload(table, nested, key)


def _parse(kind: Kind, upload: _Upload, parse: Callable[[], Parsed[Any]]) -> Parsed[Any] | None:
    try:
        parsed: Parsed[Any] = _once(f"{kind}-parsed", upload.key, parse)
    except UserError as error:
        show_user_error(error)
        return None
    return parsed


def _once(name: str, key: Any, make: Callable[[], Any]) -> Any:
    """What `make` gave for this key earlier in the session: widgets rerun the whole page."""
    known = st.session_state.get(name)
    if known is None or known[0] != key:
        st.session_state[name] = known = (key, make())
    return known[1]


def _preview_and_store(
    kind: Kind,
    parsed: Parsed[Any],
    describe: Callable[[Any], dict[str, Any]],
    store: Callable[[list[Any]], Imported],
) -> None:
    st.dataframe(
        [describe(row) for row in parsed.rows[:PREVIEW_ROWS]], key=f"{kind}-preview", height=240
    )
    if len(parsed.rows) > PREVIEW_ROWS:
        st.text(f"The first {PREVIEW_ROWS} of {len(parsed.rows):,} rows.")
    for notice in parsed.notices:
        st.text(notice)
    skip = False
    if parsed.problems:
        st.text(f"{len(parsed.problems):,} rows cannot be imported:")
        st.dataframe(
            [{"line": line, "problem": text} for line, text in parsed.problems[:PREVIEW_ROWS]],
            hide_index=True,
            key=f"{kind}-problems",
        )
        skip = st.checkbox("Leave these rows out", key=f"{kind}-skip-bad")
    blocked = not parsed.rows or (bool(parsed.problems) and not skip)
    label = f"Import {len(parsed.rows):,} {kind}"
    if not st.button(label, type="primary", disabled=blocked, key=f"{kind}-store"):
        return
    try:
        with st.spinner("Importing"):
            done = store(parsed.rows)
    except UserError as error:
        show_user_error(error)
        return
    st.session_state[f"{kind}-done"] = done
    st.session_state[f"{kind}-turn"] += 1
    for kept in (f"{kind}-table", f"{kind}-parsed"):
        st.session_state.pop(kept, None)
    st.rerun()


def _say_what_was_done(kind: Kind) -> None:
    done = st.session_state.pop(f"{kind}-done", None)
    if done is not None:
        st.success(f"{done.added:,} {kind} added, {done.unchanged:,} there already.")


def _rating_row(row: ImportedRating) -> dict[str, Any]:
    return {
        "line": row.line,
        "item": row.item_id,
        "question": row.question,
        "rater": row.rater_id,
        "kind": row.rater_kind,
        "value": row.value,
        "prompt": row.item.prompt_id,
        "category": row.item.category,
    }


def _response_row(row: ImportedResponse) -> dict[str, Any]:
    return {
        "line": row.line,
        "prompt": row.prompt_id,
        "condition": row.condition,
        "index": row.sample_index,
        "text": row.text,
    }

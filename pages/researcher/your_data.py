"""Your data: ratings made with any tool, from a file to the whole agreement report."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.errors import UserError
from core.importing.rating_files import RatingFormat, read_ratings
from core.taxonomy import load_taxonomy
from db.imports import import_ratings
from db.queries.studies import add_study, slug_of
from pages.components.auth import require_researcher
from pages.components.charts_table import draw_notes
from pages.components.theme import page_header
from pages.components.workspace import choose_study, database, settings, show_user_error

FORMATS: dict[RatingFormat, str] = {
    "auto": "by its columns",
    "long": "long format",
    "label-studio": "Label Studio",
    "potato": "Potato",
    "noveltybench": "NoveltyBench",
}
SHOWN = 200


def draw_problems(problems: list[tuple[int, str]]) -> bool:
    """What is wrong, by line; whether these rows are to be left out."""
    st.text(f"{len(problems):,} rows cannot be read:")
    st.dataframe(
        [{"line": line, "problem": text} for line, text in problems[:SHOWN]],
        hide_index=True,
        key="data-problems",
    )
    return st.checkbox("Leave these rows out", key="data-skip-bad")


def store(name: str, title: str, rows: list[Any], file_name: str) -> None:
    """Makes the study and goes to its agreement."""
    taxonomy = load_taxonomy(settings().prompts_dir)
    with database().write() as session:
        study = add_study(session, name, title, taxonomy)
        import_ratings(session, study, rows, file_name=file_name)
        slug = study.slug
    choose_study(slug)
    st.switch_page("pages/researcher/agreement.py")


def draw_page() -> None:
    require_researcher()
    page_header("Your data", "Ratings from any tool: one file, and the whole agreement report.")
    uploaded = st.file_uploader(
        "File", ["csv", "tsv", "json", "jsonl", "ndjson", "parquet"], key="data-file"
    )
    draw_notes(
        [
            "One row per item, question and rater: item_id, question, rater_id, rater_kind (human "
            "or judge), value; prompt_id makes intervals resample prompts, category splits the "
            "tables. No prompts or responses are needed. Exports of Label Studio and Potato are "
            "recognised."
        ]
    )
    if uploaded is None:
        return
    left, right = st.columns(2)
    file_format: Any = left.selectbox(
        "Format", list(FORMATS), format_func=FORMATS.__getitem__, key="data-format"
    )
    name = right.text_input("Name of the study", slug_of(uploaded.name.rpartition(".")[0]),
                            key="data-name")  # fmt: skip
    try:
        keys = load_taxonomy(settings().prompts_dir).keys()
        parsed = read_ratings(uploaded.name, uploaded.getvalue(), file_format, taxonomy_keys=keys)
    except UserError as error:
        show_user_error(error)
        return
    draw_notes(parsed.notices)
    skip = draw_problems(parsed.problems) if parsed.problems else False
    people = {row.rater_id for row in parsed.rows if row.rater_kind == "human"}
    judges = {row.rater_id for row in parsed.rows if row.rater_kind == "judge"}
    items = {row.item_id for row in parsed.rows}
    questions = ", ".join(sorted({row.question for row in parsed.rows}))
    st.text(
        f"{len(parsed.rows):,} answers of {len(people):,} people and {len(judges):,} judges to "
        f"{len(items):,} items; questions: {questions}."
    )
    blocked = not parsed.rows or (bool(parsed.problems) and not skip)
    if st.button("Analyse", type="primary", key="data-analyse", disabled=blocked):
        try:
            store(name.strip(), uploaded.name, parsed.accept(skip_bad=skip), uploaded.name)
        except UserError as error:
            show_user_error(error)


draw_page()

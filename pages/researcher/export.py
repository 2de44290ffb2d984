"""Export: everything of the study in one file."""

from __future__ import annotations

import tempfile
from pathlib import Path

import streamlit as st

from core.errors import UserError
from db.exports import count_rows, export_study
from db.queries.studies import data_version
from pages.components.agreement_report import draw_report_button
from pages.components.export_contents import draw_contents
from pages.components.workspace import database, open_study_page, settings, show_user_error


def make_bundle(slug: str) -> bytes:
    """The zip file; it is kept in memory only, until the page is left."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{slug}.zip"
        export_study(database(), settings(), slug, path)
        return path.read_bytes()


def draw_page() -> None:
    study = open_study_page("Export", "Take everything away in one file.")
    with database().read() as session:
        rows = count_rows(session, study.id)
        version = data_version(session, study.id)
    st.subheader("Report", anchor=False)
    st.text("Agreement, judges and results as one page, its tables as LaTeX and CSV.")
    draw_report_button(study, 0, version)
    st.subheader("Everything", anchor=False)
    draw_contents(rows)
    if st.button("Prepare the file", type="primary", key="prepare"):
        try:
            with st.spinner("Writing"):
                st.session_state["bundle"] = (study.slug, version, make_bundle(study.slug))
        except UserError as error:
            show_user_error(error)
    slug, made_of, bundle = st.session_state.get("bundle", ("", None, b""))
    if slug != study.slug:
        return
    if made_of != version:
        st.text("The study has changed since the file was prepared.")
    st.download_button(
        f"Download {slug}.zip ({len(bundle) / 1e6:,.1f} MB)",
        bundle,
        f"{slug}.zip",
        "application/zip",
        key="download",
        on_click="ignore",
    )


draw_page()

"""The report to take away: one page, tables as LaTeX and CSV, in one zip."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import streamlit as st

from core.errors import UserError
from db.queries.studies import get_study
from db.study_report import make_report_files
from pages.components.workspace import StudyRef, database, settings, show_user_error

PAGE = "report.html"


def make_report(slug: str, seed: int) -> dict[str, str]:
    """The report's files."""
    with database().read() as session:
        return make_report_files(session, settings(), get_study(session, slug), seed=seed)


def zipped(files: dict[str, str]) -> bytes:
    """All files in one zip."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            archive.writestr(name, content)
    return buffer.getvalue()


def draw_report_button(study: StudyRef, seed: int, version: Any, *, key: str = "report") -> None:
    """Makes the report on request and offers it; kept until the study changes."""
    if st.button("Prepare the report", key=f"{key}-prepare", icon=":material/description:"):
        try:
            with st.spinner("Writing"):
                files = make_report(study.slug, seed)
        except UserError as error:
            show_user_error(error)
        else:
            st.session_state[key] = (study.slug, seed, version, files)
    slug, made_with, made_of, files = st.session_state.get(key, ("", 0, None, {}))
    if slug != study.slug or made_with != seed:
        return
    if made_of != version:
        st.text("The study has changed since the report was prepared.")
    with st.container(horizontal=True):
        st.download_button(
            "Report as a page", files[PAGE], f"{slug}-report.html", "text/html",
            key=f"{key}-page", on_click="ignore",
        )  # fmt: skip
        st.download_button(
            f"Page and {len(files) - 1} tables (LaTeX, CSV)", zipped(files),
            f"{slug}-report.zip", "application/zip", key=f"{key}-zip", on_click="ignore",
        )  # fmt: skip

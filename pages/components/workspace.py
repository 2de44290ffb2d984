"""What researcher pages share: the database, and the study they are about."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from core.errors import UserError
from core.settings import Settings
from db.engine import Database, open_database
from db.models import Study
from db.queries.studies import find_study, list_overviews
from pages.components.auth import require_researcher
from pages.components.theme import page_header, problem, sample_banner

_STUDY = "study"


@dataclass(frozen=True, slots=True)
class StudyRef:
    """The study a page is about; plain values, safe to keep and to cache by."""

    id: int
    slug: str
    title: str
    status: str
    is_sample: bool


def settings() -> Settings:
    """Settings of the environment."""
    return Settings.from_environment()


@st.cache_resource(show_spinner=False)
def database() -> Database:
    """The process's database, at the present schema."""
    return open_database(Settings.from_environment())


def open_study_page(title: str, purpose: str) -> StudyRef:
    """The top of a researcher page: role check, header, and the study in the address.

    The study stays in the address, so that it can be shared; between pages it is remembered.
    Without any study the page says what to do, and the script ends.
    """
    require_researcher()
    page_header(title, purpose)
    study = _find_current()
    if study is None:
        st.info("There is no study yet. Create one, or open the sample study, on Studies.")
        st.page_link("pages/researcher/studies.py", label="Go to Studies")
        st.stop()
    choose_study(study.slug)
    if study.is_sample:
        sample_banner()
    else:
        st.text(f"Study: {study.title}")
    return StudyRef(study.id, study.slug, study.title, study.status, study.is_sample)


def choose_study(slug: str) -> None:
    """Makes a study the current one, in this session and in the address."""
    st.session_state[_STUDY] = slug
    if st.query_params.get(_STUDY) != slug:
        st.query_params[_STUDY] = slug


def _find_current() -> Study | None:
    """The study of the address, else of this session, else the one worked on last."""
    with database().read() as session:
        if asked := st.query_params.get(_STUDY):
            study = find_study(session, asked)
            if study is None:
                problem(f"There is no study named {asked!r}.")
            return study
        if remembered := st.session_state.get(_STUDY):
            study = find_study(session, remembered)
            if study is not None:
                return study
        overviews = list_overviews(session)
        return find_study(session, overviews[0].slug) if overviews else None


def show_user_error(error: UserError) -> None:
    """An error the reader can put right, in its own words."""
    problem(str(error))

"""Judges: models that rate, what they were asked, and how steady they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import streamlit as st

from core.errors import UserError
from core.pipeline.specs import JudgeSpec
from core.taxonomy import load_taxonomy
from core.templates import TemplateSource
from core.types import Question
from db.queries.conditions import ConditionOverview, list_condition_overviews
from db.queries.experience import list_known_models
from db.queries.judges import JudgeOverview, list_judge_overviews
from db.queries.prompts import list_prompt_views
from db.queries.studies import data_version
from pages.components.judge_cards import draw_judges, present_words
from pages.components.models import can_be_called, choose_models, suggested_judges
from pages.components.runs import draw_runs, queue_run
from pages.components.workspace import (
    StudyRef,
    database,
    open_study_page,
    settings,
    show_user_error,
)

Asked = Literal["equivalence", "quality"]
QUESTIONS: dict[Asked, str] = {
    "equivalence": "Same or different? Every pair of a set",
    "quality": "How good, from 1 to 5? By a checklist",
}


@st.cache_data(show_spinner="Reading the judges' answers", max_entries=8)
def judge_overviews(
    study_id: int,
    version: tuple[int, int],  # noqa: ARG001 - a key of the cache
) -> list[JudgeOverview]:
    with database().read() as session:
        return list_judge_overviews(session, study_id)


def draw_new_judge(study: StudyRef, overviews: Sequence[ConditionOverview]) -> None:
    """What is to be judged by whom, how many questions that makes, and the one button."""
    with database().read() as session:
        known = list_known_models(session, study.id).judging
        texts = [view.text for view in list_prompt_views(session, study.id)]
    with st.container(border=True):
        judges = choose_models("Judges", known, suggested_judges(texts, known), key="judge-models")
        left, right = st.columns(2)
        with left:
            questions = [
                question
                for question, label in QUESTIONS.items()
                if st.checkbox(label, question == "equivalence", key=f"judge-{question}")
            ]
        both = right.checkbox(
            "Ask about each pair in both orders",
            True,
            key="judge-both",
            disabled="equivalence" not in questions,
            help="Doubles the calls, and shows how often a judge changes its mind with the order.",
        )
        labels = st.multiselect(
            "Conditions",
            [one.label for one in overviews],
            key="judge-conditions",
            placeholder="all of them",
        )
        specs = [
            JudgeSpec(
                judge,
                question,
                orders=("ab", "ba") if both and question == "equivalence" else ("ab",),
                conditions=tuple(labels) or None,
            )
            for judge in judges
            for question in questions
        ]
        wanted = [one for one in overviews if not labels or one.label in labels]
        st.text(workload_text(specs, wanted))
        pressed = st.button(
            f"Ask {len(judges)} judges" if len(judges) > 1 else "Ask the judge",
            type="primary",
            disabled=not specs,
            key="judge",
        )
        if pressed and can_be_called(judges):
            for spec in specs:
                queue_run(study, spec)
            st.rerun()


def workload_text(specs: Sequence[JudgeSpec], overviews: Sequence[ConditionOverview]) -> str:
    """How many questions the specs ask, not counting what is answered already."""
    if not specs:
        return "Choose at least one judge and one question."
    pairs = sum(one.n_pairs for one in overviews)
    responses = sum(one.n_ok for one in overviews)
    n = sum(
        pairs * len(spec.orders) if spec.question == "equivalence" else responses for spec in specs
    )
    return (
        f"{pairs:,} pairs and {responses:,} responses: {n:,} questions at most. "
        "What is answered already is not asked again."
    )


def possible_items(overviews: Sequence[ConditionOverview]) -> dict[str, int]:
    """Question -> items it could be asked about."""
    return {
        Question.EQUIVALENCE: sum(one.n_pairs for one in overviews),
        Question.QUALITY: sum(one.n_ok for one in overviews),
    }


def draw_page() -> None:
    study = open_study_page("Judges", "Let models rate what people will rate too.")
    with database().read() as session:
        conditions = list_condition_overviews(session, study.id)
        version = data_version(session, study.id)
    if conditions:
        draw_new_judge(study, conditions)
    else:
        st.info("There are no responses to judge yet.")
        st.page_link("pages/researcher/generate.py", label="Generate responses")
    draw_runs(study)
    # Classifying is a judge's work too, but how well it goes is shown on Prompts.
    answers = judge_overviews(study.id, version)
    judges = [one for one in answers if one.question != Question.CATEGORY]
    if not judges:
        if conditions:
            st.text("No judge has answered yet.")
        return
    st.subheader("Judges so far", anchor=False)
    try:
        words = present_words(
            load_taxonomy(settings().prompts_dir), TemplateSource(settings().prompts_dir)
        )
    except UserError as error:
        show_user_error(error)
        words = {}
    draw_judges(judges, possible_items(conditions), words)


draw_page()

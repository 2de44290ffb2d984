"""Judges: models that rate, what they were asked, and how steady they are."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.errors import UserError
from core.judges.families import load_families
from core.taxonomy import load_taxonomy
from core.templates import TemplateSource, find_prompt_file
from core.types import Question
from db.queries.conditions import ConditionOverview, list_condition_overviews
from db.queries.experience import list_known_models
from db.queries.judges import (
    DefinitionRow,
    JudgeOverview,
    list_definition_rows,
    list_judge_overviews,
)
from db.queries.prompts import count_references, list_prompt_views
from db.queries.studies import data_version
from pages.components.batches import draw_batches
from pages.components.judge_cards import draw_judges, present_words
from pages.components.judge_definitions import draw_definitions
from pages.components.judge_form import (
    batch_problem,
    choose_options,
    possible_items,
    specs_of,
    workload_text,
)
from pages.components.judge_plan import draw_judging_plan
from pages.components.models import can_be_called, choose_models, suggested_judges
from pages.components.runs import draw_runs, queue_run
from pages.components.theme import problem
from pages.components.workspace import (
    StudyRef,
    database,
    open_study_page,
    settings,
    show_user_error,
)


@st.cache_data(show_spinner="Reading the judges' answers", max_entries=8)
def judge_overviews(
    study_id: int,
    version: tuple[int, int],  # noqa: ARG001 - a key of the cache
) -> tuple[list[JudgeOverview], list[DefinitionRow]]:
    with database().read() as session:
        return list_judge_overviews(session, study_id), list_definition_rows(session, study_id)


def draw_new_judge(
    study: StudyRef, overviews: Sequence[ConditionOverview], version: tuple[int, int]
) -> None:
    """What is to be judged by whom, how many questions that makes, and the one button."""
    with database().read() as session:
        known = list_known_models(session, study.id).judging
        texts = [view.text for view in list_prompt_views(session, study.id)]
        n_references = count_references(session, study.id)
    with st.container(border=True):
        judges = choose_models("Judges", known, suggested_judges(texts, known), key="judge-models")
        options = choose_options([one.label for one in overviews], n_references=n_references)
        specs = specs_of(judges, options)
        labels = options.conditions
        wanted = [one for one in overviews if not labels or one.label in labels]
        st.text(workload_text(specs, wanted))
        draw_judging_plan(study, specs, version)
        pressed = st.button(
            f"Ask {len(judges)} judges" if len(judges) > 1 else "Ask the judge",
            type="primary",
            disabled=not specs,
            key="judge",
        )
        if pressed and (wrong := batch_problem(judges, options)):
            problem(wrong)
        elif pressed and can_be_called(judges) and all(queue_run(study, spec) for spec in specs):
            st.rerun()


def draw_page() -> None:
    study = open_study_page("Judges", "Let models rate what people will rate too.")
    with database().read() as session:
        conditions = list_condition_overviews(session, study.id)
        version = data_version(session, study.id)
    if conditions:
        draw_new_judge(study, conditions, version)
    else:
        st.info("There are no responses to judge yet.")
        st.page_link("pages/researcher/generate.py", label="Generate responses")
    draw_runs(study)
    draw_batches(study)
    # Classifying is a judge's work too, but how well it goes is shown on Prompts.
    answers, definitions = judge_overviews(study.id, version)
    judges = [one for one in answers if one.question != Question.CATEGORY]
    if not judges:
        if conditions:
            st.text("No judge has answered yet.")
        return
    st.subheader("Judges so far", anchor=False)
    try:
        taxonomy = load_taxonomy(settings().prompts_dir)
        words = present_words(taxonomy, TemplateSource(settings().prompts_dir))
        names = {one.key: one.name for one in taxonomy.values()}
        families = load_families(find_prompt_file("families.toml", settings().prompts_dir))
    except UserError as error:
        show_user_error(error)
        words, names, families = {}, {}, []
    draw_judges(judges, possible_items(conditions), words, families)
    draw_definitions(definitions, names)


draw_page()

"""Prompts: bringing them in, and which task category each belongs to."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.pipeline.specs import ClassifySpec
from core.taxonomy import load_taxonomy
from db.queries.prompts import PromptView, list_prompt_sets, list_prompt_views
from pages.components.models import can_be_called, choose_models, suggested_models
from pages.components.prompt_import import draw_import, draw_origins
from pages.components.prompt_table import draw_prompts
from pages.components.runs import draw_runs, queue_run
from pages.components.workspace import StudyRef, database, open_study_page, settings


def draw_classify(study: StudyRef, views: Sequence[PromptView]) -> None:
    """Has models say what kind of task each prompt is."""
    known = sorted({model for view in views for model in view.by_model})
    suggested = suggested_models([view.text for view in views], known)
    left, right = st.columns([4, 1], vertical_alignment="bottom")
    with left:
        models = choose_models("Let a model classify", known, suggested, key="classify-models")
    pressed = right.button("Classify", disabled=not models, key="classify", width="stretch")
    if pressed and can_be_called(models):
        for model in models:
            queue_run(study, ClassifySpec(model))
        st.rerun()


def summary(views: Sequence[PromptView]) -> str:
    """How many prompts there are, and of how many the truth is known."""
    n_unset = sum(view.truth is None for view in views)
    unset = f", {n_unset:,} without a true category" if n_unset else ", all with a true category"
    return f"{len(views):,} prompts{unset}"


def draw_page() -> None:
    study = open_study_page("Prompts", "What the models are asked, and what kind of task it is.")
    with database().read() as session:
        views = list_prompt_views(session, study.id)
        origins = list_prompt_sets(session, study.id)
    draw_import(study, expanded=not views)
    if not views:
        return
    st.text(summary(views))
    draw_classify(study, views)
    draw_prompts(views, load_taxonomy(settings().prompts_dir), study.id)
    draw_origins(origins)
    draw_runs(study)


draw_page()

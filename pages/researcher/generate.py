"""Generate: which models answer, asked in which ways, and what that will take."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import streamlit as st

from core.errors import UserError
from core.pipeline.conditions import parse_temperatures, plan_conditions
from core.pipeline.specs import GenerateSpec
from core.strategies import MISMATCH_SEED, Condition, get_strategy
from core.strategies.condition import PAPER_MAX_OUTPUT_TOKENS
from core.taxonomy import Taxonomy, load_taxonomy
from core.templates import TemplateSource
from db.queries.conditions import ConditionOverview, list_condition_overviews
from db.queries.experience import list_known_models
from db.queries.prompts import PromptView, list_prompt_views
from pages.components.batches import choose_batch, draw_batches
from pages.components.generate_plan import draw_plan, draw_refused_parameters, make_plan
from pages.components.models import choose_models, counts_text, suggested_models
from pages.components.runs import draw_runs, queue_run
from pages.components.strategy_cards import choose_strategies
from pages.components.workspace import (
    StudyRef,
    database,
    open_study_page,
    settings,
    show_user_error,
)

CATEGORY_SOURCES = {
    "model": "the generating model's own classification",
    "truth": "the ground truth",
}


def choose_conditions(study: StudyRef, views: Sequence[PromptView]) -> tuple[Condition, ...]:
    """The conditions of the widgets' values; shows what is wrong with them."""
    with database().read() as session:
        known = list_known_models(session, study.id).generating
    suggested = suggested_models([view.text for view in views], known)
    models = choose_models("Models", known, suggested, key="models")
    left, middle, right = st.columns(3)
    n = int(left.number_input("Responses per prompt", 2, 20, 5, key="n"))
    temperatures = middle.text_input(
        "Temperatures",
        key="temperatures",
        placeholder="1.0, and 0.5 for Claude",
        help="Empty takes the medium temperature of the paper. Several with commas between them, "
        "such as 0, 0.5, 1, make one condition each.",
    )
    max_tokens = int(
        right.number_input(
            "Output tokens per call",
            16,
            200_000,
            PAPER_MAX_OUTPUT_TOKENS,
            key="max-tokens",
            help="A set is written in one call, so a large number of responses needs more.",
        )
    )
    try:
        taxonomy = load_taxonomy(settings().prompts_dir)
        strategies = choose_strategies(taxonomy, TemplateSource(settings().prompts_dir), n=n)
        source, wrong = choose_anchor(strategies, views, taxonomy)
        return plan_conditions(
            settings(),
            models,
            strategies,
            n=n,
            temperature=None,
            temperatures=parse_temperatures(temperatures),
            max_output_tokens=max_tokens,
            category_from=source,
            wrong_categories=wrong,
        )
    except UserError as error:
        show_user_error(error)
        return ()


def choose_anchor(
    strategies: Sequence[str], views: Sequence[PromptView], taxonomy: Taxonomy
) -> tuple[str, list[str]]:
    """Whose category anchors, and which wrong ones are given, as far as the strategies ask."""
    chosen = [get_strategy(one, settings().prompts_dir) for one in strategies]
    source, wrong = "model", list[str]()
    if any(one.anchored and not one.mismatched for one in chosen):
        source = choose_category_source(views)
    if any(one.mismatched for one in chosen):
        wrong = choose_wrong_categories(views, taxonomy)
    return source, wrong


def choose_wrong_categories(views: Sequence[PromptView], taxonomy: Taxonomy) -> list[str]:
    """Whose instructions the mismatched strategy gives; each is a condition of its own."""
    names = {one.key: f"{one.key} · {one.name}" for one in taxonomy.values() if one.kind != "none"}
    names[f"seed:{MISMATCH_SEED}"] = f"a wrong one for each prompt, by seed {MISMATCH_SEED}"
    wrong = st.multiselect(
        "Mismatched: the instruction of",
        list(names),
        [f"seed:{MISMATCH_SEED}"],
        format_func=names.__getitem__,
        key="wrong-categories",
        help="Prompts that truly are of a chosen category are left out of its condition.",
    )
    n_unset = sum(view.truth is None for view in views)
    if n_unset:
        st.warning(
            f"{n_unset} prompts have no true category, so nobody knows which instruction is wrong "
            "for them. The mismatched strategy will fail there; set the truth on Prompts."
        )
    return wrong


def choose_category_source(views: Sequence[PromptView]) -> str:
    """Whose category anchored strategies go by."""
    classifiers = sorted({model for view in views for model in view.by_model})
    source = st.selectbox(
        "Anchored by the category of",
        [*CATEGORY_SOURCES, *classifiers],
        format_func=lambda value: CATEGORY_SOURCES.get(value, value),
        key="category-from",
    )
    n_unset = sum(view.truth is None for view in views)
    if source == "truth" and n_unset:
        st.warning(
            f"{n_unset} prompts have no true category. Anchored strategies will fail for them; "
            "set it on Prompts, or go by a model."
        )
    return source


def draw_launch(
    study: StudyRef,
    conditions: tuple[Condition, ...],
    views: Sequence[PromptView],
    overviews: Sequence[ConditionOverview],
) -> None:
    """The plan and the one button."""
    st.subheader("The plan", anchor=False)
    if not conditions:
        st.text("Choose at least one model and one strategy.")
        return
    plan = make_plan(study, conditions, views, overviews)
    if plan is None:
        return
    draw_plan(plan)
    batch = choose_batch(conditions)
    label = f"Generate {plan.n_missing:,} responses" if plan.n_missing else "All are stored"
    if st.button(
        label, type="primary", disabled=not plan.n_missing, key="generate", width="stretch"
    ) and queue_run(study, GenerateSpec(conditions, batch=batch)):
        st.rerun()


def draw_conditions(overviews: Sequence[ConditionOverview], views: Sequence[PromptView]) -> None:
    """What is stored, condition by condition, failures and oddities included."""
    of_category = Counter(view.truth for view in views)
    any_wrong = any(one.wrong_category for one in overviews)
    st.subheader("What is there", anchor=False)
    draw_refused_parameters(overviews)
    st.dataframe(
        [
            {
                "condition": one.label,
                "responses": one.n_ok,
                "of": one.n * (len(views) - of_category[one.wrong_category]),
                "failed": counts_text(one.failed),
                "flagged": counts_text(one.flagged),
                "refused parameters": ", ".join(one.dropped_parameters),
            }
            | ({"wrong instruction of": one.wrong_category} if any_wrong else {})
            for one in overviews
        ],
        hide_index=True,
        key="conditions",
    )
    st.page_link("pages/researcher/compare.py", label="Read them on Compare")


def draw_page() -> None:
    study = open_study_page("Generate", "Ask models for several responses to every prompt.")
    with database().read() as session:
        views = list_prompt_views(session, study.id)
        overviews = list_condition_overviews(session, study.id)
    if not views:
        st.info("There are no prompts yet.")
        st.page_link("pages/researcher/prompts.py", label="Add prompts")
        return
    left, right = st.columns([3, 2], gap="large")
    with left:
        conditions = choose_conditions(study, views)
    with right:
        draw_launch(study, conditions, views, overviews)
    draw_runs(study)
    draw_batches(study)
    if overviews:
        draw_conditions(overviews, views)


draw_page()

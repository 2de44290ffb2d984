"""Experiments: ready to run, each with its plan and cost, and what is stored already shows."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.errors import UserError
from core.experiments import EXPERIMENTS, Experiment, Outcome, PlannedWork, PlanRequest
from core.experiments.outcome import Table, cell_text
from core.experiments.plan import estimate
from core.pipeline.conditions import plan_conditions
from db.experiments import add_wave, analyse, analysis_version, load_choices_for_plan, steps_of
from db.models import now
from db.queries.studies import get_study
from db.runs import add_run, has_live_worker
from pages.components.charts_plot import draw_plot
from pages.components.charts_table import Column, draw_notes, draw_table
from pages.components.workspace import (
    StudyRef,
    database,
    open_study_page,
    settings,
    show_user_error,
)

# Of the study and its waves.
Version = tuple[tuple[int, int], ...]


@st.cache_data(show_spinner="Computing", max_entries=20)
def load_outcome(slug: str, experiment_id: str, version: Version) -> Outcome:  # noqa: ARG001
    """What an experiment shows; computed anew when the study changes."""
    with database().read() as session:
        study = get_study(session, slug)
        return analyse(session, settings(), study, EXPERIMENTS[experiment_id])


def make_request(
    study: StudyRef, models: str, judges: str, temperatures: str, n: int
) -> PlanRequest:
    """What was typed, as a request.

    Raises:
        UserError: a temperature is no number.
    """
    with database().read() as session:
        choices = load_choices_for_plan(session, study.id)

    def make(chosen: Any, strategies: Any, temperature: float | None) -> Any:
        return plan_conditions(
            settings(), chosen, strategies, n=n, temperature=temperature, category_from="model"
        )

    try:
        swept = tuple(float(word) for word in temperatures.replace(",", " ").split())
    except ValueError as error:
        raise UserError(
            f"Temperatures are {temperatures!r}; expected numbers, such as 0 0.5 1."
        ) from error
    return PlanRequest(
        models=tuple(models.split()),
        judges=tuple(judges.split()),
        make_conditions=make,
        temperatures=swept,
        prompt_texts=choices.prompt_texts,
        labels=choices.labels,
        stored=choices.stored,
    )


def draw_planned(planned: list[PlannedWork]) -> None:
    """The runs with what each takes, and the sum."""
    numbers = ("calls", "tokens, about", "cost, about")
    columns = [Column("run"), Column("why"), *(Column(name, is_number=True) for name in numbers)]
    rows = [
        [
            work.step.command,
            work.step.why,
            f"{work.calls:,}",
            f"{work.tokens:,}",
            "unknown" if work.cost_usd is None else f"${work.cost_usd:,.2f}",
        ]
        for work in planned
    ]
    calls = sum(work.calls for work in planned)
    draw_table(columns, rows, notes=[f"{calls:,} calls, if nothing of it is stored yet."])


def start(study: StudyRef, asked: Experiment, planned: list[PlannedWork]) -> None:
    """Hands the runs to the workers; a rerun over time gets a study of its own."""
    with database().write() as session:
        target = get_study(session, study.slug)
        if asked.id == "stability":
            target = add_wave(session, settings(), target, today=now().date())
        for work in planned:
            add_run(session, target, work.step.spec, requested_by="experiment")
        slug, waiting = target.slug, not has_live_worker(session)
    st.success(f"{len(planned)} runs are queued in study {slug}. Follow them on Generate.")
    if waiting:
        st.warning("No worker is running; start one with: taskanchor worker")


def draw_plan(study: StudyRef, asked: Experiment) -> None:
    """What to ask whom, what it would take, and the one button."""
    with st.expander("Plan and run it"):
        left, right = st.columns(2)
        models = left.text_input(
            "Models, parted by spaces", key="experiment-models", placeholder="openai:gpt-4o"
        )
        judges = right.text_input("Judges, parted by spaces", key="experiment-judges")
        temperatures = "0 0.5 1"
        if asked.id == "temperature":
            temperatures = left.text_input("Temperatures", temperatures, key="experiment-t")
        n = int(right.number_input("Responses per prompt", 2, 20, 5, key="experiment-n"))
        if not (models.strip() or judges.strip() or asked.id == "stability"):
            st.caption(f"Needs: {asked.needs}")
            return
        try:
            request = make_request(study, models, judges, temperatures, n)
            planned = estimate(steps_of(asked, request), request)
        except UserError as error:
            show_user_error(error)
            return
        draw_planned(planned)
        if st.button("Run it", type="primary", key="experiment-run"):
            start(study, asked, planned)


def draw_outcome(outcome: Outcome) -> None:
    """Figure, tables and notes."""
    if outcome.figure is not None:
        draw_plot(outcome.figure, key=f"experiment-{outcome.experiment}")
    for table in outcome.tables:
        if table.rows:
            draw_outcome_table(table)
    draw_notes(outcome.notes)


def draw_outcome_table(table: Table) -> None:
    first = table.rows[0]
    columns = [
        Column(name, is_number=not isinstance(cell, str))
        for name, cell in zip(table.columns, first, strict=True)
    ]
    draw_table(
        columns,
        [[cell_text(cell) for cell in row] for row in table.rows],
        caption=table.title,
        notes=[table.note] if table.note else [],
    )


def draw_page() -> None:
    study = open_study_page(
        "Experiments", "Questions that only have to be run, each with its plan and its answer."
    )
    chosen = st.pills(
        "Experiment", list(EXPERIMENTS), default="classification", key="experiment",
        format_func=lambda key: EXPERIMENTS[key].title, label_visibility="collapsed",
    )  # fmt: skip
    asked = EXPERIMENTS[chosen or "classification"]
    st.subheader(asked.question, anchor=False)
    st.text(f"Gives: {asked.gives}")
    draw_plan(study, asked)
    with database().read() as session:
        version = analysis_version(session, get_study(session, study.slug))
    try:
        draw_outcome(load_outcome(study.slug, asked.id, version))
    except UserError as error:
        show_user_error(error)


draw_page()

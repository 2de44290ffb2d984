"""Runs of a study: what is under way, how far it is, what failed, and what can be done about it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from core.errors import UserError
from core.pipeline.records import Progress
from core.pipeline.specs import RunSpec, spec_from_dict
from core.providers.bill import cost_range_usd
from core.types import Usage
from db.queries.spending import count_expected, list_tokens_of_runs
from db.queries.studies import get_study
from db.runs import (
    RunAction,
    RunView,
    add_run,
    change_run,
    count_open_runs,
    has_live_worker,
    list_runs,
)
from pages.components.models import counts_text, price_file, price_text
from pages.components.pace import Pace, ago_text, duration_text
from pages.components.theme import headline, problem, share_bar, small_print
from pages.components.workspace import StudyRef, database, show_user_error

LISTED = 20
OPEN = frozenset({"queued", "running"})
UNFINISHED = OPEN | {"paused"}
NOTHING = Usage(0, 0)
_PACES = "run-paces"
_KINDS = {"generate": "Generating", "classify": "Classifying", "judge": "Judging"}
_NEXT = {
    "classify": [("generate", "Generate responses")],
    "generate": [("compare", "Read them on Compare"), ("judges", "Let judges rate them")],
    "judge": [("compare", "See what they say on Compare"), ("people", "Ask people the same")],
}


def draw_runs(study: StudyRef) -> None:
    """The latest runs; keeps itself up to date while one is open."""
    with database().read() as session:
        n_open = count_open_runs(session, study.id)
        # Counted once for each drawing of the page, not every second.
        expected = {
            run.id: count_expected(session, study.id, spec_from_dict(run.spec))
            for run in list_runs(session, study.id, LISTED)
            if run.status in UNFINISHED
        }
    st.fragment(_draw, run_every=1.0 if n_open else None)(study, n_open, expected)


def queue_run(study: StudyRef, spec: RunSpec) -> bool:
    """Asks for a run, and shows why if it cannot be had; whether it was asked for."""
    try:
        with database().write() as session:
            add_run(session, get_study(session, study.slug), spec, requested_by="page")
    except UserError as error:
        show_user_error(error)
        return False
    return True


def _draw(study: StudyRef, n_open_before: int, expected: Mapping[int, int]) -> None:
    with database().read() as session:
        listed = list_runs(session, study.id, LISTED)
        runs = [with_expected(run, expected.get(run.id, 0)) for run in listed]
        tokens = list_tokens_of_runs(session, [run.id for run in runs])
        worker = has_live_worker(session)
        n_open = count_open_runs(session, study.id)
    if n_open < n_open_before:
        st.rerun()  # what the rest of the page shows has changed, and this may stop polling
    if not runs:
        return
    st.subheader("Runs", anchor=False)
    if n_open and not worker:
        problem("No worker is running, so nothing moves. Start one: taskanchor worker")
    prominent = [run for run in runs if run is runs[0] or wants_attention(run, runs)]
    for run in prominent:
        _draw_run(study, run, runs, tokens.get(run.id, NOTHING))
    others = [run for run in runs if run not in prominent]
    if others:
        with st.expander(f"{len(others)} earlier"):
            for run in others:
                draw_run_line(run, None, tokens.get(run.id, NOTHING))


def with_expected(run: RunView, expected: int) -> RunView:
    """An unfinished run whose planned number is what it will come to, if that is more."""
    if run.status not in UNFINISHED or expected <= run.progress.planned:
        return run
    return replace(run, progress=replace(run.progress, planned=expected))


def wants_attention(run: RunView, runs: Sequence[RunView]) -> bool:
    """Whether a run is to be seen at once: open, stopped, or with failures not asked for again."""
    if run.status in {"done", "failed"}:
        failed = run.status == "failed" or run.progress.failed > 0
        return failed and not _is_superseded(run, runs)
    return run.status != "cancelled"


def _draw_run(study: StudyRef, run: RunView, runs: Sequence[RunView], tokens: Usage) -> None:
    with st.container(border=True):
        draw_run_line(run, _pace(run), tokens)
        if run.message:
            problem(run.message)
        _draw_failures(run)
        with st.container(horizontal=True):
            _draw_actions(study, run, runs)
            if run.status == "done" and run is runs[0]:
                for page, label in _NEXT.get(run.kind, []):
                    st.page_link(f"pages/researcher/{page}.py", label=label)


def _draw_failures(run: RunView) -> None:
    progress = run.progress
    if not progress.failed:
        return
    with st.expander(f"{progress.failed:,} failed"):
        reasons = Counter(failure.reason for failure in progress.failures)
        st.text(counts_text(reasons))
        if len(progress.failures) < progress.failed:
            st.text(f"The first {len(progress.failures):,} of {progress.failed:,} were kept:")
        st.dataframe(
            [
                {"prompt": f.prompt, "where": f.condition, "reason": f.reason, "detail": f.detail}
                for f in progress.failures
            ],
            hide_index=True,
            key=f"failures-{run.id}",
        )


def status_text(run: RunView) -> str:
    """The status as people see it: a run whose worker is gone is interrupted."""
    return "interrupted" if run.interrupted else run.status


def draw_run_line(run: RunView, per_second: float | None, tokens: Usage) -> None:
    """A run's headline, bar and counts.

    Args:
        per_second: its pace; None while that is unknown.
        tokens: used so far.
    """
    progress = run.progress
    planned = max(progress.planned, 1)
    with st.container(gap="xsmall"):
        headline(
            _KINDS.get(run.kind, run.kind),
            subject(run.spec),
            pill=status_text(run),
            note=f"run {run.id} · {ago_text(run.finished_at or run.created_at)}",
        )
        share_bar(
            (progress.skipped + progress.done) / planned,
            progress.failed / planned,
            label=f"{finished(progress)} of {progress.planned}",
        )
        small_print([counts_line(run, per_second, tokens)])


def subject(spec: Mapping[str, Any]) -> str:
    """The models and strategies of a run, or the judge and its question, in a few words."""
    batch = " as a batch" if spec.get("batch") else ""
    if spec["kind"] == "generate":
        conditions = [f"{c['model_id']} {c['strategy']}" for c in spec["conditions"]]
        return ", ".join(dict.fromkeys(conditions)) + batch
    if spec["kind"] != "judge":
        return f"{spec['model_id']}{batch}"
    general = " by the general definition" if spec.get("definition") == "general" else ""
    orders = " in both orders" if len(spec["orders"]) > 1 else ""
    some = f" of {len(spec['conditions'])} conditions" if spec["conditions"] else ""
    pairs = f", {spec['pairs']} pairs" if spec.get("pairs", "all") != "all" else ""
    repeats = f", {spec['repeats']} times" if spec.get("repeats", 1) > 1 else ""
    return f"{spec['model_id']} {spec['question']}{general}{orders}{some}{pairs}{repeats}{batch}"


def models_of(spec: Mapping[str, Any]) -> set[str]:
    """The models a run calls."""
    if spec["kind"] != "generate":
        return {spec["model_id"]}
    own = {one["model_id"] for one in spec["conditions"]}
    others = {one["category_from"] for one in spec["conditions"]} - {"", "model", "truth"}
    return own | others


def cost_text(run: RunView, used: Usage) -> str:
    """What a run has cost so far, as far as prices are listed."""
    if not (used.input_tokens or used.output_tokens):
        return ""
    batch = bool(run.spec.get("batch"))
    return price_text(cost_range_usd(used, models_of(run.spec), price_file(), batch=batch))


def finished(progress: Progress) -> int:
    """What needs nothing more in this run, whatever came of it."""
    return progress.done + progress.failed + progress.skipped


def counts_line(run: RunView, per_second: float | None, tokens: Usage) -> str:
    """Counts, pace, time left, tokens and cost so far, as far as they are known."""
    progress = run.progress
    if run.status == "queued":
        return f"{progress.planned:,} planned · waiting for a worker"
    if not progress.planned:
        return "nothing to do"
    parts = [f"{finished(progress):,} of {progress.planned:,}"]
    if progress.skipped:
        parts.append(f"{progress.skipped:,} were there already")
    if progress.failed:
        parts.append(f"{progress.failed:,} failed")
    if run.status == "running" and not run.interrupted:
        if per_second:
            left = duration_text((progress.planned - finished(progress)) / per_second)
            parts += [f"{per_second:.1f} a second", f"about {left} left"]
        else:
            parts.append("measuring the pace" if per_second is None else "no progress just now")
    if used := (tokens.input_tokens or 0) + (tokens.output_tokens or 0):
        parts.append(f"{used:,} tokens")
    if cost := cost_text(run, tokens):
        parts.append(cost)
    return " · ".join(parts)


def _pace(run: RunView) -> float | None:
    if run.status != "running":
        return None
    paces: dict[int, Pace] = st.session_state.setdefault(_PACES, {})
    pace = paces.setdefault(run.id, Pace())
    # What was there before was not done by this run and says nothing about its pace.
    pace.look(time.monotonic(), run.progress.done + run.progress.failed)
    return pace.per_second()


def _draw_actions(study: StudyRef, run: RunView, runs: Sequence[RunView]) -> None:
    actions: list[RunAction] = []
    if run.interrupted or run.status in {"paused", "failed", "cancelled"}:
        actions = ["resume"]
    elif run.status in OPEN:
        actions = ["pause", "cancel"]
    for action in actions:
        if st.button(action.capitalize(), key=f"{action}-{run.id}"):
            try:
                with database().write() as session:
                    change_run(session, run.id, action)
            except UserError as error:
                show_user_error(error)
                return
            st.rerun()
    if can_retry(run, runs) and st.button("Retry the failed", key=f"retry-{run.id}"):
        again = replace(spec_from_dict(run.spec), retry_failed=True)
        if queue_run(study, again):
            st.rerun()


def can_retry(run: RunView, runs: Sequence[RunView]) -> bool:
    """Whether asking again for what failed makes sense: it ended, and was not asked again yet."""
    ended = run.status in {"done", "failed", "cancelled"}
    return ended and bool(run.progress.failed) and not _is_superseded(run, runs)


def _is_superseded(run: RunView, runs: Sequence[RunView]) -> bool:
    wanted = {**run.spec, "retry_failed": None}
    return any({**one.spec, "retry_failed": None} == wanted for one in runs if one.id > run.id)

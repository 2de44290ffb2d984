"""A study while people are at work: who is where, how fast it goes, what needs a look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from core.crowd import CrowdPlan
from core.work import StudyStatus
from db.crowd.monitoring import HourCount, Monitor, monitor
from pages.components.charts_figures import ACCENT, draw_figure
from pages.components.pace import duration_text
from pages.components.people_frame import draw_heading, open_person
from pages.components.people_words import PHASES, counted, question_text, share_text
from pages.components.theme import share_bar, small_print
from pages.components.workspace import StudyRef, database

REFRESH_S = 5.0
_UNDER_WAY = ("consent", "instructions", "practice", "rating", "closing")
_DONE = ("complete",)
_LISTED_FLAGS = 12
_HOUR_MS = 3_600_000.0

if TYPE_CHECKING:
    import plotly.graph_objects as go


def draw_watch(study: StudyRef, plan: CrowdPlan) -> None:
    """Keeps itself up to date while the study is open."""
    is_live = study.status == "open"
    st.fragment(_draw, run_every=REFRESH_S if is_live else None)(study, plan)


def _draw(study: StudyRef, plan: CrowdPlan) -> None:
    with database().read() as session:
        seen = monitor(session, study.id)
    if not sum(seen.phases.values()):
        st.info("Nobody has come yet. Send the links, or start the study on the platform.")
        small_print(["They stand under “Recruit”. This page follows by itself."])
        return
    st.html(f'<p class="pp-total">{escape(headline_text(seen))}</p>')
    share_bar(seen.done / seen.wanted if seen.wanted else 0.0, label=headline_text(seen))
    small_print([pace_text(seen, datetime.now(UTC))])
    draw_heading("People")
    st.html(phases_html(seen.phases))
    small_print([dropout_text(seen)])
    left, right = st.columns(2, gap="large")
    with left:
        draw_heading("Items by how many ratings they have")
        st.html(coverage_html(seen, plan.work.ratings_per_item))
    with right:
        draw_heading("Ratings per hour, over the last day")
        if any(one.ratings for one in seen.per_hour):
            draw_figure(
                hours_figure(seen.per_hour),
                name=f"{study.slug}-ratings-per-hour",
                alt="Ratings in each of the last 24 hours",
                key="people-hours",
            )
        else:
            small_print(["No rating came in within the last 24 hours."])
    _draw_flags(seen)


def headline_text(seen: Monitor) -> str:
    """How much is in."""
    if not seen.wanted:
        return f"{seen.done:,} ratings are in."
    return (
        f"{seen.done:,} of {seen.wanted:,} ratings are in, {share_text(seen.done / seen.wanted)}."
    )


def pace_text(seen: Monitor, now: datetime) -> str:
    """Who is at work, and when it will be done as things go; of a closed study who was."""
    if seen.status == StudyStatus.CLOSED:
        left = sum(seen.phases.get(phase, 0) for phase in _UNDER_WAY)
        return f"The study is closed. {counted(left, 'person', 'people')} had not finished."
    active = f"{counted(seen.n_active, 'person is', 'people are')} at work."
    if seen.estimated_finish is None:
        return f"{active} No finish can be told: {seen.finish_reason}."
    seconds = (seen.estimated_finish - now).total_seconds()
    if seconds <= 0:
        return active
    return (
        f"{active} At this pace the ratings are in after {duration_text(seconds)}, "
        f"{seen.estimated_finish:%d %B, %H:%M} UTC."
    )


def dropout_text(seen: Monitor) -> str:
    if seen.dropout is None:
        return "Nobody who began has ended yet, so nothing is known of dropping out."
    if not seen.dropout:
        return "Nobody who began has left without finishing."
    return f"{share_text(seen.dropout)} of those who began left without finishing."


def phases_html(phases: Mapping[str, int]) -> str:
    """Everybody by where they are; ends nobody reached are left out."""
    cells = ""
    for phase, name in PHASES.items():
        n = phases.get(phase, 0)
        is_under_way = phase in _UNDER_WAY
        if not n and not is_under_way and phase not in _DONE:
            continue
        tone = "pp-under-way" if is_under_way else "pp-done" if phase in _DONE else "pp-out"
        none = " pp-phase-none" if not n else ""
        cells += f'<div class="pp-phase {tone}{none}"><b>{n:,}</b><span>{name}</span></div>'
    return f'<div class="pp-phases">{cells}</div>'


def coverage_html(seen: Monitor, wanted: int) -> str:
    """Per question a bar of its items by number of ratings, and the usual time for one.

    Args:
        wanted: ratings an item is to get.
    """
    if not seen.coverage:
        return '<p class="pp-legend">No item has been drawn.</p>'
    rows = ""
    for question, by_count in seen.coverage.items():
        total = sum(by_count.values())
        parts = "".join(
            f'<i style="flex:{n} 1 0;--pp-share:{min(1.0, ratings / max(1, wanted)):.2f}" '
            f'title="{n:,} with {counted(ratings, "rating")}">'
            f"{ratings if n / total > 0.04 else ''}</i>"
            for ratings, n in sorted(by_count.items())
            if n
        )
        said = ", ".join(f"{n:,} with {ratings}" for ratings, n in sorted(by_count.items()) if n)
        seconds = seen.seconds.get(question)
        time = f"usually {duration_text(seconds)}" if seconds is not None else "no time yet"
        rows += (
            f'<div class="pp-cover"><span class="pp-name">{escape(question_text(question))}</span>'
            f'<div class="pp-stack" role="img" aria-label="{escape(said)}">{parts}</div>'
            f'<span class="pp-seconds">{total:,} items · {time}</span></div>'
        )
    return (
        f'<div class="pp-coverage">{rows}</div><p class="pp-legend">The number in a part is how '
        f"many ratings its items have; {wanted} are wanted. Times are medians.</p>"
    )


def hours_figure(hours: Sequence[HourCount]) -> go.Figure:
    """Bars by the hour, in UTC."""
    import plotly.graph_objects as go

    figure = go.Figure(
        go.Bar(
            x=[one.start for one in hours],
            y=[one.ratings for one in hours],
            marker_color=ACCENT,
            # A bar stands over its own hour, not around the moment that begins it.
            width=0.8 * _HOUR_MS,
            offset=0.1 * _HOUR_MS,
            hovertemplate="%{y} ratings in the hour from %{x|%H:%M}<extra></extra>",
        )
    )
    figure.update_layout(
        height=210,
        margin={"l": 0, "r": 0, "t": 8, "b": 0},
        xaxis={
            "title": "hour (UTC)",
            "tickformat": "%H:%M",
            "showgrid": False,
        },
        yaxis={"title": "ratings", "rangemode": "tozero", "tickformat": ",d", "nticks": 5},
    )
    return figure


def _draw_flags(seen: Monitor) -> None:
    draw_heading("To look at")
    if not seen.flags:
        small_print(["Nothing stands out. Flags never exclude anybody; you decide."])
        return
    small_print(["Figures that stand out. They exclude nobody: look at the answers, then decide."])
    with st.container(gap="xxsmall"):
        for place, flag in enumerate(seen.flags[:_LISTED_FLAGS]):
            with st.container(horizontal=True, wrap=False, vertical_alignment="top", gap="small"):
                if st.button(
                    "Look", key=f"flag-{place}", type="tertiary", icon=":material/visibility:"
                ):
                    open_person(flag.rater_id)
                    st.rerun()
                small_print([f"{flag.name}: {flag.text}"])
    if len(seen.flags) > _LISTED_FLAGS:
        small_print([f"{len(seen.flags) - _LISTED_FLAGS} more stand under “People”."])

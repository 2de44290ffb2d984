"""A study at work, told in words and bars."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from db.crowd.monitoring import HourCount, Monitor
from pages.components.people_watch import (
    coverage_html,
    dropout_text,
    headline_text,
    hours_figure,
    pace_text,
    phases_html,
)

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def seen(**parts: Any) -> Monitor:
    values: dict[str, Any] = {
        "status": "open",
        "phases": {},
        "per_hour": (),
        "coverage": {},
        "seconds": {},
        "dropout": None,
        "n_active": 0,
        "done": 0,
        "wanted": 0,
        "flags": (),
        "estimated_finish": None,
        "finish_reason": "",
    }
    return Monitor(**values | parts)


def test_the_headline_counts_what_is_in():
    assert headline_text(seen(done=412, wanted=1800)) == "412 of 1,800 ratings are in, 23%."
    assert headline_text(seen(done=4)) == "4 ratings are in."


def test_the_finish_is_told_or_why_it_is_not():
    finish = NOW + timedelta(hours=5)
    assert pace_text(seen(n_active=1, estimated_finish=finish), NOW) == (
        "1 person is at work. At this pace the ratings are in after 5 h, 25 November, 17:00 UTC."
    )
    late = seen(n_active=2, estimated_finish=NOW - timedelta(hours=1))
    assert pace_text(late, NOW) == "2 people are at work."
    none = seen(finish_reason="the study is paused")
    assert (
        pace_text(none, NOW) == "0 people are at work. No finish can be told: the study is paused."
    )


def test_of_a_closed_study_nobody_is_said_to_be_at_work():
    closed = seen(status="closed", n_active=4, phases={"rating": 4, "complete": 1, "withdrawn": 2})
    assert pace_text(closed, NOW) == "The study is closed. 4 people had not finished."


def test_leaving_is_told_as_unknown_none_or_a_share():
    assert "nothing is known" in dropout_text(seen())
    assert dropout_text(seen(dropout=0.0)).startswith("Nobody who began has left")
    assert dropout_text(seen(dropout=0.25)).startswith("25% of those who began")


def test_ends_nobody_reached_are_left_out_but_never_the_way_itself():
    shown = phases_html({"rating": 3, "failed_attention": 1})
    assert "<b>3</b><span>Rating</span>" in shown
    assert "<b>1</b><span>Failed attention</span>" in shown
    assert "<b>0</b><span>Finished</span>" in shown
    assert "Screened out" not in shown


def test_items_are_shared_out_by_their_ratings_and_said_for_those_who_cannot_see():
    shown = coverage_html(
        seen(coverage={"same": {0: 10, 3: 30}, "<i>": {1: 1}}, seconds={"same": 14.0}), 3
    )
    assert 'aria-label="10 with 0, 30 with 3"' in shown
    assert "40 items · usually 14 s" in shown
    assert "&lt;i&gt;" in shown
    assert "No item has been drawn" in coverage_html(seen(), 3)


def test_the_figure_has_a_bar_for_each_hour():
    hours = [HourCount(NOW - timedelta(hours=n), n) for n in range(24)]
    figure = hours_figure(hours)
    assert len(figure.data[0].x) == 24
    assert figure.layout.yaxis.title.text == "ratings"

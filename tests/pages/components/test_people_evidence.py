"""Figures about people, as they are read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, get_args

from core.crowd.quality import Signal, SignalKey
from db.crowd.people import HistoryAnswer, ParticipantRow
from pages.components.people_evidence import (
    READINGS,
    columns_shown,
    meanings_text,
    participant_rows,
    range_text,
    signal_text,
)
from pages.components.people_person import answer_row, moment_text, progress_text, way_html
from pages.components.people_recruit import link_rows, links_page, trial_link, way_back_text
from tests.support.crowd_study import plan_of

SEEN = datetime(2026, 11, 25, 12, tzinfo=UTC)


def person(rater_id: int = 1, **parts: Any) -> ParticipantRow:
    values: dict[str, Any] = {
        "rater_id": rater_id,
        "name": f"p{rater_id}",
        "arm": "main",
        "phase": "rating",
        "answered": 3,
        "assigned": 10,
        "minutes": 2.345,
        "signals": (),
        "proposals": (),
        "is_test": False,
        "excluded_reason": "",
        "last_seen_at": SEEN,
    }
    return ParticipantRow(**values | parts)


def test_every_signal_has_words():
    assert set(READINGS) == set(get_args(SignalKey))


def test_a_figure_is_told_with_what_it_rests_on():
    assert signal_text(Signal("check_share", 0.5, 4)) == "50% of 4"
    assert signal_text(Signal("longest_run", 7.0, 20)) == "7"
    assert signal_text(Signal("left_share", None, 0, reason="none")) == "–"
    assert range_text(Signal("left_share", 0.4, 10, low=0.2, high=0.8)) == "20% to 80%"
    assert range_text(Signal("longest_run", 7.0, 20, high=5.0)) == "at most 5"
    assert range_text(Signal("fast_share", 0.4, 10)) == ""


def test_a_row_says_whether_a_rule_is_broken_or_somebody_decided():
    rows = participant_rows(
        [
            person(1, signals=(Signal("fast_share", 0.123, 9),)),
            person(2, proposals=("too fast",)),
            person(3, proposals=("too fast",), excluded_reason="Asked to.", is_test=True),
        ]
    )
    assert [row["state"] for row in rows] == ["", "rule broken", "excluded"]
    assert [row["fast_share"] for row in rows] == [0.12, None, None]
    assert rows[2]["person"] == "p3 (test)"
    assert "check_share" not in rows[0]
    assert "state" in columns_shown(rows)
    assert "state" not in columns_shown(rows[:1])


def test_only_the_figures_shown_are_explained():
    told = meanings_text(["person", "fast_share", "others_share"])
    assert told.startswith("Too fast: answers faster than")
    assert "Checks right" not in told
    assert "never excludes anybody" in told
    assert "never excludes" not in meanings_text(["fast_share"])
    assert not meanings_text(["person"])


def test_an_answer_is_told_with_what_was_special_about_it():
    one = HistoryAnswer(
        1, "pair:1:2", "same", "repeat", 1, 2, None, 0.5, 3.2, is_late=True, created_at=SEEN
    )
    row = answer_row(one)
    assert row["answer"] == "can't tell"
    assert row["kind"] == "repeat, change 2, late"
    assert row["sure"] == "fairly sure"


def test_the_way_is_told_in_the_order_of_time():
    shown = way_html(
        {"rating": "2026-11-25T12:05:00+00:00", "consent": "2026-11-25T12:00:00+00:00"}
    )
    assert shown.index("Reading the consent") < shown.index("Rating")
    assert moment_text("<b>") == "&lt;b&gt;"
    assert progress_text(3, 10, 0.0) == "3 of 10 answered"


def test_links_leave_tests_out_and_the_printed_page_is_escaped():
    rows = link_rows([person(1, name="<b>Ada"), person(2, is_test=True)], "http://x", b"k" * 32)
    assert [row["name"] for row in rows] == ["<b>Ada"]
    page = links_page("A & B", rows)
    assert "&lt;b&gt;Ada" in page
    assert rows[0]["link"] in page
    assert "<b>Ada" not in page


def test_a_test_address_has_an_id_of_its_own():
    plan = plan_of(recruiting={"platform": "generic", "id_parameter": "WORKER"})
    link = trial_link("http://x", 3, b"k" * 32, plan, "screened_out")
    assert link.startswith("http://x/join?study=")
    assert link.endswith("&WORKER=test-screened-out")


def test_what_an_end_gives_is_told():
    assert way_back_text("C1", "https://x") == "code C1 and redirect"
    assert way_back_text("", "") == "no code, no way back"

from datetime import UTC, datetime, timedelta

import pytest

from pages.components.pace import Pace, ago_text, duration_text


def test_pace_is_unknown_until_two_looks_lie_apart():
    pace = Pace()
    assert pace.per_second() is None
    pace.look(0.0, 10)
    pace.look(1.0, 20)
    assert pace.per_second() is None
    pace.look(4.0, 50)
    assert pace.per_second() == pytest.approx(10.0)


def test_what_lies_before_the_window_is_forgotten():
    pace = Pace()
    pace.look(0.0, 0)
    for second in range(100, 104):
        pace.look(float(second), 5 * (second - 100))
    assert pace.per_second() == pytest.approx(5.0)


def test_a_count_that_shrinks_starts_over():
    pace = Pace()
    pace.look(0.0, 100)
    pace.look(5.0, 0)
    assert pace.per_second() is None


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.2, "1 s"),
        (89, "89 s"),
        (90, "2 min"),
        (3600, "60 min"),
        (7200, "2 h"),
        (12000, "3 h 20 min"),
    ],
)
def test_durations_are_said_in_the_unit_that_fits(seconds: float, said: str):
    assert duration_text(seconds) == said


def test_moments_become_dates_after_a_day():
    assert ago_text(datetime.now(UTC) - timedelta(minutes=10)) == "10 min ago"
    assert ago_text(datetime(2026, 3, 4, tzinfo=UTC)) == "2026-03-04"

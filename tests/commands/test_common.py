import pytest

from commands import common
from commands.common import ProgressLine
from core.pipeline.records import Progress


@pytest.fixture
def clock(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(common.time, "monotonic", lambda: now[0])
    return now


def test_nothing_is_said_of_work_that_ends_at_once(clock, capsys):
    line = ProgressLine("ratings")
    clock[0] += 1.9
    line(Progress(planned=10, done=9))
    assert capsys.readouterr().err == ""


def test_rate_and_time_left_are_said_of_what_was_not_there_before(clock, capsys):
    line = ProgressLine("ratings")
    clock[0] += 10
    line(Progress(planned=300, skipped=100, done=40, failed=10))
    assert capsys.readouterr().err == "150/300 ratings, 5.0/s, about 30 s left, 10 failed\n"


def test_before_anything_is_counted_the_time_so_far_is_said(clock, capsys):
    line = ProgressLine("ratings")
    clock[0] += 12
    line(Progress())
    assert capsys.readouterr().err == "preparing ratings, 12 s so far\n"

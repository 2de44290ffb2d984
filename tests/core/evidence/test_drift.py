from datetime import UTC, datetime, timedelta

import pytest

from core.evidence.drift import PersonAnswer, courses

SAME, OTHER = "equivalent", "different"
START = datetime(2026, 1, 1, tzinfo=UTC)


def given(number, value, rater="ann", seconds=4):
    at = START + timedelta(minutes=number)
    return PersonAnswer(f"i{number:02}", rater, value, at, seconds * 1000)


def test_a_person_who_tires_parts_from_the_others_late(report_of):
    said = {f"i{n:02}": {"ann": SAME if n < 20 else OTHER, "bob": SAME} for n in range(40)}
    answers = [
        given(n, said[f"i{n:02}"]["ann"], seconds=8 if n < 20 else 2) for n in reversed(range(40))
    ]
    blocks = courses(report_of(said), answers)
    assert [block.number for block in blocks] == [1, 2, 3, 4, 5]
    assert [block.agreement for block in blocks] == pytest.approx([1, 1, 0.5, 0, 0])
    assert [block.seconds for block in blocks] == [8, 8, 5, 2, 2]
    assert blocks[0].share + blocks[-1].share == pytest.approx(1.0)


def test_few_answers_are_one_stretch(report_of):
    said = {f"i{n:02}": {"ann": SAME, "bob": OTHER} for n in range(10)}
    blocks = courses(report_of(said), [given(n, SAME) for n in range(10)])
    assert [(block.number, block.n_answers, block.agreement) for block in blocks] == [(1, 10, 0.0)]


def test_nobody_beside_her_means_no_agreement_to_speak_of(report_of):
    said = {f"i{n:02}": {"ann": SAME} for n in range(8)}
    block = courses(report_of(said), [given(n, SAME) for n in range(8)])[0]
    assert block.agreement is None
    assert block.n_compared == 0

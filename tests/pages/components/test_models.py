import pytest

from pages.components.models import (
    counts_text,
    is_recorded,
    price_text,
    split_models,
    suggested_judges,
    suggested_models,
)

RECORDED = ["Write a short poem about a lighthouse.", "Who invented the radio?"]


def test_entries_may_hold_several_models_and_repeat_them():
    assert split_models(["openai:a, openai:b", " openai:a ", ""]) == ["openai:a", "openai:b"]


def test_recordings_are_suggested_only_where_they_know_every_prompt():
    assert is_recorded(RECORDED)
    assert not is_recorded([*RECORDED, "Something new"])
    assert not is_recorded([])
    assert suggested_models(RECORDED, ["openai:a"]) == ["replay:sample"]
    assert suggested_models(["Something new"], ["openai:a", "openai:b"]) == ["openai:a"]
    assert suggested_models(["Something new"], []) == []


def test_the_recorded_judge_suggested_is_the_one_not_asked_yet():
    assert suggested_judges(RECORDED, []) == ["replay:sample-judge-1"]
    assert suggested_judges(RECORDED, ["replay:sample-judge-1"]) == ["replay:sample-judge-2"]


@pytest.mark.parametrize(
    ("cost", "said"),
    [
        (None, "cost unknown: price not listed"),
        ((0.0, 0.0), "$0.00"),
        ((0.004, 0.004), "<$0.01"),
        ((1.5, 12.25), "$1.50 to $12.25"),
    ],
)
def test_prices_are_never_rounded_to_nothing(cost: tuple[float, float] | None, said: str):
    assert price_text(cost) == said


def test_counts_are_listed_from_the_most_frequent():
    assert counts_text({"empty": 1, "short_set": 12}) == "short set 12, empty 1"

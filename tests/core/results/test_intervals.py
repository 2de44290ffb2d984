import numpy as np
import pytest

from core.results import PossibleRange, PromptMeans

COUNT_OF_FIVE = PossibleRange(1, 5, "fewer")


def metric(values: list[float], possible: PossibleRange = COUNT_OF_FIVE, seed: int = 0):
    return PromptMeans(seed).metric(values, possible)


def test_all_at_the_upper_end_has_no_interval_but_a_bound_on_exceptions():
    # Clopper-Pearson with 0 of 14: 1 - 0.025 ** (1 / 14) = 0.232.
    assert metric([5.0] * 14) == {
        "mean": 5,
        "se": 0,
        "low": None,
        "high": None,
        "n": 14,
        "reason": "All 14 gave 5; up to 23% of such prompts may give fewer.",
    }


@pytest.mark.parametrize(
    ("value", "possible", "ending"),
    [
        (1.0, COUNT_OF_FIVE, "may give more."),
        (3.0, COUNT_OF_FIVE, "may give another value."),
        (1.0, PossibleRange(0, 1), "may give less."),
        (0.7, PossibleRange(0, None), "may give another value."),
    ],
)
def test_the_bound_says_where_exceptions_can_lie(
    value: float, possible: PossibleRange, ending: str
):
    assert metric([value] * 60, possible)["reason"].endswith(ending)


def test_below_ten_prompts_there_is_no_interval():
    result = metric([1, 2, 3, 4, 5, 1, 2, 3, 4])
    assert (result["low"], result["high"]) == (None, None)
    assert result["reason"] == "9 prompts; an interval needs at least 10."
    assert result["se"] > 0


def test_one_prompt_has_no_standard_error():
    assert metric([2.0])["se"] is None


def test_ten_prompts_give_the_t_interval():
    values = [1, 2, 3, 4, 5, 1, 2, 3, 4, 5]
    # Mean 3, s = sqrt(20 / 9), t(9, .975) = 2.2622: 3 -+ 2.2622 * 1.4907 / sqrt(10).
    result = metric(values)
    assert result["low"] == pytest.approx(3 - 1.0664, abs=1e-3)
    assert result["high"] == pytest.approx(3 + 1.0664, abs=1e-3)


def test_a_t_interval_is_clipped_to_what_is_possible():
    result = metric([5.0] * 11 + [1.0])
    assert result["high"] == 5
    assert metric([1.0] * 11 + [5.0])["low"] == 1


def test_fifty_prompts_give_a_bootstrap_near_the_normal_interval():
    values = list(np.random.default_rng(5).uniform(1, 5, size=400))
    result = metric(values)
    assert result["low"] == pytest.approx(result["mean"] - 1.96 * result["se"], abs=0.02)
    assert result["high"] == pytest.approx(result["mean"] + 1.96 * result["se"], abs=0.02)


def test_the_same_seed_gives_the_same_bootstrap_and_another_seed_another():
    values = list(np.random.default_rng(3).uniform(1, 5, size=73))
    assert metric(values) == metric(values)
    assert metric(values)["low"] != metric(values, seed=1)["low"]

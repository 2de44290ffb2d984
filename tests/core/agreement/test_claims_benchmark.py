"""The benchmarks of claims and of speed run; what they print at real size is for people to read."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

BENCHMARKS = Path(__file__).parents[3] / "benchmarks"


def load(name: str):
    spec = importlib.util.spec_from_file_location(name, BENCHMARKS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def claims():
    return load("agreement_claims")


def test_equal_skill_looks_better_against_a_majority(claims):
    # .85² + .15²; a majority of three is right in .93925; .85 * .93925 + .15 * .06075; and a
    # member agrees unless both others are against her: 1 - .85 * .15² - .15 * .85² = .87250.
    assert claims.equal_skill() == pytest.approx((0.745, 0.8075, 0.8725), abs=0.003)


def test_a_coin_has_a_high_rho_because_ties_win_for_both(claims):
    assert claims.coin(0.85, 0.2, 1)[0] == pytest.approx(0.69, abs=0.01)


def test_always_same_passes_on_lopsided_pairs(claims):
    passes, ac1 = claims.constant_on_lopsided_pairs(40)
    assert passes > 0.95
    assert ac1 == pytest.approx(0.95, abs=0.005)


def test_the_published_table_shows_what_is_claimed():
    text = (BENCHMARKS.parent / "docs" / "coverage.md").read_text()
    found = {
        (cells[1].strip(), cells[2].strip()): float(cells[4])
        for cells in (line.split("|") for line in text.splitlines())
        if len(cells) == 6 and cells[4].strip().replace(".", "").isdigit()
    }
    clustered = [value for (what, _), value in found.items() if "clustered" in what]
    published = [value for (what, _), value in found.items() if "published" in what]
    assert len(clustered) == len(published) == 2
    assert max(clustered) <= 0.06 < 0.1 < min(published)


def test_the_speed_benchmark_runs_on_a_small_table():
    speed = load("agreement_speed")
    ratings, prompts = speed.answers(2_000)
    assert ratings.shape == (3, 2_000)
    for run in speed.ours(ratings, prompts).values():
        assert np.isfinite(speed.seconds_of(run, times=1))

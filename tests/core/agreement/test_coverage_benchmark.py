"""The coverage benchmark runs; what it prints at real size is for people to read."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

SCRIPT = Path(__file__).parents[3] / "benchmarks" / "agreement_coverage.py"


def load(name):
    spec = importlib.util.spec_from_file_location(name, SCRIPT.with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def benchmark():
    spec = importlib.util.spec_from_file_location("agreement_coverage", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look their module up by name while the class is being made.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


def test_benchmark_prints_coverage_by_method_prompts_and_prevalence(benchmark, capsys):
    sizes = ["--replicates", "3", "--bootstrap", "50", "--prompts", "9", "12", "--pairs", "3"]
    benchmark.main([*sizes, "--prevalence", "0.5"])
    lines = capsys.readouterr().out.splitlines()
    assert "## 50% of pairs equivalent" in lines
    assert "| statistic | method | 9 prompts | 12 prompts |" in lines
    default = next(line for line in lines if line.startswith("| per cent | **default**"))
    assert default.split("|")[3].strip() == "none"
    assert sum("| **default** |" in line for line in lines) == 5


def test_published_coverage_of_every_default_is_close_to_its_name_or_not_claimed():
    text = (SCRIPT.parents[1] / "docs" / "coverage.md").read_text()
    rows = [line.split("|")[3:-1] for line in text.splitlines() if "| **default** |" in line]
    assert len(rows) == 20
    held = [cell.split()[0] for row in rows for cell in row]
    shown = [float(value) for value in held if value not in ("none", "–")]
    assert len(shown) > 80
    assert all(0.92 <= value <= 0.98 for value in shown)


def test_published_coverage_of_scores_crossed_raters_and_corrected_means_is_close_to_its_name():
    text = (SCRIPT.parents[1] / "docs" / "coverage.md").read_text()
    part = text.partition("# Scores, crossed raters")[2].partition("## What the rules")[0]
    rows = [line.split("|")[1:-1] for line in part.splitlines() if line.startswith("| ")]
    cells = [cell.split()[0] for row in rows for cell in row[1:]]
    held = [float(cell) for cell in cells if cell.startswith("0.")]
    assert len(held) == 44
    # Two standard errors of a simulated .98 are .009.
    assert all(0.92 <= value <= 0.989 for value in held)
    assert sum(value > 0.98 for value in held) <= 2


def test_every_kind_of_interval_of_the_second_benchmark_is_simulated():
    more = load("agreement_coverage_more")
    rng = np.random.default_rng(0)
    for study in (more.corrected_pairs, more.corrected_counts):
        found, truth = study(30, 0.1, rng)
        assert found.low < found.value < found.high
        assert found.low - 0.5 < truth < found.high + 0.5
    assert len(list(more.score_rows(1))) == 4
    assert len(list(more.crossed_rows(1))) == 4

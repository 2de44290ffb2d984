"""The coverage benchmark runs; what it prints at real size is for people to read."""

import importlib.util
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / "benchmarks" / "agreement_coverage.py"


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
    assert "50% equivalent" in lines[1]
    assert "9 prompts" in lines[2]
    assert "12 prompts" in lines[2]
    default = next(line.split() for line in lines if line.startswith("percent   default"))
    assert default[2] == "none"

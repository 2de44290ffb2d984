import json

import pytest
from click.testing import CliRunner

from cli import cli
from core.experiments import EXPERIMENTS


@pytest.fixture
def run(sample_db):  # noqa: ARG001 - the study the commands work on
    def call(*arguments: str):
        return CliRunner().invoke(cli, list(arguments), catch_exceptions=False)

    return call


@pytest.mark.parametrize("name", list(EXPERIMENTS))
def test_every_experiment_analyses_what_is_stored(run, name):
    result = run("experiment", name, "sample", "--json")
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert found["experiment"] == name
    assert found["notes"]


def test_a_plan_names_runs_calls_and_cost_and_starts_nothing(run):
    result = run(
        "experiment", "temperature", "sample", "--plan", "--json",
        "--model", "replay:sample", "--judge", "replay:sample-judge-1",
    )  # fmt: skip
    plan = json.loads(result.stdout)
    # 16 prompts, 3 temperatures: 7 generation calls each; 9 conditions of 10 pairs; 45 responses
    # and one checklist.
    assert [step["calls"] for step in plan["steps"]] == [16 * 21, 16 * 90, 16 * 46]
    assert plan["calls"] == 16 * (21 + 90 + 46)
    assert plan["cost_usd"] == 0


def test_a_rerun_is_a_wave_of_its_own_compared_by_the_judge_both_share(run, tmp_path):
    result = run(
        "experiment", "stability", "sample", "--run", "--json", "--judge", "replay:sample-judge-1"
    )
    found = json.loads(result.stdout)
    rows = found["tables"][0]["rows"]
    assert len(rows) == 3 * 2
    # Recordings never drift.
    assert {row[5]["mean"] for row in rows} == {0}
    assert any("replay:sample-judge-1" in note for note in found["notes"])
    listed = run("study", "list").stdout
    assert "sample-20" in listed
    svg = tmp_path / "drift.svg"
    run("experiment", "stability", "sample", "--svg", str(svg))
    assert "Do the same conditions give the same answers later?" in svg.read_text()


def test_a_missing_model_is_named(run):
    with pytest.raises(Exception, match="--model"):
        run("experiment", "outside", "sample", "--plan")


def test_alignment_writes_trls_columns(run, tmp_path):
    path = tmp_path / "pairs.jsonl"
    result = run("alignment", "sample", "--format", "dpo", "--out", str(path), "--json")
    counts = json.loads(result.stdout)
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    assert counts["rows"] == len(rows) > 0
    assert counts["sets"] + counts["sets_left_out"] == 16 * 3
    for row in rows:
        assert {"prompt", "chosen", "rejected", "provenance"} <= set(row)
        assert row["score_chosen"] > row["score_rejected"]
        assert row["provenance"]["chosen_quality"] >= 4


def test_alignment_groups_have_a_reward_for_each_completion(run, tmp_path):
    path = tmp_path / "groups.jsonl"
    run("alignment", "sample", "--format", "grpo", "--out", str(path))
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    assert rows
    for row in rows:
        assert len(row["completions"]) == len(row["rewards"]) == 5
        assert sum(row["advantages"]) == pytest.approx(0, abs=1e-9)


def test_embedding_by_tfidf_keeps_distance_and_vendi(run):
    found = json.loads(run("embed", "sample", "--embedder", "tfidf", "--json").stdout)
    assert found == {"embedder": "tfidf", "texts": 0, "measures": 2 * 16 * 3}
    again = json.loads(run("embed", "sample", "--embedder", "tfidf", "--json").stdout)
    assert again["measures"] == 0

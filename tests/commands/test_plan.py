"""What `taskanchor plan` prints."""

from __future__ import annotations

import numpy as np
import pytest


@pytest.fixture
def pilot(tmp_path):
    """Three people and a judge on 60 pairs of 12 prompts."""
    rng = np.random.default_rng(0)
    lines = ["item_id,prompt_id,question,rater_id,rater_kind,value,repeat"]
    for item in range(60):
        same = rng.random() < 0.5
        for rater in ("ann", "bob", "cat", "judge"):
            word = "same" if same ^ (rng.random() < 0.15) else "different"
            kind = "judge" if rater == "judge" else "human"
            lines.append(f"i{item},p{item // 5},equivalence,{rater},{kind},{word},0")
    path = tmp_path / "pilot.csv"
    path.write_text("\n".join(lines))
    return path


def test_the_closed_form_and_its_cost_are_one_json_object(taskanchor):
    found = taskanchor("plan", "--half-width", "0.05", "--seconds", "25", "--json").json
    assert found["sample"]["n_items"] == 246
    assert found["effort"]["n_ratings"] == 738
    assert found["effort"]["person_hours"] == pytest.approx(738 * 25 / 3600)
    assert found["alt_test"] is None
    assert found["pilot"] is None


def test_a_pilot_replaces_what_was_assumed_and_leaves_judges_out(taskanchor, pilot):
    found = taskanchor("plan", "--pilot", str(pilot), "--pairs-per-prompt", "5", "--json").json
    assert found["pilot"]["n_raters"] == 3
    assert found["pilot"]["n_prompts"] == 12
    assert found["sample"]["design"]["expected"] == found["pilot"]["expected"]


def test_the_alternative_test_is_planned_with_it_and_the_larger_number_is_costed(taskanchor):
    found = taskanchor(
        "plan", "--half-width", "0.2", "--epsilon", "0.2", "--studies", "50", "--json"
    ).json
    assert found["alt_test"]["power"] >= 0.8
    larger = max(found["alt_test"]["n_items"], found["sample"]["total_items"])
    assert found["effort"]["n_ratings"] == 3 * larger


def test_sentences_say_what_is_needed_and_for_whom(taskanchor):
    said = taskanchor("plan", "--categories", "8", "--half-width", "0.15").out
    assert "28 items from 28 prompts per category" in said
    assert "Exploratory per category" in said
    assert "these 3 raters" in said


def test_what_no_number_of_items_reaches_is_not_costed(taskanchor):
    found = taskanchor("plan", "--half-width", "0.05", "--rater-sd", "0.1", "--json").json
    assert found["sample"]["n_items"] is None
    assert found["effort"] is None


def test_a_pilot_of_another_kind_of_file_is_refused(taskanchor, tmp_path):
    path = tmp_path / "pilot.docx"
    path.write_text("x")
    done = taskanchor("plan", "--pilot", str(path))
    assert done.code == 2
    assert "expected .csv, .parquet, .jsonl" in done.err


def test_nonsense_is_refused_with_the_value(taskanchor):
    done = taskanchor("plan", "--half-width", "0.7")
    assert done.code == 2
    assert "half_width is 0.7" in done.err

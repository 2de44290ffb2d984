"""What `taskanchor agreement` and `taskanchor results` print."""

from __future__ import annotations

import re

import pytest

from commands.analysis import _cell
from core.taxonomy import load_taxonomy
from db.models import Study
from db.queries.studies import add_study


@pytest.mark.usefixtures("sample_db")
@pytest.mark.parametrize("command", ["agreement", "results"])
def test_sample_data_is_named_as_such_before_anything_else(taskanchor, command):
    done = taskanchor(command, "sample")
    assert done.code == 0
    assert done.out.startswith("Sample data:")


@pytest.mark.usefixtures("sample_db")
@pytest.mark.parametrize("command", ["agreement", "results"])
def test_json_has_no_line_before_it(taskanchor, command):
    assert taskanchor(command, "sample", "--json").json["study"] == "sample"


def test_figures_of_other_studies_are_not_called_sample_data(taskanchor, sample_db):
    with sample_db.write() as session:
        session.query(Study).one().is_sample = False
    assert "Sample data" not in taskanchor("agreement", "sample").out


@pytest.mark.usefixtures("sample_db")
def test_the_ensemble_is_a_judge_among_the_others(taskanchor):
    report = taskanchor("agreement", "sample", "--json").json
    rows = {row["judge"]: row for row in report["judges"] if row["category"] == "all"}
    assert set(rows) == {"ensemble:majority", "replay:sample-judge-1", "replay:sample-judge-2"}
    assert rows["ensemble:majority"]["n_items"] == 96
    assert "ensemble:majority agrees" in taskanchor("agreement", "sample").out


@pytest.mark.usefixtures("sample_db")
@pytest.mark.parametrize("command", ["agreement", "results"])
def test_no_table_shows_a_negative_zero(taskanchor, command):
    assert not re.search(r"-0\.000", taskanchor(command, "sample").out)


def test_a_value_that_rounds_to_zero_has_no_sign():
    assert _cell({"value": -0.0004, "low": -0.0001, "high": -0.0}) == "0.000 [0.000, 0.000]"
    assert _cell({"value": -0.0006}) == "-0.001"


def test_a_study_nobody_rated_says_so(taskanchor, sample_db, settings):
    with sample_db.write() as session:
        add_study(session, "new", "New", load_taxonomy(settings.prompts_dir))
    assert "Nobody has answered 'equivalence' yet" in taskanchor("agreement", "new").out

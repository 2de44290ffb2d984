"""What `taskanchor agreement` and `taskanchor results` print."""

from __future__ import annotations

import re

import pytest

from commands.analysis import _cell
from core.taxonomy import load_taxonomy
from db.models import Participation, Rater, Study, now
from db.queries.agreement import fix_epsilon
from db.queries.studies import add_study, get_study


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


ALT_KEYS = {
    "variant", "epsilon", "omega", "rho", "passed", "q", "n_tests", "skipped", "per_rater",
}  # fmt: skip


@pytest.mark.usefixtures("sample_db")
@pytest.mark.parametrize("variant", ["clustered", "published"])
def test_the_alternative_test_is_added_to_every_judge(taskanchor, variant):
    asked = ("--alt-test", "--epsilon", "0.1", "--variant", variant)
    report = taskanchor("agreement", "sample", *asked, "--json").json
    for row in report["judges"]:
        test = row["alt_test"]
        assert set(test) >= ALT_KEYS
        assert (test["variant"], test["epsilon"]) == (variant, 0.1)
        for rater in test["per_rater"]:
            assert {"rater", "n_items", "rho", "p", "rejected"} <= set(rater)


@pytest.mark.usefixtures("sample_db")
def test_without_the_alternative_test_no_row_has_it(taskanchor):
    report = taskanchor("agreement", "sample", "--json").json
    assert not any("alt_test" in row for row in report["judges"])


@pytest.mark.usefixtures("sample_db")
def test_the_alternative_test_needs_an_epsilon_and_epsilon_the_test(taskanchor):
    without = taskanchor("agreement", "sample", "--alt-test")
    assert without.code == 2
    assert "needs --epsilon" in without.err
    alone = taskanchor("agreement", "sample", "--epsilon", "0.1")
    assert alone.code == 2
    assert "add --alt-test" in alone.err
    beyond = taskanchor("agreement", "sample", "--alt-test", "--epsilon", "3")
    assert beyond.code == 2
    assert "3" in beyond.err


def test_the_epsilon_a_study_fixed_is_taken_and_another_one_is_named(taskanchor, sample_db):
    with sample_db.write() as session:
        fix_epsilon(session, get_study(session, "sample"), "skilled")
    report = taskanchor("agreement", "sample", "--alt-test", "--json").json
    assert report["judges"][0]["alt_test"]["epsilon"] == 0.15
    other = taskanchor("agreement", "sample", "--alt-test", "--epsilon", "0.2", "--json")
    assert "Epsilon is 0.2 here; the study fixed 0.15" in other.err
    assert other.json["judges"][0]["alt_test"]["epsilon"] == 0.2


@pytest.mark.usefixtures("sample_db")
def test_a_judge_is_never_said_to_have_failed(taskanchor):
    out = taskanchor("agreement", "sample", "--alt-test", "--epsilon", "0.1").out
    assert "failed" not in out.lower()
    assert "was not fixed for this study, so nothing is said" in out
    assert "may stand in" not in out


def test_excluded_people_are_left_out_unless_asked_for(taskanchor, sample_db):
    with sample_db.write() as session:
        study = get_study(session, "sample")
        person = session.query(Rater).filter_by(identity="person-1").one()
        session.add(
            Participation(
                rater_id=person.id,
                study_id=study.id,
                arm="main",
                phase="complete",
                excluded_reason="too fast",
                excluded_at=now(),
            )
        )
    without = taskanchor("agreement", "sample", "--json").json
    included = taskanchor("agreement", "sample", "--include-excluded", "--json").json
    assert without["excluded"] == included["excluded"] == ["person-1"]
    assert (without["with_excluded"], included["with_excluded"]) == (False, True)
    assert without["humans"][0]["n_raters"] == 2
    assert included["humans"][0]["n_raters"] == 3
    assert "1 excluded person are left out" in taskanchor("agreement", "sample").out


@pytest.mark.usefixtures("sample_db")
def test_scores_are_added_for_questions_of_scores_only(taskanchor):
    assert "scores" not in taskanchor("agreement", "sample", "--json").json
    asked = ("agreement", "sample", "--question", "quality")
    scores = taskanchor(*asked, "--json").json["scores"]
    assert {row["category"] for row in scores["humans"]} >= {"all", "A"}
    assert scores["icc_forms"] in (["1,1", "1,k"], ["2,1", "2,k"])
    judge = next(row for row in scores["judges"] if row["category"] == "all")
    assert -1 <= judge["kendall_tau_b"]["value"] <= judge["spearman"]["value"] <= 1
    printed = taskanchor(*asked).out
    assert f"{judge['mean_difference']['value']:.3f}" in printed
    assert "scores of judges beside people's mean" in printed

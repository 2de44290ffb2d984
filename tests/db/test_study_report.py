"""The report of a study, and that its bundle alone gives every number again."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime

import pytest

from core.agreement import score_agreement
from db.bundles import opened_bundle
from db.exports import export_study
from db.models import Participation, Rater
from db.queries.agreement import fix_epsilon
from db.queries.disagreement import add_tag, adjudicate
from db.queries.studies import get_study
from db.reports import make_agreement_report
from db.study_report import make_report_files
from tests.support.rated_study import RatedStudy


def files_of(database, settings, slug="sample", **options):
    with database.read() as session:
        return make_report_files(session, settings, get_study(session, slug), **options)


@pytest.fixture
def busy_study(sample_db, settings):
    """The sample study with an excluded person, a tag, an adjudication and a fixed epsilon."""
    with sample_db.write() as session:
        study = get_study(session, "sample")
        person = session.query(Rater).filter_by(identity="person-2").one()
        session.add(
            Participation(
                rater_id=person.id,
                study_id=study.id,
                arm="main",
                phase="complete",
                excluded_reason="answered too fast",
                excluded_at=datetime(2026, 1, 1, tzinfo=UTC),
            )
        )
        fix_epsilon(session, study, "skilled")
        report = make_agreement_report(session, settings, study, "equivalence")
        item = str(report.panel.item_ids[0])
        add_tag(session, study.id, item, "equivalence", "definition unclear")
        adjudicate(
            session, study.id, item, "equivalence", "different", actor="eva", judges_seen=True
        )
    return sample_db


def test_the_bundle_alone_gives_every_number_of_the_report(busy_study, settings, tmp_path):
    here = files_of(busy_study, settings)
    export_study(busy_study, settings, "sample", tmp_path / "s.zip")
    with opened_bundle(tmp_path / "s.zip", settings) as (own, database, slug):
        there = files_of(database, own, slug)
    assert there.keys() == here.keys()
    for name, content in here.items():
        assert there[name] == content, name
    assert len(here) > 30


def test_the_same_seed_gives_the_same_files_and_another_says_so(sample_db, settings):
    only = {"questions": ["quality"]}
    assert files_of(sample_db, settings, **only) == files_of(sample_db, settings, **only)
    assert "Seed 7." in files_of(sample_db, settings, seed=7, **only)["report.html"]


def test_the_report_says_what_a_reader_needs(busy_study, settings):
    page = files_of(busy_study, settings)["report.html"]
    for said in (
        "Sample data: texts and verdicts are made up",
        "equivalence: On 96 pairs from",
        "excluded by a researcher",
        "answered too fast",
        "Epsilon 0.15 (skilled annotators) was fixed on",
        "definition unclear",
        "adjudicator had seen judges",
        "equivalence@",
        "Seed 0.",
        "numpy",
        "Limits",
    ):
        assert said in page, said


def test_no_page_says_that_a_judge_failed_or_replaces_people(busy_study, settings):
    page = files_of(busy_study, settings)["report.html"].lower()
    for word in ("replace", "judge failed", "failed the", "no trade-off"):
        assert word not in page, word


def test_people_are_under_pseudonyms_everywhere(busy_study, settings):
    for name, content in files_of(busy_study, settings).items():
        assert not re.search(r"person-[123]", content), name


def test_the_page_asks_nothing_of_any_other_place(sample_db, settings):
    page = files_of(sample_db, settings)["report.html"]
    assert "default-src 'none'" in page
    assert not re.search(r"(src|href)\s*=\s*[\"'](?!#)", page)
    assert "<script" not in page
    assert "@import" not in page
    assert "url(" not in page


def test_tables_hold_the_numbers_of_the_agreement_report(sample_db, settings):
    files = files_of(sample_db, settings, questions=["equivalence"])
    rows = list(csv.DictReader(io.StringIO(files["tables/people-equivalence.csv"], newline="")))
    with sample_db.read() as session:
        report = make_agreement_report(
            session, settings, get_study(session, "sample"), "equivalence"
        )
    found = report.humans[0].statistics["percent"]
    assert float(rows[0]["percent"]) == found.value
    assert float(rows[0]["percent low"]) == found.low
    assert rows[0]["percent method"] == found.method


def test_answers_that_are_scores_have_tables_in_every_format(sample_db, settings):
    files = files_of(sample_db, settings, questions=["quality"])
    with sample_db.read() as session:
        report = make_agreement_report(session, settings, get_study(session, "sample"), "quality")
    found = score_agreement(report.panel)
    rows = list(csv.DictReader(io.StringIO(files["tables/scores-judges-quality.csv"], newline="")))
    assert float(rows[0]["Spearman"]) == found.judges[0].statistics["spearman"].value
    assert float(rows[0]["Spearman low"]) == found.judges[0].statistics["spearman"].low
    assert "ICC, mean" in files["tables/scores-people-quality.tex"]
    assert "Quality: answers as scores" in files["report.html"]
    assert found.notes[0] in files["report.html"]


def test_hostile_names_stay_text(db, db_settings):
    with db.write() as session:
        study = RatedStudy(session, db_settings)
        study.study.title = "<img src=x onerror=alert(1)>"
        first, second = study.responses(study.prompt("p"), study.condition("t"), ["a", "b"])
        pair = study.pair(first, second)
        study.say("</svg><script>:x", pair, "equivalent")
        study.say("ann", pair, "equivalent")
        study.say("bob", pair, "different")
    files = files_of(db, db_settings, "rated")
    assert "<img" not in files["report.html"]
    assert "<script" not in files["report.html"]
    assert "&lt;img" in files["report.html"]


def test_an_unrated_study_has_a_report_that_says_so(db, db_settings):
    with db.write() as session:
        RatedStudy(session, db_settings)
    page = files_of(db, db_settings, "rated")["report.html"]
    assert "No judge and no person can be compared yet." in page
    assert "0 people answered" in page


def test_nothing_is_said_of_standing_in_before_epsilon_is_fixed(sample_db, settings):
    before = files_of(sample_db, settings)["report.html"]
    assert "may stand in for" not in before
    assert "Epsilon was not fixed before" in before
    with sample_db.write() as session:
        fix_epsilon(session, get_study(session, "sample"), "crowd")
    assert "may stand in for one of these 3 raters" in files_of(sample_db, settings)["report.html"]

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from core.errors import UserError
from core.evidence.corrected import corrected_rows
from db.models import Participation, Rater, Rating, Sample, Study
from db.queries.agreement import (
    find_epsilon,
    fix_epsilon,
    list_excluded,
    load_item_facts,
)
from db.queries.evidence import (
    load_confidences,
    load_correction_items,
    load_opinions,
    load_person_answers,
)
from db.queries.judges import list_judge_overviews
from db.queries.studies import get_study
from db.reports import default_template, load_agreement
from db.study_report import make_report_files, make_study_report
from tests.support.rated_study import RatedStudy

Q = "equivalence"
JUDGE = "openai:j"


@pytest.fixture
def rated(db, db_settings):
    """40 prompts of two responses; a judge on all, two people on the first 24."""
    with db.write() as session:
        study = RatedStudy(session, db_settings)
        condition = study.condition("temperature")
        for number in range(40):
            prompt = study.prompt(f"p{number:02}")
            pair = study.pair(*study.responses(prompt, condition, ["one", f"two {number}"])[:2])
            pair.cluster = prompt.external_id
            verdict = "equivalent" if number % 2 else "different"
            study.say(JUDGE, pair, verdict, order="ab", confidence=0.75)
            study.say(JUDGE, pair, "equivalent", order="ba", confidence=0.5)
            if number >= 24:
                continue
            start = datetime(2026, 1, 1, tzinfo=UTC)
            for rater in ("ann", "bob"):
                at = start + timedelta(minutes=number)
                study.say(rater, pair, verdict, elapsed_ms=3000, created_at=at, order="ab")
            session.add(
                Sample(
                    study_id=study.study.id,
                    item_id=pair.id,
                    question=Q,
                    frame="all",
                    inclusion_probability=0.6,
                    seed=0,
                )
            )
        return study.study.id, study.template


def test_facts_tell_strategy_length_and_language(db, rated):
    with db.read() as session:
        facts = load_item_facts(session, rated[0], Q)
    assert len(facts) == 24
    assert set(facts["strategy"]) == {"temperature"}
    # "one" has 3 characters and "two 0" 5.
    assert facts["characters"].iloc[0] == 4.0
    assert np.isnan(facts["position"].iloc[0])


def test_people_answers_come_with_their_times(db, rated):
    with db.read() as session:
        answers = load_person_answers(session, rated[0], Q)
    assert len(answers) == 48
    assert {answer.elapsed_ms for answer in answers} == {3000}
    assert min(answer.at for answer in answers) == datetime(2026, 1, 1, tzinfo=UTC)


def test_confidences_are_those_of_raters_who_gave_them(db, rated):
    with db.read() as session:
        table = load_confidences(session, *[rated[0], Q, rated[1]])
    assert set(table["rater_id"]) == {JUDGE}
    assert len(table) == 80


def test_a_judge_is_corrected_by_the_people_on_a_known_sample(db, rated):
    with db.read() as session:
        items = load_correction_items(session, rated[0], Q, JUDGE, rated[1])
    assert len(items.scores) == 40
    assert int(np.isfinite(items.human).sum()) == 24
    # Two orders: equivalent in both on odd prompts, in one on even ones: (1 + .5) / 2.
    rows = corrected_rows(items)
    whole = rows[0].mean
    assert whole.judge_only.value == pytest.approx(0.75)
    assert whole.human_only.value == pytest.approx(0.5)
    assert whole.corrected.low < 0.5 < whole.corrected.high
    assert [(row.strategy, row.category) for row in rows] == [
        ("all", "all"),
        ("temperature", "all"),
        ("all", "G"),
        ("temperature", "G"),
    ]


def test_a_sample_of_unknown_probabilities_corrects_nothing(db, rated):
    with db.write() as session:
        session.query(Sample).update({"inclusion_probability": None})
    with db.read() as session:
        whole = corrected_rows(load_correction_items(session, rated[0], Q, JUDGE, rated[1]))[0].mean
    assert whole.corrected.value is None
    assert "cannot estimate the study" in whole.corrected.reason


def test_opinions_hold_people_and_their_arms(db, db_settings):
    with db.write() as session:
        study = RatedStudy(session, db_settings)
        first, second = study.responses(study.prompt("p"), study.condition("t"), ["a", "b"])
        pair = study.pair(first, second)
        study.say("ann", pair, "useful", question="usefulness", order="ba")
        study.say("bob", pair, "equivalent", question="same")
        study.say("cem", pair, "different")
        study.say(JUDGE, pair, "different")
        ann = study._raters["ann"]
        session.add(
            Participation(rater_id=ann.id, study_id=study.study.id, arm="useful", phase="rating")
        )
        study_id = study.study.id
    with db.read() as session:
        table, arms = load_opinions(session, study_id)
    assert sorted(zip(table["rater_id"], table["question"], strict=True)) == [
        ("ann", "usefulness"),
        ("bob", "same"),
        ("cem", "equivalence"),
    ]
    assert arms == {"ann": "useful"}


def test_excluded_people_are_listed_with_the_reason(db, rated):
    with db.write() as session:
        study = get_study(session, "rated")
        ann = session.query(Rater).filter_by(identity="ann").one()
        session.add(
            Participation(
                rater_id=ann.id,
                study_id=study.id,
                arm="main",
                phase="complete",
                excluded_reason="too fast",
                excluded_at=datetime(2026, 1, 2, tzinfo=UTC),
            )
        )
    with db.read() as session:
        assert list_excluded(session, rated[0]) == {"ann": "too fast"}


@pytest.mark.usefixtures("rated")
def test_epsilon_is_fixed_once_with_time_and_what_was_there(db):
    with db.write() as session:
        study = get_study(session, "rated")
        assert find_epsilon(study) is None
        fix_epsilon(session, study, "expert", actor="eva")
    with db.write() as session:
        study = get_study(session, "rated")
        found = find_epsilon(study)
        assert (found.annotators, found.epsilon, found.answers_then) == ("expert", 0.2, 48)
        with pytest.raises(UserError, match=r"Epsilon was fixed at 0\.2 on .* it stays"):
            fix_epsilon(session, study, "crowd")
        with pytest.raises(UserError, match="Annotators are 'robots'; expected one of expert"):
            fix_epsilon(session, study, "robots")


@pytest.fixture
def directed(db, db_settings):
    """Ten pairs: ann says of eight that B adds to A, bob of none that A adds to B; two judges.

    The first judge answers both directions, the second only whether B adds to A.
    """
    with db.write() as session:
        study = RatedStudy(session, db_settings)
        condition = study.condition("t")
        words = default_template("usefulness", db_settings)
        for number in range(10):
            prompt = study.prompt(f"p{number}")
            pair = study.pair(*study.responses(prompt, condition, ["a", "b"]))
            forth = "useful" if number < 8 else "not_useful"
            for rater, order, value in (
                ("ann", "ab", forth),
                ("bob", "ba", "not_useful"),
                ("x:both", "ab", forth),
                ("x:both", "ba", "not_useful" if number else "useful"),
                ("x:forth", "ab", "useful"),
            ):
                study.say(
                    rater,
                    pair,
                    value,
                    question="usefulness",
                    order=order,
                    confidence=0.5,
                    template=words if ":" in rater else "",
                )
        return study.study.id


def test_people_and_judges_meet_in_their_own_direction_only(db, db_settings, directed):
    reports = {}
    with db.read() as session:
        study = session.get(Study, directed)
        for way in ("ab", "ba"):
            data = load_agreement(session, db_settings, study, "usefulness", way)
            reports[way] = data.report()
    assert {way: one.humans[0].n_raters for way, one in reports.items()} == {"ab": 1, "ba": 1}
    shares = {
        (way, row.judge): (row.n_items, row.n_flips, row.statistics["percent"].value)
        for way, one in reports.items()
        for row in one.judges
        if row.category == "all" and row.judge.startswith("x:")
    }
    # ann: both 10 of 10, forth 8 of 10; bob: both 9 of 10, and forth was never asked.
    assert shares == {
        ("ab", "x:both"): (10, 0, 1.0),
        ("ab", "x:forth"): (10, 0, 0.8),
        ("ba", "x:both"): (10, 0, 0.9),
    }


def test_courses_and_confidences_are_of_the_same_direction(db, directed):
    with db.read() as session:
        for way, person, n in (("ab", "ann", 30), ("ba", "bob", 20)):
            people = load_person_answers(session, directed, "usefulness", way)
            assert {one.rater for one in people} == {person}
            assert len(load_confidences(session, directed, "usefulness", "", way)) == n


def test_an_overview_of_a_directed_question_knows_no_flips(db, directed):
    with db.read() as session:
        rows = list_judge_overviews(session, directed)
    assert [(row.judge, row.orders, row.n_items, row.n_answers, row.n_both) for row in rows] == [
        ("x:both", ("ab", "ba"), 10, 20, 0),
        ("x:forth", ("ab",), 10, 10, 0),
    ]


def test_a_study_report_has_a_part_for_each_direction_that_was_asked(db, db_settings, directed):
    with db.write() as session:
        study = session.get(Study, directed)
        only = {"questions": ["usefulness"]}
        found = make_study_report(session, db_settings, study, **only).questions
        assert [part.name for part in found] == ["usefulness-ab", "usefulness-ba"]
        files = make_report_files(session, db_settings, study, **only)
        assert {f"tables/people-usefulness-{way}.csv" for way in ("ab", "ba")} <= files.keys()
        bob = session.query(Rater).filter_by(identity="bob").one()
        session.query(Rating).filter_by(rater_id=bob.id).delete()
        found = make_study_report(session, db_settings, study, **only).questions
        assert [part.name for part in found] == ["usefulness-ab"]

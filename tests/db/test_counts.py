"""Distinct counts by people and judges from stored answers."""

from datetime import UTC, datetime
from itertools import combinations

import pytest

from db.counts import list_counting_judges, make_corrected_counts
from db.models import Item, Participation, Rater, Sample
from db.reports import result_templates
from tests.support.rated_study import RatedStudy

JUDGE, OTHER = "openai:j", "openai:k"


def sampled(session, study, item, question, probability):
    session.add(
        Sample(
            study_id=study.study.id,
            item_id=item.id,
            question=question,
            frame="all",
            inclusion_probability=probability,
            seed=0,
        )
    )


@pytest.fixture
def counted(db, db_settings):
    """30 prompts of three responses; a judge that calls all alike; people count and sort 24."""
    with db.write() as session:
        study = RatedStudy(session, db_settings)
        condition = study.condition("temperature")
        for number in range(30):
            prompt = study.prompt(f"p{number:02}")
            members = study.responses(prompt, condition, ["a", "b", f"c {number}"])
            for first, second in combinations(members, 2):
                pair = study.pair(first, second)
                study.say(JUDGE, pair, "equivalent")
                if number == 0:
                    study.say(OTHER, pair, "different")
                    study.say("cem", pair, "different" if first is members[0] else "equivalent")
                    sampled(session, study, pair, "equivalence", 1.0)
            one_set = Item(
                study_id=study.study.id,
                kind="set",
                key=f"set:{number}",
                cluster=prompt.external_id,
                prompt_id=prompt.id,
                content={"response_ids": [one.id for one in members]},
            )
            session.add(one_set)
            session.flush()
            if number >= 24:
                continue
            study.say("ann", one_set, "1", question="count", revision=0)
            study.say("ann", one_set, "2", question="count", revision=1)
            study.say("bob", one_set, "3" if number % 2 else "2", question="count")
            study.say("ann", one_set, "0,1,0", question="grouping")
            sampled(session, study, one_set, "count", 0.8)
            sampled(session, study, one_set, "grouping", None)
        return study.study.id


def test_counts_come_from_sets_people_counted_sorted_or_rated_in_full(db, db_settings, counted):
    templates = result_templates(db_settings)
    with db.read() as session:
        judges = list_counting_judges(session, counted, templates[0])
        found = make_corrected_counts(session, templates, counted, JUDGE)
    assert judges == ["ensemble:majority", JUDGE, OTHER]
    count, grouping, pairs = [one.row.mean for one in found.leads]
    # Ann's newest answer is 2; Bob says 2 and 3 in turn: (2 + 2.5) / 2.
    assert count.human_only.value == pytest.approx(2.25)
    assert count.judge_only.value == 1.0
    assert count.n_labelled_prompts == 24
    assert count.corrected.low is not None
    assert grouping.corrected.value is None
    assert "cannot estimate the study" in grouping.corrected.reason
    # By Cem's verdicts b and c are one group, a another.
    assert pairs.human_only.value == 2.0


def test_a_person_a_researcher_excluded_does_not_count(db, db_settings, counted):
    with db.write() as session:
        bob = session.query(Rater).filter_by(identity="bob").one()
        session.add(
            Participation(
                rater_id=bob.id, study_id=counted, arm="a", phase="complete",
                excluded_at=datetime(2026, 1, 2, tzinfo=UTC),
            )
        )  # fmt: skip
    with db.read() as session:
        found = make_corrected_counts(session, result_templates(db_settings), counted, JUDGE)
    assert found.leads[0].row.mean.human_only.value == 2.0

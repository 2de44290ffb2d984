"""Inviting people and watching them, on both databases."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest
from sqlalchemy import select

from core.errors import UserError
from core.taxonomy import load_taxonomy
from core.types import Question
from db.engine import Database
from db.invitations import Invitation, invite, list_frame
from db.models import Assignment, Condition, Item, Prompt, Rater, Response, Sample, Study
from db.queries.answers import Given, add_answer
from db.queries.people import list_coverage, list_people
from db.queries.studies import add_study
from db.queries.tasks import find_task

PROMPTS, CONDITIONS, N = 4, 2, 3


@pytest.fixture
def study(db: Database) -> Study:
    """Four prompts of two categories, two conditions, sets of three responses; no items yet."""
    with db.write() as session:
        study = add_study(session, "pilot", "Pilot", load_taxonomy())
        conditions = [
            Condition(study_id=study.id, hash=f"h{c}", label=f"c{c}", model="m", strategy="s", n=N)
            for c in range(CONDITIONS)
        ]
        prompts = [
            Prompt(study_id=study.id, external_id=f"p{p}", text=f"Ask {p}", category="AF"[p % 2])
            for p in range(PROMPTS)
        ]
        session.add_all([*conditions, *prompts])
        session.flush()
        session.add_all(
            Response(
                prompt_id=prompt.id,
                condition_id=condition.id,
                sample_index=index,
                status="ok",
                text=f"two words {prompt.external_id} {condition.label} {index}",
            )
            for prompt in prompts
            for condition in conditions
            for index in range(N)
        )
    return study


def send(db: Database, study: Study, **changes: object) -> list[int]:
    values: dict[str, object] = {
        "names": ("", "", ""),
        "n_items": {Question.EQUIVALENCE: 8, Question.QUALITY: 4},
        "ratings_per_item": 2,
        "seed": 7,
    }
    with db.write() as session:
        return invite(session, study, Invitation(**(values | changes)))


def assignments(db: Database) -> list[Assignment]:
    with db.read() as session:
        return list(session.scalars(select(Assignment).order_by(Assignment.id)))


def test_the_frame_counts_what_was_never_asked_about(db, study):
    with db.read() as session:
        frame = list_frame(session, study.id)
        assert session.scalars(select(Item)).all() == []
    assert {(cell.condition, cell.category) for cell in frame} == {
        (condition, category) for condition in ("c0", "c1") for category in "AF"
    }
    # Two prompts a cell, three responses each: 2 * 3 pairs; five words a response.
    assert {(cell.n_responses, cell.n_pairs, cell.n_words) for cell in frame} == {(6, 6, 30)}


def test_only_what_was_drawn_becomes_an_item(db, study):
    send(db, study)
    with db.read() as session:
        kinds = Counter(session.scalars(select(Item.kind)))
    assert kinds == {"pair": 8, "response": 4}


def test_questions_follow_one_another_without_gaps(db, study):
    raters = send(db, study, n_items={Question.EQUIVALENCE: 7, Question.QUALITY: 4})
    own = defaultdict(list)
    for one in assignments(db):
        own[one.rater_id].append((one.position, one.question))
    assert sorted(own) == sorted(raters)
    for tasks in own.values():
        tasks.sort()
        assert [position for position, _ in tasks] == list(range(len(tasks)))
        questions = [question for _, question in tasks]
        assert questions == sorted(questions)


def test_each_item_records_how_it_was_drawn(db, study):
    send(db, study, conditions=("c0",), categories=("A",), n_items={Question.EQUIVALENCE: 3})
    with db.read() as session:
        rows = session.execute(
            select(
                Sample.frame, Sample.stratum, Sample.inclusion_probability, Sample.seed
            ).distinct()
        ).all()
    assert rows == [("conditions: c0; categories: A", "('A', 'c0')", 0.5, 7)]


def test_the_same_seed_draws_and_assigns_the_same(db, study):
    first = send(db, study)
    second = send(db, study)

    def plan(raters: list[int]) -> list[tuple[object, ...]]:
        return [
            (raters.index(one.rater_id), one.item_id, one.question, one.position, one.left)
            for one in assignments(db)
            if one.rater_id in raters
        ]

    assert plan(first) == plan(second)


def test_names_that_are_taken_by_imported_people_are_not_given_again(db, study):
    with db.write() as session:
        session.add(Rater(study_id=study.id, kind="human", identity="person-2", name="Imported"))
    send(db, study, names=("Ada", ""))
    with db.read() as session:
        people = session.execute(select(Rater.identity, Rater.name).order_by(Rater.id)).all()
    assert people == [("person-2", "Imported"), ("person-1", "Ada"), ("person-3", "Person 3")]


def test_progress_and_coverage_count_answers(db, study):
    rater_id, *_ = send(
        db, study, names=("Ada", "Bo"), n_items={Question.EQUIVALENCE: 4}, ratings_per_item=2
    )
    with db.write() as session:
        task = find_task(session, rater_id)
        add_answer(session, rater_id, task.assignment_id, Given("different", "t", 1))
    with db.read() as session:
        ada, bo = list_people(session, study.id)
        coverage = list_coverage(session, study.id)
    assert (ada.name, ada.answered, ada.assigned) == ("Ada", 1, 4)
    assert ada.last_answer is not None
    assert (bo.answered, bo.assigned, bo.last_answer) == (0, 4, None)
    assert [(one.n_answers, one.n_items) for one in coverage] == [(0, 3), (1, 1)]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"conditions": ("no such",)}, "no item fits the choice"),
        ({"n_items": {}}, "no item fits the choice"),
        ({"ratings_per_item": 9}, "need at least as many people"),
    ],
)
def test_an_invitation_to_nothing_is_refused_and_leaves_nobody_behind(db, study, changes, said):
    with pytest.raises(UserError, match=said):
        send(db, study, **changes)
    with db.read() as session:
        assert list_people(session, study.id) == []

"""How many different answers sets hold by people, from the database, and by judges beside them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.evidence.counts import (
    CorrectedCounts,
    HumanCounts,
    corrected_counts,
    majority_count,
    partition_count,
)
from core.results import ENSEMBLE, ResponseSet, transitive_raters
from core.types import Question, Verdict
from db.models import Item, Rater, Rating, Sample
from db.queries.agreement import list_excluded_ids
from db.queries.judged_sets import load_adaptive_sets
from db.queries.merged import list_judges
from db.queries.ratings import counts, current_ratings
from db.results import load_measured

Ids = tuple[int, ...]


def list_counting_judges(session: Session, study_id: int, default_template: str) -> list[str]:
    """Names by which a study's distinct counts can be seen, the ensemble first if there is one."""
    judges = list_judges(session, study_id, Question.EQUIVALENCE, default_template)
    adaptive = load_adaptive_sets(session, study_id, default_template)
    ensemble = [ENSEMBLE] if len(judges) > 1 else []
    return [*ensemble, *sorted([*judges, *transitive_raters(adaptive)])]


def make_corrected_counts(
    session: Session, templates: tuple[str, str], study_id: int, judge: str, *, seed: int = 0
) -> CorrectedCounts:
    """A judge's mean distinct count with people's and the corrected one beside it.

    Args:
        templates: default templates of equivalence and quality, by which judges are named.
        judge: of `list_counting_judges`.
    """
    measured, _ = load_measured(session, templates, study_id, judge, surface=())
    people = [
        _set_answers(session, study_id, Question.COUNT),
        _set_answers(session, study_id, Question.GROUPING),
        _pair_answers(session, study_id, [one.set for one in measured if one.set.is_complete]),
    ]
    return corrected_counts(judge, measured, people, seed=seed)


def _set_answers(session: Session, study_id: int, question: Question) -> HumanCounts:
    """What people said of whole sets."""
    read = partition_count if question == Question.GROUPING else float
    answers: dict[Ids, list[float]] = defaultdict(list)
    probabilities: dict[Ids, float] = {}
    for row in _people_said(session, study_id, question):
        members = row.content.get("response_ids")
        if row.kind == "set" and members and row.value is not None:
            answers[tuple(sorted(members))].append(read(row.value))
            if row.inclusion_probability is not None:
                probabilities[tuple(sorted(members))] = row.inclusion_probability
    return HumanCounts(question, answers, probabilities)


def _pair_answers(session: Session, study_id: int, sets: Sequence[ResponseSet]) -> HumanCounts:
    """Counts of sets whose pairs people rated, by their majority.

    How likely a whole set was to come whole is known only where every pair was certain to: pairs
    are drawn one by one, and their joint probabilities are not recorded.
    """
    votes: dict[tuple[int, int], list[float]] = defaultdict(list)
    certain: set[tuple[int, int]] = set()
    for row in _people_said(session, study_id, Question.EQUIVALENCE):
        if row.response_b_id is None or row.response_a_id is None or row.value is None:
            continue
        pair = (
            min(row.response_a_id, row.response_b_id),
            max(row.response_a_id, row.response_b_id),
        )
        votes[pair].append(0.5 if row.value == Verdict.EQUIVALENT else -0.5)
        if row.inclusion_probability == 1:
            certain.add(pair)
    majority = {pair: sum(given) > 0 for pair, given in votes.items() if sum(given)}
    answers: dict[Ids, list[float]] = {}
    probabilities: dict[Ids, float] = {}
    for one in sets:
        members = tuple(sorted(one.ids))
        pairs = list(combinations(members, 2))
        if pairs and all(pair in votes for pair in pairs):
            inside = {pair: majority[pair] for pair in pairs if pair in majority}
            answers[members] = [majority_count(members, inside)]
            if certain.issuperset(pairs):
                probabilities[members] = 1.0
    return HumanCounts(Question.EQUIVALENCE, answers, probabilities)


def _people_said(session: Session, study_id: int, question: Question) -> list[Any]:
    """Newest answers of people nobody excluded, with item and sample."""
    rows = session.execute(
        select(
            Rating.item_id,
            Rating.rater_id,
            Rating.revision,
            Rating.value,
            Item.kind,
            Item.content,
            Item.response_a_id,
            Item.response_b_id,
            Sample.inclusion_probability,
        )
        .join(Item, Rating.item_id == Item.id)
        .join(Rater, Rating.rater_id == Rater.id)
        .outerjoin(Sample, (Sample.item_id == Item.id) & (Sample.question == question))
        .where(Rater.study_id == study_id, Rater.kind == "human", counts())
        .where(Rating.question == question, Rating.repeat == 0, Rating.source != "grouping")
        .where(Rater.id.not_in(list_excluded_ids(session, study_id)))
        .order_by(Rating.id)
    ).all()
    newest = current_ratings(
        rows, key=lambda row: (row.item_id, row.rater_id), revision=lambda row: int(row.revision)
    )
    return list(newest.values())

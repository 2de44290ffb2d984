"""What Compare lets a researcher choose: prompts, conditions, and whose verdicts group them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from core.results import ENSEMBLE, estimator_of, transitive_raters
from core.types import Question, RaterKind
from db.models import Condition, Item, Prompt, Rater, Rating
from db.queries.analysis import judge_key
from db.queries.categories import unconfirmed_categories
from db.queries.judged_sets import load_adaptive_sets
from db.queries.ratings import counts

HUMAN_MAJORITY = "people:majority"
START_LENGTH = 80


@dataclass(frozen=True, slots=True)
class PromptEntry:
    """A prompt in the list to pick from.

    Attributes:
        start: the first 80 characters.
        category: the ground truth, else the category generation used.
        confirmed: whether `category` is the ground truth.
    """

    id: int
    external_id: str
    start: str
    category: str | None
    confirmed: bool


@dataclass(frozen=True, slots=True)
class ConditionChoice:
    """A condition that can be shown; `hash` names it in addresses."""

    id: int
    hash: str
    label: str
    model: str
    strategy: str
    n: int


@dataclass(frozen=True, slots=True)
class RaterChoice:
    """Whose verdicts group the responses; `key` names the rater in addresses and reports."""

    key: str
    kind: RaterKind
    name: str


@dataclass(frozen=True, slots=True)
class Choices:
    """What there is to choose from in a study."""

    prompts: tuple[PromptEntry, ...]
    conditions: tuple[ConditionChoice, ...]
    raters: tuple[RaterChoice, ...]


def load_choices(session: Session, study_id: int, default_template: str) -> Choices:
    """Prompts, conditions and raters of a study, without any response.

    Args:
        default_template: of `equivalence`; judges asked in other words are named with theirs.
    """
    return Choices(
        prompts=tuple(_list_prompts(session, study_id)),
        conditions=list_condition_choices(session, study_id),
        raters=tuple(_list_raters(session, study_id, default_template)),
    )


def list_condition_choices(session: Session, study_id: int) -> tuple[ConditionChoice, ...]:
    """Conditions in the order they were made."""
    rows = session.scalars(
        select(Condition).where(Condition.study_id == study_id).order_by(Condition.id)
    )
    return tuple(_choice(row) for row in rows)


def search_prompts(session: Session, study_id: int, words: str) -> set[int]:
    """Ids of prompts whose whole text or external id holds the words, in any case."""
    words = words.replace("\0", "")  # PostgreSQL refuses to look for it
    rows = session.scalars(
        select(Prompt.id).where(
            Prompt.study_id == study_id,
            or_(
                Prompt.text.icontains(words, autoescape=True),
                Prompt.external_id.icontains(words, autoescape=True),
            ),
        )
    )
    return set(rows)


def _list_prompts(session: Session, study_id: int) -> list[PromptEntry]:
    unconfirmed = unconfirmed_categories(session, study_id)
    rows = session.execute(
        select(
            Prompt.id,
            Prompt.external_id,
            func.substr(Prompt.text, 1, START_LENGTH),
            Prompt.category,
        )
        .where(Prompt.study_id == study_id)
        .order_by(Prompt.id)
    )
    return [
        PromptEntry(
            prompt_id,
            external_id,
            start,
            truth or unconfirmed.of_prompt(prompt_id),
            truth is not None,
        )
        for prompt_id, external_id, start, truth in rows
    ]


def _choice(row: Condition) -> ConditionChoice:
    return ConditionChoice(row.id, row.hash, row.label, row.model, row.strategy, row.n)


def _list_raters(session: Session, study_id: int, default_template: str) -> list[RaterChoice]:
    """Majorities of two or more first, then judges and their estimators, then people."""
    rows = session.execute(
        select(Rater.identity, Rater.name, Rater.kind, Rating.template)
        .join(Rating, Rating.rater_id == Rater.id)
        .join(Item, Rating.item_id == Item.id)
        .where(Rater.study_id == study_id, Rating.question == Question.EQUIVALENCE, counts())
        .where(Item.response_b_id.is_not(None))
        .distinct()
        .order_by(Rater.identity, Rating.template)
    ).all()
    judges = {
        key: RaterChoice(key, "judge", key)
        for row in rows
        if row.kind == "judge"
        for key in (judge_key(row.identity, row.template, default_template),)
    }
    people = {
        row.identity: RaterChoice(row.identity, "human", row.name or row.identity)
        for row in rows
        if row.kind == "human"
    }
    # The estimator of transitive judging has a name of its own, as in results.
    adaptive = load_adaptive_sets(session, study_id, default_template)
    transitive = [
        RaterChoice(key, "judge", f"{estimator_of(key)[0]}, transitive")
        for key in transitive_raters(adaptive)
    ]
    majorities = []
    if len(judges) > 1:
        majorities.append(RaterChoice(ENSEMBLE, "judge", f"Majority of {len(judges)} judges"))
    if len(people) > 1:
        majorities.append(RaterChoice(HUMAN_MAJORITY, "human", f"Majority of {len(people)} people"))
    return [*majorities, *judges.values(), *transitive, *people.values()]

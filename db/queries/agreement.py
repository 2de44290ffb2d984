"""What an agreement report is made of, for its methods line and its pickers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from core.errors import UserError
from core.results import ENSEMBLE, transitive_raters
from core.types import Question
from db.models import (
    Assignment,
    Condition,
    Item,
    Participation,
    Prompt,
    Rater,
    Rating,
    Response,
    Study,
    now,
)
from db.queries.analysis import judge_key
from db.queries.judged_sets import load_adaptive_sets
from db.queries.ratings import counts
from db.queries.studies import add_event, touch

if TYPE_CHECKING:
    import pandas as pd

ALT_TEST = "alt_test"
MIXED = "several"


@dataclass(frozen=True, slots=True)
class FixedEpsilon:
    """What a judge may cost in the alternative annotator test, as decided once.

    Attributes:
        annotators: expert, skilled or crowd.
        answers_then: human answers of the study when it was fixed; 0 is before anything was seen.
    """

    annotators: str
    epsilon: float
    fixed_at: datetime
    answers_then: int


def list_excluded(session: Session, study_id: int) -> dict[str, str]:
    """Identity -> reason, of people a researcher excluded."""
    rows = session.execute(
        select(Rater.identity, Participation.excluded_reason)
        .join(Participation, Participation.rater_id == Rater.id)
        .where(Rater.study_id == study_id, Participation.excluded_at.is_not(None))
        .order_by(Rater.id)
    )
    return {row.identity: row.excluded_reason for row in rows}


def list_excluded_ids(session: Session, study_id: int) -> list[int]:
    """Ids of people a researcher excluded."""
    return list(
        session.scalars(
            select(Participation.rater_id)
            .join(Rater, Participation.rater_id == Rater.id)
            .where(Rater.study_id == study_id, Participation.excluded_at.is_not(None))
        )
    )


def find_epsilon(study: Study) -> FixedEpsilon | None:
    """The epsilon a study has fixed; None before that."""
    found = study.settings.get(ALT_TEST)
    if found is None:
        return None
    return FixedEpsilon(
        found["annotators"],
        float(found["epsilon"]),
        datetime.fromisoformat(found["fixed_at"]),
        int(found["answers_then"]),
    )


def fix_epsilon(session: Session, study: Study, annotators: str, *, actor: str = "") -> None:
    """Fixes epsilon by the kind of annotators, with the time and what was there to be seen.

    Raises:
        UserError: an unknown kind, or it was fixed before and people have answered since.
    """
    from core.agreement import EPSILON_OF_ANNOTATORS

    if annotators not in EPSILON_OF_ANNOTATORS:
        raise UserError(
            f"Annotators are {annotators!r}; expected one of {', '.join(EPSILON_OF_ANNOTATORS)}."
        )
    answers = session.scalar(
        select(func.count())
        .select_from(Rating)
        .join(Rater, Rating.rater_id == Rater.id)
        .where(Rater.study_id == study.id, Rater.kind == "human", Rating.value.is_not(None))
    )
    before = find_epsilon(study)
    if before is not None and answers:
        raise UserError(
            f"Epsilon was fixed at {before.epsilon:g} on {before.fixed_at:%Y-%m-%d %H:%M} UTC and "
            f"people have given {answers:,} answers; it stays. Use `taskanchor agreement "
            "--alt-test --epsilon` to look at another value."
        )
    value = {
        "annotators": annotators,
        "epsilon": EPSILON_OF_ANNOTATORS[annotators],
        "fixed_at": now().isoformat(),
        "answers_then": answers or 0,
    }
    study.settings = {**study.settings, ALT_TEST: value}
    session.flush()
    add_event(session, study.id, "alt_test_fixed", value, actor)
    touch(session, study.id)


def load_item_facts(session: Session, study_id: int, question: str) -> pd.DataFrame:
    """What is known of the items people were asked a question about, beyond their category.

    Returns:
        Indexed by item_id (the item's key): strategy ("" for external items, `several` where the
        members differ), language, characters (mean length of the texts; NaN without stored
        texts) and position (mean place in people's sequences; NaN for imported answers).
    """
    import pandas as pd

    first, second = aliased(Response), aliased(Response)
    condition_a, condition_b = aliased(Condition), aliased(Condition)
    asked = (
        select(Rating.item_id)
        .join(Rater, Rating.rater_id == Rater.id)
        .where(Rater.study_id == study_id, Rater.kind == "human", Rating.question == question)
    )
    places: dict[int, Any] = dict(
        session.execute(
            select(Assignment.item_id, func.avg(Assignment.position))
            .join(Item, Assignment.item_id == Item.id)
            .where(Item.study_id == study_id, Assignment.question == question)
            .where(Assignment.repeat == 0)
            .group_by(Assignment.item_id)
        ).all()
    )
    rows = session.execute(
        select(
            Item.id,
            Item.key,
            Item.content,
            Prompt.language,
            condition_a.strategy.label("strategy_a"),
            condition_b.strategy.label("strategy_b"),
            func.length(first.text).label("length_a"),
            func.length(second.text).label("length_b"),
        )
        .outerjoin(Prompt, Item.prompt_id == Prompt.id)
        .outerjoin(first, Item.response_a_id == first.id)
        .outerjoin(second, Item.response_b_id == second.id)
        .outerjoin(condition_a, first.condition_id == condition_a.id)
        .outerjoin(condition_b, second.condition_id == condition_b.id)
        .where(Item.study_id == study_id, Item.id.in_(asked))
        .order_by(Item.id)
    ).all()
    return pd.DataFrame(
        {
            "strategy": [_strategy(row) for row in rows],
            "language": [row.language or "" for row in rows],
            "characters": [_characters(row) for row in rows],
            "position": [float(places.get(row.id, "nan")) for row in rows],
        },
        index=pd.Index([row.key for row in rows], name="item_id", dtype=object),
    )


def _strategy(row: Any) -> str:
    named = {one for one in (row.strategy_a, row.strategy_b) if one}
    return MIXED if len(named) > 1 else next(iter(named), "")


def _characters(row: Any) -> float:
    lengths = [one for one in (row.length_a, row.length_b) if one is not None]
    if not lengths:
        content = row.content or {}
        texts = [content.get("response_a"), content.get("response_b")]
        lengths = [len(text) for text in texts if isinstance(text, str)]
    return sum(lengths) / len(lengths) if lengths else float("nan")


def list_templates(session: Session, study_id: int, question: str) -> list[str]:
    """name@hash of the words a question was asked with, judges and people alike."""
    return list(
        session.scalars(
            select(Rating.template)
            .join(Rater, Rating.rater_id == Rater.id)
            .where(Rater.study_id == study_id, Rating.question == question, Rating.template != "")
            .where(counts())
            .distinct()
            .order_by(Rating.template)
        )
    )


def list_result_raters(
    session: Session, study_id: int, default_templates: dict[str, str]
) -> list[str]:
    """Raters whose verdicts or scores of stored responses results can be seen by.

    Args:
        default_templates: question -> name@hash, by which judges are named.

    Returns:
        The ensemble where there is any judge, then judges (with "~transitive" where they were
        asked in that mode), then people.
    """
    rows = session.execute(
        select(Rater.identity, Rater.kind, Rating.template, Rating.question)
        .join(Rating, Rating.rater_id == Rater.id)
        .join(Item, Rating.item_id == Item.id)
        .where(
            Rater.study_id == study_id,
            Rating.question.in_([Question.EQUIVALENCE, Question.QUALITY]),
            Item.response_a_id.is_not(None),
            Rating.source != "grouping",
            counts(),
        )
        .distinct()
    ).all()
    judges = {
        judge_key(row.identity, row.template, default_templates[row.question])
        for row in rows
        if row.kind == "judge"
    }
    people = {row.identity for row in rows if row.kind == "human"}
    adaptive = load_adaptive_sets(session, study_id, default_templates[Question.EQUIVALENCE])
    return [
        *([ENSEMBLE] if judges else []),
        *sorted([*judges, *transitive_raters(adaptive)]),
        *sorted(people),
    ]

"""The one comparison a study is about, set before results are seen (measurement rule 12)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from core.diversity import DEFINITIONS
from core.errors import UserError
from core.results import ALL_CATEGORIES
from core.types import ACCURACY, Question
from db.models import Condition, Item, Rating, Study, now
from db.queries.studies import add_event, touch

PRIMARY = "primary_contrast"


@dataclass(frozen=True, slots=True)
class PrimaryContrast:
    """A condition against a baseline by one measure, in one category.

    Attributes:
        condition, baseline: labels.
        measure: a key of `core.diversity.DEFINITIONS`.
        category: a key, or "all".
        answers_then: verdicts and scores of stored responses when it was set; 0 is before any
            result could be seen.
    """

    condition: str
    baseline: str
    measure: str
    category: str
    fixed_at: datetime
    answers_then: int


def find_contrast(study: Study) -> PrimaryContrast | None:
    """The primary contrast of a study; None where none was set."""
    found = study.settings.get(PRIMARY)
    if found is None:
        return None
    return PrimaryContrast(
        condition=found["condition"],
        baseline=found["baseline"],
        measure=found["measure"],
        category=found["category"],
        fixed_at=datetime.fromisoformat(found["fixed_at"]),
        answers_then=int(found["answers_then"]),
    )


def fix_contrast(
    session: Session,
    study: Study,
    *,
    condition: str,
    baseline: str,
    measure: str,
    category: str = ALL_CATEGORIES,
    actor: str = "",
) -> PrimaryContrast:
    """Sets the primary contrast, with the time and what was there to be seen.

    Raises:
        UserError: a condition or measure there is not, twice the same condition, or it was set
            before and responses have been judged since.
    """
    _check(session, study, condition, baseline, measure)
    answers = count_result_answers(session, study.id)
    before = find_contrast(study)
    if before is not None and answers:
        raise UserError(
            f"The primary contrast was set on {before.fixed_at:%Y-%m-%d %H:%M} UTC and there are "
            f"{answers:,} answers about responses; it stays. All other differences are shown, as "
            "secondary ones."
        )
    value = {
        "condition": condition,
        "baseline": baseline,
        "measure": measure,
        "category": category,
        "fixed_at": now().isoformat(),
        "answers_then": answers,
    }
    study.settings = {**study.settings, PRIMARY: value}
    session.flush()
    add_event(session, study.id, "primary_contrast_fixed", value, actor)
    touch(session, study.id)
    found = find_contrast(study)
    assert found is not None
    return found


def count_result_answers(session: Session, study_id: int) -> int:
    """Everybody's verdicts, scores and comparisons with references, of stored responses."""
    query = (
        select(func.count())
        .select_from(Rating)
        .join(Item, Rating.item_id == Item.id)
        .where(
            Item.study_id == study_id,
            or_(Item.response_a_id.is_not(None), Item.kind == "set"),
            Rating.question.in_(
                [Question.EQUIVALENCE, Question.QUALITY, Question.GROUPING, ACCURACY]
            ),
        )
    )
    return int(session.scalar(query) or 0)


def _check(session: Session, study: Study, condition: str, baseline: str, measure: str) -> None:
    known = session.scalars(
        select(Condition.label).where(Condition.study_id == study.id).order_by(Condition.id)
    ).all()
    for label in (condition, baseline):
        if label not in known:
            raise UserError(
                f"Study {study.slug} has no condition {label!r}; expected one of: "
                f"{', '.join(known) or 'none yet'}. Generate it first, then set the contrast."
            )
    if condition == baseline:
        raise UserError(f"{condition} cannot be compared with itself. Name another baseline.")
    if measure not in DEFINITIONS:
        raise UserError(f"Measure is {measure!r}; expected one of {', '.join(DEFINITIONS)}.")

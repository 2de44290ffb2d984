"""Judges with what they were asked and how steadily they answered."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.types import Question
from db.models import Checklist, Rater, Rating


@dataclass(frozen=True, slots=True)
class JudgeOverview:
    """What one judge was asked with one template, by its current answers.

    Attributes:
        template: `name@hash`; "" for imported ratings.
        imported: the ratings were made elsewhere.
        orders: in which pairs were shown: ab, ba or both; empty where there is no order.
        n_items: items with an answer, scored or not.
        n_answers: answers; a pair asked in both orders has two.
        unscored: reason -> answers that could not be read, the most frequent first.
        n_both, n_flips: pairs with a verdict in both orders, and those where the two differ.
        input_tokens, output_tokens: of all calls, repeated ones and checklists included, as far
            as the provider counted them.
        n_uncounted: answers without a token count.
    """

    judge: str
    question: str
    template: str
    imported: bool
    orders: tuple[str, ...]
    n_items: int
    n_answers: int
    unscored: dict[str, int]
    n_both: int
    n_flips: int
    input_tokens: int
    output_tokens: int
    n_uncounted: int

    @property
    def n_unscored(self) -> int:
        return sum(self.unscored.values())


@dataclass(slots=True)
class _Answers:
    """Answers of one judge to one question with one template. values: (item, order) -> value."""

    imported: bool
    values: dict[tuple[int, str], str | None] = field(default_factory=dict)
    reasons: dict[tuple[int, str], str] = field(default_factory=dict)
    input_tokens: int = 0
    output_tokens: int = 0
    n_uncounted: int = 0


def list_judge_overviews(session: Session, study_id: int) -> list[JudgeOverview]:
    """Judges by name, question and template. Classification is a question like the others."""
    rows = session.execute(
        select(
            Rater.identity,
            Rating.question,
            Rating.template,
            Rating.source,
            Rating.item_id,
            Rating.order,
            Rating.value,
            Rating.reason,
            Rating.input_tokens,
            Rating.output_tokens,
        )
        .join(Rater, Rating.rater_id == Rater.id)
        .where(Rater.study_id == study_id, Rater.kind == "judge")
        .order_by(Rating.revision)  # so that the newest answer is read last
    )
    found: dict[tuple[str, str, str], _Answers] = {}
    for judge, question, template, source, item_id, order, value, reason, n_in, n_out in rows:
        one = found.setdefault((judge, question, template), _Answers(source == "import"))
        one.values[item_id, order] = value
        one.reasons[item_id, order] = reason
        one.input_tokens += n_in or 0
        one.output_tokens += n_out or 0
        one.n_uncounted += n_in is None or n_out is None
    _add_checklists(session, study_id, found)
    return [_overview(key, answers) for key, answers in sorted(found.items())]


def _add_checklists(
    session: Session, study_id: int, found: dict[tuple[str, str, str], _Answers]
) -> None:
    """Counts what writing checklists took to the judge's newest quality template."""
    rows = session.execute(
        select(
            Rater.identity,
            func.sum(Checklist.input_tokens),
            func.sum(Checklist.output_tokens),
        )
        .join(Rater, Checklist.rater_id == Rater.id)
        .where(Rater.study_id == study_id)
        .group_by(Rater.identity)
    )
    for judge, checklist_in, checklist_out in rows:
        keys = [key for key in found if key[:2] == (judge, Question.QUALITY) and key[2]]
        if keys:
            found[keys[-1]].input_tokens += checklist_in or 0
            found[keys[-1]].output_tokens += checklist_out or 0


def _overview(key: tuple[str, str, str], answers: _Answers) -> JudgeOverview:
    unscored = Counter(
        _short(answers.reasons[slot]) for slot, value in answers.values.items() if value is None
    )
    verdicts = _by_item(answers.values)
    both = [given for given in verdicts.values() if len(given) == 2]
    return JudgeOverview(
        *key,
        imported=answers.imported,
        orders=tuple(sorted({order for _, order in answers.values if order})),
        n_items=len({item_id for item_id, _ in answers.values}),
        n_answers=len(answers.values),
        unscored=dict(unscored.most_common()),
        n_both=len(both),
        n_flips=sum(len(set(given.values())) == 2 for given in both),
        input_tokens=answers.input_tokens,
        output_tokens=answers.output_tokens,
        n_uncounted=answers.n_uncounted,
    )


def _by_item(values: dict[tuple[int, str], str | None]) -> dict[int, dict[str, str]]:
    """Item -> order -> verdict, of answers that were shown in an order and could be read."""
    verdicts: dict[int, dict[str, str]] = defaultdict(dict)
    for (item_id, order), value in values.items():
        if order and value is not None:
            verdicts[item_id][order] = value
    return verdicts


def _short(reason: str) -> str:
    """The kind of a reason, without what was found: that may be the judge's own words."""
    return reason.partition(":")[0] or "no reason given"

"""Judges with what they were asked and how steadily they answered."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from core.judges.equivalence import GENERAL
from core.judges.steadiness import (
    DefinitionAgreement,
    PairAnswer,
    Steadiness,
    compare_definitions,
    measure_steadiness,
)
from core.types import DIRECTED_QUESTIONS, Question, Verdict
from db.models import Checklist, Condition, Item, JudgedSet, Rater, Rating, Response, Run

ALL = "all"


@dataclass(frozen=True, slots=True)
class JudgeOverview:
    """What one judge was asked with one template, by its current answers.

    Attributes:
        template: `name@hash`; "" for imported ratings.
        imported: the ratings were made elsewhere.
        orders: in which pairs were shown: ab, ba or both; empty where there is no order.
        n_items: items with an answer, scored or not; pairs across conditions are not among them.
        n_across: pairs across conditions with an answer.
        n_answers: answers; a pair asked in both orders has two.
        unscored: reason -> answers that could not be read, the most frequent first.
        n_both, n_flips: pairs with a verdict in both orders, and those where the two differ.
        input_tokens, output_tokens: of all calls, repeated ones and checklists included, as far
            as the provider counted them.
        n_uncounted: answers without a token count.
        batch_tokens: (input, output) of those that went through a batch API, which costs less.
        steadiness: both orders and repeats, with intervals; None where pairs are not the question.
        generators: models whose responses were judged, in alphabetical order.
        judged_sets: mode -> sets of responses it was asked about adaptively.
        audit: (pairs inferred, audited with a readable answer, contradicted), over those sets.
        decided_by: how answers came about that no model gave: exact, numeric or symbolic -> count.
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
    batch_tokens: tuple[int, int] = (0, 0)
    steadiness: Steadiness | None = None
    generators: tuple[str, ...] = ()
    judged_sets: Mapping[str, int] = field(default_factory=dict)
    audit: tuple[int, int, int] = (0, 0, 0)
    decided_by: Mapping[str, int] = field(default_factory=dict)
    n_across: int = 0

    @property
    def n_unscored(self) -> int:
        return sum(self.unscored.values())


@dataclass(frozen=True, slots=True)
class DefinitionRow:
    """What asking a judge by the task's definition changes, against asking by the general one.

    Attributes:
        anchored, general: `name@hash` of the words compared.
        by_category: category -> agreement of the two; "all" comes first.
    """

    judge: str
    anchored: str
    general: str
    by_category: Mapping[str, DefinitionAgreement]


_Slot = tuple[int, str, int]  # item, order, repeat
_Key = tuple[str, str, str]  # judge, question, template


@dataclass(slots=True)
class _Answers:
    """Answers of one judge to one question with one template, the newest revision of each.

    items: the two responses of a pair -> its item.
    """

    imported: bool
    values: dict[_Slot, str | None] = field(default_factory=dict)
    reasons: dict[_Slot, str] = field(default_factory=dict)
    decided: dict[_Slot, str] = field(default_factory=dict)
    clusters: dict[int, str] = field(default_factory=dict)
    categories: dict[int, str] = field(default_factory=dict)
    items: dict[frozenset[int], int] = field(default_factory=dict)
    input_tokens: int = 0
    output_tokens: int = 0
    batch_tokens: tuple[int, int] = (0, 0)
    n_uncounted: int = 0


def list_judge_overviews(session: Session, study_id: int) -> list[JudgeOverview]:
    """Judges by name, question and template. Classification is a question like the others."""
    found = _load(session, study_id)
    _add_checklists(session, study_id, found)
    generators = _generators(session, study_id)
    sets = _judged_sets(session, study_id)
    across = _across_conditions(session, study_id)
    return [
        _overview(key, answers, generators.get(key, ()), sets.get((key[0], key[2]), []), across)
        for key, answers in sorted(found.items())
    ]


def list_definition_rows(session: Session, study_id: int) -> list[DefinitionRow]:
    """Judges asked about pairs by both definitions, with each pair of templates in use."""
    found = {
        key: answers
        for key, answers in _load(session, study_id).items()
        if key[1] == Question.EQUIVALENCE
    }
    rows = []
    for judge, question, template in sorted(found):
        if not template.startswith(f"{GENERAL}@"):
            continue
        anchored = [
            other
            for name, _, other in sorted(found)
            if name == judge and other.startswith("equivalence@")
        ]
        rows += [
            DefinitionRow(
                judge,
                other,
                template,
                _compare(found[judge, question, other], found[judge, question, template]),
            )
            for other in anchored
        ]
    return rows


def _compare(anchored: _Answers, general: _Answers) -> dict[str, DefinitionAgreement]:
    of_all = (_pair_answers(anchored), _pair_answers(general))
    compared = {ALL: compare_definitions(*of_all)}
    for category in sorted({key for key in anchored.categories.values() if key}):
        part = [
            [row for row in rows if anchored.categories.get(row.item) == category]
            for rows in of_all
        ]
        compared[category] = compare_definitions(*part)
    return compared


def _load(session: Session, study_id: int) -> dict[_Key, _Answers]:
    batched = {
        run_id
        for run_id, spec in session.execute(
            select(Run.id, Run.spec).where(Run.study_id == study_id)
        )
        if spec.get("batch")
    }
    rows = session.execute(
        select(
            Rater.identity,
            Rating.question,
            Rating.template,
            Rating.source,
            Rating.item_id,
            Rating.order,
            Rating.repeat,
            Rating.value,
            Rating.reason,
            Rating.input_tokens,
            Rating.output_tokens,
            Rating.run_id,
            Rating.meta["decided_by"].as_string().label("decided_by"),
            Item.cluster,
            Item.category,
            Item.response_a_id,
            Item.response_b_id,
        )
        .join(Rater, Rating.rater_id == Rater.id)
        .join(Item, Rating.item_id == Item.id)
        .where(Rater.study_id == study_id, Rater.kind == "judge")
        .order_by(Rating.revision)  # so that the newest answer is read last
    )
    found: dict[_Key, _Answers] = {}
    for row in rows:
        key = (row.identity, row.question, row.template)
        one = found.setdefault(key, _Answers(row.source == "import"))
        slot = (row.item_id, row.order, row.repeat)
        one.values[slot] = row.value
        one.reasons[slot] = row.reason
        if row.decided_by:
            one.decided[slot] = row.decided_by
        one.clusters[row.item_id] = row.cluster
        one.categories[row.item_id] = row.category or ""
        if row.response_b_id is not None:
            one.items[frozenset((row.response_a_id, row.response_b_id))] = row.item_id
        tokens_in, tokens_out = row.input_tokens or 0, row.output_tokens or 0
        one.input_tokens += tokens_in
        one.output_tokens += tokens_out
        if row.run_id in batched:
            before_in, before_out = one.batch_tokens
            one.batch_tokens = (before_in + tokens_in, before_out + tokens_out)
        one.n_uncounted += row.input_tokens is None or row.output_tokens is None
    return found


def _generators(session: Session, study_id: int) -> dict[_Key, tuple[str, ...]]:
    """Models whose responses each judge was asked about, with each template."""
    rows = session.execute(
        select(Rater.identity, Rating.question, Rating.template, Condition.model)
        .join(Rating, Rating.rater_id == Rater.id)
        .join(Item, Rating.item_id == Item.id)
        .join(Response, Item.response_a_id == Response.id)
        .join(Condition, Response.condition_id == Condition.id)
        .where(Rater.study_id == study_id, Rater.kind == "judge")
        .distinct()
    )
    models: dict[_Key, set[str]] = defaultdict(set)
    for judge, question, template, model in rows:
        models[judge, question, template].add(model)
    return {key: tuple(sorted(found)) for key, found in models.items()}


def _across_conditions(session: Session, study_id: int) -> set[int]:
    """Items whose two responses are of different conditions."""
    first, second = aliased(Response), aliased(Response)
    return set(
        session.scalars(
            select(Item.id)
            .join(first, Item.response_a_id == first.id)
            .join(second, Item.response_b_id == second.id)
            .where(Item.study_id == study_id, first.condition_id != second.condition_id)
        )
    )


def _judged_sets(session: Session, study_id: int) -> dict[tuple[str, str], list[JudgedSet]]:
    found: dict[tuple[str, str], list[JudgedSet]] = defaultdict(list)
    for row, judge in session.execute(
        select(JudgedSet, Rater.identity)
        .join(Rater, JudgedSet.rater_id == Rater.id)
        .where(JudgedSet.study_id == study_id)
    ):
        found[judge, row.template].append(row)
    return found


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


def _overview(
    key: _Key,
    answers: _Answers,
    generators: tuple[str, ...],
    sets: Sequence[JudgedSet],
    across: set[int],
) -> JudgeOverview:
    unscored = Counter(
        _short(answers.reasons[slot]) for slot, value in answers.values.items() if value is None
    )
    pairs = key[1] == Question.EQUIVALENCE
    items = {item_id for item_id, _, _ in answers.values}
    # Two directions are two questions: that their answers differ is no flip.
    directed = key[1] in DIRECTED_QUESTIONS
    steadiness = measure_steadiness([] if directed else _pair_answers(answers))
    return JudgeOverview(
        *key,
        imported=answers.imported,
        orders=tuple(sorted({order for _, order, _ in answers.values if order})),
        n_items=len(items - across),
        n_across=len(items & across),
        n_answers=len(answers.values),
        unscored=dict(unscored.most_common()),
        n_both=steadiness.n_both,
        n_flips=steadiness.n_flips,
        input_tokens=answers.input_tokens,
        output_tokens=answers.output_tokens,
        n_uncounted=answers.n_uncounted,
        batch_tokens=answers.batch_tokens,
        steadiness=steadiness if pairs else None,
        generators=generators,
        judged_sets=dict(Counter(row.mode for row in sets)) if pairs else {},
        audit=_audit(sets, answers) if pairs else (0, 0, 0),
        decided_by=dict(Counter(answers.decided.values()).most_common()),
    )


def _short(reason: str) -> str:
    """The kind of a reason, without what was found: that may be the judge's own words."""
    return reason.partition(":")[0] or "no reason given"


def _pair_answers(answers: _Answers) -> list[PairAnswer]:
    """Answers about pairs that were shown in an order."""
    return [
        PairAnswer(
            item,
            answers.clusters[item],
            order,
            repeat,
            None if value is None else value == Verdict.EQUIVALENT,
        )
        for (item, order, repeat), value in answers.values.items()
        if order
    ]


def _audit(sets: Sequence[JudgedSet], answers: _Answers) -> tuple[int, int, int]:
    """(pairs inferred, audited with one readable verdict, contradicted) over transitive sets."""
    verdicts: dict[int, set[str | None]] = defaultdict(set)
    for (item, _, repeat), value in answers.values.items():
        if repeat == 0:
            verdicts[item].add(value)
    n_audited = n_contradicted = 0
    for row in sets:
        for a, b, inferred in row.audited:
            said = verdicts.get(answers.items.get(frozenset((a, b)), -1), set())
            if len(said) == 1 and None not in said:
                n_audited += 1
                n_contradicted += said != {
                    Verdict.EQUIVALENT.value if inferred else Verdict.DIFFERENT.value
                }
    return sum(row.n_inferred for row in sets), n_audited, n_contradicted

"""What Compare shows of one prompt: responses by condition, grouped as one rater finds them same.

Only the shown prompt's texts are loaded.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.diversity import DistinctCount, Measure, distinct_count, groups, vocabulary_distance
from core.pipeline.slots import current_slots
from core.results import (
    ENSEMBLE,
    PairVerdict,
    QualityScore,
    adaptive_keys,
    count_verdicts,
    estimator_of,
    majority_verdicts,
    mean_scores,
    votes_in_ensemble,
)
from core.strategies import strategy_kind
from db.models import Condition, Prompt, Response
from db.queries.analysis import load_response_rows, load_scores, load_verdicts
from db.queries.compare_choices import HUMAN_MAJORITY, ConditionChoice
from db.queries.judged_sets import load_adaptive_sets


@dataclass(frozen=True, slots=True)
class PromptText:
    """The prompt that is shown."""

    id: int
    external_id: str
    text: str
    truth: str | None


@dataclass(frozen=True, slots=True)
class Slot:
    """One response of a set, or why there is none.

    Attributes:
        index: from 0; people see it from 1.
        group: letter of its group; "" where none of its pairs has a verdict.
        quality: mean score, 1 to 5, or None.
        tokens: input and output tokens of its call, where the provider said.
        meta: what came beside the text, and what was asked in the prompt's place.
    """

    id: int
    index: int
    text: str
    status: str
    reason: str
    detail: str
    flags: tuple[str, ...]
    group: str
    quality: float | None
    finish_reason: str
    latency_ms: int
    tokens: tuple[int | None, int | None]
    category_used: str | None
    category_source: str
    template: str
    parameters_sent: Mapping[str, Any] = field(compare=False)
    parameters_dropped: Mapping[str, Any] = field(compare=False)
    served_model: str
    raw_reply: str | None
    meta: Mapping[str, Any] = field(default_factory=dict, compare=False)

    @property
    def answered(self) -> bool:
        return self.status == "ok"


@dataclass(frozen=True, slots=True)
class ResponseSet:
    """One condition's responses to the prompt.

    Attributes:
        slots: below n, by index; slots nobody asked for yet are absent.
        surplus: responses beyond the n asked for; they count nowhere.
        distinct: over the answered slots; None where nobody judged a pair.
        n_pairs: pairs of answered slots, of which n_scored have a verdict, implied ones included.
        implied: (response id, response id) -> verdict nobody was asked for: of the same two texts,
            or what transitive judging infers. Never a rating (measurement rule 18).
        implied_by: key of the judge in whose stead they stand; "" for a majority.
        is_adaptive: pairs whose verdict cannot change the count were not asked of this rater.
        quality: mean over the scored slots.
        texts_hash: over the words of the condition when it was made; "" if it has none.
    """

    condition: ConditionChoice
    slots: tuple[Slot, ...]
    surplus: tuple[Slot, ...]
    distinct: DistinctCount | None
    n_pairs: int
    n_scored: int
    quality: Measure
    vocabulary: Measure
    texts_hash: str
    implied: Mapping[tuple[int, int], bool] = field(default_factory=dict, compare=False)
    implied_by: str = ""
    is_adaptive: bool = False

    @property
    def answered(self) -> tuple[Slot, ...]:
        return tuple(slot for slot in self.slots if slot.answered)


def get_prompt_text(session: Session, prompt_id: int) -> PromptText:
    prompt = session.get_one(Prompt, prompt_id)
    return PromptText(prompt.id, prompt.external_id, prompt.text, prompt.category)


def load_sets(
    session: Session,
    study_id: int,
    prompt_id: int,
    conditions: Sequence[ConditionChoice],
    rater: str,
    templates: tuple[str, str],
) -> list[ResponseSet]:
    """The chosen conditions' sets for one prompt, in the order given.

    Args:
        rater: key of a `RaterChoice`; "" groups nothing. What adaptive judging left out is filled
            in as results do.
        templates: default templates of equivalence and quality, by which judges are named.
    """
    verdicts = load_verdicts(session, study_id, templates[0], [prompt_id])
    judge, _ = estimator_of(rater)
    adaptive = load_adaptive_sets(session, study_id, templates[0], prompt_id)
    said = majority_verdicts(row for row in verdicts if _counts(row, judge))
    merged = said
    if adaptive and rater != HUMAN_MAJORITY:
        members = load_response_rows(session, study_id, [prompt_id])
        merged = count_verdicts(rater, verdicts, members, adaptive)
    skipping = adaptive_keys(rater, adaptive)
    scores = load_scores(session, study_id, templates[1], [prompt_id])
    quality = mean_scores(row for row in scores if _counts(row, judge))
    ids = [one.id for one in conditions]
    rows: dict[int, list[Response]] = defaultdict(list)
    for row in session.scalars(
        select(Response).where(Response.prompt_id == prompt_id, Response.condition_id.in_(ids))
    ):
        rows[row.condition_id].append(row)
    specs = {
        row.id: row.spec
        for row in session.execute(
            select(Condition.id, Condition.spec).where(Condition.id.in_(ids))
        )
    }
    sets = [_set(one, rows[one.id], merged, quality, specs.get(one.id, {})) for one in conditions]
    return [
        replace(
            one,
            implied=_implied(one, merged, said),
            implied_by="" if judge == ENSEMBLE else judge,
            is_adaptive=(one.condition.label, prompt_id) in skipping,
        )
        for one in sets
    ]


def _implied(
    one: ResponseSet,
    merged: Mapping[tuple[int, int], bool | None],
    said: Mapping[tuple[int, int], bool | None],
) -> dict[tuple[int, int], bool]:
    """Verdicts on pairs of the set that were filled in rather than given."""
    pairs = combinations(sorted(slot.id for slot in one.answered), 2)
    return {
        pair: verdict
        for pair in pairs
        if pair not in said and (verdict := merged.get(pair)) is not None
    }


def _counts(row: PairVerdict | QualityScore, rater: str) -> bool:
    if rater == ENSEMBLE:
        return votes_in_ensemble(row.rater, row.rater_kind)
    if rater == HUMAN_MAJORITY:
        return row.rater_kind == "human"
    return row.rater == rater


def _set(
    condition: ConditionChoice,
    rows: Sequence[Response],
    verdicts: Mapping[tuple[int, int], bool | None],
    quality: Mapping[int, float],
    spec: Mapping[str, Any],
) -> ResponseSet:
    current = current_slots(rows, strategy_kind(condition.strategy, spec))
    kept = [current[index] for index in sorted(current) if index < condition.n]
    ids = [row.id for row in kept if row.status == "ok"]
    own = {
        (a, b): verdict
        for a, b in combinations(ids, 2)
        if (verdict := verdicts.get((min(a, b), max(a, b)))) is not None
    }
    letters = _letters(ids, own)
    place = {response_id: number for number, response_id in enumerate(ids)}
    scored = [quality[response_id] for response_id in ids if response_id in quality]
    return ResponseSet(
        condition=condition,
        slots=tuple(_slot(row, letters, quality) for row in kept),
        surplus=tuple(
            _slot(current[index], {}, {}) for index in sorted(current) if index >= condition.n
        ),
        distinct=(
            distinct_count(len(ids), {(place[a], place[b]): said for (a, b), said in own.items()})
            if own
            else None
        ),
        n_pairs=len(ids) * (len(ids) - 1) // 2,
        n_scored=len(own),
        quality=(
            Measure(sum(scored) / len(scored)) if scored else Measure.undefined("no quality score")
        ),
        vocabulary=vocabulary_distance([row.text for row in kept if row.status == "ok"]),
        texts_hash=spec.get("texts_hash", ""),
    )


def _letters(ids: Sequence[int], verdicts: Mapping[tuple[int, int], bool]) -> dict[int, str]:
    """Response id -> letter. A response without a verdict has none: nobody called it distinct."""
    judged = {response_id for pair in verdicts for response_id in pair}
    members = [response_id for response_id in ids if response_id in judged]
    place = {response_id: number for number, response_id in enumerate(members)}
    of_pairs = {(place[a], place[b]): said for (a, b), said in verdicts.items()}
    return dict(zip(members, groups(len(members), of_pairs), strict=True))


def _slot(row: Response, letters: Mapping[int, str], quality: Mapping[int, float]) -> Slot:
    return Slot(
        id=row.id,
        index=row.sample_index,
        text=row.text,
        status=row.status,
        reason=row.reason or "",
        detail=row.detail,
        flags=tuple(row.flags or ()),
        group=letters.get(row.id, ""),
        quality=quality.get(row.id),
        finish_reason=row.finish_reason,
        latency_ms=row.latency_ms,
        tokens=(row.input_tokens, row.output_tokens),
        category_used=row.category_used,
        category_source=row.category_source,
        template=f"{row.template_name}@{row.template_hash}" if row.template_name else "",
        parameters_sent=row.parameters_sent or {},
        parameters_dropped=row.parameters_dropped or {},
        served_model=row.served_model,
        raw_reply=row.raw_reply,
        meta=row.meta or {},
    )

"""What a study could put before people, and making items of what was drawn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from statistics import fmean

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.assignment import Candidate, Drawn
from core.crowd.answers import FORMS
from core.crowd.plan import ItemPlan
from core.pipeline.records import StoredResponse
from core.types import Question, Verdict
from db.models import Condition, Gold, Item, Prompt, Rater, Rating, Study
from db.queries.analysis import judge_key
from db.queries.items import (
    ensure_pair_items,
    ensure_prompt_items,
    ensure_response_items,
    ensure_set_items,
)
from db.queries.ratings import current_ratings
from db.queries.responses import list_current_responses

# What becomes an item: ids of one response, of two, of a set, or of a prompt alone.
Members = tuple[int, ...]


@dataclass(frozen=True)
class Frame:
    """Everything that fits the choice of conditions and categories.

    Attributes:
        sets: complete sets of responses, by prompt and condition.
        conditions: id -> label.
        prompts: (id, category) of prompts that fit.
        gold: keys of items with known answers, which nobody is to rate.
    """

    sets: Sequence[Sequence[StoredResponse]]
    sizes: Mapping[int, int]
    conditions: Mapping[int, str]
    prompts: Sequence[tuple[int, str]]
    words: Mapping[int, int]
    gold: frozenset[str]

    @property
    def words_per_response(self) -> float:
        """0 without any response."""
        counts = [len(one.text.split()) for members in self.sets for one in members]
        return fmean(counts) if counts else 0.0

    @property
    def words_per_prompt(self) -> float:
        return fmean(self.words.values()) if self.words else 0.0


@dataclass(frozen=True)
class Offer:
    """What one question can be asked about: candidates by number, and what each number means."""

    kind: str
    candidates: Sequence[Candidate]
    members: Sequence[Members]


def load_frame(session: Session, study: Study, plan: ItemPlan) -> Frame:
    """Reads what fits the plan's choice of conditions and categories."""
    rows = session.execute(
        select(Prompt.id, Prompt.text, Prompt.category).where(Prompt.study_id == study.id)
    ).all()
    ids = [row.id for row in rows]
    found = list_current_responses(session, study.id, ids, plan.conditions)
    by_set: dict[tuple[int, int], list[StoredResponse]] = defaultdict(list)
    for response in found:
        if plan.categories is None or (response.category or "") in plan.categories:
            by_set[response.prompt_id, response.condition_id].append(response)
    conditions = session.execute(
        select(Condition.id, Condition.label, Condition.n).where(Condition.study_id == study.id)
    ).all()
    fitting = [
        row for row in rows if plan.categories is None or (row.category or "") in plan.categories
    ]
    gold = session.scalars(
        select(Item.key).join(Gold, Gold.item_id == Item.id).where(Gold.study_id == study.id)
    )
    return Frame(
        sets=list(by_set.values()),
        sizes={row.id: row.n for row in conditions},
        conditions={row.id: row.label for row in conditions},
        prompts=[(row.id, row.category or "") for row in fitting],
        words={row.id: len(row.text.split()) for row in fitting},
        gold=frozenset(gold),
    )


def offer(frame: Frame, question: Question) -> Offer:
    """What a question can be asked about; sets only where they are complete."""
    kind = FORMS[question].kind
    if kind == "prompt":
        members: list[Members] = [(prompt_id,) for prompt_id, _ in frame.prompts]
        strata: list[tuple[str, ...]] = [(category,) for _, category in frame.prompts]
    else:
        members, strata = [], []
        for one_set in frame.sets:
            first = one_set[0]
            stratum = (first.category or "", frame.conditions[first.condition_id])
            for group in _groups(kind, one_set, frame.sizes[first.condition_id]):
                members.append(group)
                strata.append(stratum)
    candidates = [
        Candidate(number, stratum, sided=kind == "pair")
        for number, (stratum, ids) in enumerate(zip(strata, members, strict=True))
        if _key(kind, ids) not in frame.gold
    ]
    return Offer(kind, candidates, members)


def judged_shares(
    session: Session, study_id: int, the_offer: Offer, judge: str, default_template: str
) -> dict[int, float]:
    """Candidate's number -> share of judges who call its two responses equivalent.

    A judge asked in both orders counts once, with what it says on average; undecided pairs are
    absent.

    Args:
        judge: the only one to hear, by its name in reports or its model; "" for all.
    """
    if the_offer.kind != "pair":
        return {}
    rows = session.execute(
        select(
            Rating.rater_id,
            Rating.template,
            Rating.order,
            Rating.repeat,
            Rating.revision,
            Rating.value,
            Rater.identity,
            Item.response_a_id,
            Item.response_b_id,
        )
        .join(Rater, Rating.rater_id == Rater.id)
        .join(Item, Rating.item_id == Item.id)
        .where(
            Rater.study_id == study_id,
            Rater.kind == "judge",
            Rating.question == Question.EQUIVALENCE,
            Item.response_b_id.is_not(None),
        )
    )
    newest = current_ratings(
        rows,
        key=lambda row: (frozenset(row[7:9]), row[:4]),
        revision=lambda row: int(row.revision),
    ).values()
    said: dict[frozenset[int], dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for row in newest:
        name = judge_key(row.identity, row.template, default_template)
        if row.value is not None and judge in ("", name, row.identity):
            is_same = float(row.value == Verdict.EQUIVALENT)
            said[frozenset((row.response_a_id, row.response_b_id))][name].append(is_same)
    return {
        one.item_id: fmean(fmean(verdicts) for verdicts in said[pair].values())
        for one in the_offer.candidates
        if (pair := frozenset(the_offer.members[one.item_id])) in said
    }


def ensure_items(
    session: Session, study_id: int, frame: Frame, the_offer: Offer, drawn: Sequence[Drawn]
) -> list[Drawn]:
    """Makes items of what was drawn, and puts their ids in place of the numbers drawn by."""
    chosen = [the_offer.members[one.candidate.item_id] for one in drawn]
    by_id = {response.id: response for one_set in frame.sets for response in one_set}
    ids: dict[Members, int] = {}
    if the_offer.kind == "prompt":
        made = ensure_prompt_items(session, study_id, [members[0] for members in chosen])
        ids = {(prompt_id,): item_id for prompt_id, item_id in made.items()}
    elif the_offer.kind == "response":
        singles = [by_id[members[0]] for members in chosen]
        of_response = ensure_response_items(session, study_id, singles)
        ids = {(response_id,): item_id for response_id, item_id in of_response.items()}
    elif the_offer.kind == "pair":
        pairs = [(by_id[a], by_id[b]) for a, b in chosen]
        ids.update(ensure_pair_items(session, study_id, pairs).items())
    else:
        sets = [[by_id[one] for one in members] for members in chosen]
        ids = ensure_set_items(session, study_id, sets)
    return [
        replace(one, candidate=replace(one.candidate, item_id=ids[members]))
        for one, members in zip(drawn, chosen, strict=True)
    ]


def describe(plan: ItemPlan, question: Question) -> str:
    """What was drawn from, and how, for the record."""
    parts = [
        f"conditions: {', '.join(plan.conditions) if plan.conditions else 'all'}",
        f"categories: {', '.join(plan.categories) if plan.categories else 'all'}",
    ]
    if FORMS[question].kind == "set":
        parts.append("complete sets only")
    if FORMS[question].kind == "pair" and plan.selection != "random":
        judge = plan.judge or "all judges"
        how = {
            "balanced": f"half judged equivalent by {judge}; pairs judged without a tie only",
            "disagreement": (
                f"most disagreement of {judge} first, after {plan.random_floor:.0%} at random"
            ),
        }[plan.selection]
        parts.append(how)
    return "; ".join(parts)


def _groups(kind: str, one_set: Sequence[StoredResponse], size: int) -> Iterable[Members]:
    ids = [response.id for response in one_set]
    if kind == "set":
        return [tuple(ids)] if len(ids) == size and size > 1 else []
    return combinations(ids, 2 if kind == "pair" else 1)


def _key(kind: str, ids: Members) -> str:
    return f"{kind}:" + ":".join(map(str, ids))

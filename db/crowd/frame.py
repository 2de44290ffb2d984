"""What a study could put before people, and making items of what was drawn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from statistics import fmean
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.assignment import Candidate, Drawn
from core.crowd.answers import FORMS
from core.crowd.plan import ItemPlan
from core.pipeline.slots import current_slots
from core.strategies import strategy_kind
from core.types import Question
from db.models import Condition, Gold, Item, Prompt, Response, Study
from db.queries.categories import UnconfirmedCategories, unconfirmed_categories
from db.queries.items import (
    ensure_pair_items,
    ensure_prompt_items,
    ensure_response_items,
    ensure_set_items,
)

# Words are counted in about so many texts; more would not change an estimate.
WORDS_FROM = 300

# Stands for the condition of pairs that have none.
IMPORTED = "imported"
# What becomes an item: ids of one response, of two, of a set, or of a prompt alone.
Members = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """A response that counts, without its text: a large study has many."""

    id: int
    prompt_id: int
    condition_id: int
    category: str | None
    category_source: str


@dataclass(frozen=True, slots=True)
class ImportedPair:
    """words: in both of its texts."""

    item_id: int
    key: str
    category: str
    words: int


@dataclass(frozen=True)
class Frame:
    """Everything that fits the choice of conditions and categories.

    Attributes:
        sets: answered responses by prompt and condition, not necessarily all of a set.
        sizes: condition id -> responses in a complete set of it.
        conditions: id -> label.
        prompts: (id, category) of prompts that fit.
        imported: pairs that came with texts of their own; they have no condition.
        gold: keys of items with known answers, which nobody is to rate.
    """

    sets: Sequence[Sequence[Member]]
    sizes: Mapping[int, int]
    conditions: Mapping[int, str]
    prompts: Sequence[tuple[int, str]]
    imported: Sequence[ImportedPair]
    gold: frozenset[str]


@dataclass(frozen=True)
class Offer:
    """What one question can be asked about: candidates by number, and what each number means.

    Attributes:
        members: of number 0, 1, …; what is beyond them is in `items`.
        items: number -> id of an item that is there already.
    """

    kind: str
    candidates: Sequence[Candidate]
    members: Sequence[Members]
    items: Mapping[int, int]


def load_frame(session: Session, study: Study, plan: ItemPlan) -> Frame:
    """Reads what fits the plan's choice of conditions and categories, without texts."""
    conditions = session.execute(
        select(
            Condition.id,
            Condition.label,
            Condition.n,
            Condition.strategy,
            Condition.spec,
            Condition.model,
        )
        .where(Condition.study_id == study.id)
        .order_by(Condition.id)
    ).all()
    wanted = [row for row in conditions if plan.conditions is None or row.label in plan.conditions]
    prompts = session.execute(
        select(Prompt.id, Prompt.category).where(Prompt.study_id == study.id).order_by(Prompt.id)
    ).all()
    truth = {row.id: row.category for row in prompts}
    unconfirmed = unconfirmed_categories(session, study.id)
    sets: list[list[Member]] = []
    for condition in wanted:
        for members in _members_of(session, condition, truth, unconfirmed):
            if plan.categories is None or (members[0].category or "") in plan.categories:
                sets.append(members)
    gold = session.scalars(
        select(Item.key).join(Gold, Gold.item_id == Item.id).where(Gold.study_id == study.id)
    )
    return Frame(
        sets=sets,
        sizes={row.id: row.n for row in conditions},
        conditions={row.id: row.label for row in conditions},
        prompts=[
            (row.id, row.category or "")
            for row in prompts
            if plan.categories is None or (row.category or "") in plan.categories
        ],
        imported=_imported_pairs(session, study.id, plan),
        gold=frozenset(gold),
    )


def mean_words(session: Session, frame: Frame) -> tuple[float, float]:
    """Words in a response and in a prompt, on average over some from all over the frame."""
    responses = [member.id for members in frame.sets for member in members]
    prompts = [prompt_id for prompt_id, _ in frame.prompts]
    means = []
    for table, ids in ((Response, responses), (Prompt, prompts)):
        some = ids[:: max(1, len(ids) // WORDS_FROM)]
        texts = session.scalars(select(table.text).where(table.id.in_(some)))
        counts: list[float] = [len(text.split()) for text in texts]
        if table is Response:
            counts += [one.words / 2 for one in frame.imported]
        means.append(fmean(counts) if counts else 0.0)
    return means[0], means[1]


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
    items = {}
    if kind == "pair":
        for number, one in enumerate(frame.imported, start=len(members)):
            if one.key not in frame.gold:
                items[number] = one.item_id
                candidates.append(Candidate(number, (one.category, IMPORTED), sided=True))
    return Offer(kind, candidates, members, items)


def ensure_items(
    session: Session, study_id: int, frame: Frame, the_offer: Offer, drawn: Sequence[Drawn]
) -> list[Drawn]:
    """Makes items of what was drawn, and puts their ids in place of the numbers drawn by."""
    numbers = [
        one.candidate.item_id for one in drawn if one.candidate.item_id not in the_offer.items
    ]
    chosen = [the_offer.members[number] for number in numbers]
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
    by_number = {number: ids[members] for number, members in zip(numbers, chosen, strict=True)}
    by_number |= the_offer.items
    return [
        replace(one, candidate=replace(one.candidate, item_id=by_number[one.candidate.item_id]))
        for one in drawn
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


def _imported_pairs(session: Session, study_id: int, plan: ItemPlan) -> list[ImportedPair]:
    """Pairs that came with both texts; none where certain conditions are wanted."""
    if plan.conditions is not None:
        return []
    rows = session.execute(
        select(Item.id, Item.key, Item.category, Item.content)
        .where(Item.study_id == study_id, Item.kind == "external")
        .order_by(Item.id)
    )
    return [
        ImportedPair(row.id, row.key, row.category or "", sum(len(text.split()) for text in texts))
        for row in rows
        if all(texts := [row.content.get("response_a"), row.content.get("response_b")])
        and (plan.categories is None or (row.category or "") in plan.categories)
    ]


def _members_of(
    session: Session,
    condition: Any,
    truth: Mapping[int, str | None],
    unconfirmed: UnconfirmedCategories,
) -> list[list[Member]]:
    """A condition's answered slots that count, by prompt; as `list_current_responses` has them."""
    slots: dict[int, list[Any]] = defaultdict(list)
    for row in session.execute(
        select(
            Response.id,
            Response.prompt_id,
            Response.sample_index,
            Response.replicate,
            Response.status,
            Response.category_used,
        )
        .where(Response.condition_id == condition.id)
        .order_by(Response.prompt_id)
    ):
        slots[row.prompt_id].append(row)
    sets = []
    for prompt_id, rows in slots.items():
        current = current_slots(rows, strategy_kind(condition.strategy, condition.spec))
        known = truth.get(prompt_id)
        members = []
        for index, row in sorted(current.items()):
            if index >= condition.n or row.status != "ok":
                continue
            used = unconfirmed.of(prompt_id, condition.model, row.category_used)
            source = "truth" if known else "unconfirmed" if used else ""
            members.append(Member(row.id, prompt_id, condition.id, known or used, source))
        if members:
            sets.append(members)
    return sets


def _numbers(drawn: Sequence[Drawn]) -> list[int]:
    return [one.candidate.item_id for one in drawn]


def _groups(kind: str, one_set: Sequence[Member], size: int) -> Iterable[Members]:
    ids = [response.id for response in one_set]
    if kind == "set":
        return [tuple(ids)] if len(ids) == size and size > 1 else []
    return combinations(ids, 2 if kind == "pair" else 1)


def _key(kind: str, ids: Members) -> str:
    return f"{kind}:" + ":".join(map(str, ids))

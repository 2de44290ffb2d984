"""Items whose answer is known: for practice with feedback, and for attention checks.

What is known comes from researchers or from the taxonomy's worked examples, never from a judge.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import and_, delete, select
from sqlalchemy.orm import Session, aliased

from core.crowd import CrowdPlan
from core.crowd.answers import FORMS, parse_answer
from core.crowd.worked import example_item_key, example_of_item, practice_examples
from core.errors import UserError
from core.taxonomy import Taxonomy
from core.templates import text_hash
from core.types import Question
from core.work import WorkPurpose
from db.models import Gold, Item, Prompt, Rating, Response, Sample, Study
from db.queries.items import ensure_external_items
from db.queries.ratings import current_ratings
from db.queries.studies import add_event
from db.queries.tasks import members_of

# Undefined questions have no right answer that feedback could give (measurement.md 20), and nobody
# rated the examples' quality.
EXAMPLES_ANSWER = (Question.EQUIVALENCE, Question.CATEGORY)
PURPOSES = (WorkPurpose.PRACTICE.value, WorkPurpose.ATTENTION.value)


@dataclass(frozen=True, slots=True)
class GoldView:
    """What an annotator is told after a practice item."""

    value: str
    explanation: str


@dataclass(frozen=True, slots=True)
class GoldRow:
    """A known answer, for the researcher. texts: of the item's responses, in its own order."""

    gold_id: int
    item_id: int
    item_key: str
    question: str
    purpose: str
    value: str
    explanation: str
    prompt: str
    texts: tuple[str, ...]


def add_gold(
    session: Session,
    study: Study,
    item_id: int,
    question: str,
    purpose: str,
    value: str,
    explanation: str = "",
) -> int:
    """Says what the answer to an item is; said again, it replaces what was said before.

    Raises:
        UserError: no item of this study, no such purpose, no answer to the question, or an item
            that people are to rate: nobody rates what they have been told.
    """
    item = session.get(Item, item_id)
    if item is None or item.study_id != study.id:
        raise UserError(f"There is no item {item_id} in study {study.slug!r}. Choose one of it.")
    if purpose not in PURPOSES:
        raise UserError(
            f"{purpose!r} is no purpose of a known answer; expected practice or attention."
        )
    is_drawn = session.scalar(
        select(Sample.id).where(
            Sample.study_id == study.id,
            Sample.item_id == item_id,
            Sample.ratings_wanted.is_not(None),
        )
    )
    if is_drawn is not None:
        raise UserError(
            f"Item {item.key!r} is drawn for rating and cannot also have a known answer. "
            "Choose another item."
        )
    checked = parse_answer(question, value, n_members=len(members_of(item.content)))
    if checked is None:
        raise UserError('A known answer cannot be "can\'t tell". Choose one of the answers.')
    gold = session.scalar(
        select(Gold).where(
            Gold.item_id == item_id, Gold.question == question, Gold.purpose == purpose
        )
    )
    if gold is None:
        gold = Gold(study_id=study.id, item_id=item_id, question=question, purpose=purpose)
        session.add(gold)
    gold.value, gold.explanation = checked, explanation.strip()[:2_000]
    session.flush()
    return gold.id


def remove_gold(session: Session, study: Study, gold_id: int) -> None:
    """Forgets a known answer.

    Raises:
        UserError: none of this study's.
    """
    found = session.execute(delete(Gold).where(Gold.id == gold_id, Gold.study_id == study.id))
    if not getattr(found, "rowcount", 0):
        raise UserError(f"There is no known answer {gold_id} in study {study.slug!r}.")


def find_gold(
    session: Session, item_id: int, question: str, purpose: str = WorkPurpose.PRACTICE
) -> GoldView | None:
    """What is known about an item; None where nothing is."""
    row = session.execute(
        select(Gold.value, Gold.explanation).where(
            Gold.item_id == item_id, Gold.question == question, Gold.purpose == purpose
        )
    ).one_or_none()
    return None if row is None else GoldView(row.value, row.explanation)


def list_gold(session: Session, study_id: int) -> list[GoldRow]:
    """All known answers of a study, in the order they were added."""
    rows = session.execute(
        select(Gold, Item.key)
        .join(Item, Gold.item_id == Item.id)
        .where(Gold.study_id == study_id)
        .order_by(Gold.id)
    ).all()
    texts = list_item_texts(session, [row.Gold.item_id for row in rows])
    return [
        GoldRow(
            row.Gold.id,
            row.Gold.item_id,
            row.key,
            row.Gold.question,
            row.Gold.purpose,
            row.Gold.value,
            row.Gold.explanation,
            *texts[row.Gold.item_id],
        )
        for row in rows
    ]


def list_item_texts(
    session: Session, item_ids: Sequence[int]
) -> dict[int, tuple[str, tuple[str, ...]]]:
    """Item id -> prompt, and the texts of its responses in the item's own order."""
    member_a, member_b = aliased(Response), aliased(Response)
    rows = session.execute(
        select(Item.id, Item.content, Prompt.text, member_a.text, member_b.text)
        .outerjoin(Prompt, Item.prompt_id == Prompt.id)
        .outerjoin(member_a, Item.response_a_id == member_a.id)
        .outerjoin(member_b, Item.response_b_id == member_b.id)
        .where(Item.id.in_(item_ids))
    ).all()
    wanted = {one for row in rows for one in row.content.get("response_ids", ())}
    found = session.execute(select(Response.id, Response.text).where(Response.id.in_(wanted)))
    known = {one.id: one.text for one in found}
    return {row[0]: (_prompt(row), _members(row, known)) for row in rows}


def suggest_gold_items(
    session: Session, study: Study, question: str, limit: int, *, seed: int = 0
) -> list[int]:
    """Items of the right kind that nobody is to rate, in an order of chance; at most `limit`."""
    kind = FORMS[Question(question)].kind
    kinds = [kind, "external"] if kind == "pair" else [kind]
    sampled = select(Sample.item_id).where(Sample.study_id == study.id)
    known = select(Gold.item_id).where(Gold.study_id == study.id, Gold.question == question)
    rows = session.execute(
        select(Item.id, Item.kind, Item.content)
        .where(
            Item.study_id == study.id,
            Item.kind.in_(kinds),
            Item.id.not_in(sampled),
            Item.id.not_in(known),
        )
        .order_by(Item.id)
    )
    ids = [
        row.id
        for row in rows
        if row.kind != "external"
        or (row.content.get("response_a") and row.content.get("response_b"))
    ]
    order = np.random.default_rng(seed).permutation(len(ids))[:limit]
    return [ids[index] for index in order]


def add_taxonomy_practice(
    session: Session,
    study: Study,
    question: str,
    taxonomy: Taxonomy,
    purpose: str = WorkPurpose.PRACTICE,
) -> int:
    """Makes worked examples of all categories items with known answers; returns how many.

    For practice every second one, so that the instructions show others than are asked then.

    Args:
        question: `equivalence`, or `category`: what kind of request each example's is.

    Raises:
        UserError: a question the examples do not answer.
    """
    if question == Question.CATEGORY:
        known = _example_prompts(taxonomy)
    elif question == Question.EQUIVALENCE:
        known = _example_pairs(taxonomy, purpose)
    else:
        raise UserError(
            f"The taxonomy's examples answer {' and '.join(EXAMPLES_ANSWER)}, not {question!r}: "
            "what they say follows from a category's definition. Mark items of the study for it "
            "instead."
        )
    wanted = {one.key: {"category": one.category, "content": dict(one.content)} for one in known}
    ids = ensure_external_items(session, study.id, wanted)
    for one in known:
        add_gold(session, study, ids[one.key], question, purpose, one.value, one.why)
    add_event(session, study.id, "gold_added", {"question": question, "items": len(wanted)})
    return len(wanted)


def list_practised(session: Session, study_id: int) -> frozenset[str]:
    """Keys of the examples people practise on, which their instructions therefore do not show.

    In whichever language they were added: a study may change its language afterwards.
    """
    keys = session.scalars(
        select(Item.key)
        .join(Gold, Gold.item_id == Item.id)
        .where(Gold.study_id == study_id, Gold.purpose == WorkPurpose.PRACTICE)
    )
    return frozenset(example for key in keys if (example := example_of_item(key)))


@dataclass(frozen=True, slots=True)
class _Known:
    """An item to make of an example, with its answer."""

    key: str
    category: str
    content: Mapping[str, str]
    value: str
    why: str


def _example_pairs(taxonomy: Taxonomy, purpose: str) -> list[_Known]:
    everything = [(one.key, example) for one in taxonomy.values() for example in one.examples]
    chosen = practice_examples(taxonomy) if purpose == WorkPurpose.PRACTICE else everything
    return [
        _Known(
            example_item_key(key, example),
            key,
            {
                "prompt": example.prompt,
                "response_a": example.response_a,
                "response_b": example.response_b,
            },
            example.verdict,
            example.why,
        )
        for key, example in chosen
    ]


def _example_prompts(taxonomy: Taxonomy) -> list[_Known]:
    """Each request once, with the definition of its category as the reason."""
    prompts = {
        example.prompt: category for category in taxonomy.values() for example in category.examples
    }
    return [
        _Known(
            f"example-prompt:{text_hash(category.key, prompt)}",
            category.key,
            {"prompt": prompt},
            category.key,
            category.definition,
        )
        for prompt, category in prompts.items()
    ]


def check_results(
    session: Session, rater_id: int, purpose: str, *, repeat: int | None = None
) -> list[tuple[int, bool]]:
    """(rating id, right or not) of a person's answers to items with known answers.

    Args:
        repeat: of practice, the round; None for all.
    """
    query = (
        select(
            Rating.id,
            Rating.item_id,
            Rating.question,
            Rating.repeat,
            Rating.revision,
            Rating.value,
            Gold.value.label("expected"),
        )
        .join(
            Gold,
            and_(
                Gold.item_id == Rating.item_id,
                Gold.question == Rating.question,
                Gold.purpose == Rating.purpose,
            ),
        )
        .where(Rating.rater_id == rater_id, Rating.purpose == purpose, Rating.source == "direct")
        .order_by(Rating.id)
    )
    if repeat is not None:
        query = query.where(Rating.repeat == repeat)
    newest = current_ratings(
        session.execute(query),
        key=lambda row: (row.item_id, row.question, row.repeat),
        revision=lambda row: int(row.revision),
    ).values()
    return [(row.id, row.value == row.expected) for row in newest]


def has_failed_checks(session: Session, rater_id: int, plan: CrowdPlan) -> bool:
    """Whether more attention checks were missed than the plan allows."""
    results = check_results(session, rater_id, WorkPurpose.ATTENTION)
    return sum(not is_right for _, is_right in results) > plan.work.max_failed_checks


def _prompt(row: Any) -> str:
    return str(row.content.get("prompt", "") if row[2] is None else row[2])


def _members(row: Any, known: dict[int, str]) -> tuple[str, ...]:
    if "response_ids" in row.content:
        return tuple(known.get(one, "") for one in row.content["response_ids"])
    if "responses" in row.content:
        return tuple(row.content["responses"])
    pair = (row[3] or row.content.get("response_a"), row[4] or row.content.get("response_b"))
    return tuple(text for text in pair if text is not None)

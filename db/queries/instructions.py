"""What each prompt was told under each condition, beside what its true category would have said.

A misclassified prompt gets the wrong instruction. This is the evidence: the category generation
went by, the truth, and the words both stand for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.pipeline.anchors import MISMATCHED
from core.strategies import find_strategy, instruction_text
from core.taxonomy import Taxonomy
from core.templates import TemplateSource
from db.models import Condition, Prompt, Response


@dataclass(frozen=True, slots=True)
class GivenInstruction:
    """One prompt under one condition of an anchored strategy.

    Attributes:
        prompt_id: external id.
        condition: label.
        truth: the true category, or None where it is not known.
        used: the category whose instruction was given, and used_source where it came from: truth,
            a model's id, or `mismatched` for one that was wrong on purpose.
        is_wrong: whether it is another than the truth; None where the truth is not known.
        on_purpose: whether a wrong one was asked for.
        instruction: what was said, in the words in use now; None where they cannot be told any
            more, because strategy, category or template are gone.
        true_instruction: what the truth would have said; None likewise, or without the truth.
        words_changed: whether the condition was made with other words than those in use now.
        n_responses: answered ones.
    """

    prompt_id: str
    prompt: str
    condition: str
    model: str
    strategy: str
    truth: str | None
    used: str
    used_source: str
    is_wrong: bool | None
    on_purpose: bool
    instruction: str | None
    true_instruction: str | None
    words_changed: bool
    n_responses: int


@dataclass(frozen=True, slots=True)
class Misclassification:
    """How often a condition's prompts were told what another category's are.

    n_unknown: prompts whose truth is not known. pairs: (truth, used) -> prompts, wrong ones only.
    """

    condition: str
    n_prompts: int
    n_wrong: int
    n_unknown: int
    pairs: dict[tuple[str, str], int]


def list_given_instructions(
    session: Session,
    study_id: int,
    taxonomy: Taxonomy,
    templates: TemplateSource,
    *,
    conditions: Sequence[str] | None = None,
) -> list[GivenInstruction]:
    """All prompts that were asked with a category's instruction, by condition and prompt.

    A set asked again after a reclassification has a row for each category it went by.

    Args:
        conditions: labels; None: all.

    Raises:
        UserError: the researcher's strategies cannot be read.
    """
    query = (
        select(
            Prompt.external_id,
            Prompt.text,
            Prompt.category,
            Condition.label,
            Condition.model,
            Condition.strategy,
            Condition.n,
            Condition.spec,
            Response.category_used,
            Response.category_source,
            Response.status,
        )
        .join(Response, Response.prompt_id == Prompt.id)
        .join(Condition, Response.condition_id == Condition.id)
        .where(Condition.study_id == study_id, Response.category_used.is_not(None))
        .order_by(Condition.id, Prompt.id, Response.replicate, Response.sample_index)
    )
    if conditions is not None:
        query = query.where(Condition.label.in_(conditions))
    words = _Words(taxonomy, templates, {}, {})
    found: dict[tuple[str, str, str], GivenInstruction] = {}
    n_answered = Counter[tuple[str, str, str]]()
    for row in session.execute(query):
        key = (row.label, row.external_id, row.category_used)
        n_answered[key] += row.status == "ok"
        if key not in found:
            found[key] = GivenInstruction(
                prompt_id=row.external_id,
                prompt=row.text,
                condition=row.label,
                model=row.model,
                strategy=row.strategy,
                truth=row.category,
                used=row.category_used,
                used_source=row.category_source,
                is_wrong=None if row.category is None else row.category != row.category_used,
                on_purpose=row.category_source == MISMATCHED,
                instruction=words.of(row.strategy, row.category_used, row.n),
                true_instruction=words.of(row.strategy, row.category, row.n),
                words_changed=words.changed(row.strategy, row.spec.get("texts_hash", "")),
                n_responses=0,
            )
    return [replace(one, n_responses=n_answered[key]) for key, one in found.items()]


def count_misclassified(rows: Sequence[GivenInstruction]) -> list[Misclassification]:
    """By condition, in the order of the rows."""
    by_condition: dict[str, list[GivenInstruction]] = {}
    for row in rows:
        by_condition.setdefault(row.condition, []).append(row)
    return [
        Misclassification(
            condition=label,
            n_prompts=len(given),
            n_wrong=sum(row.is_wrong is True for row in given),
            n_unknown=sum(row.is_wrong is None for row in given),
            pairs=dict(
                Counter(
                    (row.truth, row.used) for row in given if row.is_wrong and row.truth
                ).most_common()
            ),
        )
        for label, given in by_condition.items()
    ]


@dataclass(slots=True)
class _Words:
    """Instructions by strategy, category and n, each made once."""

    taxonomy: Taxonomy
    templates: TemplateSource
    said: dict[tuple[str, str, int], str | None]
    hashes: dict[str, str]

    def of(self, strategy_id: str, category: str | None, n: int) -> str | None:
        strategy = find_strategy(strategy_id, self.templates.overrides)
        if strategy is None or category is None or category not in self.taxonomy:
            return None
        key = (strategy_id, category, n)
        if key not in self.said:
            self.said[key] = instruction_text(
                strategy, self.taxonomy[category], self.templates, n=n
            )
        return self.said[key]

    def changed(self, strategy_id: str, texts_hash: str) -> bool:
        strategy = find_strategy(strategy_id, self.templates.overrides)
        if strategy is None or not texts_hash:
            return False
        if strategy_id not in self.hashes:
            self.hashes[strategy_id] = strategy.texts_hash(self.taxonomy, self.templates)
        return self.hashes[strategy_id] != texts_hash

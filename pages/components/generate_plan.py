"""What a generation would take, beside what is stored of it already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from core.errors import UserError
from core.pipeline.estimate import ASSUMED_OUTPUT_TOKENS, ASSUMED_TOKENS_PER_S, Estimate
from core.pipeline.slots import LASTING_REASONS
from core.strategies import Condition
from db.plans import estimate_generation
from db.queries.conditions import ConditionOverview
from db.queries.prompts import PromptView
from pages.components.models import price_text
from pages.components.pace import duration_text
from pages.components.theme import problem, small_print
from pages.components.workspace import StudyRef, database, settings, show_user_error


@dataclass(frozen=True, slots=True)
class Plan:
    """What conditions take, and how much of it is left.

    Attributes:
        estimate: as if nothing were stored.
        n_stored: responses of these conditions that are stored.
        n_standing: slots the model left empty, refused or gave short; only a retry asks again.
    """

    estimate: Estimate
    n_prompts: int
    n_conditions: int
    n_stored: int
    n_standing: int

    @property
    def n_missing(self) -> int:
        return max(0, self.estimate.responses - self.n_stored - self.n_standing)


def make_plan(
    study: StudyRef,
    conditions: Sequence[Condition],
    views: Sequence[PromptView],
    overviews: Sequence[ConditionOverview],
) -> Plan | None:
    """Estimates these conditions; None where that is not possible, after saying why."""
    try:
        with database().read() as session:
            estimate = estimate_generation(session, study.id, settings(), conditions, views)
    except UserError as error:
        show_user_error(error)
        return None
    wanted = {condition.hash: condition.n * len(views) for condition in conditions}
    known = [one for one in overviews if one.hash in wanted]
    return Plan(
        estimate=estimate,
        n_prompts=len(views),
        n_conditions=len(conditions),
        n_stored=sum(min(one.n_ok, wanted[one.hash]) for one in known),
        n_standing=sum(
            n for one in known for reason, n in one.failed.items() if reason in LASTING_REASONS
        ),
    )


def draw_plan(plan: Plan) -> None:
    """The arithmetic, the four figures a decision needs, and what they rest on."""
    estimate = plan.estimate
    left_out = f", {estimate.left_out:,} sets left out" if estimate.left_out else ""
    st.text(
        f"{plan.n_prompts:,} prompts × {_plural(plan.n_conditions, 'condition')}{left_out}"
        f" = {estimate.responses:,} responses"
    )
    tokens = estimate.input_tokens + estimate.output_tokens
    cost = None if estimate.cost_usd is None else (estimate.cost_usd, estimate.cost_usd)
    figures = [
        (
            "Calls",
            f"{estimate.calls + estimate.classification_calls + estimate.paraphrase_calls:,}",
        ),
        ("Tokens, about", f"{tokens:,}"),
        ("Cost, about", "unknown" if cost is None else price_text(cost)),
        ("Time, about", duration_text(estimate.elapsed_s) if estimate.elapsed_s else "seconds"),
    ]
    for number, row in enumerate((figures[:2], figures[2:])):
        with st.container(key=f"generate-plan-{number}", horizontal=True):
            for label, value in row:
                st.metric(label, value, width=150)
    small_print(remarks(plan))


def remarks(plan: Plan) -> list[str]:
    """What the figures rest on, and what is not in them; nothing that can be left unsaid."""
    estimate, said = plan.estimate, []
    if plan.n_stored:
        said.append(
            f"{plan.n_stored:,} of these responses are stored already and are not asked for again; "
            "the figures count them all."
        )
    if plan.n_standing:
        said.append(
            f"{plan.n_standing:,} were asked for and came back empty, refused or short. Generating "
            "leaves them as they are; “Retry the failed” of their run asks again."
        )
    if saving := batch_text(estimate):
        said.append(saving)
    if estimate.classification_calls:
        n = estimate.classification_calls
        said.append(f"Calls to classify prompts first, for the anchored strategies: {n:,}.")
    if estimate.paraphrase_calls:
        said.append(
            "Calls to make paraphrases first, for prompts that bring too few: "
            f"{estimate.paraphrase_calls:,}."
        )
    if estimate.left_out:
        said.append(
            "A chosen wrong category is not wrong for prompts that are of it; those are left out."
        )
    if estimate.assumed_models:
        said.append(
            f"Nothing of {', '.join(estimate.assumed_models)} is stored that tells lengths: "
            f"{ASSUMED_OUTPUT_TOKENS} tokens a response and {ASSUMED_TOKENS_PER_S:.0f} tokens a "
            "second are assumed."
        )
    if estimate.cost_usd is None:
        said.append("No price is listed for a model. Add it to prices.toml to see the cost.")
    said.append(f"{settings().concurrency} calls at a time. Retried calls are not counted.")
    return said


def batch_text(estimate: Estimate) -> str:
    """What a batch would cost instead; "" where nothing is known of the cost or nothing costs."""
    if not estimate.cost_usd:
        return ""
    if estimate.batch_cost_usd is None:
        return "What a batch would save is unknown: prices.toml gives a model no batch_discount."
    if estimate.batch_cost_usd == estimate.cost_usd:
        return ""
    cost = price_text((estimate.batch_cost_usd, estimate.batch_cost_usd))
    share = 1 - estimate.batch_cost_usd / estimate.cost_usd
    return f"As a batch about {cost}, {share:.0%} less; it may take a day."


def draw_refused_parameters(overviews: Sequence[ConditionOverview]) -> None:
    """Says where a model did not take a parameter, since the method's baseline depends on it."""
    refused: dict[str, set[str]] = {}
    for one in overviews:
        if one.dropped_parameters:
            refused.setdefault(one.model, set()).update(one.dropped_parameters)
    for model, names in sorted(refused.items()):
        problem(
            f"{model} refused {', '.join(sorted(names))}: its responses were made without. "
            "Do not compare them with another model's as if temperature were the same."
        )


def _plural(n: int, noun: str) -> str:
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"

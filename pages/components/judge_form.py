"""What is to be judged by whom and how: the form on Judges, and what it comes to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import get_args

import streamlit as st

from core.pipeline.specs import (
    ADAPTIVE_MODES,
    PAIR_QUESTIONS,
    Definition,
    JudgeQuestion,
    JudgeSpec,
    PairsMode,
)
from core.types import Question
from db.queries.conditions import ConditionOverview
from pages.components.batches import can_be_batched

QUESTIONS: dict[JudgeQuestion, str] = {
    "equivalence": "Same or different? Pairs of a set",
    "usefulness": "Would the second still add something? No definition",
    "quality": "How good, from 1 to 5? By a checklist",
    "accuracy": "Right or wrong? By reference answers",
}
PAIRS: dict[PairsMode, str] = {
    "all": "Every pair",
    "adaptive": "Only pairs that can change the count",
    "transitive": "As few as possible, the rest inferred",
    "across": "Pairs of two models: a sample of each prompt's",
}
_PAIRS_HELP = (
    "Every pair: needed for agreement per pair and for non-transitive triples. Only pairs that "
    "can change the count: the same count, with fewer calls. The rest inferred: another estimator, "
    "reported under a name of its own; a tenth of what it infers is asked as an audit. Pairs of "
    "two models: do models repeat each other? Experiments, across models, shows the answer."
)
DEFINITIONS: dict[Definition, str] = {
    "anchored": "the task's definition",
    "general": "a general one: would the other be redundant?",
}


@dataclass(frozen=True, slots=True)
class JudgeOptions:
    """The form's values beside the judges."""

    questions: tuple[JudgeQuestion, ...]
    both_orders: bool
    pairs: PairsMode
    definitions: tuple[Definition, ...]
    repeats: int
    conditions: tuple[str, ...]
    batch: bool
    per_two: int = 5


def choose_options(labels: Sequence[str], *, n_references: int) -> JudgeOptions:
    """Draws the form, without the judges.

    Args:
        labels: of the study's conditions.
        n_references: prompts with a reference answer; without any, accuracy is not offered.
    """
    left, right = st.columns(2)
    with left:
        questions = tuple(
            question
            for question, label in QUESTIONS.items()
            if (question != "accuracy" or n_references)
            and st.checkbox(label, question == "equivalence", key=f"judge-{question}")
        )
    no_pairs = not PAIR_QUESTIONS & set(questions)
    undefined = "equivalence" not in questions
    with right:
        both = st.checkbox(
            "Ask about each pair in both orders",
            True,
            key="judge-both",
            disabled=no_pairs,
            help="Doubles the calls, and shows how often a judge changes its mind with the order; "
            "of usefulness it asks both directions.",
        )
        pairs: PairsMode = st.selectbox(
            "Pairs",
            get_args(PairsMode),
            format_func=PAIRS.__getitem__,
            key="judge-pairs",
            disabled=undefined,
            help=_PAIRS_HELP,
        )
        per_two = 5
        if pairs == "across":
            per_two = int(
                st.number_input(
                    "Pairs for each prompt, strategy and two models", 1, 400, 5, key="judge-per-two"
                )
            )
    with st.expander("More: definitions, repeats, conditions"):
        definitions = st.multiselect(
            "The same by",
            get_args(Definition),
            ["anchored"],
            format_func=DEFINITIONS.__getitem__,
            key="judge-definitions",
            disabled=undefined,
            help="With both, the two are compared on the same pairs further down.",
        )
        repeats = int(
            st.number_input(
                "Times each pair is asked in the same order",
                1,
                5,
                1,
                key="judge-repeats",
                disabled=no_pairs or (not undefined and pairs in ADAPTIVE_MODES),
                help="Twice or more shows a judge's noise, with which a flip rate is compared.",
            )
        )
        chosen = st.multiselect(
            "Conditions", labels, key="judge-conditions", placeholder="all of them"
        )
    batch = st.checkbox(
        "As a batch: cheaper, later",
        key="judge-batch",
        disabled=not undefined and pairs in ADAPTIVE_MODES,
        help="All questions are handed over together and collected when the provider is done, "
        "within a day. It survives restarts.",
    )
    return JudgeOptions(
        questions,
        both,
        pairs,
        tuple(definitions),
        1 if not undefined and pairs in ADAPTIVE_MODES else repeats,
        tuple(chosen),
        batch and (undefined or pairs not in ADAPTIVE_MODES),
        per_two,
    )


def specs_of(judges: Sequence[str], options: JudgeOptions) -> list[JudgeSpec]:
    """One run for each judge, question and, for pairs, definition."""
    specs = []
    for judge, question in product(judges, options.questions):
        spec = JudgeSpec(
            judge, question, conditions=options.conditions or None, batch=options.batch
        )
        if question in PAIR_QUESTIONS:
            spec = replace(
                spec,
                orders=("ab", "ba") if options.both_orders else ("ab",),
                repeats=options.repeats,
            )
        if question != "equivalence":
            specs.append(spec)
            continue
        specs += [
            replace(spec, pairs=options.pairs, definition=definition, per_two=options.per_two)
            for definition in options.definitions
        ]
    return specs


def batch_problem(judges: Sequence[str], options: JudgeOptions) -> str:
    """Why the judges cannot be asked in a batch; "" if they can or need not be."""
    if options.batch and not can_be_batched(judges):
        return "One of these judges' providers takes no batches. Leave it out, or ask directly."
    return ""


def workload_text(specs: Sequence[JudgeSpec], overviews: Sequence[ConditionOverview]) -> str:
    """What the chosen conditions hold, or what is still to be chosen."""
    if not specs:
        return "Choose at least one judge and one question."
    possible = possible_items(overviews)
    pairs, responses = possible[Question.EQUIVALENCE], possible[Question.QUALITY]
    return f"{pairs:,} pairs and {responses:,} responses in these conditions."


def possible_items(overviews: Sequence[ConditionOverview]) -> Mapping[str, int]:
    """Question -> items it could be asked about."""
    n_pairs = sum(one.n_pairs for one in overviews)
    return {
        Question.EQUIVALENCE: n_pairs,
        Question.USEFULNESS: n_pairs,
        Question.QUALITY: sum(one.n_ok for one in overviews),
    }

"""Judges as cards: what each was asked, how much of it, and how steadily it answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import streamlit as st

from core.judges import ChecklistWriter, Classification, Equivalence, QualityScorer
from core.providers.bill import cost_range_usd
from core.taxonomy import Taxonomy
from core.templates import TemplateSource
from core.types import Question, Usage
from db.queries.judges import JudgeOverview
from pages.components.models import counts_text, price_file, price_text
from pages.components.theme import figures, headline, share_bar

_ORDER_NAMES = {("ab",): "one order", ("ba",): "the other order", ("ab", "ba"): "both orders"}
_UNITS = {
    Question.EQUIVALENCE: "pairs",
    Question.QUALITY: "responses",
    Question.CATEGORY: "prompts",
}


@dataclass(frozen=True, slots=True)
class Words:
    """What judges are asked a question with at present. template: `name@hash`."""

    template: str
    text: str
    definitions: Mapping[str, str]


def present_words(taxonomy: Taxonomy, templates: TemplateSource) -> dict[str, Words]:
    """Question -> its words; definitions are by category, for questions that use them.

    Raises:
        UserError: a template cannot be used.
    """
    equivalence = Equivalence.open(taxonomy, templates)
    quality = QualityScorer.open(templates)
    category = Classification.open(taxonomy, templates)
    checklist = ChecklistWriter.open(templates).words.text
    same = {f"{one.key} · {one.name}": one.equivalence_definition for one in taxonomy.values()}
    kinds = {f"{one.key} · {one.name}": one.definition for one in taxonomy.values()}
    return {
        Question.EQUIVALENCE: Words(equivalence.template, equivalence.words.text, same),
        Question.QUALITY: Words(
            quality.template, f"{checklist}\n\n=====\n\n{quality.words.text}", {}
        ),
        Question.CATEGORY: Words(category.template, category.words.text, kinds),
    }


def draw_judges(
    overviews: Sequence[JudgeOverview], possible: Mapping[str, int], words: Mapping[str, Words]
) -> None:
    """Two cards in a row, one for each judge, with its questions in the same order.

    Args:
        possible: question -> how many items it could be asked about.
    """
    judges = [(judge, list(group)) for judge, group in groupby(overviews, lambda one: one.judge)]
    for start in range(0, len(judges), 2):
        for column, (judge, asked) in zip(st.columns(2), judges[start : start + 2], strict=False):
            with column, st.container(border=True):
                st.text(judge)
                for overview in asked:
                    _draw_overview(overview, possible.get(overview.question))
                    if not overview.imported:
                        _draw_words(overview, words)


def _draw_overview(overview: JudgeOverview, possible: int | None) -> None:
    """Question, orders, coverage and what else one needs to trust a judge or not."""
    unit = _UNITS.get(Question(overview.question), "") if is_known(overview) else "items"
    counted = f"{overview.n_items:,}"
    share = 1.0
    if possible is not None and not overview.imported:
        counted += f" of {possible:,}"
        share = overview.n_items / possible if possible else 0.0
    note = "imported" if overview.imported else _ORDER_NAMES.get(overview.orders, "")
    with st.container(gap="xsmall"):
        headline(overview.question, note=note)
        share_bar(share, label=counted)
        figures([(unit, counted), *detail_figures(overview)])


def detail_figures(overview: JudgeOverview) -> list[tuple[str, str]]:
    """What was not readable, how order mattered, and what it took."""
    found = [("unscored", unscored_text(overview))]
    if overview.question == Question.EQUIVALENCE:
        flips = "not asked in both orders"
        if overview.n_both:
            flips = share_text(overview.n_flips, overview.n_both)
        found.append(("changed with the order", flips))
    return [*found, ("tokens", tokens_text(overview)), ("cost", judge_cost_text(overview))]


def is_known(overview: JudgeOverview) -> bool:
    """Whether the question is one of ours; imported ratings may use any name."""
    return overview.question in set(Question)


def share_text(part: int, whole: int) -> str:
    """A count with the count it is a part of; the percentage only once it means something."""
    if not whole:
        return "none asked"
    percent = f" ({100 * part / whole:.1f}%)" if whole >= 100 else ""
    return f"{part:,} of {whole:,}{percent}"


def unscored_text(overview: JudgeOverview) -> str:
    """How many answers could not be read, and why."""
    reasons = f": {counts_text(overview.unscored)}" if overview.unscored else ""
    return share_text(overview.n_unscored, overview.n_answers) + reasons


def tokens_text(overview: JudgeOverview) -> str:
    """Tokens of all calls, and for how many answers nobody counted them."""
    tokens = overview.input_tokens + overview.output_tokens
    if not tokens:
        return "not counted"
    at_least = "at least " if overview.n_uncounted else ""
    return f"{at_least}{tokens:,}"


def judge_cost_text(overview: JudgeOverview) -> str:
    """What a judge's answers cost at list prices; unknown is said, never shown as nothing."""
    if overview.imported:
        return "made elsewhere"
    if overview.judge.startswith("replay:"):
        return "$0.00"
    used = Usage(overview.input_tokens, overview.output_tokens)
    if not (overview.input_tokens or overview.output_tokens):
        return "unknown: no tokens counted"
    at_least = "at least " if overview.n_uncounted else ""
    return at_least + price_text(cost_range_usd(used, [overview.judge], price_file()))


def _draw_words(overview: JudgeOverview, words: Mapping[str, Words]) -> None:
    name, _, digest = overview.template.partition("@")
    present = words.get(overview.question)
    with st.expander(f"Asked with {name}@{digest[:8]}"):
        if present is None or present.template != overview.template:
            st.text("These words are not in use any more; the present ones differ.")
            return
        st.code(present.text, language=None, wrap_lines=True)
        for category, definition in present.definitions.items():
            st.text(f"{category}: {definition}")

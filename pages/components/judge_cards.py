"""Judges as cards: what each was asked, how much of it, and how steadily it answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import streamlit as st

from core.agreement.statistic import Statistic
from core.judges import (
    ChecklistWriter,
    Classification,
    Equivalence,
    QualityScorer,
    Usefulness,
)
from core.judges.equivalence import is_general
from core.judges.families import Family, self_preference
from core.judges.reference import CHECKER, ReferenceJudge
from core.providers.bill import cost_range_usd
from core.taxonomy import Taxonomy
from core.templates import TemplateSource
from core.types import ACCURACY, Question, Usage
from db.queries.judges import JudgeOverview
from pages.components.judge_definitions import statistic_text
from pages.components.models import counts_text, price_file, price_text
from pages.components.theme import figures, headline, share_bar, small_print

_ORDER_NAMES = {("ab",): "one order", ("ba",): "the other order", ("ab", "ba"): "both orders"}
_MODE_NAMES = {"graph": "pairs that matter only", "transitive": "pairs inferred"}
_UNITS = {
    Question.EQUIVALENCE: "pairs",
    Question.USEFULNESS: "pairs",
    Question.QUALITY: "responses",
    Question.CATEGORY: "prompts",
    ACCURACY: "responses",
}


@dataclass(frozen=True, slots=True)
class Words:
    """What judges are asked a question with at present. template: `name@hash`."""

    template: str
    text: str
    definitions: Mapping[str, str]


def present_words(taxonomy: Taxonomy, templates: TemplateSource) -> dict[str, Words]:
    """Template -> its words; definitions are by category, for questions that use them.

    Raises:
        UserError: a template cannot be used.
    """
    equivalence = Equivalence.open(taxonomy, templates)
    quality = QualityScorer.open(templates)
    category = Classification.open(taxonomy, templates)
    checklist = ChecklistWriter.open(templates).words.text
    same = {f"{one.key} · {one.name}": one.equivalence_definition for one in taxonomy.values()}
    kinds = {f"{one.key} · {one.name}": one.definition for one in taxonomy.values()}
    useful = Usefulness.open(templates)
    general, accuracy = Equivalence.open_general(templates), ReferenceJudge.open(templates)
    found = [
        Words(equivalence.template, equivalence.words.text, same),
        Words(general.template, general.words.text, {}),
        Words(useful.template, useful.words.text, {}),
        Words(quality.template, f"{checklist}\n\n=====\n\n{quality.words.text}", {}),
        Words(category.template, category.words.text, kinds),
        Words(accuracy.template, accuracy.words.text, {}),
    ]
    return {one.template: one for one in found}


def draw_judges(
    overviews: Sequence[JudgeOverview],
    possible: Mapping[str, int],
    words: Mapping[str, Words],
    families: Sequence[Family],
) -> None:
    """Two cards in a row, one for each judge, with its questions in the same order.

    Args:
        possible: question -> how many items it could be asked about.
        words: template -> the words in use at present.
        families: of models, to mark judges that judge their own.
    """
    judges = [(judge, list(group)) for judge, group in groupby(overviews, lambda one: one.judge)]
    for start in range(0, len(judges), 2):
        for column, (judge, asked) in zip(st.columns(2), judges[start : start + 2], strict=False):
            with column, st.container(border=True):
                st.text(judge)
                if mark := family_text(judge, asked, families):
                    small_print([mark])
                for overview in asked:
                    _draw_overview(overview, possible.get(overview.question))
                    if not overview.imported and judge != CHECKER:
                        _draw_words(overview, words)


def _draw_overview(overview: JudgeOverview, possible: int | None) -> None:
    """Question, orders, coverage and what else one needs to trust a judge or not."""
    unit = _UNITS.get(overview.question, "") if is_known(overview) else "items"
    counted = f"{overview.n_items:,}"
    share = 1.0
    if possible is not None and not overview.imported:
        counted += f" of {possible:,}"
        share = overview.n_items / possible if possible else 0.0
    note = ", ".join(notes(overview))
    with st.container(gap="xsmall"):
        headline(overview.question, note=note)
        share_bar(share, label=counted)
        figures([(unit, counted), *detail_figures(overview)])


def detail_figures(overview: JudgeOverview) -> list[tuple[str, str]]:
    """What was not readable, how order mattered, and what it took."""
    found = [("unscored", unscored_text(overview))]
    if overview.question == Question.EQUIVALENCE:
        found += steadiness_figures(overview)
    if overview.decided_by:
        found.append(("decided by rules", counts_text(overview.decided_by)))
    return [*found, ("tokens", tokens_text(overview)), ("cost", judge_cost_text(overview))]


def notes(overview: JudgeOverview) -> list[str]:
    """How a judge was asked, beside the question: orders, definition, pairs left out."""
    if overview.imported:
        return ["imported"]
    found = [_ORDER_NAMES[overview.orders]] if overview.orders in _ORDER_NAMES else []
    if is_general(f"{overview.judge}#{overview.template}"):
        found.append("general definition")
    found += [_MODE_NAMES[mode] for mode in sorted(overview.judged_sets)]
    if overview.n_across:
        found.append(f"and {overview.n_across:,} pairs of two conditions")
    return found


def steadiness_figures(overview: JudgeOverview) -> list[tuple[str, str]]:
    """What order and chance do to verdicts, each with the number of pairs behind it."""
    steady = overview.steadiness
    if steady is None or not steady.n_both:
        found = [("changed with the order", "not asked in both orders")]
    else:
        found = [
            (
                "changed with the order",
                share_text(steady.n_flips, steady.n_both) + interval_text(steady.flip_rate),
            ),
            ("kept its verdict", statistic_text(steady.consistency)),
        ]
        if steady.mcnemar_p is not None:
            found.append(
                (
                    "direction of changes",
                    f"{steady.only_ab:,} and {steady.only_ba:,}; McNemar p "
                    f"{p_text(steady.mcnemar_p)}, pairs taken as independent",
                )
            )
    if steady is not None and steady.n_repeats:
        found.append(
            (
                "changed in the same order",
                share_text(steady.n_changed, steady.n_repeats) + interval_text(steady.noise),
            )
        )
    if overview.judged_sets:
        counted = {_MODE_NAMES[mode]: n for mode, n in overview.judged_sets.items()}
        found.append(("sets asked adaptively", counts_text(counted)))
    n_inferred, n_audited, n_contradicted = overview.audit
    if n_inferred:
        audited = f"{n_inferred:,} inferred; audit contradicts "
        found.append(("pairs not asked", audited + share_text(n_contradicted, n_audited)))
    return found


def interval_text(statistic: Statistic) -> str:
    """An interval in brackets, with a space before it; "" where there is none."""
    if not statistic.has_interval:
        return ""
    return f" [{statistic.low:.1%}, {statistic.high:.1%}]"


def p_text(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"= {p:.3f}"


def family_text(judge: str, overviews: Sequence[JudgeOverview], families: Sequence[Family]) -> str:
    """Whether a judge may favour the models it judges; "" where there is nothing to say."""
    generators = {model for one in overviews for model in one.generators}
    live = {model for model in generators if not model.startswith(("replay:", "imported:"))}
    if judge == CHECKER:
        return "Compares final answers with the reference by rules, without a model."
    if judge.startswith("replay:") or all(one.imported for one in overviews) or not live:
        return ""
    found = self_preference(judge, live, families)
    if found.same:
        family = f" ({found.family})" if found.family else ""
        return f"Same family{family} as {', '.join(found.same)}: it may favour their responses."
    if not found.family:
        return "Its family is not listed in families.toml: whether it judges its own is unknown."
    return ""


def is_known(overview: JudgeOverview) -> bool:
    """Whether the question is one of ours; imported ratings may use any name."""
    return overview.question in {*Question, ACCURACY}


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
    batch_in, batch_out = overview.batch_tokens
    direct = Usage(overview.input_tokens - batch_in, overview.output_tokens - batch_out)
    if not (overview.input_tokens or overview.output_tokens):
        return "unknown: no tokens counted"
    at_least = "at least " if overview.n_uncounted else ""
    cost = cost_range_usd(direct, [overview.judge], price_file())
    if batch_in or batch_out:
        used = Usage(batch_in, batch_out)
        less = cost_range_usd(used, [overview.judge], price_file(), batch=True)
        cost = (cost[0] + less[0], cost[1] + less[1]) if cost and less else None
    return at_least + price_text(cost)


def _draw_words(overview: JudgeOverview, words: Mapping[str, Words]) -> None:
    name, _, digest = overview.template.partition("@")
    present = words.get(overview.template)
    with st.expander(f"Asked with {name}@{digest[:8]}"):
        if present is None:
            st.text("These words are not in use any more; the present ones differ.")
            return
        st.code(present.text, language=None, wrap_lines=True)
        for category, definition in present.definitions.items():
            st.text(f"{category}: {definition}")

"""Categories side by side, as a page may show them: adjusted for how many there are.

A sentence that names a category is made here or nowhere (measurement.md 12, 13).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from core.agreement import AgreementReport, CategoryFamily, CategoryLine, category_family
from core.agreement.explanations import EXPLORATORY, prevalence_paradox

ALL = "all"
FAMILY_NOTE = (
    "The intervals hold for all categories at once (95% together). Drawn together: each category "
    "pulled towards the mean of all, the more the fewer its data (partial pooling). p: two-sided "
    "against all other categories, Holm-adjusted for {n}. Overlapping intervals say nothing about "
    "a difference."
)


def families(
    report: AgreementReport, *, of_people: str = "percent", of_judges: str = "minus_human"
) -> list[CategoryFamily]:
    """People first (judge ""), then each judge; [] where there is one category or none."""
    panel = report.panel
    if len(set(panel.categories.tolist()) - {""}) < 2:
        return []
    return [
        category_family(panel, report.question, of_people),
        *(category_family(panel, report.question, of_judges, one) for one in panel.judges),
    ]


def simultaneous_rows(
    rows: Sequence[Mapping[str, Any]], found: Iterable[CategoryFamily]
) -> list[dict[str, Any]]:
    """Rows of a report whose categories carry the interval that holds for all of them at once.

    Args:
        rows: of people or judges, as `AgreementReport.as_dict` gives them.
        found: families of the statistics to replace.
    """
    lines = {
        (family.judge, line.category): (family.statistic, line)
        for family in found
        for line in family.lines
    }
    changed = []
    for row in rows:
        known = lines.get((row.get("judge", ""), row["category"]))
        changed.append(
            dict(row)
            if known is None or known[1].value is None
            else {**row, known[0]: known[1].simultaneous.as_dict()}
        )
    return changed


def family_sentences(family: CategoryFamily) -> list[str]:
    """What may be said of categories by name; "differs" is read off the adjusted test alone."""
    who = family.judge or "People among themselves"
    if family.n_tests < 2:
        return [f"{who}: fewer than two categories have enough data to be compared."]
    claims = [line for line in family.lines if line.differs and not line.exploratory]
    hints = [line.category for line in family.lines if line.differs and line.exploratory]
    says = [f"{who}: {_difference(line, family.statistic)}" for line in claims]
    if not claims:
        says = [f"{who}: no category is shown to differ from the others."]
    if hints:
        says.append(f"Worth a look, but too few data for a claim: {', '.join(hints)}.")
    return says


def all_sentences(found: Sequence[CategoryFamily]) -> list[str]:
    """Sentences of every rater; one for all of them where nobody's categories can be compared."""
    if all(family.n_tests < 2 for family in found):
        return ["Fewer than two categories have enough data to be compared."]
    return [sentence for family in found for sentence in family_sentences(family)]


def family_notes(found: Sequence[CategoryFamily]) -> list[str]:
    """How to read a table of families."""
    n = max((family.n_tests for family in found), default=0)
    thin = any(line.exploratory for family in found for line in family.lines)
    notes = [FAMILY_NOTE.format(n=f"{n} tests")] if n > 1 else []
    return [*notes, *([f"* {EXPLORATORY}"] if thin else [])]


def reading(line: CategoryLine) -> str:
    """The test of a category in a word."""
    if line.differs is None:
        return f"not compared: {line.reason}" if line.reason else "not compared"
    if not line.differs:
        return "no difference shown"
    return "differs (exploratory)" if line.exploratory else "differs"


def paradoxes(report: AgreementReport) -> list[str]:
    """Where kappa and AC1 part on these very answers: people, also by category, then each judge."""
    if report.level != "nominal":
        return []
    found = []
    for row in report.humans:
        kept = report.panel.categories == row.category
        counts = report.panel.counts[kept if row.category != ALL else slice(None)].sum(axis=0)
        sentence = _paradox(row.statistics, "fleiss_kappa", counts)
        if sentence:
            found.append(f"{_where('People', row.category)}: {sentence}")
    counts = report.panel.counts.sum(axis=0)
    for verdict in report.judges:
        if verdict.category == ALL:
            sentence = _paradox(verdict.statistics, "cohen_kappa", counts)
            if sentence:
                found.append(f"{verdict.judge}: {sentence}")
    return found


def _paradox(statistics: Mapping[str, Any], kappa: str, counts: Any) -> str:
    total = float(counts.sum())
    return prevalence_paradox(
        percent=statistics["percent"].value,
        kappa=statistics[kappa].value,
        ac1=statistics["gwet_ac"].value,
        common_share=float(counts.max()) / total if total else 0.0,
    )


def _where(who: str, category: str) -> str:
    return who if category == ALL else f"{who}, {category}"


def _difference(line: CategoryLine, statistic: str) -> str:
    assert line.minus_rest is not None
    assert line.p_holm is not None
    way = "higher" if line.minus_rest > 0 else "lower"
    size = (
        f"{abs(line.minus_rest) * 100:.0f} points"
        if statistic in ("percent", "minus_human")
        else f"{abs(line.minus_rest):.2f}"
    )
    p = "below .001" if line.p_holm < 0.001 else f"{line.p_holm:.3f}".removeprefix("0")
    return f"{line.category} is {size} {way} than in the other categories (Holm-adjusted p {p})."

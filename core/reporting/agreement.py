"""The sections about one question: people, judges, the alternative annotator test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from core.agreement import AgreementReport
from core.agreement.explanations import EXPLORATORY, is_exploratory
from core.evidence.families import families, paradoxes, simultaneous_rows
from core.evidence.raters import rater_matrix
from core.evidence.selection import ADJUDICATED_NOTE, barred_note
from core.evidence.standings import standing_of
from core.reporting.categories import TITLES, categories_section, otherwise_section
from core.reporting.document import Chart, Column, Section, Table
from core.reporting.scores import scores_section
from core.reporting.svg import Mark, forest, heat_map
from core.types import Question

if TYPE_CHECKING:
    from core.reporting.study import QuestionPart

MAX_MATRIX = 14
_PEOPLE = ("percent", "krippendorff_alpha", "gwet_ac", "fleiss_kappa")
_JUDGES = ("minus_human", "percent", "cohen_kappa", "krippendorff_alpha", "gwet_ac")
_COUNTS = ("n_items", "n_prompts")


def agreement_sections(part: QuestionPart, epsilon_note: str) -> list[Section]:
    """People among themselves, judges beside people, scores, and may a judge stand in."""
    values = part.report.as_dict()
    adjusted = families(part.report)
    drawn = {one: simultaneous_rows(values[one], adjusted) for one in ("humans", "judges")}
    sections = [_people(part, values, drawn["humans"])]
    if values["judges"]:
        sections.append(_judges(part, values, drawn["judges"]))
    if part.scores is not None:
        sections.append(scores_section(part.name, part.scores))
    if adjusted:
        sections.append(categories_section(part.name, adjusted))
    sections.append(otherwise_section(part.name, part.otherwise))
    if part.adjudicated is not None:
        sections.append(_adjudicated(part, part.adjudicated))
    if values["judges"] and part.plan is not None:
        sections.append(_alternative(part, values, epsilon_note))
    return sections


def _people(
    part: QuestionPart, values: Mapping[str, Any], drawn: Sequence[Mapping[str, Any]]
) -> Section:
    humans = values["humans"]
    parts: list[Table | Chart] = [
        Chart(
            "How often two people give the same answer, by category, with the number of items. "
            "Bars are 95% intervals over prompts; those of categories hold for all at once.",
            forest(
                [Mark(_name(row), row["percent"], row["n_items"]) for row in drawn],
                axis="share of person pairs that agree",
                limits=(0.0, 1.0),
            ),
        ),
        _people_table(f"people-{part.name}", part.name, humans),
    ]
    matrix = rater_matrix(part.report.panel)
    if 2 <= len(matrix.raters) <= MAX_MATRIX:
        parts.append(
            Chart(
                "Every rater beside every other: share of shared items with the same answer. "
                "Empty: fewer than five shared items.",
                heat_map(matrix.raters, matrix.agreement.tolist()),
            )
        )
    if part.with_excluded is not None:
        rows = part.with_excluded.as_dict()["humans"]
        table = _people_table(f"people-{part.name}-with-excluded", part.name, rows,
                              "with excluded people")  # fmt: skip
        parts.append(table)
    title = f"{_title(part.name)}: people among themselves"
    return Section(title, paradoxes(part.report), parts)


def _people_table(name: str, question: str, rows: Sequence[Any], more: str = "") -> Table:
    columns = [Column("category"), *(Column(one, is_number=True) for one in
               ("items", "prompts", "people", "answers", "unscored"))]  # fmt: skip
    columns += [Column(TITLES[one], is_number=True) for one in _PEOPLE]
    caption = f"Agreement of people on {question}{', ' + more if more else ''}"
    return Table(
        name,
        caption,
        columns,
        [
            [
                _name(row),
                *(row[one] for one in (*_COUNTS, "n_raters", "n_ratings", "n_unscored")),
                *(row[one] for one in _PEOPLE),
            ]
            for row in rows
        ],
        _notes(rows),
    )


def _judges(
    part: QuestionPart, values: Mapping[str, Any], drawn: Sequence[Mapping[str, Any]]
) -> Section:
    recalls = ("sensitivity", "specificity") if part.question == Question.EQUIVALENCE else ()
    names = (*_JUDGES, *recalls)
    marks = [
        Mark(f"{row['judge']}, {_name(row)}", row["minus_human"], row["n_items"]) for row in drawn
    ]
    columns = [Column("judge"), Column("category")]
    columns += [Column(one, is_number=True) for one in ("items", "prompts", "ties", "flips",
                "unscored")]  # fmt: skip
    columns += [Column(TITLES[one], is_number=True) for one in names]
    rows = [*values["judges"], *values["baselines"]]
    table = Table(
        f"judges-{part.name}",
        f"Judges and judges without skill beside people on {part.name}",
        columns,
        [
            [
                row["judge"],
                _name(row),
                *(row[one] for one in (*_COUNTS, "n_tied", "n_flips", "n_unscored")),
                *(row[one] for one in names),
            ]
            for row in rows
        ],
        [
            "minus people: judge-person minus person-person agreement on the same items. The other "
            "columns compare with people's majority, which errs less than any one person.",
            *_notes(rows),
        ],
    )
    chart = Chart(
        "Agreement with a person, judge minus another person on the same items; 0 is another "
        "person.",
        forest(
            marks,
            axis="agreement with a person, judge minus another person",
            limits=(-1.0, 1.0) if _widest(marks) > 0.5 else (-0.5, 0.5),
            zero=0.0,
        ),
    )
    return Section(
        f"{_title(part.name)}: judges beside people",
        [part.report.headline_sentence(judge) for judge in part.report.judge_names],
        [chart, table, _persons(part, values)],
    )


def _adjudicated(part: QuestionPart, found: AgreementReport) -> Section:
    recalls = ("sensitivity", "specificity") if part.question == Question.EQUIVALENCE else ()
    names = ("percent", "cohen_kappa", "krippendorff_alpha", "gwet_ac", *recalls)
    table = Table(
        f"adjudicated-{part.name}",
        f"Judges beside adjudicated answers on {part.name}",
        [Column("judge"), *(Column(one, is_number=True) for one in ("items", "prompts")),
         *(Column(TITLES[one], is_number=True) for one in names)],
        [
            [row["judge"], *(row[one] for one in _COUNTS), *(row[one] for one in names)]
            for row in found.as_dict()["judges"]
            if row["category"] == "all"
        ],
    )  # fmt: skip
    notes = [note for note in (ADJUDICATED_NOTE, barred_note(part.n_barred)) if note]
    return Section(f"{_title(part.name)}: judges beside adjudicated answers", notes, [table])


def _persons(part: QuestionPart, values: Mapping[str, Any]) -> Table:
    return Table(
        f"judge-person-{part.name}",
        f"Each judge beside each person on {part.name}",
        [Column("judge"), Column("person"), Column("items", is_number=True),
         Column("percent", is_number=True), Column("Cohen's κ", is_number=True)],
        [
            [row["judge"], one["rater"], one["n_items"], one["percent"], one["cohen_kappa"]]
            for row in values["judges"]
            if row["category"] == "all"
            for one in row["per_person"]
        ],
    )  # fmt: skip


def _alternative(part: QuestionPart, values: Mapping[str, Any], epsilon_note: str) -> Section:
    plan = part.plan
    assert plan is not None
    rows = []
    for row in (*values["judges"], *values["baselines"]):
        test = row["alt_test"]
        details = test["details"]
        shown = sum(bool(one["rejected"]) for one in test["per_rater"])
        verdict = {True: "passes", False: "not shown", None: "undefined"}[test["passed"]]
        rows.append(
            [
                row["judge"], _name(row), verdict, _omega(test), test["rho"],
                details["difference"], details["ties"], details["power"],
                details["coin_difference"], shown, len(test["per_rater"]), test["n_tests"],
            ]
        )  # fmt: skip
    table = Table(
        f"alt-test-{part.name}",
        f"Alternative annotator test on {part.name}, {plan.variant}, epsilon {plan.epsilon:g}",
        [
            Column("judge"), Column("category"), Column("result"),
            *(Column(one, is_number=True) for one in (
                "ω", "ρ", "W person minus judge", "ties", "power", "coin", "people shown",
                "people tested", "tests in family")),
        ],
        rows,
        [
            "ω: share of people for whom a loss of less than epsilon is shown; passes at one half. "
            "ρ counts ties for both sides and is not the chance of beating a person. power: how "
            "often a judge exactly as good as they are would pass. coin: what a coin would lose.",
            f"Score {plan.score}, false discovery rate {plan.q:g} (Benjamini-Yekutieli).",
        ],
    )  # fmt: skip
    judges = part.report.judge_names if part.is_fixed else ()
    sentences = [standing_of(part.report, judge).sentence for judge in judges]
    title = f"{_title(part.name)}: may a judge stand in for one of these people?"
    return Section(title, [*sentences, epsilon_note], [table])


def _omega(test: Mapping[str, Any]) -> Mapping[str, Any]:
    """Omega, or why there is none, without the list of people."""
    reason = str(test.get("reason", "")).partition(" (")[0]
    return {"value": test["omega"], "low": None, "high": None, "reason": reason}


def _widest(marks: Sequence[Mark]) -> float:
    found = [mark.statistic.get(part) for mark in marks for part in ("low", "value", "high")]
    return max((abs(value) for value in found if value is not None), default=0.0)


def _name(row: Mapping[str, Any]) -> str:
    thin = row["category"] != "all" and is_exploratory(row["n_items"], row["n_prompts"])
    return f"{row['category']}*" if thin else str(row["category"])


def _notes(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    return [f"* {EXPLORATORY}"] if any(_name(row).endswith("*") for row in rows) else []


def _title(question: str) -> str:
    return question[:1].upper() + question[1:]

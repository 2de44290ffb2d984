"""Everything a study's report says, and in which order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.agreement import AgreementReport, AltTestPlan, ScoreAgreement, SensitivityLine
from core.evidence.corrected import CorrectedRow
from core.evidence.counts import CorrectedCounts
from core.evidence.partitions import PartitionRow
from core.evidence.second_opinion import SecondOpinion
from core.reporting.agreement import agreement_sections
from core.reporting.categories import reading_section
from core.reporting.document import Column, Document, Section, Table
from core.reporting.methods import limits_of, methods_paragraph
from core.reporting.more import (
    corrected_section,
    counts_section,
    opinion_section,
    partitions_section,
    results_section,
)


@dataclass(frozen=True)
class QuestionPart:
    """One question's agreement.

    Attributes:
        direction: "ab" or "ba" of a directed question, which then has two parts; else "".
        report: without the people a researcher excluded.
        with_excluded: the same with them; None where nobody was excluded.
        templates: name@hash of the words it was asked with.
        plan: of the alternative annotator test; None where people answer nothing.
        otherwise: the figures under other choices.
        adjudicated: judges beside adjudicated answers; None where there are none.
        n_barred: items settled after judges' verdicts were seen, which are no reference.
        scores: agreement of scores; None where answers are none.
        is_fixed: whether its epsilon was decided for the study; else nothing is said of standing
            in, because whoever may still choose epsilon could choose it so that a judge passes.
    """

    question: str
    report: AgreementReport
    with_excluded: AgreementReport | None
    templates: Sequence[str]
    plan: AltTestPlan | None
    otherwise: Sequence[SensitivityLine]
    adjudicated: AgreementReport | None = None
    n_barred: int = 0
    is_fixed: bool = False
    direction: str = ""
    scores: ScoreAgreement | None = None

    @property
    def name(self) -> str:
        """The question as titles and files name it."""
        return f"{self.question}-{self.direction}" if self.direction else self.question


@dataclass(frozen=True)
class StudyReport:
    """What the database says of a study; people under pseudonyms.

    Attributes:
        design: name -> value, for the table of the design.
        prompts_by_category: category -> prompts; "" is not known.
        conditions: label, strategy, model, responses wanted, given and failed.
        samples: how items came before people: question, frame, stratum, items, probabilities.
        participants: pseudonym, arm, phase, answers, median seconds, excluded.
        screened_out: people who did not get to rating, by phase.
        counts: of judges, where people counted whole sets.
        groupings: of sets, where people sorted any.
        tags: question, word and on how many items.
        adjudicated: items with an adjudicated answer, and those whose adjudicator saw judges.
        epsilon_note: how the epsilon of the alternative annotator test was chosen.
        results: of `core.results.results_report`; None without responses.
        versions: of the packages the numbers depend on.
        data_until: when the last answer was given, as text.
    """

    title: str
    slug: str
    is_sample: bool
    seed: int
    design: Mapping[str, str]
    prompts_by_category: Mapping[str, int]
    conditions: Sequence[Mapping[str, Any]]
    samples: Sequence[Mapping[str, Any]]
    participants: Sequence[Mapping[str, Any]]
    screened_out: Mapping[str, int]
    exclusion_rules: str
    questions: Sequence[QuestionPart]
    corrected: Mapping[str, Sequence[CorrectedRow]]
    counts: Sequence[CorrectedCounts]
    groupings: Sequence[PartitionRow]
    opinion: SecondOpinion | None
    results: Mapping[str, Any] | None
    tags: Sequence[tuple[str, str, int]]
    adjudicated: tuple[int, int]
    epsilon_note: str
    versions: Mapping[str, str]
    templates: Mapping[str, Sequence[str]] = field(default_factory=dict)
    data_until: str = ""


def report_document(study: StudyReport) -> Document:
    """The report: design, people, agreement, judges, corrected results, limits, methods."""
    sections = [_design(study), _participants(study)]
    for part in study.questions:
        sections += agreement_sections(part, study.epsilon_note)
    if study.groupings:
        sections.append(partitions_section(study.groupings))
    if study.opinion is not None:
        sections.append(opinion_section(study.opinion))
    for question, rows in study.corrected.items():
        sections.append(corrected_section(question, rows))
    if study.counts:
        sections.append(counts_section(study.counts))
    if study.results is not None:
        sections.append(results_section(study.results))
    if study.tags or study.adjudicated[0]:
        sections.append(_disagreement(study))
    sections.append(reading_section())
    sections.append(Section("Limits", limits_of(study)))
    sections.append(Section("Methods", [methods_paragraph(study)], [_versions(study)]))
    sample = "Sample data: texts and verdicts are made up; nothing here is a finding. "
    until = f"; answers until {study.data_until}" if study.data_until else ""
    return Document(
        title=f"{study.title}: agreement of people and judges",
        subtitle=f"{sample if study.is_sample else ''}Study {study.slug}{until}.",
        lead=_lead(study),
        sections=sections,
    )


def _lead(study: StudyReport) -> list[str]:
    """What may be said of each judge, question by question."""
    sentences = [
        f"{part.name}: {part.report.headline_sentence(judge)}"
        for part in study.questions
        for judge in part.report.judge_names
    ]
    return sentences or ["No judge and no person can be compared yet."]


def _design(study: StudyReport) -> Section:
    parts: list[Table] = [
        Table(
            "design",
            "The study",
            [Column("what"), Column("value")],
            [[name, value] for name, value in study.design.items()],
        )
    ]
    if study.prompts_by_category:
        parts.append(
            Table(
                "prompts",
                "Prompts by category",
                [Column("category"), Column("prompts", is_number=True)],
                [[name or "not known", n] for name, n in study.prompts_by_category.items()],
            )
        )
    if study.conditions:
        names: tuple[str, ...] = ("condition", "strategy", "model", "wanted", "given", "failed")
        parts.append(
            Table(
                "conditions",
                "Conditions and their responses",
                [Column(name, is_number=name in ("wanted", "given", "failed")) for name in names],
                [[row[name] for name in names] for row in study.conditions],
            )
        )
    if study.samples:
        names = ("question", "frame", "stratum", "items", "lowest probability",
                 "highest probability", "seed")  # fmt: skip
        parts.append(
            Table(
                "samples",
                "How items came before people",
                [Column(name, is_number=name in names[3:], digits=4) for name in names],
                [[row[name] for name in names] for row in study.samples],
                ["A dash: the probability is not known, so the sample cannot estimate the study."],
            )
        )
    return Section("Study design", [], parts)


def _participants(study: StudyReport) -> Section:
    n = len(study.participants)
    excluded = [row for row in study.participants if row["excluded"]]
    says = [f"{_count(n, 'person', 'people')} answered, under pseudonyms."]
    if study.screened_out:
        ends = ", ".join(f"{phase}: {count}" for phase, count in study.screened_out.items())
        says.append(f"People in each phase of the study: {ends}.")
    if excluded:
        says.append(
            f"{_count(len(excluded), 'person', 'people')} were excluded by a researcher; agreement "
            "is shown without and with them."
        )
    else:
        says.append("Nobody was excluded.")
    says.append(study.exclusion_rules)
    names = ("person", "arm", "phase", "answers", "can't tell", "median seconds", "excluded")
    table = Table(
        "participants",
        "Participants",
        [Column(name, is_number=name in names[3:6], digits=1) for name in names],
        [[row[name] for name in names] for row in study.participants],
    )
    return Section("Participants and exclusions", says, [table] if n else [])


def _disagreement(study: StudyReport) -> Section:
    settled, seen = study.adjudicated
    says = []
    if settled:
        says.append(
            f"{_count(settled, 'item')} were adjudicated by a researcher; on {seen} of them the "
            "adjudicator had seen judges' verdicts, so that answer is no reference. Items were "
            "chosen because raters part on them: they cannot estimate the study."
        )
    table = Table(
        "tags",
        "Why raters part, in researchers' words",
        [Column("question"), Column("tag"), Column("items", is_number=True)],
        [list(row) for row in study.tags],
    )
    return Section("Where raters part", says, [table] if study.tags else [])


def _versions(study: StudyReport) -> Table:
    rows = [[name, value] for name, value in study.versions.items()]
    rows += [
        [f"template of {kind}", name] for kind, names in study.templates.items() for name in names
    ]
    return Table("versions", "Versions and templates", [Column("what"), Column("version")], rows)


def _count(n: int, noun: str, plural: str = "") -> str:
    return f"{n:,} {noun if n == 1 else plural or noun + 's'}"

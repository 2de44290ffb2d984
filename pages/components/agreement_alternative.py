"""May a judge stand in for one of these people? The alternative annotator test, and its epsilon."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.agreement import EPSILON_OF_ANNOTATORS, AgreementReport, AltTestPlan
from core.agreement.report import default_level
from core.errors import UserError
from core.evidence.standings import standings
from db.queries.agreement import FixedEpsilon, find_epsilon, fix_epsilon
from db.queries.studies import get_study
from pages.components.agreement_tables import draw_readings
from pages.components.charts_figures import draw_csv_button
from pages.components.charts_table import Column, draw_sentences, draw_table, rounded
from pages.components.workspace import StudyRef, database, show_user_error

KINDS = {
    "expert": "experts",
    "skilled": "skilled annotators",
    "crowd": "crowd workers",
}
NOT_FIXED = (
    "Epsilon is not fixed for this study, so nothing is said of standing in: the table shows what "
    "the test would give. Fix epsilon before people answer, or at least before reading on."
)
RESULTS = {True: "passes", False: "not shown", None: "undefined"}


def choose_plan(study: StudyRef, question: str) -> tuple[AltTestPlan, bool]:
    """The test to show, and whether its epsilon is the one the study fixed."""
    with database().read() as session:
        fixed = find_epsilon(get_study(session, study.slug))
    left, right = st.columns([2, 1])
    with left:
        epsilon = _draw_fixed(fixed) if fixed else _draw_open(study)
    variant: Any = right.segmented_control(
        "Variant",
        ["clustered", "published"],
        default="clustered",
        key="alt-variant",
        help="clustered takes prompts as what was sampled; published is the authors' procedure, "
        "which takes items as independent and rejects too often when prompts hold many.",
    )
    scale = default_level(question) != "nominal"
    plan = AltTestPlan(
        epsilon=epsilon, variant=variant or "clustered", score="rmse" if scale else "accuracy"
    )
    return plan, fixed is not None


def draw_alternative(found: AgreementReport, *, is_fixed: bool, name: str) -> None:
    """Sentences first, then every judge beside judges without skill."""
    verdicts = standings(found)
    if not verdicts:
        st.text("No judge has answered this question yet.")
    elif is_fixed:
        draw_sentences([verdict.sentence for verdict in verdicts])
    else:
        # Whoever may still choose epsilon could choose it so that a judge passes.
        draw_sentences([NOT_FIXED])
    several = len(found.humans) > 1
    each = several and st.toggle("Show each category", key="alt-each")
    rows = [row for row in (*found.judges, *found.baselines) if each or row.category == "all"]
    titles = ("ω", "persons shown", "ρ", "person − judge", "ties", "power", "coin")
    draw_table(
        [Column("judge"), *([Column("category")] if each else []), Column("result")]
        + [Column(title, is_number=True) for title in titles],
        [
            [
                row.judge,
                *([row.category] if each else []),
                RESULTS[row.alt_test.passed],
                _number(row.alt_test.omega),
                _shown(row),
                _number(row.alt_test.rho),
                _number(row.alt_test.difference),
                _share(row.alt_test.ties),
                _share(row.alt_test.power),
                _number(row.alt_test.coin_difference),
            ]
            for row in rows
            if row.alt_test is not None
        ],
        notes=_notes(rows),
    )
    draw_readings(("omega", "rho"))
    judges = list(found.judge_names)
    if judges:
        with st.expander("Each judge in the place of each person"):
            _draw_persons(found)
    draw_csv_button(
        [
            {"judge": row.judge, "category": row.category, **_flat(row.alt_test.to_dict())}
            for row in rows
            if row.alt_test is not None
        ],
        name=f"{name}-alternative",
        key="alt-csv",
    )


def _draw_fixed(fixed: FixedEpsilon) -> float:
    when = (
        "before any person had answered"
        if not fixed.answers_then
        else f"when {fixed.answers_then:,} answers of people were there"
    )
    st.text(
        f"Epsilon {fixed.epsilon:g}, in place of {KINDS[fixed.annotators]}: fixed on "
        f"{fixed.fixed_at:%Y-%m-%d %H:%M} UTC, {when}."
    )
    return fixed.epsilon


def _draw_open(study: StudyRef) -> float:
    kind: Any = st.segmented_control(
        "In place of",
        list(KINDS),
        format_func=lambda one: f"{KINDS[one]} ({EPSILON_OF_ANNOTATORS[one]:g})",
        default="crowd",
        key="alt-kind",
        help="Epsilon is what a judge may cost and still do: the dearer the person it stands in "
        "for, the more. It is decided before results are seen.",
    )
    kind = kind or "crowd"
    if st.button("Fix this epsilon for the study", key="alt-fix"):
        try:
            with database().write() as session:
                fix_epsilon(session, get_study(session, study.slug), kind)
        except UserError as error:
            show_user_error(error)
        else:
            st.rerun()
    return EPSILON_OF_ANNOTATORS[kind]


def _draw_persons(found: AgreementReport) -> None:
    draw_table(
        [Column("judge"), Column("person"), Column("result")]
        + [Column(title, is_number=True) for title in ("items", "prompts", "ρ", "person − judge",
           "p")],
        [
            [
                row.judge, person.rater, RESULTS[person.rejected], f"{person.n_items:,}",
                f"{person.n_prompts:,}", _number(person.rho), _number(person.difference),
                rounded(person.p, 3),
            ]
            for row in found.judges
            if row.category == "all" and row.alt_test is not None
            for person in row.alt_test.per_rater
        ],
    )  # fmt: skip


def _notes(rows: list[Any]) -> list[str]:
    notes = [
        "ω: share of people for whom a loss of less than epsilon is shown; at one half and above "
        "the judge passes. ρ counts ties for both sides: it is not the chance of beating a person. "
        "person − judge: what the judge costs. power: how often a judge exactly as good as these "
        "people would pass on as much data. coin: what a coin would cost; where that is not more "
        "than epsilon, people are too unreliable for the test to mean anything.",
    ]
    tests = [row.alt_test for row in rows if row.alt_test is not None]
    notes += dict.fromkeys(test.reason for test in tests if test.reason)
    family = next((test.family for test in tests if test.family), "")
    if family:
        notes.append(f"Corrected by Benjamini and Yekutieli over {family}.")
    skipped = {
        f"{who}: {why}"
        for test in tests
        if test.category == "all"
        for who, why in zip(test.skipped, test.skip_reasons, strict=True)
    }
    if skipped:
        notes.append(f"Not tested: {'; '.join(sorted(skipped))}.")
    return notes


def _shown(row: Any) -> str:
    test = row.alt_test
    if test.omega is None:
        return "–"
    return f"{sum(bool(one.rejected) for one in test.per_rater)} of {len(test.per_rater)}"


def _flat(values: dict[str, Any]) -> dict[str, Any]:
    details = values.pop("details")
    kept = {name: value for name, value in values.items() if not isinstance(value, list)}
    return kept | {name: value for name, value in details.items() if not isinstance(value, list)}


def _number(value: float | None) -> str:
    return "–" if value is None else rounded(value)


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.0%}"

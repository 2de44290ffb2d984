"""The primary contrast on Results: set before anything is judged, shown before anything else."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.diversity import DEFINITIONS
from core.errors import UserError
from core.results import ALL_CATEGORIES, Difference
from core.taxonomy import load_taxonomy
from db.queries.compare_choices import ConditionChoice
from db.queries.contrast import PrimaryContrast, fix_contrast
from db.queries.studies import get_study
from pages.components.charts_table import draw_sentences
from pages.components.workspace import StudyRef, database, settings, show_user_error

MEASURES = ("distinct", "quality", "accuracy", "vocabulary")
NOT_SET = (
    "No primary contrast was set. Differences below are many, and none of them was named before "
    "results were seen: read them by their simultaneous intervals."
)


def draw_primary(contrast: PrimaryContrast | None, found: Difference | None) -> None:
    """What the study set out to compare, and what came of it."""
    draw_sentences([NOT_SET] if contrast is None else primary_sentences(contrast, found))


def primary_sentences(contrast: PrimaryContrast, found: Difference | None) -> list[str]:
    """The contrast and when it was set, then its difference with the interval of it alone."""
    when = (
        "before anything was judged"
        if not contrast.answers_then
        else f"when {contrast.answers_then:,} answers were there to be seen"
    )
    of_all = contrast.category == ALL_CATEGORIES
    where = "all prompts" if of_all else f"prompts of {contrast.category}"
    asked = (
        f"Primary contrast: {contrast.condition} minus {contrast.baseline} in "
        f"{DEFINITIONS[contrast.measure].name}, over {where}. Set on "
        f"{contrast.fixed_at:%Y-%m-%d %H:%M} UTC, {when}."
    )
    if found is None or found.mean is None:
        why = found.reason if found is not None and found.reason else "not measured for this rater."
        return [asked, f"No difference yet: {why}"]
    count = f"{found.n} prompts, {found.n_dropped} dropped"
    if found.low is None or found.high is None:
        return [asked, f"Difference {found.mean:+.2f} ({count}), no interval: {found.reason}"]
    return [
        asked,
        f"Difference {found.mean:+.2f}, 95% interval {found.low:+.2f} to {found.high:+.2f} "
        f"({count}).",
    ]


def draw_contrast_form(
    study: StudyRef, conditions: Sequence[ConditionChoice], *, is_seen: bool
) -> None:
    """The form that sets the contrast; once anything is judged, what is set stays.

    Args:
        is_seen: whether results can be seen already, which the record will say.
    """
    labels = [one.label for one in conditions]
    if len(labels) < 2:
        return
    categories = [ALL_CATEGORIES, *load_taxonomy(settings().prompts_dir).keys()]
    with st.expander("Set the primary contrast"):
        st.text(
            "The one comparison this study is about. Set it before anything is judged: the time, "
            "and how much was there to be seen, are kept with it and shown wherever it is."
            + (" Results are there already, and that will be said." if is_seen else "")
        )
        left, right = st.columns(2)
        condition = left.selectbox("Condition", labels, index=1, key="primary-condition")
        baseline = right.selectbox("Baseline", labels, key="primary-baseline")
        measure = left.selectbox(
            "Measure", MEASURES, key="primary-measure",
            format_func=lambda key: DEFINITIONS[key].name,
        )  # fmt: skip
        category = right.selectbox("Category", categories, key="primary-category")
        if not st.button("Set it", key="primary-set"):
            return
        try:
            with database().write() as session:
                fix_contrast(
                    session, get_study(session, study.slug), condition=condition,
                    baseline=baseline, measure=measure, category=category,
                )  # fmt: skip
        except UserError as error:
            show_user_error(error)
            return
        st.rerun()

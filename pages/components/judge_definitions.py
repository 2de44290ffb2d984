"""What anchoring a judge changes: its verdicts by the task's definition and by a general one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from core.agreement.statistic import Statistic
from core.judges.steadiness import DefinitionAgreement
from db.queries.judges import ALL, DefinitionRow
from pages.components.theme import small_print


def draw_definitions(rows: Sequence[DefinitionRow], names: Mapping[str, str]) -> None:
    """One table per judge, a row per category; nothing where no judge was asked by both.

    Args:
        names: category key -> name.
    """
    if not rows:
        return
    st.subheader("By the task's definition and by a general one", anchor=False)
    for row in rows:
        st.text(f"{row.judge}: {row.anchored} against {row.general}")
        st.dataframe(
            [
                _table_row(category, agreement, names)
                for category, agreement in row.by_category.items()
            ],
            hide_index=True,
            key=f"definitions-{row.judge}-{row.anchored}-{row.general}",
        )
    small_print(
        [
            "The same judge, the same pairs, in the same order. Intervals resample prompts. "
            "Neither definition is the right one by this table: it shows what the choice changes.",
        ]
    )


def _table_row(
    category: str, agreement: DefinitionAgreement, names: Mapping[str, str]
) -> dict[str, object]:
    name = "all" if category == ALL else f"{category} · {names.get(category, category)}"
    return {
        "category": name,
        "pairs": agreement.n,
        "same verdict": statistic_text(agreement.agreement),
        "equivalent, task's": share_percent(agreement.share_anchored),
        "equivalent, general": share_percent(agreement.share_general),
        "only by the task's": agreement.only_anchored,
        "only by the general": agreement.only_general,
    }


def statistic_text(statistic: Statistic) -> str:
    """A share as a percentage with its interval, or why there is none."""
    if statistic.value is None:
        return statistic.reason or "undefined"
    text = f"{statistic.value:.1%}"
    if statistic.has_interval:
        return f"{text} [{statistic.low:.1%}, {statistic.high:.1%}]"
    return text


def share_percent(share: float | None) -> str:
    return "" if share is None else f"{share:.0%}"

"""The table of prompts: what a model took each for, and the truth, which is set in place."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import streamlit as st

from core.judges.accuracy import ALL, Recall, recall_by_category
from core.taxonomy import Taxonomy
from db.queries.prompts import PromptView, set_category
from pages.components.theme import small_print
from pages.components.workspace import database

NOT_SET = "not set"
DIFFERS = "differs"
_TINTS = {NOT_SET: "rgba(230, 159, 0, .28)", DIFFERS: "rgba(213, 94, 0, .28)"}
_EDITOR = "prompt-editor"
_EVERY = "all prompts"
_FILTERS = (_EVERY, "no true category", "model and truth differ", "not classified")


@dataclass(slots=True)
class Editor:
    """What this session has done in the table it sees.

    Streamlit keeps edits by row number and lays them over whatever the table holds next. So the
    table gets a new key, which forgets them, whenever its rows are others than before or one of
    them was changed elsewhere; otherwise an old edit would be written over somebody's new one.

    Attributes:
        rows: digest of the prompts shown.
        number: goes up with each new key.
        saved: row number -> the category this session saved there.
    """

    rows: str = ""
    number: int = 0
    saved: dict[int, str | None] = field(default_factory=dict)

    def prepare(self, views: Sequence[PromptView]) -> str:
        """The key of the table for these rows."""
        rows = hashlib.sha256(repr([view.id for view in views]).encode()).hexdigest()
        others = rows != self.rows
        if others or any(views[row].truth != value for row, value in self.saved.items()):
            self.rows, self.number, self.saved = rows, self.number + 1, {}
        return f"prompts-{self.number}"

    def new_edits(self, edited: Mapping[int, Mapping[str, Any]]) -> dict[int, str | None]:
        """Row number -> category, of edits that were not saved yet; they count as saved now."""
        new = {
            int(row): values["truth"] or None
            for row, values in edited.items()
            if "truth" in values
            and (int(row) not in self.saved or self.saved[int(row)] != (values["truth"] or None))
        }
        self.saved.update(new)
        return new


def draw_prompts(views: Sequence[PromptView], taxonomy: Taxonomy, study_id: int) -> None:
    """Choice of model and rows, the table, and how well that model classifies."""
    models = sorted({model for view in views for model in view.by_model})
    left, right = st.columns(2)
    model = left.selectbox(
        "Category according to", models, key="model", placeholder="no model has classified yet"
    )
    names = {key: f"{key} · {taxonomy[key].name}" for key in taxonomy}
    shown = right.selectbox(
        "Show", [*_FILTERS, *names], key="shown", format_func=lambda key: names.get(key, key)
    )
    chosen = [view for view in views if is_shown(view, model, shown)]
    if chosen:
        _draw_editor(chosen, model, names, study_id)
    else:
        st.text("No prompt fits this choice.")
    _draw_counts(views, model, taxonomy)


def is_shown(view: PromptView, model: str | None, shown: str) -> bool:
    """Whether a prompt belongs to what was chosen to be shown: a filter, or a category."""
    if shown in _FILTERS:
        return {
            _FILTERS[0]: True,
            _FILTERS[1]: view.truth is None,
            _FILTERS[2]: state_of(view, model) == DIFFERS,
            _FILTERS[3]: model is None or model not in view.by_model,
        }[shown]
    return (view.truth or view.by_model.get(model or "")) == shown


def state_of(view: PromptView, model: str | None) -> str:
    """What there is to notice: no truth, or a model that says otherwise; "" if nothing."""
    if view.truth is None:
        return NOT_SET
    given = view.by_model.get(model or "")
    return DIFFERS if given is not None and given != view.truth else ""


def _draw_editor(
    views: list[PromptView], model: str | None, names: Mapping[str, str], study_id: int
) -> None:
    editor = st.session_state.setdefault(f"{_EDITOR}-{study_id}", Editor())
    key = editor.prepare(views)
    frame = pd.DataFrame(
        {
            "id": [view.external_id for view in views],
            "prompt": [view.text for view in views],
            "source": [view.source for view in views],
            "model": [view.by_model.get(model or "") for view in views],
            "truth": [view.truth for view in views],
            "notice": [state_of(view, model) for view in views],
        }
    ).astype({"model": "string", "truth": "string"})
    st.data_editor(
        frame.style.map(
            lambda state: f"background-color: {_TINTS[state]}" if state else "", subset=["notice"]
        ),
        key=key,
        hide_index=True,
        height=min(38 + 35 * len(views), 560),
        disabled=["id", "prompt", "source", "model", "notice"],
        column_config={
            "id": st.column_config.TextColumn(width="small"),
            "prompt": st.column_config.TextColumn(width="large"),
            "source": st.column_config.TextColumn(width="small"),
            "model": st.column_config.TextColumn("model's category", width="small"),
            "truth": st.column_config.SelectboxColumn(
                "true category", options=list(names), width="small"
            ),
            "notice": st.column_config.TextColumn("", width="small"),
        },
        on_change=save_edits,
        args=(key, tuple(view.id for view in views), study_id),
    )


def save_edits(key: str, prompt_ids: tuple[int, ...], study_id: int) -> None:
    """Writes what was just changed in the table; Streamlit calls it before the page is redrawn."""
    editor: Editor = st.session_state[f"{_EDITOR}-{study_id}"]
    new = editor.new_edits(st.session_state[key]["edited_rows"])
    with database().write() as session:
        for row, category in new.items():
            set_category(session, prompt_ids[row], category, "researcher")


def _draw_counts(views: Sequence[PromptView], model: str | None, taxonomy: Taxonomy) -> None:
    st.subheader("By category", anchor=False)
    recalls = (
        {}
        if model is None
        else {
            one.category: one
            for one in recall_by_category(
                (view.truth, view.by_model.get(model or "")) for view in views
            )
        }
    )
    st.dataframe(
        count_rows(views, model, taxonomy, recalls),
        hide_index=True,
        key="counts",
        column_config={
            "prompts": st.column_config.NumberColumn("true category"),
            "model": st.column_config.NumberColumn("model says"),
        },
    )
    small_print(remarks(views, model, recalls.get(ALL)))


def count_rows(
    views: Sequence[PromptView],
    model: str | None,
    taxonomy: Taxonomy,
    recalls: Mapping[str, Recall],
) -> list[dict[str, Any]]:
    """A row for every category that is used, for prompts without one, and for all."""
    truths = [view.truth for view in views]
    given = [view.by_model.get(model or "") for view in views]
    known = [*taxonomy.keys(), *sorted({key for key in truths if key and key not in taxonomy})]
    rows = []
    for key in [*known, None, ALL]:
        everything = key == ALL
        n_true = len(views) if everything else truths.count(key)
        n_given = len(views) if everything else given.count(key)
        if not n_true and not (n_given and model):
            continue
        recall = recalls.get(key or "")
        row: dict[str, Any] = {"category": _name(key, taxonomy), "prompts": n_true}
        if model:
            row["model"] = n_given
        if recalls:
            row["model is right"] = f"{recall.n_right} of {recall.n}" if recall else ""
            row["recall, 95% interval"] = interval_text(recall)
        rows.append(row)
    return rows


def interval_text(recall: Recall | None) -> str:
    """A share with its interval, or why there is none; "" where no truth is set."""
    if recall is None or not recall.n:
        return ""
    if recall.low is None or recall.high is None:
        return recall.reason
    return f"{recall.n_right / recall.n:.2f} ({recall.low:.2f} to {recall.high:.2f})"


def remarks(views: Sequence[PromptView], model: str | None, overall: Recall | None) -> list[str]:
    """What the counts leave out, and what they need."""
    if model is None:
        return ["No model has classified these prompts yet."]
    if overall is None:
        return ["Set the true category of some prompts to see how well the model classifies."]
    said = ["Recall: of the prompts truly in a category, the share the model put there (Wilson)."]
    if n_unset := sum(view.truth is None for view in views):
        said.append(f"{n_unset} prompts without a true category count in none of this.")
    if overall.n_unclassified:
        said.append(f"{overall.n_unclassified} prompts with one were not classified by the model.")
    return said


def _name(key: str | None, taxonomy: Taxonomy) -> str:
    if key is None:
        return NOT_SET
    return f"{key} · {taxonomy[key].name}" if key in taxonomy else key

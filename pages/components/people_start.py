"""The beginning of a study with people: a plan to start from, a file, or a few people by name."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.crowd import parse_plan
from core.crowd.presets import PRESETS
from core.errors import UserError
from db.invitations import FrameCell
from pages.components.people_draft import begin, from_json
from pages.components.people_frame import draw_heading
from pages.components.people_invite import draw_invite
from pages.components.theme import headline, small_print
from pages.components.workspace import StudyRef, show_user_error


def draw_start(study: StudyRef, frame: Sequence[FrameCell]) -> None:
    """The presets, each with what it comes to; choosing one opens the set-up."""
    draw_heading(
        "Plan a study", "Choose where to start. Everything can be changed before the study opens."
    )
    for start in range(0, len(PRESETS), 2):
        for column, preset in zip(st.columns(2), PRESETS[start : start + 2], strict=False):
            with column, st.container(border=True, height="stretch"):
                with st.container(gap="xsmall"):
                    headline(preset.name)
                    small_print([preset.about])
                if st.button("Start with this", key=f"preset-{preset.key}"):
                    begin(study.id, preset.plan)
                    st.rerun()
    left, right = st.columns(2, gap="large")
    with left:
        draw_upload(study)
    with right, st.expander("Or invite a few people by name", key="people-invite"):
        small_print(
            [
                "They answer pairs or quality by personal link, without consent, practice or "
                "questions at the end. Items are theirs from the start."
            ]
        )
        draw_invite(study, frame)


def draw_upload(study: StudyRef) -> None:
    """A set-up from a file, in the place of what is on the form."""
    # A new key after each file, so that the next drawing does not read it again.
    round_key = f"plan-upload-{study.id}"
    number = st.session_state.get(round_key, 0)
    uploaded = st.file_uploader(
        "Set-up from a file", ["json"], key=f"{round_key}-{number}", max_upload_size=1
    )
    if uploaded is None:
        return
    try:
        begin(study.id, parse_plan(from_json(uploaded.getvalue())))
    except UserError as error:
        show_user_error(error)
        return
    st.session_state[round_key] = number + 1
    st.rerun()

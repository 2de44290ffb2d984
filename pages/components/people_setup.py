"""The set-up of a study with people: step by step on the left, what it comes to on the right."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from core.crowd import CrowdPlan
from core.crowd.estimate import CrowdEstimate
from core.crowd.presets import PRESETS, find_preset
from core.errors import UserError
from core.security import preview_link
from core.types import Question
from db.crowd.opening import Requirement, open_study, save_plan
from db.reports import default_template
from pages.components.auth import secret_key
from pages.components.people_draft import Draft, Problem, begin, check, forget, to_json
from pages.components.people_estimate import checklist_html, draw_estimate, prospects
from pages.components.people_frame import (
    VIEW,
    actor,
    change,
    draw_facts,
    draw_heading,
    draw_remarks,
)
from pages.components.people_gold import draw_gold
from pages.components.people_start import draw_upload
from pages.components.people_steps import Surroundings, draw_step
from pages.components.people_table import base_url
from pages.components.people_words import STEPS, cautions, counted, summary
from pages.components.theme import small_print
from pages.components.workspace import StudyRef, settings, show_user_error


def draw_setup(study: StudyRef, draft: Draft, around: Surroundings) -> None:
    """The form of a study that is not open yet."""
    form, aside = st.columns([5, 2], gap="large")
    with form, st.container(key="pp-form"):
        step = _draw_steps(study, draft, around)
    plan, problems = check(draft.values)
    with form:
        _draw_after_step(study, step, plan, problems, around)
    with aside:
        _draw_aside(study, draft, plan, problems, around)
    if draft.make_changes():
        st.rerun()
    _move_on(study)


def draw_settled(study: StudyRef, plan: CrowdPlan) -> None:
    """The plan of a study that has opened: to be read, no more to be changed."""
    small_print(
        ["Settled when the study opened. For another set-up, start another study from its file."]
    )
    draw_facts([(STEPS[step], text) for step, text in summary(plan)])
    texts = [("Consent", plan.consent.text), ("Debrief", plan.debrief)]
    for name, text in texts:
        if text:
            with st.expander(name):
                st.text(text)
    _draw_download(study, plan)


def plan_cautions(plan: CrowdPlan, around: Surroundings) -> list[tuple[str, str]]:
    """(step, caution), told of the categories the plan draws from."""
    chosen = plan.items.categories
    found = {cell.category for cell in around.frame}
    return cautions(plan, len(found if chosen is None else found & set(chosen)))


def _step_key(study: StudyRef) -> str:
    return f"plan-step-{study.id}"


def _draw_steps(study: StudyRef, draft: Draft, around: Surroundings) -> str:
    """Draws the present step. Another one that was chosen is drawn the next time: what was typed
    into this one in the same moment is read first."""
    present = str(st.session_state.setdefault(_step_key(study), next(iter(STEPS))))
    widget = f"{_step_key(study)}-chosen"
    st.session_state.setdefault(widget, present)
    numbers = {step: f"{number} {name}" for number, (step, name) in enumerate(STEPS.items(), 1)}
    st.segmented_control(
        "Step",
        list(STEPS),
        format_func=numbers.__getitem__,
        key=widget,
        required=True,
        label_visibility="collapsed",
    )
    prefix = f"plan-{study.id}-{draft.generation}"
    draw_step(present, draft, prefix, around)
    if present == "checks":
        draw_gold(study, draft)
    return present


def _draw_after_step(
    study: StudyRef,
    step: str,
    plan: CrowdPlan | None,
    problems: Sequence[Problem],
    around: Surroundings,
) -> None:
    """What to mend or mind in this step, and the way to the next."""
    draw_remarks([f"{one.where}: {one.text}" for one in problems if one.step == step], wrong=True)
    if plan is not None:
        draw_remarks([text for of, text in plan_cautions(plan, around) if of == step])
    order = list(STEPS)
    place = order.index(step)
    with st.container(horizontal=True):
        for other, label, icon in (
            (place - 1, "Back to {}", ":material/arrow_back:"),
            (place + 1, "Go on to {}", ":material/arrow_forward:"),
        ):
            if 0 <= other < len(order):
                named = label.format(STEPS[order[other]])
                if st.button(named, key=f"to-{order[other]}", icon=icon):
                    st.session_state[f"{_step_key(study)}-next"] = order[other]


def _move_on(study: StudyRef) -> None:
    """Goes to the step that was asked for, now that the present one has been read."""
    key = _step_key(study)
    pressed = st.session_state.pop(f"{key}-next", None)
    chosen = pressed or st.session_state.get(f"{key}-chosen")
    if chosen and chosen != st.session_state[key]:
        st.session_state[key] = chosen
        # The control may only be set before it is drawn, so it is drawn anew.
        st.session_state.pop(f"{key}-chosen", None)
        st.rerun()


def _draw_aside(
    study: StudyRef,
    draft: Draft,
    plan: CrowdPlan | None,
    problems: Sequence[Problem],
    around: Surroundings,
) -> None:
    if plan is None:
        draw_heading("To mend before saving")
        draw_remarks([str(one) for one in problems], wrong=True)
    else:
        try:
            estimated, needed = prospects(study, plan)
        except UserError as error:
            show_user_error(error)
            return
        draw_estimate(estimated)
        draw_heading("Before it can open")
        st.html(checklist_html(needed))
    _draw_saving(study, draft, plan)
    if plan is not None:
        _draw_opening(study, draft, needed, opening_text(estimated), plan_cautions(plan, around))
    with st.expander("More"):
        if plan is not None:
            _draw_download(study, plan)
        draw_upload(study)
        _draw_other_preset(study)
        if st.button("Give up the changes", key="plan-discard", disabled=not draft.is_changed):
            forget(study.id)
            st.rerun()


def _draw_other_preset(study: StudyRef) -> None:
    """Another plan in the place of what is on the form; what is saved stays until saving."""
    names = {preset.key: preset.name for preset in PRESETS}
    key = st.selectbox(
        "Start over from", list(names), None, format_func=names.__getitem__, key="plan-preset",
        placeholder="Choose",
    )  # fmt: skip
    preset = find_preset(key) if key else None
    if st.button("Put it on the form", key="plan-start-over", disabled=preset is None) and preset:
        begin(study.id, preset.plan)
        st.rerun()


def _draw_saving(study: StudyRef, draft: Draft, plan: CrowdPlan | None) -> None:
    """Saving is a decision: the button says whether there is anything to save."""
    pressed = st.button(
        "Save the set-up" if draft.is_changed else "Saved",
        type="primary" if draft.is_changed else "secondary",
        key="plan-save",
        disabled=plan is None or not draft.is_changed,
        width="stretch",
    )
    if pressed and plan is not None:
        save = partial(save_plan, plan=plan, actor=actor())
        if change(study, save, "The set-up is saved."):
            draft.saved = plan.to_settings()
            draft.replace(draft.saved)
        st.rerun()


def _draw_opening(
    study: StudyRef,
    draft: Draft,
    needed: Sequence[Requirement],
    meaning: str,
    minded: Sequence[tuple[str, str]],
) -> None:
    """Looking at it as an annotator, and the step that cannot be taken back."""
    is_saved = draft.saved is not None
    if is_saved:
        st.link_button(
            "Preview as an annotator",
            preview_link(base_url(), study.id, secret_key()),
            icon=":material/visibility:",
            width="stretch",
            help="Shows what is saved; nothing you answer there is kept.",
        )
    missing = [one for one in needed if one.is_blocking and not one.is_met]
    with st.popover("Open the study", disabled=bool(missing) or draft.is_changed, width="stretch"):
        st.text(meaning)
        draw_remarks([f"{STEPS[step]}: {text}" for step, text in minded])
        st.button(
            "Draw the items and open",
            type="primary",
            key="study-open",
            on_click=_open,
            args=(study,),
        )
    if missing:
        small_print([f"{counted(len(missing), 'thing')} missing above."])
    elif draft.is_changed:
        small_print(["Save the set-up first."])


def _open(study: StudyRef) -> None:
    """Opens the study; its links are what is wanted next."""
    template = default_template(Question.EQUIVALENCE, settings())
    work = partial(open_study, actor=actor(), default_template=template)
    if change(study, work, "The study is open."):
        st.query_params[VIEW] = "recruit"


def opening_text(estimated: CrowdEstimate) -> str:
    """What opening does, before it is done."""
    return (
        f"{estimated.ratings:,} ratings by {counted(estimated.people, 'person', 'people')}. The "
        "items are drawn and the set-up, with its exclusion rules, is settled: neither can be "
        "changed afterwards. People can then come in."
    )


def _draw_download(study: StudyRef, plan: CrowdPlan) -> None:
    st.download_button(
        "Save as a file",
        to_json(plan),
        f"{study.slug}-set-up.json",
        "application/json",
        key="plan-download",
        on_click="ignore",
        icon=":material/download:",
    )

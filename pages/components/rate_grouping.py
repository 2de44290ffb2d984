"""The board on which a set of responses is sorted: press a response, then its group."""

from __future__ import annotations

import streamlit as st

from core.crowd.answers import CANNOT_TELL, offers_cannot_tell
from db.queries.tasks import Task
from pages.components.rate_questions import (
    ALL_DIFFERENT_KEY,
    ALL_SAME_KEY,
    CANNOT_TELL_KEY,
    DIGITS,
    GROUP_KEYS,
    NEXT_KEY,
)
from pages.components.rate_saving import Asking, press, press_groups, press_sorted
from pages.components.rate_session import Draft
from pages.components.rate_task import (
    draw_below,
    draw_groups,
    draw_member,
    draw_request,
    heading_of,
)
from pages.components.rate_words import Words

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def draw_board(task: Task, draft: Draft, definition: str, below: str, words: Words) -> None:
    """The request and the responses; pressing one selects it."""
    with st.container(key="rate-set"):
        draw_request(task, words)
        with st.container(key="rate-members"):
            for place, text in enumerate(task.texts):
                _draw_member(task, draft, place, text, words)
        draw_below(definition, below)


def draw_sorting(task: Task, asking: Asking, words: Words) -> None:
    """The groups with their members so far, and what finishes the sorting."""
    draft = asking.draft
    members: dict[str, list[tuple[int, str]]] = {
        _LETTERS[group]: [] for group in range(_n_groups(task))
    }
    for place, group in enumerate(draft.groups):
        if group is not None:
            members[_LETTERS[group]].append((place + 1, task.texts[place]))
    draw_groups(members)
    with st.container(horizontal=True, key="rate-groups"):
        for group, letter in enumerate(members):
            st.button(
                words.fill("grouping.group", group=letter),
                key=f"group-{task.assignment_id}-{group}",
                shortcut=_key(GROUP_KEYS, group),
                width="stretch",
                on_click=draft.put,
                args=(group,),
                disabled=draft.selected is None,
            )
    _draw_ends(task, asking, words)


def status_of(draft: Draft, words: Words) -> str:
    """What the next press of a group does."""
    if draft.selected is None:
        return words["grouping.sorted"]
    return words.fill("grouping.where", number=draft.selected + 1)


def _draw_member(task: Task, draft: Draft, place: int, text: str, words: Words) -> None:
    group = draft.groups[place]
    letter = "" if group is None else _LETTERS[group]
    heading = heading_of(place + 1, len(task.texts), words)
    state = words.fill("grouping.group", group=letter) if letter else words["grouping.none"]
    with st.container(key=f"rate-member-{place}"):
        st.button(
            f"{heading}: {state}",
            key=f"card-{task.assignment_id}-{place}",
            shortcut=_key(DIGITS, place),
            type="primary" if place == draft.selected else "secondary",
            width="stretch",
            on_click=draft.select,
            args=(place,),
        )
        draw_member(text, heading, letter, words)


def _draw_ends(task: Task, asking: Asking, words: Words) -> None:
    count = len(task.texts)
    ends = [
        ("all_same", words["grouping.all_same"], ALL_SAME_KEY, press_groups, [0] * count),
        (
            "all_different",
            words["grouping.all_different"],
            ALL_DIFFERENT_KEY,
            press_groups,
            list(range(count)),
        ),
    ]
    with st.container(horizontal=True, key="rate-answers-grouping"):
        for name, label, key, pressed, groups in ends:
            st.button(
                label,
                key=f"answer-{task.assignment_id}-{name}",
                shortcut=key,
                width="stretch",
                wrap=True,
                on_click=pressed,
                args=(asking, groups),
            )
        if offers_cannot_tell(task.question, asking.plan):
            st.button(
                words["rate.cannot_tell"],
                key=f"answer-{task.assignment_id}-{CANNOT_TELL}",
                shortcut=CANNOT_TELL_KEY,
                type="primary" if task.value == CANNOT_TELL else "secondary",
                width="stretch",
                wrap=True,
                on_click=press,
                args=(asking, CANNOT_TELL),
            )
        if not asking.asks_confidence:
            st.button(
                words["rate.next"],
                key=f"answer-{task.assignment_id}-sorted",
                shortcut=NEXT_KEY,
                type="primary",
                width="stretch",
                wrap=True,
                on_click=press_sorted,
                args=(asking,),
                disabled=asking.draft.answer is None,
            )


def _n_groups(task: Task) -> int:
    return min(len(task.texts), len(_LETTERS))


def _key(keys: str, place: int) -> str | None:
    return keys[place] if place < len(keys) else None

"""A study's plan while it is being written: all that was typed is kept, and checked by field."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import streamlit as st
from pydantic import ValidationError

from core.crowd import CrowdPlan
from core.errors import UserError
from core.types import Question
from pages.components.people_fields import FIELDS, general
from pages.components.people_words import QUESTIONS, STEPS

_LARGEST_FILE = 1_000_000
# Never given twice: a widget of a draft that was given up must not be taken for one of the next.
_generations = count(1)


@dataclass
class Draft:
    """What is on the form.

    Attributes:
        values: the plan's JSON form, right or wrong.
        saved: the same as it was saved last; None while nothing is.
        generation: another one whenever the values are replaced, so that widgets read them anew.
        parked: question -> what was set for it before it was switched off.
        later: changes to make once every field of this drawing has been read. Made
            at the button's own place, they would lose what was typed further down.
    """

    values: dict[str, Any]
    saved: dict[str, Any] | None
    generation: int = field(default_factory=lambda: next(_generations))
    parked: dict[str, dict[str, Any]] = field(default_factory=dict)
    later: list[Callable[[], None]] = field(default_factory=list)

    @property
    def is_changed(self) -> bool:
        return self.values != self.saved

    def replace(self, values: dict[str, Any]) -> None:
        """Puts other values on the form."""
        self.values = deepcopy(values)
        self.generation = next(_generations)

    def make_changes(self) -> bool:
        """Makes what buttons asked for; whether there was anything."""
        asked, self.later = self.later, []
        for make in asked:
            make()
        return bool(asked)


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a draft is no plan yet: where, in the words of the page, and what to do."""

    step: str
    where: str
    text: str

    def __str__(self) -> str:
        return f"{STEPS[self.step]} › {self.where}: {self.text}"


def draft_of(study_id: int, saved: CrowdPlan | None) -> Draft | None:
    """The draft of this session; None where neither one was begun nor a plan is saved."""
    drafts: dict[int, Draft] = st.session_state.setdefault("plan-drafts", {})
    draft = drafts.get(study_id)
    if draft is None and saved is not None:
        values = saved.to_settings()
        draft = drafts[study_id] = Draft(deepcopy(values), values)
    return draft


def begin(study_id: int, plan: CrowdPlan) -> None:
    """Starts a draft from a plan, or puts the plan in the place of what is on the form."""
    drafts: dict[int, Draft] = st.session_state.setdefault("plan-drafts", {})
    draft = drafts.setdefault(study_id, Draft({}, None))
    draft.replace(plan.to_settings())


def forget(study_id: int) -> None:
    """Gives up a draft; what is saved stays."""
    st.session_state.setdefault("plan-drafts", {}).pop(study_id, None)


def check(values: dict[str, Any]) -> tuple[CrowdPlan | None, list[Problem]]:
    """The plan a draft makes, or everything that stands in its way."""
    try:
        return CrowdPlan.model_validate(values), []
    except ValidationError as error:
        found = error.errors(include_url=False)
        return None, [_problem(one["loc"], one["msg"], one["input"], values) for one in found]


def to_json(plan: CrowdPlan) -> str:
    """A plan as a file."""
    return json.dumps(plan.to_settings(), indent=2, ensure_ascii=False) + "\n"


def from_json(content: bytes) -> dict[str, Any]:
    """The plan in a file, completed by defaults; the form cannot show values of a wrong shape.

    Raises:
        UserError: no plan; names the fields that are wrong.
    """
    if len(content) > _LARGEST_FILE:
        raise UserError(
            f"The file has {len(content):,} bytes; a set-up has {_LARGEST_FILE:,} at most. "
            "Choose a file saved here by “Save as a file”."
        )
    try:
        values = json.loads(content)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise UserError(f"The file is no JSON: {str(error)[:120]}. Choose another one.") from None
    known = CrowdPlan().to_settings()
    if not isinstance(values, dict) or not set(values) <= set(known):
        strange = sorted(set(values) - set(known))[:3] if isinstance(values, dict) else []
        named = f" It has {', '.join(map(repr, strange))}." if strange else ""
        raise UserError(
            f"The file holds no study set-up.{named} Expected {', '.join(sorted(known))}."
        )
    plan, problems = check({**known, **values})
    if plan is not None:
        return plan.to_settings()
    raise UserError("The file cannot be used. " + " ".join(f"{one}." for one in problems[:3]))


def _problem(loc: Sequence[int | str], message: str, value: Any, values: dict[str, Any]) -> Problem:
    # The only rule about two parts of this step concerns the floor.
    path = "items.random_floor" if list(loc) == ["items"] else ".".join(map(str, loc))
    found = _field(general(path))
    text = message.removeprefix("Value error, ")
    where, step = "The whole", "questions"
    if found:
        where, step = found.label, found.step
        if "match pattern" in message and found.expected:
            text = f"expected {found.expected}"
    if list(loc) == ["arms"] and not values.get("arms"):
        text = "nothing is asked yet; switch on at least one question"
    shown = repr(value)[:60] if isinstance(value, str | int | float) else ""
    got = f" (got {shown})" if shown else ""
    return Problem(step, f"{_place(loc, values)}{where}", f"{text}{got}")


def _field(path: str) -> Any:
    """The field of a path, else of the part that holds it."""
    while path:
        if path in FIELDS:
            return FIELDS[path]
        path = path.rpartition(".")[0]
    return None


def _place(loc: Sequence[int | str], values: dict[str, Any]) -> str:
    """Which entry of a list is meant."""
    match list(loc):
        case ["arms", int(arm), "questions", int(number), *_]:
            asked = values["arms"][arm]["questions"][number].get("question", "")
            known = asked in set(Question)
            return f"{QUESTIONS[Question(asked)].short if known else asked}, "
        case ["arms", int(arm), *_]:
            return f"arm {values['arms'][arm].get('name', arm + 1)!r}, "
        case ["closing", int(number), *_]:
            return f"question {number + 1}, "
        case _:
            return ""

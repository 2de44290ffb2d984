"""What Compare's address asks for, checked against what the study has.

The address is the one place where the choice is kept, so that it can be shared, reloaded and
gone back to. Whatever it says may be forged or stale: unknown values fall back to defaults, with
a notice.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from core.results import ENSEMBLE
from db.queries.compare_choices import Choices, ConditionChoice, PromptEntry, RaterChoice

PROMPT, CONDITION, RATER, CATEGORY, SEARCH, ITEM = (
    "prompt",
    "condition",
    "rater",
    "category",
    "search",
    "item",
)
NO_CATEGORY = "none"
MAX_CONDITIONS = 3
_BASELINE = "temperature"
# The two ways of asking for more, each as (general, anchored).
_FAMILIES = (
    ("system-general", "system-anchored"),
    ("regenerate-general", "regenerate-anchored"),
)


@dataclass(frozen=True, slots=True)
class View:
    """What is to be shown.

    Attributes:
        kept: prompts that fit category and search, in study order.
        position: of the shown prompt among them; None when none fits.
        conditions: at most three, in study order.
        category: a key, "none" for prompts without one, "" for all.
        notices: what the address asked for and the study does not have.
    """

    kept: tuple[PromptEntry, ...]
    position: int | None
    conditions: tuple[ConditionChoice, ...]
    rater: RaterChoice | None
    category: str
    search: str
    notices: tuple[str, ...]

    @property
    def entry(self) -> PromptEntry | None:
        return None if self.position is None else self.kept[self.position]


def read_view(
    params: Mapping[str, Sequence[str]], choices: Choices, found: Collection[int] | None
) -> View:
    """Reads the address.

    Args:
        params: name -> values, as the address has them.
        found: ids of the prompts that fit the search; None without a search.
    """
    notices: list[str] = []
    category = _first(params, CATEGORY)
    if category and category not in {entry.category or NO_CATEGORY for entry in choices.prompts}:
        notices.append(f"No prompt of this study has the category {category!r}: showing all.")
        category = ""
    kept = tuple(
        entry
        for entry in choices.prompts
        if (not category or (entry.category or NO_CATEGORY) == category)
        and (found is None or entry.id in found)
    )
    conditions = _conditions(params.get(CONDITION, ()), choices.conditions, notices)
    return View(
        kept=kept,
        position=_position(_first(params, PROMPT), kept, choices.prompts, notices),
        conditions=conditions,
        rater=_rater(_first(params, RATER), choices.raters, notices),
        category=category,
        search=_first(params, SEARCH),
        notices=tuple(notices),
    )


def default_conditions(conditions: Sequence[ConditionChoice]) -> tuple[ConditionChoice, ...]:
    """Baseline, general and task-anchored of one model, as far as there are; else the first three.

    The first model with both a baseline and an anchored condition is taken.
    """
    by_model: dict[str, dict[str, ConditionChoice]] = {}
    for one in conditions:
        by_model.setdefault(one.model, {}).setdefault(one.strategy, one)
    for own in by_model.values():
        for general, anchored in _FAMILIES:
            if _BASELINE in own and anchored in own:
                names = (_BASELINE, general, anchored)
                return tuple(own[name] for name in names if name in own)
    return tuple(conditions[:MAX_CONDITIONS])


def toggle_condition(
    chosen: Sequence[ConditionChoice], one: ConditionChoice
) -> tuple[ConditionChoice, ...]:
    """The choice with one condition added or taken away; never empty, and never above three.

    A fourth takes the place of the rightmost, so that the baseline at the left stays.
    """
    if one in chosen:
        return tuple(other for other in chosen if other != one) or (one,)
    return (*chosen[: MAX_CONDITIONS - 1], one)


def condition_names(
    conditions: Sequence[ConditionChoice], labels: Mapping[str, str]
) -> dict[str, str]:
    """Condition hash -> the shortest name that tells it from the others.

    Args:
        labels: strategy id -> its name for people; others are named by their full label.
    """

    def name(one: ConditionChoice, *, with_model: bool) -> str:
        if one.strategy not in labels:
            return one.label
        return f"{labels[one.strategy]} · {one.model}" if with_model else labels[one.strategy]

    several_models = len({one.model for one in conditions if one.strategy in labels}) > 1
    names = {one.hash: name(one, with_model=several_models) for one in conditions}
    taken = list(names.values())
    return {
        one.hash: one.label if taken.count(names[one.hash]) > 1 else names[one.hash]
        for one in conditions
    }


def _first(params: Mapping[str, Sequence[str]], name: str) -> str:
    values = params.get(name, ())
    return values[0] if values else ""


def _position(
    asked: str,
    kept: Sequence[PromptEntry],
    everything: Sequence[PromptEntry],
    notices: list[str],
) -> int | None:
    if asked and asked not in {entry.external_id for entry in everything}:
        notices.append(f"This study has no prompt {asked!r}: showing the first.")
    if not kept:
        return None
    return next((number for number, entry in enumerate(kept) if entry.external_id == asked), 0)


def _conditions(
    asked: Sequence[str], conditions: Sequence[ConditionChoice], notices: list[str]
) -> tuple[ConditionChoice, ...]:
    chosen = tuple(one for one in conditions if one.hash in asked)[:MAX_CONDITIONS]
    known = {one.hash for one in conditions}
    if unknown := [value for value in asked if value not in known]:
        notices.append(f"This study has no condition {unknown[0]!r}.")
    return chosen or default_conditions(conditions)


def _rater(asked: str, raters: Sequence[RaterChoice], notices: list[str]) -> RaterChoice | None:
    by_key = {rater.key: rater for rater in raters}
    if asked and asked not in by_key:
        notices.append(f"Nobody named {asked!r} has judged pairs of this study.")
    # A judge before people: people have usually rated only some pairs of a set.
    a_judge = next((rater for rater in raters if rater.kind == "judge"), None)
    any_rater = raters[0] if raters else None
    return by_key.get(asked) or by_key.get(ENSEMBLE) or a_judge or any_rater

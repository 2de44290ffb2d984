"""From a long table of ratings to a `Panel`: checks, positions in place of names, majorities."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from core.agreement.observations import IntArray, count_answers, one_hot
from core.agreement.panel import ORDERS, BoolArray, Panel, People, Verdicts
from core.errors import InvalidRatingsError
from core.types import Level

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "item_id", "cluster", "category", "rater_id", "rater_kind", "value", "order", "repeat",
)  # fmt: skip
_UNASKED, _UNSCORED = -1, -2


def build_panel(
    ratings: pd.DataFrame, level: Level, options: Sequence[str | float] | None
) -> Panel:
    """Arrays of a long table of ratings.

    Args:
        ratings: columns `COLUMNS`; planned repeats (repeat > 0) stay out.
        level: nominal reads values as strings, other levels as numbers.
        options: declared answers in order; None takes the values present.

    Raises:
        InvalidRatingsError: a column is missing, a value is undeclared or no number where one is
            needed, an order or kind is unknown, or a rater answered an item twice.
    """
    missing = [column for column in COLUMNS if column not in ratings.columns]
    if missing:
        raise InvalidRatingsError(
            f"The table of ratings lacks the column(s) {', '.join(missing)}; "
            f"expected {', '.join(COLUMNS)}. Add them and try again."
        )
    table = ratings.loc[ratings["repeat"] == 0]
    codes, names = _encode_values(table["value"], level, options)
    item, item_ids = table["item_id"].factorize()
    rater, rater_ids = table["rater_id"].factorize()
    order = _encode(table["order"].fillna(""), ORDERS, "order")
    is_judge = _encode(table["rater_kind"], ("human", "judge"), "rater_kind") == 1
    _refuse_twins(item, rater, order, is_judge, item_ids, rater_ids)
    first = np.unique(item, return_index=True)[1]
    # An item without a prompt is its own cluster.
    cluster, cluster_names = (
        table["cluster"].where(table["cluster"].notna(), table["item_id"]).factorize()
    )
    if options is None and level in ("interval", "ratio"):
        codes, names = _add_halfway_medians(item[~is_judge], codes, ~is_judge, names)
    people = _people(item, rater, codes, order, is_judge, rater_ids)
    rated = np.bincount(np.concatenate([people.item, people.unscored_item]), minlength=len(first))
    kept = rated > 0
    judges = tuple(
        _verdicts(str(rater_ids[judge]), item[rows], order[rows], codes[rows], kept, len(names))
        for judge in np.unique(rater[is_judge])
        for rows in [np.flatnonzero(is_judge & (rater == judge))]
    )
    return Panel(
        level,
        names,
        np.asarray(item_ids, dtype=object)[kept],
        cluster[first][kept].astype(np.int64),
        np.asarray(cluster_names, dtype=object)[cluster[first]][kept],
        table["category"].fillna("").astype(str).to_numpy(dtype=object)[first][kept],
        people.take(kept),
        judges,
    )


def _add_halfway_medians(
    item: IntArray, codes: IntArray, human: BoolArray, names: tuple[str | float, ...]
) -> tuple[IntArray, tuple[str | float, ...]]:
    """Options widened by medians between two answers, so that these are answers, not ties."""
    counts = count_answers(item, codes[human], int(item.max(initial=-1)) + 1, len(names))
    raters = counts.sum(axis=1)[:, None]
    cumulated = counts.cumsum(axis=1)
    numbers = np.asarray(names, dtype=np.float64)
    lower = np.argmax(cumulated >= raters / 2, axis=1)
    upper = np.argmax(cumulated > raters / 2, axis=1)
    middles = ((numbers[lower] + numbers[upper]) / 2)[raters[:, 0] > 0] if len(names) else numbers
    widened = np.unique(np.concatenate([numbers, middles]))
    lookup = np.append(np.searchsorted(widened, numbers), -1)
    return lookup[codes].astype(np.int64), tuple(widened.tolist())


def _people(
    item: IntArray,
    rater: IntArray,
    codes: IntArray,
    order: IntArray,
    is_judge: BoolArray,
    rater_ids: Any,
) -> People:
    scored, blank = ~is_judge & (codes >= 0), ~is_judge & (codes < 0)
    persons, positions = np.unique(rater[scored], return_inverse=True)
    return People(
        item[scored],
        positions.astype(np.int64),
        codes[scored],
        order[scored],
        tuple(str(rater_ids[person]) for person in persons),
        item[blank],
    )


def _verdicts(
    name: str, item: IntArray, order: IntArray, codes: IntArray, kept: BoolArray, q: int
) -> Verdicts:
    answers = np.full((len(kept), len(ORDERS)), _UNASKED, dtype=np.int64)
    answers[item, order] = np.where(codes >= 0, codes, _UNSCORED)
    answers = answers[kept]
    by_order = one_hot(answers.ravel(), q).reshape(*answers.shape, q)
    return Verdicts(name, by_order, answers != _UNASKED)


def _refuse_twins(
    item: IntArray,
    rater: IntArray,
    order: IntArray,
    is_judge: BoolArray,
    item_ids: Any,
    rater_ids: Any,
) -> None:
    """A person answers an item once, a judge once in each order; anything else is a mistake."""
    slot = np.where(is_judge, order + 1, 0)
    keys = (item * max(len(rater_ids), 1) + rater) * (len(ORDERS) + 1) + slot
    _, first, times = np.unique(keys, return_index=True, return_counts=True)
    twins = first[times > 1]
    if len(twins):
        where = twins[0]
        raise InvalidRatingsError(
            f"Rater {rater_ids[rater[where]]!r} answered item {item_ids[item[where]]!r} more than "
            "once in repeat 0; expected one answer (a judge: one per order). Keep the latest "
            "revision, or number planned repeats 1, 2, …"
        )


def _encode(column: pd.Series[Any], allowed: tuple[str, ...], name: str) -> IntArray:
    codes, present = column.factorize()
    place = {word: index for index, word in enumerate(allowed)}
    strangers = [word for word in present if word not in place]
    if strangers or np.any(codes < 0):
        raise InvalidRatingsError(
            f"Column {name} holds {strangers[0] if strangers else None!r}; expected one of "
            f"{', '.join(map(repr, allowed))}. Correct the table."
        )
    lookup = np.array([place[word] for word in present], dtype=np.int64)
    return lookup[codes] if len(codes) else codes.astype(np.int64)


def _encode_values(
    column: pd.Series[Any], level: Level, options: Sequence[str | float] | None
) -> tuple[IntArray, tuple[str | float, ...]]:
    """Option positions of the answers, -1 where unscored, and the options."""
    codes, present = column.astype(object).factorize()
    answers = [_answer(value, level) for value in present]
    known = [answer for answer in answers if answer is not None]
    if options is None:
        names = sorted(set(known), key=lambda answer: (isinstance(answer, str), answer))
    else:
        declared = [_answer(option, level) for option in options]
        names = [option for option in declared if option is not None]
    place: dict[str | float | None, int] = {name: index for index, name in enumerate(names)}
    strangers = [answer for answer in known if answer not in place]
    if strangers:
        raise InvalidRatingsError(
            f"The answer {strangers[0]!r} is not among the options "
            f"{', '.join(map(repr, names))}. Correct it, declare it, or leave it blank."
        )
    # The last entry serves code -1, pandas' mark of a missing value.
    lookup = np.array([place.get(answer, -1) for answer in answers] + [-1], dtype=np.int64)
    return lookup[codes], tuple(names)


def _answer(value: Any, level: Level) -> str | float | None:
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if level == "nominal":
        return value if isinstance(value, str) else f"{value:.15g}"
    try:
        number = float(value)
    except (TypeError, ValueError) as error:
        raise InvalidRatingsError(
            f"The answer {value!r} is not a number, which level {level} needs. "
            "Use numbers, or level nominal."
        ) from error
    if not math.isfinite(number):
        raise InvalidRatingsError(f"The answer {value!r} is not finite. Leave it blank instead.")
    return number

"""From a long table, one row per rating, to the raters-by-items table coefficients take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.errors import InvalidRatingsError

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class RatingsTable:
    """Ratings as coefficients take them.

    Attributes:
        ratings: shape (n_raters, n_items); numbers with NaN, or objects with None, = not rated.
        raters: names, in the order of rows.
        items: names, in the order of columns.
        clusters: prompt of each item, shape (n_items,); the item itself where none is known.
    """

    ratings: NDArray[Any]
    raters: tuple[str, ...]
    items: tuple[Any, ...]
    clusters: NDArray[Any]

    def row(self, rater: str) -> NDArray[Any]:
        """One rater's answers, shape (n_items,).

        Raises:
            InvalidRatingsError: no such rater.
        """
        if rater not in self.raters:
            raise InvalidRatingsError(
                f"No rater {rater!r} in the table; there are: {', '.join(self.raters)}."
            )
        return np.asarray(self.ratings[self.raters.index(rater)])


def ratings_table(
    frame: pd.DataFrame,
    *,
    item: str = "item_id",
    rater: str = "rater_id",
    value: str = "value",
    prompt: str | None = "prompt_id",
) -> RatingsTable:
    """A long table of ratings as raters by items, both in order of appearance.

    Args:
        frame: one row per rating; missing or blank values are not rated.
        item, rater, value: names of columns.
        prompt: name of the column of prompts; without it every item is its own prompt.

    Raises:
        InvalidRatingsError: a column is missing, a rater answered an item twice, or an item
            belongs to two prompts.
    """
    missing = [name for name in (item, rater, value) if name not in frame.columns]
    if missing:
        raise InvalidRatingsError(
            f"The table of ratings lacks the column(s) {', '.join(missing)}; it has "
            f"{', '.join(map(str, frame.columns))}. Name the columns to read."
        )
    twice = frame.duplicated([item, rater])
    if twice.any():
        row = frame.loc[twice].iloc[0]
        raise InvalidRatingsError(
            f"Rater {row[rater]!r} answered item {row[item]!r} more than once; expected one row "
            "per rater and item. Keep one of them, or treat planned repeats apart."
        )
    item_codes, items = frame[item].factorize()
    rater_codes, raters = frame[rater].factorize()
    values = _values(frame[value])
    empty: Any = np.nan if values.dtype.kind == "f" else None
    table = np.full((len(raters), len(items)), empty, dtype=values.dtype)
    table[rater_codes, item_codes] = values
    clusters = np.asarray(items, dtype=object)
    if prompt is not None and prompt in frame.columns:
        clusters = _clusters(frame, item, prompt, item_codes, clusters)
    return RatingsTable(table, tuple(map(str, raters)), tuple(items), clusters)


def _values(column: pd.Series[Any]) -> NDArray[Any]:
    """Numbers where all given values are numbers, else objects with None for what is blank."""
    import pandas as pd

    blank = column.isna() | (column.astype(str).str.strip() == "")
    given = column.where(~blank)
    numbers = pd.to_numeric(given, errors="coerce")
    if bool((numbers.isna() == blank).all()):
        return numbers.to_numpy(dtype=np.float64)
    values = np.array(given.astype(object), dtype=object)
    values[blank.to_numpy()] = None
    return np.asarray(values, dtype=object)


def _clusters(
    frame: pd.DataFrame, item: str, prompt: str, item_codes: NDArray[Any], names: NDArray[Any]
) -> NDArray[Any]:
    known = frame.loc[frame[prompt].notna(), [item, prompt]].drop_duplicates()
    torn = known.duplicated(item)
    if torn.any():
        raise InvalidRatingsError(
            f"Item {known.loc[torn].iloc[0][item]!r} belongs to more than one prompt; expected "
            "one. Give items of different prompts different names."
        )
    first = np.unique(item_codes, return_index=True)[1]
    prompts = frame[prompt].where(frame[prompt].notna(), frame[item])
    return prompts.to_numpy(dtype=object)[first] if len(first) else names

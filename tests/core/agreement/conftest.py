"""Long tables of ratings, written the way a reader would."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pandas as pd
import pytest

COLUMNS = [
    "item_id", "cluster", "category", "rater_id", "rater_kind", "value", "order", "repeat",
]  # fmt: skip
Row = tuple[str, str, object] | tuple[str, str, object, str]
MakeRatings = Callable[..., pd.DataFrame]


@pytest.fixture
def make_ratings() -> MakeRatings:
    """A table from (item, rater, value[, order]) rows; raters named "judge..." are judges.

    Every item is its own prompt and of category A unless told otherwise.
    """

    def make(
        rows: Iterable[Row],
        clusters: dict[str, str] | None = None,
        categories: dict[str, str] | None = None,
    ) -> pd.DataFrame:
        table = []
        for item, rater, value, *order in rows:
            kind = "judge" if rater.startswith("judge") else "human"
            table.append(
                (
                    item,
                    (clusters or {}).get(item, item),
                    (categories or {}).get(item, "A"),
                    rater,
                    kind,
                    value,
                    order[0] if order else "",
                    0,
                )
            )
        return pd.DataFrame(table, columns=COLUMNS)

    return make

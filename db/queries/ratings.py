"""Ratings: append-only, so the answer that counts is the newest revision."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

from sqlalchemy import ColumnElement

from core.work import WorkPurpose
from db.models import Rating

RowT = TypeVar("RowT")
KeyT = TypeVar("KeyT", bound=Hashable)


def counts() -> ColumnElement[bool]:
    """Whether a rating enters statistics: practice, checks, repeats and tests do not."""
    return Rating.purpose == WorkPurpose.RATING.value


def current_ratings(
    rows: Iterable[RowT], key: Callable[[RowT], KeyT], revision: Callable[[RowT], int]
) -> dict[KeyT, RowT]:
    """Key -> the row with the highest revision."""
    newest: dict[KeyT, RowT] = {}
    for row in rows:
        known = newest.get(key(row))
        if known is None or revision(row) > revision(known):
            newest[key(row)] = row
    return newest

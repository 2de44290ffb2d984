"""Ratings made elsewhere, in long format: one row per item, question and rater."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from core.importing.fields import (
    Categories,
    CellError,
    Parsed,
    identifier_cell,
    index_cell,
    metadata,
    require_columns,
    required_identifier,
    shortened,
    text_cell,
)
from core.importing.tables import Row, Table
from core.types import Question, RaterKind, Verdict

_REQUIRED = ("item_id", "question", "rater_id", "rater_kind", "value")
_ITEM_COLUMNS = ("prompt_id", "category", "prompt", "response_a", "response_b")
_COLUMNS = frozenset({*_REQUIRED, *_ITEM_COLUMNS, "repeat", "order"})
_VERDICT_OF_WORD = {
    word: verdict
    for verdict, words in (
        (Verdict.EQUIVALENT, ("equivalent", "same", "yes", "true", "1")),
        (Verdict.DIFFERENT, ("different", "no", "false", "0")),
    )
    for word in words
}


@dataclass(frozen=True, slots=True)
class ExternalItem:
    """What a file says about one item; None = it does not say."""

    prompt_id: str | None = None
    category: str | None = None
    prompt: str | None = None
    response_a: str | None = None
    response_b: str | None = None


@dataclass(frozen=True, slots=True)
class ImportedRating:
    """One answer.

    Attributes:
        value: "equivalent" or "different" for `equivalence` and `same`, a number from 1 to 5
            as text for `quality`, the text itself for any other question; None = unscored.
        repeat: 0 for a first answer, from 1 for planned repeats.
        order: which response was shown first, ab or ba; "" = the file does not say.
        item: what this row says about the item; `external_items` merges the rows of one item.
    """

    line: int
    item_id: str
    question: str
    rater_id: str
    rater_kind: RaterKind
    value: str | None
    repeat: int = 0
    order: str = ""
    item: ExternalItem = ExternalItem()
    metadata: dict[str, Any] = field(default_factory=dict)


def parse_ratings(table: Table, taxonomy_keys: Collection[str]) -> Parsed[ImportedRating]:
    """Read ratings; whether their items exist is for the caller to check.

    A row is a problem when it repeats the item, question, rater and repeat of an earlier one (a
    judge may answer once in each order),
    when it describes its item in other words than an earlier one, or when it calls a rater a
    person whom an earlier one calls a judge.

    Args:
        table: columns item_id, question, rater_id, rater_kind, value; optionally prompt_id,
            category, prompt, response_a, response_b, repeat, order; others are metadata.
        taxonomy_keys: a category that is none of them is kept as metadata with one notice.

    Raises:
        UserError: a required column is missing.
    """
    require_columns(table, _REQUIRED)
    parsed = Parsed[ImportedRating](table.name, problems=list(table.problems))
    categories = Categories(taxonomy_keys)
    earlier = _Earlier()
    for row in table.rows:
        try:
            rating = _rating(row, categories)
            earlier.check(rating)
        except CellError as error:
            parsed.problems.append((row.line, str(error)))
        else:
            earlier.add(rating)
            parsed.rows.append(rating)
    parsed.problems.sort()
    parsed.notices += categories.notices()
    return parsed


def external_items(ratings: Iterable[ImportedRating]) -> dict[str, ExternalItem]:
    """What the rows say together about each item, by item id."""
    items: dict[str, ExternalItem] = {}
    for rating in ratings:
        known = items.get(rating.item_id)
        items[rating.item_id] = rating.item if known is None else _merged(known, rating.item)
    return items


def parse_value(question: str, values: Mapping[str, Any]) -> str | None:
    """The answer in the form it is stored; None for a blank cell.

    Raises:
        CellError: not an answer to this question.
    """
    text = text_cell(values, "value")
    if text is None:
        return None
    if question in (Question.EQUIVALENCE, Question.SAME):
        verdict = _VERDICT_OF_WORD.get(text.strip().lower())
        if verdict is None:
            raise CellError(
                f"value is {shortened(text)}; expected equivalent/different, same/different, "
                "yes/no, true/false or 1/0, or blank for unscored"
            )
        return str(verdict)
    if question == Question.QUALITY:
        return _quality(text)
    return text.strip()


def _quality(text: str) -> str:
    try:
        score = float(text)
    except ValueError:
        score = 0.0
    if not 1 <= score <= 5:
        raise CellError(
            f"value is {shortened(text)}; expected a number from 1 to 5, or blank for unscored"
        )
    return str(int(score)) if score.is_integer() else str(score)


def _rating(row: Row, categories: Categories) -> ImportedRating:
    values = row.values
    question = required_identifier(values, "question")
    meta = metadata(values, _COLUMNS)
    item = ExternalItem(
        prompt_id=identifier_cell(values, "prompt_id"),
        category=categories.read(values, meta),
        prompt=text_cell(values, "prompt"),
        response_a=text_cell(values, "response_a"),
        response_b=text_cell(values, "response_b"),
    )
    if item.response_b is not None and item.response_a is None:
        raise CellError("response_b is given without response_a; a single response is response_a")
    return ImportedRating(
        line=row.line,
        item_id=required_identifier(values, "item_id"),
        question=question,
        rater_id=required_identifier(values, "rater_id"),
        rater_kind=_rater_kind(values),
        value=parse_value(question, values),
        repeat=index_cell(values, "repeat") or 0,
        order=_order(values),
        item=item,
        metadata=meta,
    )


def _rater_kind(values: Mapping[str, Any]) -> RaterKind:
    kind = required_identifier(values, "rater_kind").lower()
    if kind not in ("human", "judge"):
        raise CellError(f"rater_kind is {shortened(kind)}; expected human or judge")
    return cast(RaterKind, kind)


def _order(values: Mapping[str, Any]) -> str:
    order = (text_cell(values, "order") or "").strip().lower()
    if order not in ("", "ab", "ba"):
        raise CellError(f"order is {shortened(order)}; expected ab or ba, or blank if not known")
    return order


class _Earlier:
    """What the accepted rows have said, to hold later ones against."""

    def __init__(self) -> None:
        self._line_of_answer: dict[tuple[str, str, str, int, str], int] = {}
        self._kind_of_rater: dict[str, RaterKind] = {}
        self._items: dict[str, ExternalItem] = {}

    def check(self, rating: ImportedRating) -> None:
        line = self._line_of_answer.get(_key(rating))
        if line is not None:
            raise CellError(
                f"item, question, rater and repeat are those of line {line}; "
                "remove one, or number planned repeats in a column 'repeat'"
            )
        kind = self._kind_of_rater.get(rating.rater_id, rating.rater_kind)
        if kind != rating.rater_kind:
            raise CellError(
                f"rater '{rating.rater_id}' is a {rating.rater_kind} here and a {kind} above; "
                "use two ids"
            )
        known = self._items.get(rating.item_id)
        column = None if known is None else _contradiction(known, rating.item)
        if column:
            raise CellError(
                f"{column} of item '{rating.item_id}' differs from an earlier line; "
                "give each item its own item_id"
            )

    def add(self, rating: ImportedRating) -> None:
        self._line_of_answer[_key(rating)] = rating.line
        self._kind_of_rater[rating.rater_id] = rating.rater_kind
        known = self._items.get(rating.item_id)
        self._items[rating.item_id] = rating.item if known is None else _merged(known, rating.item)


def _key(rating: ImportedRating) -> tuple[str, str, str, int, str]:
    # A judge may be asked in both orders; a person answers an item once.
    order = rating.order if rating.rater_kind == "judge" else ""
    return (rating.item_id, rating.question, rating.rater_id, rating.repeat, order)


def _contradiction(known: ExternalItem, new: ExternalItem) -> str | None:
    for column in _ITEM_COLUMNS:
        before, after = getattr(known, column), getattr(new, column)
        if before is not None and after is not None and before != after:
            return column
    return None


def _merged(known: ExternalItem, new: ExternalItem) -> ExternalItem:
    if known == new:
        return known
    first_said: dict[str, str | None] = {
        column: getattr(known, column) if getattr(known, column) is not None else value
        for column, value in ((column, getattr(new, column)) for column in _ITEM_COLUMNS)
    }
    return ExternalItem(**first_said)

"""What a browser sends: fields of a form or of JSON, read as texts and never trusted."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from starlette.requests import Request

MAX_BODY_BYTES = 64 * 1024
_MAX_FIELDS = 200


@dataclass(frozen=True, slots=True)
class Body:
    """Fields of a request. is_json: sent by the script, which expects JSON back."""

    fields: Mapping[str, str]
    ticks: tuple[int, ...] = ()
    is_json: bool = False
    is_too_long: bool = False

    def text(self, name: str) -> str:
        """A field; "" when it was not sent."""
        return self.fields.get(name, "")

    def whole(self, name: str) -> int | None:
        """A field as a whole number; None when it is none."""
        return whole(self.text(name))

    def number(self, name: str) -> float | None:
        """A field as a finite number; None when it is none."""
        try:
            found = float(self.text(name))
        except ValueError:
            return None
        return found if math.isfinite(found) else None


def whole(text: str | None) -> int | None:
    """A text as a whole number that a database takes; None when it is none."""
    if not text or not text.isascii() or not text.isdigit() or len(text) > 15:
        return None
    return int(text)


async def read_body(request: Request) -> Body:
    """Reads a form or a JSON object; what is no such thing has no fields."""
    is_json = request.headers.get("content-type", "").startswith("application/json")
    data = b""
    async for chunk in request.stream():
        data += chunk
        if len(data) > MAX_BODY_BYTES:
            return Body({}, is_json=is_json, is_too_long=True)
    text = data.decode("utf-8", "replace")
    return _from_json(text) if is_json else _from_form(text)


def _from_json(text: str) -> Body:
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        values = {}
    if not isinstance(values, dict):
        values = {}
    fields = {name: _said(value) for name, value in values.items() if value is not None}
    ticks = values.get("ticks")
    return Body(fields, _ticks(ticks if isinstance(ticks, list) else []), is_json=True)


def _from_form(text: str) -> Body:
    try:
        found = parse_qs(text, keep_blank_values=True, max_num_fields=_MAX_FIELDS)
    except ValueError:
        found = {}
    fields = {name: values[0] for name, values in found.items()}
    return Body(fields, _ticks(found.get("tick", [])))


def _said(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _ticks(values: list[Any]) -> tuple[int, ...]:
    numbers = (whole(str(value)) for value in values[:_MAX_FIELDS])
    return tuple(number for number in numbers if number is not None)

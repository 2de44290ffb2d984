"""What a run costs: list prices from a file the user can edit, and a guess at tokens."""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import UserError
from core.providers.base import parse_model_id
from core.types import Usage

_TOKENS_PER_MTOK = 1_000_000
_CHARS_PER_TOKEN = 4
# First code points of scripts written without spaces, where a character is about a token:
# from CJK radicals to CJK ideographs, Hangul syllables, compatibility forms, the rarer planes.
_DENSE_RANGES = (
    (0x2E80, 0x9FFF),
    (0xA960, 0xA97F),
    (0xAC00, 0xD7FF),
    (0xF900, 0xFAFF),
    (0xFF00, 0xFFEF),
    (0x20000, 0x3FFFF),
)


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars per million tokens.

    Attributes:
        as_of: when the price was looked up, as in the file.
        batch_discount: share of the price that a batch saves, 0 to 1; None where it is unknown.
    """

    input_usd_per_mtok: float
    output_usd_per_mtok: float
    as_of: str
    batch_discount: float | None = None


def find_price(model_id: str, path: Path) -> Price | None:
    """The price of exactly this `provider:model`; None when the file does not list it.

    Dated snapshots of one model have had different prices, so names are not shortened to find
    one. Recorded replies (`replay:…`) cost nothing.

    Raises:
        UserError: the file is missing or an entry is not as expected.
    """
    if parse_model_id(model_id).provider == "replay":
        return Price(0.0, 0.0, as_of="")
    return _read(path).get(model_id)


def cost_usd(usage: Usage, price: Price, *, batch: bool = False) -> float | None:
    """Cost of calls; None when the provider gave no token counts.

    Args:
        batch: made through the batch API; then None as well where its discount is unknown.
    """
    if batch and price.batch_discount is None:
        return None
    share = 1 - (price.batch_discount or 0.0) if batch else 1.0
    if usage.input_tokens is None or usage.output_tokens is None:
        return None
    dollars = (
        usage.input_tokens * price.input_usd_per_mtok
        + usage.output_tokens * price.output_usd_per_mtok
    ) / _TOKENS_PER_MTOK
    return share * dollars


def estimate_tokens(text: str) -> int:
    """A rough count for planning, before a provider has counted.

    One token per Chinese, Japanese or Korean character, one per four other characters, rounded
    up. English prose lies within about a quarter of it; code, numbers and other scripts (Arabic,
    Devanagari, Thai) take up to two or three times as many.
    """
    if text.isascii():
        return math.ceil(len(text) / _CHARS_PER_TOKEN)
    dense = sum(1 for char in text if _is_dense(ord(char)))
    return dense + math.ceil((len(text) - dense) / _CHARS_PER_TOKEN)


def _is_dense(code_point: int) -> bool:
    return any(first <= code_point <= last for first, last in _DENSE_RANGES)


def _read(path: Path) -> dict[str, Price]:
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get("price", [])
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UserError(f"The price list {path} cannot be read: {error}.") from None
    if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
        raise UserError(f"{path}: prices must be written as [[price]] tables.")
    prices: dict[str, Price] = {}
    for entry in entries:
        model = str(entry.get("model", ""))
        if model in prices:
            raise UserError(f"{path}: {model} is listed twice. Keep one entry.")
        prices[model] = _price(entry, model, path)
    return prices


def _price(entry: dict[str, Any], model: str, path: Path) -> Price:
    amounts = [entry.get("input_usd_per_mtok"), entry.get("output_usd_per_mtok")]
    usable = [float(a) for a in amounts if isinstance(a, int | float) and 0 <= a < math.inf]
    if len(usable) < 2 or not entry.get("as_of"):
        raise UserError(
            f"{path}: the entry for {model!r} needs input_usd_per_mtok, output_usd_per_mtok "
            "(US dollars, 0 or more) and as_of (text)."
        )
    discount = entry.get("batch_discount")
    if discount is not None and not (isinstance(discount, int | float) and 0 <= discount <= 1):
        raise UserError(
            f"{path}: batch_discount of {model!r} is {discount!r}; expected the share a batch "
            "saves, from 0 to 1, or no entry where it is unknown."
        )
    return Price(
        usable[0],
        usable[1],
        str(entry["as_of"]),
        None if discount is None else float(discount),
    )

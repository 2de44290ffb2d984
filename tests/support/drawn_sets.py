"""Sets of responses for tests of what is drawn, and what a reader sees of the markup."""

from __future__ import annotations

import re
from typing import Any

from core.diversity import Measure
from db.queries.compare import ResponseSet, Slot
from db.queries.compare_choices import ConditionChoice


def slot(index: int, group: str = "", text: str = "a text", **values: Any) -> Slot:
    columns: dict[str, Any] = {
        "id": 100 + index,
        "index": index,
        "text": text,
        "status": "ok",
        "reason": "",
        "detail": "",
        "flags": (),
        "group": group,
        "quality": None,
        "finish_reason": "stop",
        "latency_ms": 1500,
        "tokens": (None, 12),
        "category_used": None,
        "category_source": "",
        "template": "",
        "parameters_sent": {},
        "parameters_dropped": {},
        "served_model": "",
        "raw_reply": None,
    }
    return Slot(**{**columns, **values})


def a_set(
    *slots: Slot, strategy: str = "temperature", distinct=None, n=None, **values
) -> ResponseSet:
    n_ok = sum(one.answered for one in slots)
    n_pairs = n_ok * (n_ok - 1) // 2
    columns: dict[str, Any] = {
        "condition": ConditionChoice(1, "h", f"m:m/{strategy}#1", "m:m", strategy, n or len(slots)),
        "slots": slots,
        "surplus": (),
        "distinct": distinct,
        "n_pairs": n_pairs,
        "n_scored": n_pairs,
        "quality": Measure(4.25),
        "vocabulary": Measure(0.5),
        "texts_hash": "",
    }
    return ResponseSet(**{**columns, **values})


def words(html: str) -> str:
    """The text of some markup, with single spaces."""
    return " ".join(re.sub("<[^>]*>", " ", html).split())

"""Telling a model that refuses a parameter from a request that is simply wrong.

Newer models take fewer sampling parameters than older ones, and no list of models stays true.
So a parameter is left out only when the server's own words say it is not taken; a value out of
range, or anything else unclear, stays an error.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping

_REFUSING_STATUS = (400, 422)
_REFUSING_CODES = ("unsupported_parameter", "unsupported_value", "unknown_parameter")
_QUOTE = r"""(?:\\?["'`])?"""
_LIST_BEFORE = r"""(?:[`'"\w]+(?:,| and| or) *)*"""


def error_message(body: object) -> str:
    """The human part of an error body, or the whole of it as JSON."""
    if isinstance(body, Mapping):
        nested = body.get("error")
        if isinstance(nested, Mapping):
            return error_message(nested)
        for name in ("message", "detail", "error"):
            if isinstance(body.get(name), str) and body[name]:
                return str(body[name])
    if isinstance(body, str):
        return body
    return "" if body is None else json.dumps(body, ensure_ascii=False, default=str)


def find_refused(status_code: int, body: object, sent: Iterable[str]) -> str | None:
    """The parameter, among those sent, that the server clearly says it does not take.

    Args:
        body: decoded error body, or its text.
        sent: wire names of the parameters in the refused request.
    """
    if status_code not in _REFUSING_STATUS:
        return None
    names = list(sent)
    named = next((name for name in names if name == _named_by_code(body)), None)
    if named is not None:
        return named
    message = error_message(body)
    # Anthropic's newer models take either; the project keeps temperature, its baseline.
    if "top_p" in names and _both_refused(message):
        return "top_p"
    return next((name for name in names if _says_refused(message, name)), None)


def _named_by_code(body: object) -> object:
    if not isinstance(body, Mapping):
        return None
    nested = body.get("error")
    error = nested if isinstance(nested, Mapping) else body
    return error.get("param") if error.get("code") in _REFUSING_CODES else None


def _both_refused(message: str) -> bool:
    return bool(
        re.search(r"\btemperature\b", message)
        and re.search(r"\btop_p\b", message)
        and re.search(r"(?i)\b(cannot|can't|can not|may not|must not) both\b", message)
    )


def _says_refused(message: str, name: str) -> bool:
    quoted = rf"{_QUOTE}(?<!\w){re.escape(name)}(?!\w){_QUOTE}"
    patterns = (
        # Unsupported parameter: 'x' / Unrecognized request argument supplied: x / Unknown name "x"
        rf"(?:unsupported|unknown|unrecognized|unrecognised|unexpected)(?: \w+){{1,3}}:? "
        rf"{_LIST_BEFORE}{quoted}",
        # `x` is deprecated / x is not supported with this model / x does not support 0.2
        rf"{quoted}(?: parameter)? (?:is|are)(?: currently)? "
        rf"(?:deprecated|unsupported|(?:not|no longer) (?:supported|allowed|permitted|available|"
        rf"accepted))",
        rf"{quoted}(?: parameter)? does not support",
        rf"(?:does not|doesn't) support (?:the )?(?:parameter )?{quoted}",
        # Pydantic behind Anthropic, vLLM, Mistral and others
        rf"{quoted}: extra inputs are not permitted",
        rf"""extra_forbidden["'], *["']loc["']: *[(\[]["']body["'], *["']{re.escape(name)}["']""",
    )
    return any(re.search(pattern, message, re.IGNORECASE) for pattern in patterns)

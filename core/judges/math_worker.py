"""A process that compares two mathematical answers: JSON lines in, JSON lines out.

    {"answer": "\\frac{1}{2}", "reference": "0.5"}  ->  {"equal": true, "how": "numeric"}

It is a process of its own because what it reads was written by a model: an expression may take
for ever or fill the memory, and then only this process has to go. Reading and comparing are
math-verify's (Apache-2.0, on SymPy); its own alarms end what takes too long.
"""

from __future__ import annotations

import json
import logging
import resource
import sys
import time
from typing import Any

MEMORY_BYTES = 2 * 1024**3
TIMEOUT_S = 3


def main() -> None:
    """Answers until its input ends."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    logging.disable(logging.CRITICAL)  # what cannot be read is an answer here, not news
    for line in sys.stdin:
        question = json.loads(line)
        print(json.dumps(compare(question["answer"], question["reference"])), flush=True)


def compare(answer: str, reference: str) -> dict[str, Any]:
    """`equal`: True, False, or None where one of the two cannot be read; `how` it was seen.

    numeric: both are numbers. symbolic: at least one is an expression, a set, a tuple, …; then
    only equality is conclusive, since an equal expression may not be recognised as such.
    """
    from math_verify import verify

    gold, given = _read(reference), _read(answer)
    if not gold or not given:
        return {"equal": None, "how": ""}
    started = time.monotonic()
    equal = bool(verify(gold, given, timeout_seconds=TIMEOUT_S))
    if not equal and time.monotonic() - started >= TIMEOUT_S:
        return {"equal": None, "how": ""}
    if _is_number(gold[0]) and _is_number(given[0]):
        return {"equal": equal, "how": "numeric"}
    return {"equal": True if equal else None, "how": "symbolic" if equal else ""}


def _read(text: str) -> list[Any]:
    from math_verify import ExprExtractionConfig, LatexExtractionConfig, parse

    # Without delimiters LaTeX is taken for prose; a plain number or fraction is read either way.
    shown = text if "$" in text or "\\boxed" in text else f"${text}$"
    configs = [LatexExtractionConfig(boxed_match_priority=0), ExprExtractionConfig()]
    return list(parse(shown, configs, fallback_mode="no_fallback", parsing_timeout=TIMEOUT_S))


def _is_number(value: Any) -> bool:
    return bool(getattr(value, "is_number", False))


if __name__ == "__main__":
    main()

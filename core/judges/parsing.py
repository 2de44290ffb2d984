"""Reading judges' replies. Only an unambiguous reply counts; any other is unscored, with a reason.

A judge that quotes a response quotes whatever its author put there. So an answer has to stand
alone on the last line, and other lines that look like answers must not contradict it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from core.types import Completion

_EXCERPT = 80
_EMPHASIS = re.compile(r"[*_`]+")
_LABEL = re.compile(
    r"\A(?:(?:final|my)\s+)?(?:answer|verdict|category)[ \t]*[:：][ \t]*", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A judge's answer.

    Attributes:
        value: a verdict, a category key, a score or the questions of a checklist; None means
            unscored.
        reason: why unscored: empty, truncated, refusal, or `unreadable: ` and what was found;
            None if scored.
        rationale: what the judge wrote before its answer; may be empty.
    """

    value: str | int | tuple[str, ...] | None
    reason: str | None = None
    rationale: str = ""


Answer = TypeVar("Answer", str, int)


def unusable(completion: Completion) -> str | None:
    """Why a reply cannot be read at all: refusal, truncated or empty; None if it can.

    A reply cut off at the token limit is not read even if a verdict stands in it: what would have
    followed is unknown.
    """
    if completion.finish_reason == "refusal":
        return "refusal"
    if completion.finish_reason == "length":
        return "truncated"
    return None if completion.text.strip() else "empty"


def parse_last_line(
    completion: Completion, read_line: Callable[[str], Answer | None], expected: str
) -> Parsed:
    """The answer that stands alone on the last line.

    Args:
        read_line: the answer a line consists of, or None. It is asked about every line, because
            two lone answers that differ leave the reply ambiguous.
        expected: what would have been readable, for the reason.
    """
    if reason := unusable(completion):
        return Parsed(None, reason)
    lines = completion.text.strip().splitlines()
    if len(lines) == 1:
        # Nothing else is there to be quoted from, so quotation marks are only decoration.
        lines = [lines[0].strip("\"'“”‘’«»")]
    answer = read_line(lines[-1])
    rationale = "\n".join(lines[:-1]).strip()
    if answer is None:
        return Parsed(None, f"unreadable: {expected} expected, found {excerpt(lines[-1])}")
    found = {str(one) for line in lines if (one := read_line(line)) is not None}
    if len(found) > 1:
        reason = f"unreadable: contradicts itself, found {' and '.join(sorted(found))}"
        return Parsed(None, reason, rationale)
    return Parsed(answer, None, rationale)


def bare(line: str) -> str:
    """A line without Markdown emphasis, a label such as `Answer:` and a final full stop.

    Quotation marks and `>` stay: who quotes a word does not say it.
    """
    text = _EMPHASIS.sub("", line).strip().lstrip("#").strip()
    return _LABEL.sub("", text, count=1).strip().rstrip(".!,;:").rstrip()


def excerpt(text: str) -> str:
    """The text on one line in quotation marks, cut to a readable length."""
    line = " ".join(text.split())
    return repr(line if len(line) <= _EXCERPT else line[: _EXCERPT - 1] + "…")

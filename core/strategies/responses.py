"""Reading replies: one response, or several under header lines.

Text is never judged here. What looks odd is flagged and kept; only what the provider itself calls
a refusal, an empty text and a set that came back short are failures.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

from core.types import Completion

Reason = Literal["empty", "refusal", "short_set"]
Flag = Literal[
    "truncated", "surplus", "looks_like_refusal", "preamble", "no_probability", "no_seed"
]


@dataclass(frozen=True, slots=True)
class ReadResponse:
    """One response slot as read from a reply.

    Attributes:
        index: 0 to n-1; n and above are surplus.
        text: kept also where `reason` is set.
        reason: why the slot failed, or None.
        flags: truncated: the reply ended at the token limit; surplus: beyond the n asked for;
            looks_like_refusal: opens like one; preamble: text stood before the first header, or
            there was no header at all; no_probability, no_seed: the reply lacks what its strategy
            asked for beside the response.
        meta: what stood in the reply beside the response: a probability, a seed, reasoning.
    """

    index: int
    text: str
    reason: Reason | None = None
    flags: tuple[Flag, ...] = ()
    meta: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SplitReply:
    """Sections of a reply in the order written; preamble is what stood before the first."""

    preamble: str
    sections: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Headers:
    """How a header line looks. marked: with hash or emphasis; bare: without, so that the colon is
    required. An `aside` in brackets after the number belongs to the section's text."""

    marked: re.Pattern[str]
    bare: re.Pattern[str]


@lru_cache(maxsize=8)
def headers_of(word: str, *, aside: bool = False) -> Headers:
    """Header lines that name this word and a number.

    "# Response 1:", "## Response 2", "**Response 3:** text", "### **Response 4**:" are marked.

    Args:
        aside: whether brackets may follow the number, as in "# Response 1 (probability 0.2):".
    """
    brackets = r"(?P<aside>[(\[][^)\]\n]*[)\]])?[ \t]*" if aside else ""
    number = rf"{word}[ \t]+#?(?P<number>\d{{1,4}})[ \t]*{brackets}"
    marked = re.compile(
        rf" {{0,3}}(?:#{{1,6}}[ \t]*(?:\*\*|__)?|\*\*[ \t]*|__[ \t]*){number}"
        r"(?:(?P<colon>[:：])?[ \t]*(?:\*\*|__)?[ \t]*(?P<late_colon>[:：])?)"
        r"[ \t]*#*[ \t]*(?P<rest>.*)",
        re.IGNORECASE,
    )
    bare = re.compile(rf" {{0,3}}{number}(?P<colon>[:：])(?P<rest>.*)", re.IGNORECASE)
    return Headers(marked, bare)


_FENCE = re.compile(r" {0,3}(?P<mark>`{3,}|~{3,})(?P<info>.*)")
_RULE = re.compile(r"(?:\n|\A)[ \t]*(?:-{3,}|\*{3,}|_{3,})[ \t]*\Z")
_REFUSAL = re.compile(
    r"(?:(?:i(?:['’]m| am) (?:very |really )?sorry|sorry|i apologi[sz]e|unfortunately|as an ai)"
    r"[^.!?\n]{0,60}?\b)?"
    r"i (?:can(?:['’]t|not| not)|am (?:not able|unable) to|(?:won['’]t|will not)(?: be able to)?) "
    r"(?:help|assist|comply|fulfil|provide|create|write|answer|respond|do that|engage|support)",
    re.IGNORECASE,
)


def read_single(completion: Completion) -> list[ReadResponse]:
    """The one response of an independent call or of a turn, with index 0."""
    text = completion.text.strip()
    flags: list[Flag] = []
    if completion.finish_reason == "length":
        flags.append("truncated")
    return [_slot(0, text, completion, flags)]


def read_set(completion: Completion, n: int) -> list[ReadResponse]:
    """The responses of a call that asked for n at once, in the order written.

    The order of the headers counts, not their numbers: models skip and repeat numbers. A reply
    without any header is taken as a set of one.

    Returns:
        n slots, missing ones with reason short_set, then what was written beyond n, flagged.
        If the provider reports a refusal, every slot has that reason and keeps its text.
    """
    return read_sections(completion, split_responses(completion.text), n)


def read_sections(completion: Completion, reply: SplitReply, n: int) -> list[ReadResponse]:
    """Slots of a reply that was split already; see `read_set`."""
    texts, preamble = list(reply.sections), bool(reply.preamble)
    if not texts:
        texts, preamble = [completion.text.strip()], n > 1 and preamble
    slots: list[ReadResponse] = []
    for index, text in enumerate(texts):
        flags: list[Flag] = []
        if completion.finish_reason == "length" and index == len(texts) - 1:
            flags.append("truncated")
        if index >= n:
            flags.append("surplus")
        if index == 0 and preamble:
            flags.append("preamble")
        slots.append(_slot(index, text, completion, flags))
    missing: Reason = "refusal" if completion.finish_reason == "refusal" else "short_set"
    slots.extend(ReadResponse(index, "", missing) for index in range(len(texts), n))
    return slots


def split_responses(text: str, headers: Headers | None = None) -> SplitReply:
    """Splits a reply at header lines such as `# Response 1:`, or as `headers` has them.

    A line counts as a header only outside fenced code. Lines without hash or emphasis
    (`Response 1:`) count only if no line has them. A horizontal rule before a header is dropped.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    outside = _outside_fences(lines)
    look = headers or headers_of("response")
    found = _headers(lines, outside, look.marked) or _headers(lines, outside, look.bare)
    if not found:
        return SplitReply(preamble=text.strip(), sections=())
    sections: list[str] = []
    for position, (line, number, rest) in enumerate(found):
        is_last = position + 1 == len(found)
        end = len(lines) if is_last else found[position + 1][0]
        section = "\n".join([rest, *lines[line + 1 : end]]).strip()
        if not is_last:
            section = _RULE.sub("", section).strip()
            if not section and found[position + 1][1] == number:
                continue  # the model wrote one header twice
        sections.append(section)
    preamble = _RULE.sub("", "\n".join(lines[: found[0][0]]).strip()).strip()
    return SplitReply(preamble=preamble, sections=tuple(sections))


def _headers(
    lines: list[str], outside: list[bool], pattern: re.Pattern[str]
) -> list[tuple[int, int, str]]:
    """(line, number, text after the header on the same line) of every header line."""
    found = []
    for position, line in enumerate(lines):
        match = pattern.fullmatch(line) if outside[position] else None
        if match is None:
            continue
        groups = match.groupdict()
        # "# Response 2 is better" is prose: without a colon nothing may follow.
        if groups["rest"].strip() and not (groups["colon"] or groups.get("late_colon")):
            continue
        rest = "\n".join(part for name in ("aside", "rest") if (part := groups.get(name, "")))
        found.append((position, int(groups["number"]), rest.strip()))
    return found


def _outside_fences(lines: list[str]) -> list[bool]:
    """For each line whether it stands outside fenced code. A fence never closed is no fence."""
    fences = [(i, found) for i, line in enumerate(lines) if (found := _FENCE.fullmatch(line))]
    longest_ahead = _longest_closing_ahead([fence for _, fence in fences])
    outside = [True] * len(lines)
    order = 0
    while order < len(fences):
        start, opening = fences[order]
        mark = opening["mark"]
        # By CommonMark, back quotes after the opening ones make it inline code.
        inline = mark[0] == "`" and "`" in opening["info"]
        if not inline and len(mark) <= longest_ahead[order][mark[0]]:
            order += 1
            while not _closes(fences[order][1], mark):
                order += 1
            end = fences[order][0]
            outside[start : end + 1] = [False] * (end + 1 - start)
        order += 1
    return outside


def _longest_closing_ahead(fences: list[re.Match[str]]) -> list[dict[str, int]]:
    """For each fence, per kind of mark, the length of the longest one after it that can close.

    An opening that nothing closes then costs no search, and a reply may hold nothing else.
    """
    ahead: list[dict[str, int]] = []
    longest = {"`": 0, "~": 0}
    for fence in reversed(fences):
        ahead.append(dict(longest))
        mark = fence["mark"]
        if _closes(fence, mark):
            longest[mark[0]] = max(longest[mark[0]], len(mark))
    ahead.reverse()
    return ahead


def _closes(fence: re.Match[str], mark: str) -> bool:
    return fence["mark"].startswith(mark) and not fence["info"].strip()


def _slot(index: int, text: str, completion: Completion, flags: list[Flag]) -> ReadResponse:
    if _REFUSAL.match(text):
        flags.append("looks_like_refusal")
    reason: Reason | None = None
    if completion.finish_reason == "refusal":
        reason = "refusal"
    elif not text:
        reason = "empty"
    return ReadResponse(index, text, reason, tuple(flags))

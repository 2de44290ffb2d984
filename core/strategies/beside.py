"""Reading what some strategies ask for beside a response: probabilities, a seed, reasoning.

None of it is judged or rated. It is taken out of the text and kept with the response, because a
reader of the response must not see which strategy wrote it. A probability is a model's own claim
and nothing here trusts it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from core.strategies.responses import (
    Flag,
    ReadResponse,
    SplitReply,
    headers_of,
    read_sections,
    read_set,
    read_single,
    split_responses,
)
from core.types import Completion

_DRESS = r"[\s>*_`(\[\]).,;-]{0,20}"
# Before the number without the point it may begin with.
_BEFORE = r"[\s>*_`(\[\])]{0,20}"
_PROBABILITY_LINE = re.compile(
    rf"{_DRESS}prob(?:ability|\.)?{_BEFORE}[:=≈~]?{_BEFORE}"
    r"(?P<said>[<>≈~]?\s*(?:\d+(?:[.,]\d+)?|[.,]\d+)(?:e-?\d+)?\s*%?)"
    rf"{_DRESS}:?",
    re.IGNORECASE,
)
_TAGGED = re.compile(r"<response\b[^>]*>(?P<inside>.*?)</response\s*>", re.IGNORECASE | re.DOTALL)
_NUMBERED = re.compile(r" {0,3}(?:[-*•]|\(?\d{1,3}[.):])[ \t]+(?P<text>\S.*)")
_PARAPHRASE_HEADERS = headers_of("paraphrase")
_PROBABILITY_HEADERS = headers_of("response", aside=True)


def read_verbalized(completion: Completion, n: int) -> list[ReadResponse]:
    """A set whose responses each come with a probability the model gives itself.

    Understood are header lines with a line "Probability: 0.12" at either end of the section or in
    brackets after the header's number, `<response><text>…</text><probability>…` and a JSON object
    with a list `responses` of `text` and `probability`.

    Returns:
        Slots as `read_set` gives them. meta holds `probability` (0 to 1, or None where what was
        said is no such number) and `probability_said`; a response without any is flagged.
    """
    reply, said = _structured(completion.text)
    if not reply.sections:
        reply = split_responses(completion.text, _PROBABILITY_HEADERS)
        parted = [_part_probability(section) for section in reply.sections]
        reply = SplitReply(reply.preamble, tuple(text for text, _ in parted))
        said = [words for _, words in parted]
    slots = read_sections(completion, reply, n)
    return [
        _with_probability(slot, said[slot.index] if slot.index < len(said) else "")
        for slot in slots
    ]


def read_probability(said: str) -> float | None:
    """A probability from 0 to 1; "12%" is 0.12. None for a bound ("<0.05") or any other number."""
    cleaned = said.strip().lstrip("≈~").strip().replace(",", ".")
    percent = cleaned.endswith("%")
    try:
        value = float(cleaned.rstrip("% ")) / (100 if percent else 1)
    except ValueError:
        return None
    return value if 0 <= value <= 1 else None


def read_seeded(completion: Completion) -> list[ReadResponse]:
    """One response that the model derived from a random string it wrote first.

    The string (`<random_string>`) and what it made of it (`<thinking>`) go into meta as `seed` and
    `derivation`; the response is what stands in `<answer>`, else what is left. A reply without the
    string is flagged, since then the strategy was not followed. One that ends before its thinking
    does holds no response.
    """
    before, opened, after = _cut(completion.text, "answer", opening=True)
    rest, seed = _take(before if opened else completion.text, "random_string")
    rest, derivation = _take(rest, "thinking")
    answer = _cut(after, "answer", opening=False)[0] if opened else rest
    (slot,) = read_single(replace(completion, text=answer))
    meta = {"seed": seed, "derivation": derivation}
    flags: tuple[Flag, ...] = slot.flags if seed else (*slot.flags, "no_seed")
    return [replace(slot, flags=flags, meta={name: said for name, said in meta.items() if said})]


def read_reasoned(completion: Completion, n: int) -> list[ReadResponse]:
    """A set before which the model reasoned; the reasoning goes into the first slot's meta."""
    before, opened, after = _cut(completion.text, "reasoning", opening=True)
    inside, closed, behind = _cut(after, "reasoning", opening=False, last=False)
    if not opened:
        return read_set(completion, n)
    if not closed:
        # Cut off, or the closing tag forgotten: whatever comes before the first header.
        reply = split_responses(after)
        inside, sections = reply.preamble, reply.sections
        slots = read_sections(completion, SplitReply(before.strip(), sections or ("",)), n)
    else:
        slots = read_set(replace(completion, text=f"{before}\n{behind}"), n)
    reasoning = inside.strip()
    return [
        replace(slot, meta={"reasoning": reasoning}) if slot.index == 0 and reasoning else slot
        for slot in slots
    ]


def read_paraphrases(text: str, n: int, known: Sequence[str] = ()) -> tuple[str, ...]:
    """At most n paraphrases: those known, then those of the reply that say something new.

    Understood are header lines ("# Paraphrase 1:"), else numbered or dotted lines.
    """
    found = list(split_responses(text, _PARAPHRASE_HEADERS).sections)
    if not found:
        matches = [_NUMBERED.fullmatch(line) for line in text.splitlines()]
        found = [match["text"].strip() for match in matches if match]
    distinct: dict[str, str] = {}
    for paraphrase in [*known, *found]:
        plain = " ".join(paraphrase.split()).casefold()
        if plain:
            distinct.setdefault(plain, paraphrase)
    return tuple(distinct.values())[:n]


def _structured(text: str) -> tuple[SplitReply, list[str]]:
    """Responses and probabilities written as tags or JSON; without sections if neither."""
    pairs = [
        (_take(match["inside"], "text"), _take(match["inside"], "probability")[1])
        for match in _TAGGED.finditer(text)
    ]
    if pairs:
        sections = [inner or _take(rest, "probability")[0].strip() for (rest, inner), _ in pairs]
        return SplitReply("", tuple(sections)), [said for _, said in pairs]
    rows = _json_responses(text)
    return SplitReply("", tuple(row[0] for row in rows)), [row[1] for row in rows]


def _json_responses(text: str) -> list[tuple[str, str]]:
    start, end = text.find("{"), text.rfind("}")
    if "responses" not in text or not 0 <= start < end:
        return []
    try:
        values: Any = json.loads(text[start : end + 1])
    except (ValueError, RecursionError):
        return []
    rows = values.get("responses") if isinstance(values, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        return []
    return [
        (str(row.get("text", row.get("response", ""))).strip(), str(row.get("probability", "")))
        for row in rows
    ]


def _part_probability(section: str) -> tuple[str, str]:
    """A section without the line that tells its probability, and what that line says."""
    lines = section.split("\n")
    filled = [number for number, line in enumerate(lines) if line.strip()]
    for number in dict.fromkeys(filled[:1] + filled[-1:]):
        if match := _PROBABILITY_LINE.fullmatch(lines[number]):
            return "\n".join(lines[:number] + lines[number + 1 :]).strip(), match["said"].strip()
    return section, ""


def _with_probability(slot: ReadResponse, said: str) -> ReadResponse:
    if slot.reason in {"short_set", "refusal"}:
        return slot
    if not said:
        return replace(slot, flags=(*slot.flags, "no_probability"))
    value = read_probability(said)
    flags: tuple[Flag, ...] = slot.flags if value is not None else (*slot.flags, "no_probability")
    return replace(slot, flags=flags, meta={"probability": value, "probability_said": said})


def _take(text: str, tag: str) -> tuple[str, str]:
    """Text without the first element of this name, and what the element holds.

    An element that never closes runs to the end.
    """
    before, opened, after = _cut(text, tag, opening=True)
    if not opened:
        return text, ""
    inside, _, behind = _cut(after, tag, opening=False, last=False)
    return f"{before}{behind}", inside.strip()


def _cut(text: str, tag: str, *, opening: bool, last: bool = True) -> tuple[str, bool, str]:
    """Text before a tag, whether it is there, and text behind it.

    Args:
        opening: the first opening tag; else a closing one.
        last: of several closing tags the last, since an answer may itself hold such tags.
    """
    pattern = rf"<\s*{tag}\s*>" if opening else rf"<\s*/\s*{tag}\s*>"
    found = list(re.finditer(pattern, text, re.IGNORECASE))
    if not found:
        return text, False, ""
    match = found[0] if opening or not last else found[-1]
    return text[: match.start()], True, text[match.end() :]

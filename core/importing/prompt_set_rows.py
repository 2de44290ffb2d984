"""Rows of published prompt sets in the terms of this project, and signs that a copy is damaged.

Each function takes one row as its publishers wrote it and gives a row as `parse_prompts` reads it.
"""

from __future__ import annotations

import ast
import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from core.importing.fields import CellError, identifier_cell, required_text, shortened, text_cell

Values = Mapping[str, Any]

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
# What spreadsheets turn cells into: 1-8 and "January 2008" become Jan-08, 3/5 becomes 5-Mar, long
# numbers get an exponent, dates a midnight, and text that looks like a formula an error.
_SPREADSHEET = re.compile(
    rf"{_MONTH}-\d{{2}}|\d{{1,2}}-{_MONTH}(?:-\d{{2,4}})?|\d(?:\.\d+)?E\+\d{{2,3}}"
    r"|\d{4}-\d{2}-\d{2}[T ]00:00:00(?:\.0+)?|#(?:NAME|REF|VALUE|NUM|DIV/0|N/A)[?!]?|#{3,}",
    re.IGNORECASE,
)
# UTF-8 read as Windows-1252, or characters lost altogether.
_WRONG_ENCODING = re.compile("â€[™œ\u009d“”˜¦]|Ã[\u0080-\u00bf©¨¼¶¤±³¡]|ï¿½|\ufffd")


def spreadsheet_damage(text: str) -> str:
    """What shows that a spreadsheet or a wrong encoding changed a cell; "" if nothing does."""
    if _SPREADSHEET.fullmatch(text.strip()):
        return (
            f"is {shortened(text.strip())}, which is what a spreadsheet makes of a date or number"
        )
    if found := _WRONG_ENCODING.search(text):
        return f"holds {shortened(found[0])}, characters read in a wrong encoding"
    return ""


def simpleqa(values: Values) -> dict[str, Any]:
    """SimpleQA: a question with one short answer. metadata is a Python literal in the original."""
    problem, answer = required_text(values, "problem"), required_text(values, "answer")
    about = _literal(values.get("metadata"))
    return {
        "id": f"simpleqa-{_digest(problem)}",
        "prompt": problem,
        "reference": answer,
        "language": "en",
        **{name: about[name] for name in ("topic", "answer_type", "urls") if about.get(name)},
    }


def simpleqa_damage(values: Values) -> str:
    """Why a row cannot be from an undamaged copy; "" if nothing shows it."""
    for column in ("answer", "problem"):
        text = text_cell(values, column) or ""
        if damage := spreadsheet_damage(text):
            return (
                f"{column} {damage}: this copy of SimpleQA went through a spreadsheet or a wrong "
                "encoding; import the original file"
            )
    return ""


def math500(values: Values) -> dict[str, Any]:
    """MATH-500: a competition problem with its answer; the worked solution is left out."""
    problem = required_text(values, "problem")
    return {
        "id": identifier_cell(values, "unique_id") or f"math500-{_digest(problem)}",
        "prompt": problem,
        "reference": text_cell(values, "answer"),
        "language": "en",
        "subject": text_cell(values, "subject"),
        "level": math_level(values),
    }


def math_level(values: Values) -> int:
    """1 to 5, from 3, "3" or "Level 3"."""
    said = text_cell(values, "level") or ""
    match = re.fullmatch(r"\s*(?:level\s*)?([1-5])\s*", said, re.IGNORECASE)
    if match is None:
        raise CellError(f"level is {shortened(said)}; expected 1 to 5")
    return int(match[1])


def macgyver(values: Values) -> dict[str, Any]:
    """MacGyver: a predicament with a list of tools; one published solution goes with it."""
    problem = required_text(values, "Problem")
    solution = re.sub(r"\s*<br\s*/?>\s*", "\n", text_cell(values, "Solution") or "").strip()
    number = identifier_cell(values, "ID")
    return {
        "id": f"macgyver-{number or _digest(problem)}",
        "prompt": problem,
        "language": "en",
        "published_solution": solution,
        "solution_label": text_cell(values, "Label"),
    }


def is_solvable_and_unconventional(values: Values) -> bool:
    """The part of MacGyver the paper draws from: 956 of its 1,683 rows."""
    return _said(values, "Solvable?") == "yes" and _said(values, "Unconventional?") == (
        "unconventional"
    )


def noveltybench(values: Values) -> dict[str, Any]:
    """NoveltyBench's curated prompts, with their paraphrases where the file has them."""
    given = values.get("prompt_paraphrases")
    if isinstance(given, str):
        given = _json(given, "prompt_paraphrases")
    if given is not None and not (
        isinstance(given, list) and all(isinstance(text, str) for text in given)
    ):
        raise CellError("prompt_paraphrases holds something else than a list of texts")
    return {
        "id": identifier_cell(values, "id"),
        "prompt": required_text(values, "prompt"),
        "category": text_cell(values, "category"),
        "language": "en",
        "paraphrases": given or None,
    }


def community_alignment(values: Values) -> dict[str, Any]:
    """Community Alignment: the first turn's prompt alone; nothing about the person is kept."""
    prompt = required_text(values, "first_turn_prompt")
    return {"id": f"community-{_digest(prompt)}", "prompt": prompt, "language": "en"}


def is_english_and_written_by_a_user(values: Values) -> bool:
    """English conversations that people began with a prompt of their own."""
    return (
        _said(values, "assigned_lang") == "en"
        and _said(values, "is_pregenerated_first_prompt") in {"", "false", "0", "no"}
        and bool(_said(values, "first_turn_prompt"))
    )


def wildbench(values: Values) -> dict[str, Any]:
    """WildBench: the only user turn of a conversation; its checklist stays with the prompt."""
    (turn,) = [one for one in _turns(values) if one.get("role") == "user"]
    prompt = required_text(turn, "content")
    number = identifier_cell(values, "session_id") or identifier_cell(values, "id")
    checklist = values.get("checklist")
    return {
        "id": f"wildbench-{number or _digest(prompt)}",
        "prompt": prompt,
        "language": text_cell(turn, "language"),
        "primary_tag": text_cell(values, "primary_tag"),
        "secondary_tags": values.get("secondary_tags"),
        "checklist": _json(checklist, "checklist") if isinstance(checklist, str) else checklist,
    }


def has_one_user_turn(values: Values) -> bool:
    """A later turn cannot be understood without the earlier ones, so only single ones are taken."""
    turns = _turns(values)
    return len(turns) == 1 and turns[0].get("role") == "user"


def _turns(values: Values) -> list[dict[str, Any]]:
    turns = values.get("conversation_input")
    if isinstance(turns, str):
        turns = _json(turns, "conversation_input")
    if not isinstance(turns, list) or not all(isinstance(turn, dict) for turn in turns):
        raise CellError("conversation_input is no list of turns with role and content")
    return turns


def _said(values: Values, column: str) -> str:
    return (text_cell(values, column) or "").strip().lower()


def _json(text: str, column: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise CellError(f"{column} is {shortened(text)}; expected JSON") from None


def _literal(value: Any) -> dict[str, Any]:
    """metadata as a mapping; where it is none, the question does not need it."""
    if isinstance(value, str):
        try:
            value = ast.literal_eval(value)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            return {}
    return value if isinstance(value, dict) else {}


def _digest(text: str) -> str:
    return hashlib.sha256(text.strip().encode()).hexdigest()[:12]

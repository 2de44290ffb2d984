"""Strategies a researcher adds without code: `strategies.toml` beside the templates it names.

[strategies.persona]
label = "Personas"
kind = "set"                # one of the ways of asking in core.strategies.forms
template = "persona"        # persona.txt in the same folder; the id unless said
anchored = true             # the template then holds {{instruction}}
general = "persona-plain"   # for prompts that fit no category; optional
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from core.errors import UserError
from core.templates import TemplateSource, read_prompt_file

FILE = "strategies.toml"
_ID = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_TEMPLATE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_FIELDS = frozenset({"label", "kind", "template", "anchored", "general"})
_RESERVED = frozenset({"imported"})
_LONGEST_ID = 40


class Form(Protocol):
    """What of a way of asking the file is checked against."""

    required: frozenset[str]
    optional: frozenset[str]
    may_anchor: bool


@dataclass(frozen=True, slots=True)
class DescribedStrategy:
    """One table of the file, checked. general: "" where the table names none."""

    label: str
    form: str
    template: str
    anchored: bool
    general: str


def read_strategies(
    path: Path, forms: Mapping[str, Any], *, taken: Collection[str]
) -> Mapping[str, DescribedStrategy]:
    """The strategies of the file by id; their templates are checked as well.

    Args:
        forms: ways of asking by the name under which the file knows them.
        taken: ids that come with the project.

    Raises:
        UserError: a table is not what it needs to be.
        TemplateError: a template is missing or has not the placeholders of its kind.
    """
    described = _read(path, path.stat().st_mtime_ns, tuple(sorted(forms)), frozenset(taken))
    templates = TemplateSource(path.parent)
    for one in described.values():
        form: Form = forms[one.form]
        if one.anchored and not form.may_anchor:
            raise UserError(
                f"{path}: a strategy of kind {one.form!r} sends the prompt alone and cannot be "
                "anchored. Take anchored away, or choose another kind."
            )
        extra = {"instruction"} if one.anchored else set()
        templates.get(one.template, form.required | extra, form.optional)
        if one.general:
            templates.get(one.general, form.required, form.optional)
    return described


@lru_cache(maxsize=8)
def _read(
    path: Path, _mtime_ns: int, forms: tuple[str, ...], taken: frozenset[str]
) -> Mapping[str, DescribedStrategy]:
    try:
        values = tomllib.loads(read_prompt_file(path))
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{path} is not valid TOML: {error}. Mend that line.") from None
    tables = values.get("strategies")
    if set(values) != {"strategies"} or not isinstance(tables, dict):
        raise UserError(
            f"{path} holds {', '.join(sorted(values)) or 'nothing'}; expected only tables "
            "[strategies.ID]. Mend the file."
        )
    return {
        key: _strategy(f"{path}, strategy {key}", key, tables[key], forms, taken) for key in tables
    }


def _strategy(
    place: str, key: str, table: Any, forms: tuple[str, ...], taken: frozenset[str]
) -> DescribedStrategy:
    def fail(name: str, value: Any, expected: str) -> UserError:
        shown = "missing" if value is None else repr(value)[:80]
        return UserError(f"{place}: {name} is {shown}; expected {expected}. Mend the file.")

    def text(name: str, default: str | None) -> str:
        value = table.get(name, default)
        if not isinstance(value, str) or not value.strip():
            raise fail(name, value, "a text that is not empty")
        return value.strip()

    if not _ID.fullmatch(key) or len(key) > _LONGEST_ID:
        raise fail("the id", key, "lower-case letters, digits and hyphens, 40 at most")
    if key in taken or key in _RESERVED:
        raise fail(
            "the id",
            key,
            "one that is not taken; to change the words of a strategy that comes with the project, "
            "put a template of its name into the folder instead",
        )
    if not isinstance(table, dict):
        raise fail("it", table, "a table")
    if unknown := sorted(set(table) - _FIELDS):
        raise fail(unknown[0], table[unknown[0]], f"only {', '.join(sorted(_FIELDS))}")
    if table.get("kind") not in forms:
        raise fail("kind", table.get("kind"), f"one of {', '.join(forms)}")
    if not isinstance(table.get("anchored", False), bool):
        raise fail("anchored", table["anchored"], "true or false")
    names = [text("template", key), *([text("general", None)] if "general" in table else [])]
    for name in names:
        if not _TEMPLATE.fullmatch(name):
            raise fail("template", name, "a file name of the folder without .txt and without path")
    return DescribedStrategy(
        label=text("label", key),
        form=table["kind"],
        template=names[0],
        anchored=table.get("anchored", False),
        general=names[1] if len(names) > 1 else "",
    )

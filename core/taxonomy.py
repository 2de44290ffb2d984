"""The taxonomy file: the one place where a task category is defined.

Generation, judges and annotators all take their words from here, so that a person and a judge
answer the same question.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, get_args

from core.errors import UserError
from core.templates import find_prompt_file, read_prompt_file, text_hash

Kind = Literal["objective", "subjective", "none"]
ExampleVerdict = Literal["equivalent", "different"]

_KEY = re.compile(r"[A-Z][A-Z0-9]{0,7}")
_MIN_EXAMPLES = 2


@dataclass(frozen=True, slots=True)
class Example:
    """A pair that shows an annotator how the definition is meant.

    Attributes:
        reference: the English example this one translates, None for that itself; in no hash.
    """

    prompt: str
    response_a: str
    response_b: str
    verdict: ExampleVerdict
    why: str
    reference: Example | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Category:
    """What a category means to everyone who uses it.

    Attributes:
        key: the letter (or short name) stored with prompts and ratings.
        kind: objective, subjective or none; none keeps the general instruction.
        definition: read by the classifier.
        difference: what counts as a different response, in a phrase.
        homogenization: what the method says of sameness, in a phrase.
        homogenization_desired: whether responses ought to be the same as a whole.
        system_instruction: said to the model by `system-anchored`; "" for kind none.
        regenerate_instruction: said to the model by `regenerate-anchored`; "" for kind none.
        equivalence_definition: shown to judges and to annotators, word for word.
        help: plain explanation for annotators.
        language: of what annotators read of it, see `core.taxonomy_words`; no part of any hash.
    """

    key: str
    name: str
    kind: Kind
    definition: str
    difference: str
    homogenization: str
    homogenization_desired: bool
    system_instruction: str
    regenerate_instruction: str
    equivalence_definition: str
    help: str
    examples: tuple[Example, ...]
    language: str = field(default="en", repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """Categories by key, in the order of the file.

    Attributes:
        version: as written in the file.
        content_hash: 16 hex digits over everything said, white space between fields aside.
    """

    version: str
    categories: Mapping[str, Category]
    content_hash: str = field(init=False)
    _hashes: Mapping[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "content_hash", text_hash(self.version, repr(self.categories)))
        of_field = {
            name: text_hash(
                *(text for one in self.values() for text in (one.key, one.name, getattr(one, name)))
            )
            for name in _HASHED_FIELDS
        }
        object.__setattr__(self, "_hashes", of_field)

    def __getitem__(self, key: str) -> Category:
        """Raises UserError for a key the taxonomy does not have."""
        try:
            return self.categories[key]
        except KeyError:
            raise UserError(
                f"There is no category {key!r} in taxonomy version {self.version}; expected one "
                f"of {', '.join(self.categories)}. Correct the category or add it to the "
                "taxonomy file."
            ) from None

    def __contains__(self, key: object) -> bool:
        return key in self.categories

    def __iter__(self) -> Iterator[str]:
        return iter(self.categories)

    def __len__(self) -> int:
        return len(self.categories)

    def keys(self) -> tuple[str, ...]:
        """Keys in the order of the file."""
        return tuple(self.categories)

    def values(self) -> tuple[Category, ...]:
        """Categories in the order of the file."""
        return tuple(self.categories.values())

    def field_hash(self, name: str) -> str:
        """16 hex digits over one field of all categories, with their keys and names.

        Changing a help text must not make verdicts given under the same definition incomparable,
        so conditions and ratings are tied to the fields their words came from.

        Args:
            name: definition, equivalence_definition, system_instruction or regenerate_instruction.
        """
        return self._hashes[name]


_HASHED_FIELDS = (
    "definition",
    "equivalence_definition",
    "system_instruction",
    "regenerate_instruction",
)


def load_taxonomy(settings_prompts_dir: Path | None = None) -> Taxonomy:
    """Loads `taxonomy.toml`; a file of that name in the given folder takes its place as a whole.

    Raises:
        TemplateError: the file cannot be read.
        UserError: the file is not what a taxonomy needs to be; the message names the field.
    """
    path = find_prompt_file("taxonomy.toml", settings_prompts_dir)
    return _load(path, path.stat().st_mtime_ns if path.exists() else 0)


@lru_cache(maxsize=8)
def _load(path: Path, _mtime_ns: int) -> Taxonomy:
    try:
        values = tomllib.loads(read_prompt_file(path))
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{path} is not valid TOML: {error}. Mend that line.") from None
    return _Reader(str(path)).taxonomy(values)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Checks one table after another; `place` says where in which file it is."""

    place: str

    def taxonomy(self, values: dict[str, Any]) -> Taxonomy:
        self.only(values, {"version", "categories"})
        tables = values.get("categories")
        if not isinstance(tables, dict) or not tables:
            raise self.error("categories", tables, "a table [categories.KEY] for each category")
        categories = {}
        for key, table in tables.items():
            reader = _Reader(f"{self.place}, category {key}")
            if not _KEY.fullmatch(key):
                raise reader.error("key", key, "capital letters and digits, eight at most")
            if not isinstance(table, dict):
                raise reader.error("category", table, "a table")
            categories[key] = reader.category(key, table)
        return Taxonomy(version=self.text(values, "version"), categories=categories)

    def category(self, key: str, values: dict[str, Any]) -> Category:
        self.only(values, _CATEGORY_FIELDS)
        kind = self.choice(values, "kind", get_args(Kind))
        instruction = values.get("instruction", {} if kind == "none" else None)
        if not isinstance(instruction, dict):
            raise self.error("instruction", instruction, "a table with system and regenerate")
        if kind == "none" and instruction:
            raise self.error(
                "instruction", instruction, "none, because kind is none and the general text holds"
            )
        return Category(
            key=key,
            name=self.text(values, "name"),
            kind=kind,
            definition=self.text(values, "definition"),
            difference=self.text(values, "difference"),
            homogenization=self.text(values, "homogenization"),
            homogenization_desired=self.truth(values, "homogenization_desired"),
            system_instruction=self.text(instruction, "system") if kind != "none" else "",
            regenerate_instruction=self.text(instruction, "regenerate") if kind != "none" else "",
            equivalence_definition=self.text(values, "equivalence_definition"),
            help=self.text(values, "help"),
            examples=self.examples(values.get("examples")),
        )

    def examples(self, tables: Any) -> tuple[Example, ...]:
        if not isinstance(tables, list) or len(tables) < _MIN_EXAMPLES:
            raise self.error(
                "examples", tables, f"at least {_MIN_EXAMPLES} tables [[categories.KEY.examples]]"
            )
        return tuple(
            _Reader(f"{self.place}, example {number}").example(table)
            for number, table in enumerate(tables, start=1)
        )

    def example(self, values: Any) -> Example:
        if not isinstance(values, dict):
            raise self.error("example", values, "a table")
        self.only(values, {"prompt", "response_a", "response_b", "verdict", "why"})
        return Example(
            prompt=self.text(values, "prompt"),
            response_a=self.text(values, "response_a"),
            response_b=self.text(values, "response_b"),
            verdict=self.choice(values, "verdict", get_args(ExampleVerdict)),
            why=self.text(values, "why"),
        )

    def text(self, values: dict[str, Any], name: str) -> str:
        value = values.get(name)
        if not isinstance(value, str) or not value.strip():
            raise self.error(name, value, "a text that is not empty")
        return value.strip()

    def truth(self, values: dict[str, Any], name: str) -> bool:
        value = values.get(name)
        if not isinstance(value, bool):
            raise self.error(name, value, "true or false")
        return value

    def choice(self, values: dict[str, Any], name: str, options: tuple[str, ...]) -> Any:
        value = values.get(name)
        if value not in options:
            raise self.error(name, value, f"one of {', '.join(options)}")
        return value

    def only(self, values: dict[str, Any], known: set[str]) -> None:
        if unknown := sorted(set(values) - known):
            raise self.error(unknown[0], values[unknown[0]], f"only {', '.join(sorted(known))}")

    def error(self, name: str, value: Any, expected: str) -> UserError:
        shown = "missing" if value is None else repr(value)[:80]
        return UserError(f"{self.place}: {name} is {shown}; expected {expected}. Mend the file.")


_CATEGORY_FIELDS = {
    "name",
    "kind",
    "definition",
    "difference",
    "homogenization",
    "homogenization_desired",
    "instruction",
    "equivalence_definition",
    "help",
    "examples",
}

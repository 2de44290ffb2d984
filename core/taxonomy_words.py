"""The taxonomy in another language, for people who rate; judges read the English one.

`taxonomy.LANGUAGE.toml` translates names, definitions, help and examples of categories. Verdicts
and everything models are told stay those of `taxonomy.toml`. Each translated category says by a
hash which English texts it translates: where those have changed, or a category is missing, the
English texts are shown and marked as such, never a translation of something else.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from core.annotator_texts import REFERENCE_LANGUAGE
from core.errors import UserError
from core.taxonomy import Category, Example, Taxonomy, load_taxonomy
from core.templates import find_prompt_file, read_prompt_file, text_hash

_TEXTS = ("name", "definition", "equivalence_definition", "help")
_EXAMPLE_TEXTS = ("prompt", "response_a", "response_b", "why")
_FIELDS = frozenset({"translates", "examples", *_TEXTS})


def load_taxonomy_in(language: str, overrides: Path | None = None) -> Taxonomy:
    """The taxonomy as people read it in a language; `Category.language` tells where it is English.

    Args:
        language: a checked code such as de; without a file of that language all is English.
        overrides: folder whose files take the place of bundled ones.

    Raises:
        TemplateError, UserError: a file cannot be read, or is not what it needs to be.
    """
    taxonomy = load_taxonomy(overrides)
    code = language.lower()
    path = find_prompt_file(translation_file(code), overrides)
    if code == REFERENCE_LANGUAGE or not path.is_file():
        return taxonomy
    return _translated(taxonomy.content_hash, path, path.stat().st_mtime_ns, code, overrides)


def translation_file(language: str) -> str:
    """Path, below a prompts folder, of the taxonomy in a language."""
    return f"taxonomy.{language.lower()}.toml"


def texts_hash(category: Category) -> str:
    """8 hex digits over all of a category that is translated."""
    said = [getattr(category, name) for name in _TEXTS]
    said += [getattr(one, name) for one in category.examples for name in _EXAMPLE_TEXTS]
    return text_hash(*said)[:8]


def words_hash(taxonomy: Taxonomy) -> str:
    """8 hex digits over all that people can read of a taxonomy, in whichever language."""
    return text_hash(*(f"{one.key} {texts_hash(one)}" for one in taxonomy.values()))[:8]


@lru_cache(maxsize=16)
def _translated(
    _content_hash: str, path: Path, _mtime_ns: int, language: str, overrides: Path | None
) -> Taxonomy:
    taxonomy = load_taxonomy(overrides)
    try:
        tables = tomllib.loads(read_prompt_file(path)).get("categories", {})
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{path} is not valid TOML: {error}. Mend that line.") from None
    if not isinstance(tables, dict):
        raise UserError(f"{path}: categories is {tables!r:.80}; expected tables [categories.KEY].")
    categories = {
        one.key: _category(one, tables[one.key], language, f"{path}, category {one.key}")
        if one.key in tables
        else one
        for one in taxonomy.values()
    }
    return Taxonomy(taxonomy.version, categories)


def _category(reference: Category, table: Any, language: str, place: str) -> Category:
    if not isinstance(table, dict) or set(table) != _FIELDS:
        found = sorted(table) if isinstance(table, dict) else table
        raise UserError(f"{place}: holds {found!r:.200}; expected {', '.join(sorted(_FIELDS))}.")
    if table["translates"] != texts_hash(reference):
        return reference
    texts: dict[str, Any] = {name: _text(table, name, place) for name in _TEXTS}
    examples = table["examples"]
    if not isinstance(examples, list) or len(examples) != len(reference.examples):
        raise UserError(
            f"{place}: examples are not {len(reference.examples)} tables; expected one for each "
            "English example, in its order."
        )
    translated = tuple(
        _example(one, given, f"{place}, example {number}")
        for number, (one, given) in enumerate(zip(reference.examples, examples, strict=True), 1)
    )
    return replace(reference, **texts, examples=translated, language=language)


def _example(reference: Example, table: Any, place: str) -> Example:
    if not isinstance(table, dict):
        raise UserError(f"{place}: is {table!r:.80}; expected a table.")
    texts: dict[str, Any] = {name: _text(table, name, place) for name in _EXAMPLE_TEXTS}
    return replace(reference, **texts, reference=reference)


def _text(table: Mapping[str, Any], name: str, place: str) -> str:
    value = table.get(name)
    if not isinstance(value, str) or not value.strip():
        raise UserError(f"{place}: {name} is {value!r:.80}; expected a text that is not empty.")
    return value.strip()


def main() -> None:
    """Prints what each category's `translates` has to be for the taxonomy in use."""
    from core.settings import Settings

    for one in load_taxonomy(Settings.from_environment().prompts_dir).values():
        print(f'{one.key}: translates = "{texts_hash(one)}"')


if __name__ == "__main__":
    main()

"""The words of the annotator's screens, by language; definitions are the taxonomy's."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from core.errors import UserError
from core.settings import BUNDLED_PROMPTS
from core.templates import Template, find_prompt_file, read_prompt_file

REFERENCE_LANGUAGE = "en"
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*", re.IGNORECASE)


def load_texts(
    language: str = REFERENCE_LANGUAGE, overrides: Path | None = None
) -> Mapping[str, str]:
    """The texts of `annotator/LANGUAGE.toml` by `section.name`.

    Fill placeholders with `core.templates.Template.from_text(key, text).fill(...)`.

    Args:
        language: a code such as en or pt-br; upper case is the same as lower case.
        overrides: folder whose files take the place of bundled ones.

    Raises:
        TemplateError: the file cannot be read.
        UserError: no language code, or a file whose keys or placeholders are not those of the
            bundled English one.
    """
    if not _LANGUAGE.fullmatch(language):
        raise UserError(f"Language {language!r} is no language code; expected one such as en.")
    reference_path = BUNDLED_PROMPTS / "annotator" / f"{REFERENCE_LANGUAGE}.toml"
    path = find_prompt_file(f"annotator/{language.lower()}.toml", overrides)
    texts = _read(path)
    if path != reference_path:
        _check_like(texts, _read(reference_path), path)
    return MappingProxyType(texts)


def list_languages(overrides: Path | None = None) -> list[str]:
    """Codes of the languages there are texts for, in alphabetical order."""
    folders = [BUNDLED_PROMPTS / "annotator"]
    folders += [overrides / "annotator", overrides] if overrides is not None else []
    names = {path.stem for folder in folders for path in folder.glob("*.toml")}
    return sorted(name for name in names if _LANGUAGE.fullmatch(name))


def _read(path: Path) -> dict[str, str]:
    try:
        sections = tomllib.loads(read_prompt_file(path))
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{path} is not valid TOML: {error}. Mend that line.") from None
    texts = {}
    for section, table in sections.items():
        if not isinstance(table, dict):
            raise UserError(f"{path}: {section} stands alone; expected a section [{section}].")
        for name, value in table.items():
            if not isinstance(value, str) or not value.strip():
                raise UserError(
                    f"{path}: {section}.{name} is {value!r}; expected a text that is not empty."
                )
            texts[f"{section}.{name}"] = value
    return texts


def _check_like(texts: Mapping[str, str], reference: Mapping[str, str], path: Path) -> None:
    problems = [f"{key} is missing" for key in reference if key not in texts]
    problems += [f"{key} is unknown" for key in texts if key not in reference]
    for key in reference.keys() & texts.keys():
        expected, found = _placeholders(reference[key]), _placeholders(texts[key])
        if expected != found:
            problems.append(f"{key} has placeholders {sorted(found)}, expected {sorted(expected)}")
    if problems:
        raise UserError(
            f"{path} does not fit the bundled English texts: {'; '.join(sorted(problems)[:5])}. "
            "Mend the file."
        )


def _placeholders(text: str) -> frozenset[str]:
    return Template.from_text("", text).placeholders

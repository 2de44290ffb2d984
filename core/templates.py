"""Texts with named placeholders, checked when loaded and hashed so that a run can name its words.

A placeholder is `{{name}}`. Single braces mean nothing, so a template may show JSON. Values are
inserted in one pass: a value that holds `{{prompt}}` stays as it is.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import TemplateError
from core.settings import BUNDLED_PROMPTS

_PLACEHOLDER = re.compile(r"\{\{\s*([a-z][a-z0-9_]*)\s*\}\}")
_HASH_LENGTH = 16


def text_hash(*parts: str) -> str:
    """First 16 hex digits of SHA-256 over the parts, each preceded by its length in bytes."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(f"{len(data)}:".encode())
        digest.update(data)
    return digest.hexdigest()[:_HASH_LENGTH]


@dataclass(frozen=True, slots=True)
class Template:
    """A text with placeholders.

    Attributes:
        name: file name without `.txt`.
        content_hash: first 16 hex digits of the SHA-256 of the text.
    """

    name: str
    text: str
    placeholders: frozenset[str]
    content_hash: str

    @classmethod
    def from_text(cls, name: str, text: str) -> Template:
        """A template of this text; every `{{name}}` in it is a placeholder."""
        data = text.encode("utf-8", "surrogatepass")
        return cls(
            name=name,
            text=text,
            placeholders=frozenset(_PLACEHOLDER.findall(text)),
            content_hash=hashlib.sha256(data).hexdigest()[:_HASH_LENGTH],
        )

    def fill(self, **values: str | int) -> str:
        """The text with every placeholder replaced by its value.

        Raises:
            TemplateError: a placeholder without a value, or a value without a placeholder.
        """
        given = frozenset(values)
        if given != self.placeholders:
            raise TemplateError(
                f"Template {self.name!r} was not filled: "
                f"{_difference(self.placeholders, given, 'no value for', 'no placeholder for')}."
            )
        return _PLACEHOLDER.sub(lambda found: str(values[found.group(1)]), self.text)

    def fill_from(self, values: Mapping[str, str | int]) -> str:
        """Like `fill`, but takes what the template uses and leaves the rest of `values`."""
        return self.fill(**{name: values[name] for name in self.placeholders & values.keys()})


def find_prompt_file(relative: str, overrides: Path | None) -> Path:
    """A file of the prompts folder, or the file that overrides it.

    Args:
        relative: path inside the prompts folder, such as `templates/equivalence.txt`.
        overrides: a folder that is searched first, for the same path and then for the file name.
    """
    if overrides is not None:
        for candidate in (overrides / relative, overrides / Path(relative).name):
            if candidate.is_file():
                return candidate
    return BUNDLED_PROMPTS / relative


def read_prompt_file(path: Path) -> str:
    """The file's text with its line ends as `\\n` and without a byte order mark.

    Raises:
        TemplateError: the file is missing or is no UTF-8 text.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise TemplateError(
            f"There is no file {path}; expected a text of the prompts folder. Check the name, or "
            "install the project again."
        ) from None
    except UnicodeDecodeError as error:
        raise TemplateError(
            f"{path} is not UTF-8 text (byte {error.start}). Save it again as UTF-8."
        ) from None


def load_template(
    name: str,
    expected: Collection[str],
    *,
    optional: Collection[str] = (),
    overrides: Path | None = None,
) -> Template:
    """Loads `templates/NAME.txt` and checks its placeholders. A final line end is dropped.

    Args:
        expected: placeholders the template must have.
        optional: placeholders it may have as well.
        overrides: folder whose files take the place of bundled ones.

    Raises:
        TemplateError: the file cannot be read, lacks a placeholder or has one too many.
    """
    path = find_prompt_file(f"templates/{name}.txt", overrides)
    template = Template.from_text(name, read_prompt_file(path).rstrip("\n"))
    needed = frozenset(expected)
    allowed = needed | frozenset(optional)
    if needed <= template.placeholders <= allowed:
        return template
    found = template.placeholders - (allowed - needed)
    raise TemplateError(
        f"Template {path} cannot be used: "
        f"{_difference(needed, found, 'it lacks', 'it has the unknown')}. Mend the file."
    )


@dataclass(frozen=True, slots=True)
class TemplateSource:
    """The templates of one run. What was read once stays as it was read, even if the file changes.

    Attributes:
        overrides: folder whose files take the place of bundled ones.
    """

    overrides: Path | None = None
    _loaded: dict[str, Template] = field(default_factory=dict, repr=False, compare=False)

    def get(self, name: str, expected: Collection[str], optional: Collection[str] = ()) -> Template:
        """The template of that name; see `load_template`."""
        if name not in self._loaded:
            self._loaded[name] = load_template(
                name, expected, optional=optional, overrides=self.overrides
            )
        return self._loaded[name]


def _difference(
    expected: Collection[str], given: Collection[str], lacking: str, surplus: str
) -> str:
    parts = []
    if missing := set(expected) - set(given):
        parts.append(f"{lacking} {_listed(missing)}")
    if unknown := set(given) - set(expected):
        parts.append(f"{surplus} {_listed(unknown)}")
    return "; ".join([*parts, f"expected {_listed(expected) or 'no placeholders'}"])


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"{{{{{name}}}}}" for name in sorted(names))

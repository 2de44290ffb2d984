"""Families of models, so that a judge of the generator's own family can be marked."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from core.errors import UserError


@dataclass(frozen=True, slots=True)
class Family:
    """patterns: in lower case, for the whole of `provider:model`."""

    name: str
    patterns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SelfPreference:
    """How a judge is related to the models whose responses it judges.

    Attributes:
        family: the judge's; "" if it is not listed.
        same: models of that family, the judge itself included, in alphabetical order.
        unknown: models of no listed family.
    """

    family: str
    same: tuple[str, ...]
    unknown: tuple[str, ...]


def load_families(path: Path) -> list[Family]:
    """Families of the list, in its order.

    Raises:
        UserError: the file is missing or an entry is not as expected.
    """
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get("family", [])
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UserError(f"The list of families {path} cannot be read: {error}.") from None
    found = []
    for entry in entries if isinstance(entries, list) else [entries]:
        name = entry.get("name") if isinstance(entry, dict) else None
        patterns = entry.get("patterns") if isinstance(entry, dict) else None
        if not (
            isinstance(name, str)
            and name
            and isinstance(patterns, list)
            and all(isinstance(one, str) for one in patterns)
        ):
            raise UserError(
                f"{path}: the entry {entry!r} is no family; expected [[family]] with a name and "
                "a list of patterns, such as *claude*."
            )
        found.append(Family(name, tuple(one.lower() for one in patterns)))
    return found


def family_of(model_id: str, families: Iterable[Family]) -> str:
    """Name of the first family that fits; "" where none does."""
    lowered = model_id.lower()
    for family in families:
        if any(fnmatchcase(lowered, pattern) for pattern in family.patterns):
            return family.name
    return ""


def self_preference(
    judge: str, generators: Iterable[str], families: Sequence[Family]
) -> SelfPreference:
    """Which of the models that a judge judges are of its own family.

    Args:
        judge: its model id. One that is its own generator is always of the same family.
        generators: model ids of the responses it judges.
    """
    own = family_of(judge, families)
    models = sorted(set(generators))
    named = {model: family_of(model, families) for model in models}
    return SelfPreference(
        own,
        tuple(one for one in models if one == judge or (own and named[one] == own)),
        tuple(one for one in models if one != judge and not named[one]),
    )

"""The words of the annotator's screens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.annotator_texts import REFERENCE_LANGUAGE, load_texts
from core.taxonomy import Category, Taxonomy
from core.templates import Template
from core.types import Question
from db.queries.tasks import Task

# What a prompt without a category is judged by.
_NO_CATEGORY = "N"


@dataclass(frozen=True, slots=True)
class Words:
    """Texts by `section.name`. language: their code, such as en."""

    texts: Mapping[str, str]
    language: str = REFERENCE_LANGUAGE

    def __getitem__(self, key: str) -> str:
        return self.texts[key]

    def fill(self, key: str, **values: str | int) -> str:
        """The text with its placeholders replaced."""
        return Template.from_text(key, self.texts[key]).fill(**values)

    def of(self, section: str) -> dict[str, str]:
        """name -> text of one section, in the order of the file."""
        prefix = f"{section}."
        return {
            key.removeprefix(prefix): text
            for key, text in self.texts.items()
            if key.startswith(prefix)
        }


def load_words(overrides: Path | None, language: str = REFERENCE_LANGUAGE) -> Words:
    """The words in one language.

    Raises:
        UserError, TemplateError: the file cannot be used; see `core.annotator_texts.load_texts`.
    """
    return Words(load_texts(language, overrides), language.lower())


def foreign_language(category: Category, words: Words) -> str:
    """The language of what a category says where it is another than the screen's; else ""."""
    return "" if category.language == words.language else category.language


def category_of(task: Task, taxonomy: Taxonomy) -> Category:
    """The category a task is answered under; without a known one, the general definition."""
    known = task.category is not None and task.category in taxonomy
    return taxonomy[task.category if known and task.category else _NO_CATEGORY]


def definition_of(task: Task, category: Category) -> str:
    """What a person decides by; "" where nothing is defined.

    In English word for word what judges are told; in another language its translation.
    """
    is_defined = task.question in (Question.EQUIVALENCE, Question.GROUPING)
    return category.equivalence_definition if is_defined else ""

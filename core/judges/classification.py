"""Classification: which task category does a prompt belong to?"""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.judges.calls import DEFAULT_MAX_OUTPUT_TOKENS, judge_request, template_key
from core.judges.parsing import Parsed, bare, parse_last_line, unusable
from core.taxonomy import Category, Taxonomy
from core.templates import Template, TemplateSource
from core.types import Completion, CompletionRequest, Question, RecordingKey


@dataclass(frozen=True, slots=True)
class Classification:
    """Asks for the category of prompts and reads the keys.

    Attributes:
        template: `name@hash` over the template and all definitions.
        max_output_tokens: per prompt; reasoning models think within it.
    """

    template: str
    words: Template
    taxonomy: Taxonomy
    max_output_tokens: int = DEFAULT_MAX_OUTPUT_TOKENS

    @classmethod
    def open(
        cls,
        taxonomy: Taxonomy,
        templates: TemplateSource,
        *,
        max_output_tokens: int = DEFAULT_MAX_OUTPUT_TOKENS,
    ) -> Classification:
        """Reads the words.

        Raises:
            TemplateError: the template cannot be used.
        """
        words = templates.get(
            "classification", {"categories", "prompt"}, {"boundary", "choices", "keys"}
        )
        key = template_key(words, taxonomy.field_hash("definition"))
        return cls(key, words, taxonomy, max_output_tokens)

    def request(self, model: str, prompt: str) -> CompletionRequest:
        """The question about one prompt.

        Args:
            model: name after the colon of `provider:model`.
        """
        return judge_request(
            model,
            self.words,
            trusted={
                "categories": "\n".join(
                    _described(category) for category in self.taxonomy.values()
                ),
                "choices": _choices(self.taxonomy),
                "keys": ", ".join(self.taxonomy.keys()),
            },
            untrusted={"prompt": prompt},
            key=RecordingKey("classify", prompt.strip(), question=Question.CATEGORY.value),
            max_output_tokens=self.max_output_tokens,
        )

    def parse(self, completion: Completion) -> Parsed:
        """The key of a category that stands alone, or with the category's name, on the last line.

        Models also like to give the key first and explain it afterwards, so the first line counts
        where the last one is no answer. Prose that begins with a letter ("A poem is ...") is none.
        """
        expected = "one of " + ", ".join(self.taxonomy.keys())
        parsed = parse_last_line(completion, self._read_key, expected)
        if parsed.value is not None or unusable(completion):
            return parsed
        lines = completion.text.strip().splitlines()
        first = self._read_key(lines[0])
        if first is None or {self._read_key(line) for line in lines} != {first, None}:
            return parsed
        return Parsed(first, None, "\n".join(lines[1:]).strip())

    def _read_key(self, line: str) -> str | None:
        text = bare(line)
        for category in self.taxonomy.values():
            name = re.escape(category.name)
            spelled = (
                rf"\(?{category.key}\)?",
                name,
                rf"\(?{category.key}\)?\s*[-–—:.,]?\s*\(?{name}\)?",
            )
            if re.fullmatch("|".join(spelled), text, re.IGNORECASE):
                return category.key
        return "N" if "N" in self.taxonomy and text.lower() == "none" else None


def _described(category: Category) -> str:
    return f"{category.key}. {category.name}. {category.definition}"


def _choices(taxonomy: Taxonomy) -> str:
    """Such as: among A, B, C, D if it is objective; among E, F if it is subjective; ..."""
    parts = []
    for kind in ("objective", "subjective"):
        if keys := _keys(taxonomy, kind):
            parts.append(f"among {', '.join(keys)} if it is {kind}")
    if keys := _keys(taxonomy, "none"):
        parts.append(f"{', '.join(keys)} only if it fits nowhere")
    return "; ".join(parts) + "."


def _keys(taxonomy: Taxonomy, kind: str) -> list[str]:
    return [category.key for category in taxonomy.values() if category.kind == kind]

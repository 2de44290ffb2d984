"""The diversity judge: are two responses functionally equivalent for the task's category?"""

from __future__ import annotations

from dataclasses import dataclass

from core.judges.calls import DEFAULT_MAX_OUTPUT_TOKENS, judge_request, template_key
from core.judges.parsing import Parsed, bare, parse_last_line
from core.taxonomy import Category, Taxonomy
from core.templates import Template, TemplateSource
from core.types import Completion, CompletionRequest, Question, RecordingKey, Verdict

GENERAL = "equivalence-general"
# Recordings of one definition must not answer for the other.
_GENERAL_QUESTION = "equivalence_general"
_ANSWERS = {"yes": Verdict.EQUIVALENT.value, "no": Verdict.DIFFERENT.value}


@dataclass(frozen=True, slots=True)
class Equivalence:
    """Asks about pairs and reads the verdicts.

    Attributes:
        template: `name@hash` over the template and, if it shows them, all equivalence definitions.
        max_output_tokens: per verdict; reasoning models think within it.
    """

    template: str
    words: Template
    max_output_tokens: int = DEFAULT_MAX_OUTPUT_TOKENS

    @classmethod
    def open(
        cls,
        taxonomy: Taxonomy,
        templates: TemplateSource,
        *,
        max_output_tokens: int = DEFAULT_MAX_OUTPUT_TOKENS,
    ) -> Equivalence:
        """Reads the words.

        Raises:
            TemplateError: the template cannot be used.
        """
        words = templates.get(
            "equivalence", {"definition", "prompt", "response_a", "response_b"}, {"boundary"}
        )
        key = template_key(words, taxonomy.field_hash("equivalence_definition"))
        return cls(key, words, max_output_tokens)

    @classmethod
    def open_general(
        cls, templates: TemplateSource, *, max_output_tokens: int = DEFAULT_MAX_OUTPUT_TOKENS
    ) -> Equivalence:
        """Reads the words that ask whether two responses are the same, whatever the task.

        Raises:
            TemplateError: the template cannot be used.
        """
        words = templates.get(GENERAL, {"prompt", "response_a", "response_b"}, {"boundary"})
        return cls(template_key(words), words, max_output_tokens)

    def request(
        self,
        model: str,
        *,
        prompt: str,
        response_1: str,
        response_2: str,
        category: Category,
        strategy: str,
        index: str,
    ) -> CompletionRequest:
        """The question about one pair, in the order given.

        Args:
            model: name after the colon of `provider:model`.
            category: whose definition holds; annotators are shown the same text.
            strategy: of the responses, for recordings.
            index: sample indices in the order shown, such as "0,3", for recordings.
        """
        anchored = self.words.name != GENERAL
        question = Question.EQUIVALENCE.value if anchored else _GENERAL_QUESTION
        return judge_request(
            model,
            self.words,
            trusted={"definition": category.equivalence_definition},
            untrusted={"prompt": prompt, "response_a": response_1, "response_b": response_2},
            key=RecordingKey("judge", prompt.strip(), strategy, index, question),
            max_output_tokens=self.max_output_tokens,
        )

    def parse(self, completion: Completion) -> Parsed:
        """`equivalent` for YES, `different` for NO, if that word stands alone on the last line."""
        return parse_last_line(completion, _read_verdict, "YES or NO")


def is_general(judge_key: str) -> bool:
    """Whether a judge, named as in reports, was asked by the general definition."""
    return judge_key.partition("#")[2].startswith(f"{GENERAL}@")


def _read_verdict(line: str) -> str | None:
    return _ANSWERS.get(bare(line).lower())

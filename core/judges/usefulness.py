"""The judge without a definition: having read one response, would the other still add something?

Asked in the words people are asked in, and told nothing else: no definition, no category. It has a
direction, so the two orders of a pair are two questions, not one asked twice (measurement.md 20).
"""

from __future__ import annotations

from dataclasses import dataclass

from core.judges.calls import DEFAULT_MAX_OUTPUT_TOKENS, judge_request, template_key
from core.judges.parsing import Parsed, bare, parse_last_line
from core.templates import Template, TemplateSource
from core.types import Completion, CompletionRequest, Question, RecordingKey

_ANSWERS = {"yes": "useful", "no": "not_useful"}


@dataclass(frozen=True, slots=True)
class Usefulness:
    """Asks about ordered pairs and reads the answers.

    Attributes:
        template: `name@hash` of the words.
        max_output_tokens: per answer; reasoning models think within it.
    """

    template: str
    words: Template
    max_output_tokens: int = DEFAULT_MAX_OUTPUT_TOKENS

    @classmethod
    def open(
        cls, templates: TemplateSource, *, max_output_tokens: int = DEFAULT_MAX_OUTPUT_TOKENS
    ) -> Usefulness:
        """Reads the words.

        Raises:
            TemplateError: the template cannot be used.
        """
        words = templates.get(
            Question.USEFULNESS.value, {"prompt", "response_a", "response_b"}, {"boundary"}
        )
        return cls(template_key(words), words, max_output_tokens)

    def request(
        self,
        model: str,
        *,
        prompt: str,
        response_1: str,
        response_2: str,
        strategy: str,
        index: str,
    ) -> CompletionRequest:
        """Whether the second adds something useful to the first.

        Args:
            model: name after the colon of `provider:model`.
            strategy: of the responses, for recordings.
            index: sample indices in the order shown, such as "0,3", for recordings.
        """
        return judge_request(
            model,
            self.words,
            trusted={},
            untrusted={"prompt": prompt, "response_a": response_1, "response_b": response_2},
            key=RecordingKey("judge", prompt.strip(), strategy, index, Question.USEFULNESS.value),
            max_output_tokens=self.max_output_tokens,
        )

    def parse(self, completion: Completion) -> Parsed:
        """`useful` for YES, `not_useful` for NO, if that word stands alone on the last line."""
        return parse_last_line(completion, lambda line: _ANSWERS.get(bare(line).lower()),
                               "YES or NO")  # fmt: skip

"""The quality judge: first a checklist for the prompt, then a score for each response by it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import UserError
from core.judges.calls import DEFAULT_MAX_OUTPUT_TOKENS, judge_request, template_key
from core.judges.parsing import Parsed, bare, excerpt, parse_last_line, unusable
from core.templates import Template, TemplateSource
from core.types import Completion, CompletionRequest, Question, RecordingKey

MIN_FACTORS = 3
MAX_FACTORS = 5

_ITEM = re.compile(r"\s{0,3}(?:\*\*|__)?(?P<number>\d{1,2})[.):](?:\*\*|__)?\s+(?P<text>\S.*)")
_SCORE = re.compile(r"score\s*[:：]\s*([1-5])(?:\s*/\s*5)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ChecklistWriter:
    """Asks for the key factors of a good response to a prompt, once per prompt and judge.

    Attributes:
        template: `name@hash` of the template.
        max_output_tokens: per checklist; reasoning models think within it.
    """

    template: str
    words: Template
    max_output_tokens: int = DEFAULT_MAX_OUTPUT_TOKENS

    @classmethod
    def open(
        cls, templates: TemplateSource, *, max_output_tokens: int = DEFAULT_MAX_OUTPUT_TOKENS
    ) -> ChecklistWriter:
        """Reads the words.

        Raises:
            TemplateError: the template cannot be used.
        """
        words = templates.get("checklist", {"prompt"}, {"boundary"})
        return cls(template_key(words), words, max_output_tokens)

    def request(self, model: str, *, prompt: str) -> CompletionRequest:
        """The question about one prompt.

        Args:
            model: name after the colon of `provider:model`.
        """
        return judge_request(
            model,
            self.words,
            trusted={},
            untrusted={"prompt": prompt},
            key=RecordingKey("judge", prompt.strip(), "", "checklist", Question.QUALITY.value),
            max_output_tokens=self.max_output_tokens,
        )

    def parse(self, completion: Completion) -> Parsed:
        """The numbered questions of a reply as a tuple: 3 to 5, counted from 1 without a gap."""
        if reason := unusable(completion):
            return Parsed(None, reason)
        matches = [_ITEM.fullmatch(line) for line in completion.text.splitlines()]
        items = [match for match in matches if match]
        if not MIN_FACTORS <= len(items) <= MAX_FACTORS:
            return Parsed(
                None,
                f"unreadable: {MIN_FACTORS} to {MAX_FACTORS} numbered questions expected, found "
                f"{len(items)} in {excerpt(completion.text)}",
            )
        numbers = [int(item["number"]) for item in items]
        if numbers != list(range(1, len(items) + 1)):
            return Parsed(None, f"unreadable: questions are numbered {numbers}, not from 1 up")
        return Parsed(tuple(item["text"].strip() for item in items))


@dataclass(frozen=True, slots=True)
class QualityScorer:
    """Asks for a score from 1 to 5 by a checklist.

    Attributes:
        template: `name@hash` of the template.
        max_output_tokens: per score; reasoning models think within it.
    """

    template: str
    words: Template
    max_output_tokens: int = DEFAULT_MAX_OUTPUT_TOKENS

    @classmethod
    def open(
        cls, templates: TemplateSource, *, max_output_tokens: int = DEFAULT_MAX_OUTPUT_TOKENS
    ) -> QualityScorer:
        """Reads the words.

        Raises:
            TemplateError: the template cannot be used.
        """
        words = templates.get("quality", {"prompt", "checklist", "response"}, {"boundary"})
        return cls(template_key(words), words, max_output_tokens)

    def request(
        self,
        model: str,
        *,
        prompt: str,
        checklist: Sequence[str],
        response: str,
        strategy: str,
        index: str,
    ) -> CompletionRequest:
        """The question about one response.

        Args:
            model: name after the colon of `provider:model`.
            checklist: 3 to 5 questions.
            strategy: of the response, for recordings.
            index: sample index, such as "0", for recordings.

        Raises:
            UserError: too few or too many questions.
        """
        if not MIN_FACTORS <= len(checklist) <= MAX_FACTORS:
            raise UserError(
                f"The checklist has {len(checklist)} questions; expected {MIN_FACTORS} to "
                f"{MAX_FACTORS}. Ask the judge for a checklist again."
            )
        # A model wrote the checklist after reading the prompt, so it is trusted no more than that.
        numbered = "\n".join(f"{number}. {text}" for number, text in enumerate(checklist, start=1))
        return judge_request(
            model,
            self.words,
            trusted={},
            untrusted={"prompt": prompt, "checklist": numbered, "response": response},
            key=RecordingKey("judge", prompt.strip(), strategy, index, Question.QUALITY.value),
            max_output_tokens=self.max_output_tokens,
        )

    def parse(self, completion: Completion) -> Parsed:
        """The score if the last line is `Score: N`; what precedes it is the rationale."""
        return parse_last_line(completion, _read_score, "'Score: N' with N from 1 to 5")


def _read_score(line: str) -> int | None:
    match = _SCORE.fullmatch(bare(line))
    return int(match[1]) if match else None

"""Does a response give the reference answer? By rules where they are conclusive, else by a judge.

Rules look only at an answer that the response itself marks as final: in a box, after "answer:",
or because the response is nothing but an answer. They say right when that is the reference, word
for word or as mathematics, and wrong only when both are numbers and differ. Anything else is for
a judge: prose can hold the right words and deny them.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import unicodedata
from dataclasses import dataclass
from typing import Literal

from core.judges.calls import DEFAULT_MAX_OUTPUT_TOKENS, judge_request, template_key
from core.judges.parsing import Parsed, bare, parse_last_line
from core.templates import Template, TemplateSource
from core.types import ACCURACY, Completion, CompletionRequest, RecordingKey

CORRECT, INCORRECT = "correct", "incorrect"
# Only these have one right answer to be compared with (paper.md section 6).
CHECKED_CATEGORIES = frozenset({"A", "D"})
# The rater of what was decided without a model, and the version of its rules.
CHECKER = "reference-check"
CHECKER_TEMPLATE = "reference-check@1"

HowDecided = Literal["exact", "numeric", "symbolic", "judge"]

_ANSWERS = {"yes": CORRECT, "no": INCORRECT}
_SHORT = 60
_MARKED = re.compile(r"\banswer(?:\s+is|\s*[:：=])\s*(?P<answer>[^\n]+)", re.IGNORECASE)
_ARTICLE = re.compile(r"\A(?:the|an?)\s+")
_OUTER = " .,;:!\"'“”‘’$"
_START_S = 30.0
_ANSWER_S = 15.0


@dataclass(frozen=True, slots=True)
class Decision:
    """What the rules say of a response.

    Attributes:
        value: correct or incorrect.
        how: exact, numeric or symbolic.
        answer: what the response was taken to answer.
    """

    value: str
    how: HowDecided
    answer: str


class ReferenceChecker:
    """Compares final answers with references; mathematics in a process of its own.

    Use it as an async context manager. Calls queue up for the one process.
    """

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()

    async def __aenter__(self) -> ReferenceChecker:
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._end()

    async def decide(self, response: str, reference: str, *, symbolic: bool) -> Decision | None:
        """Right or wrong where the rules are conclusive, else None.

        Args:
            symbolic: whether the answer is mathematics. As formulas "eat" and "tea" are equal, so
                words must not be read as such.
        """
        answer = final_answer(response)
        if answer is None or not reference.strip():
            return None
        if normalized(answer) == normalized(reference):
            return Decision(CORRECT, "exact", answer)
        async with self._turn:
            equal, how = await self._compare(answer, reference)
        if equal is None or (how == "symbolic" and not symbolic):
            return None
        return Decision(CORRECT if equal else INCORRECT, how, answer)

    async def _compare(
        self, answer: str, reference: str
    ) -> tuple[bool | None, Literal["numeric", "symbolic"]]:
        """The process's reply; no verdict when it dies or takes too long over this answer."""
        patience = _ANSWER_S
        if self._process is None:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "core.judges.math_worker",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
            )
            patience += _START_S
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        try:
            stdin.write(json.dumps({"answer": answer, "reference": reference}).encode() + b"\n")
            await stdin.drain()
            line = await asyncio.wait_for(stdout.readline(), patience)
        except (TimeoutError, ConnectionError, ValueError):
            line = b""
        if not line:
            await self._end()
            return None, "numeric"
        reply = json.loads(line)
        return reply["equal"], reply["how"]

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is None:
            process.kill()
        await process.communicate()


def final_answer(response: str) -> str | None:
    """What a response marks as its answer: the last box, the last "answer: …", or all of it.

    None where it is prose without a mark; then only a reader can tell.
    """
    text = response.strip()
    boxed = _last_box(text)
    if boxed is not None:
        return boxed
    marked = [match["answer"] for match in _MARKED.finditer(re.sub(r"[*_`]+", "", text))]
    if marked:
        return marked[-1].strip().rstrip(".")
    if text and len(text) <= _SHORT and "\n" not in text:
        return text
    return None


def _last_box(text: str) -> str | None:
    """Content of the last complete \\boxed{…}, braces balanced."""
    start = text.rfind("\\boxed{")
    if start < 0:
        return None
    depth = 0
    for position in range(start + len("\\boxed"), len(text)):
        depth += {"{": 1, "}": -1}.get(text[position], 0)
        if depth == 0:
            return text[start + len("\\boxed{") : position].strip()
    return None


def normalized(text: str) -> str:
    """Text for comparison: compatibility forms, case, space, an article and outer marks aside."""
    folded = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    return _ARTICLE.sub("", folded.strip(_OUTER)).strip(_OUTER)


@dataclass(frozen=True, slots=True)
class ReferenceJudge:
    """Asks a model whether a response gives the reference answer.

    Attributes:
        template: `name@hash` of the template.
    """

    template: str
    words: Template
    max_output_tokens: int = DEFAULT_MAX_OUTPUT_TOKENS

    @classmethod
    def open(cls, templates: TemplateSource) -> ReferenceJudge:
        """Reads the words.

        Raises:
            TemplateError: the template cannot be used.
        """
        words = templates.get("accuracy", {"prompt", "reference", "response"}, {"boundary"})
        return cls(template_key(words), words)

    def request(
        self, model: str, *, prompt: str, reference: str, response: str, strategy: str, index: str
    ) -> CompletionRequest:
        """The question about one response; arguments as for the other judges."""
        return judge_request(
            model,
            self.words,
            trusted={},
            untrusted={"prompt": prompt, "reference": reference, "response": response},
            key=RecordingKey("judge", prompt.strip(), strategy, index, ACCURACY),
            max_output_tokens=self.max_output_tokens,
        )

    def parse(self, completion: Completion) -> Parsed:
        """`correct` for YES, `incorrect` for NO, if that word stands alone on the last line."""
        return parse_last_line(completion, _read_answer, "YES or NO")


def _read_answer(line: str) -> str | None:
    return _ANSWERS.get(bare(line).lower())

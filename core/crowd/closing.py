"""What people answer at the end, checked against what was asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.crowd.plan import ClosingQuestion
from core.errors import UserError

LONGEST_ANSWER = 4_000
SCALE = tuple(str(step) for step in range(1, 6))


def check_closing(questions: Sequence[ClosingQuestion], given: Mapping[str, str]) -> dict[str, str]:
    """Key -> answer, without what was not asked or not answered.

    Raises:
        UserError: a required question is not answered, or an answer is none of its options.
    """
    answers = {}
    for question in questions:
        answer = given.get(question.key, "").replace("\0", "").strip()[:LONGEST_ANSWER]
        if not answer:
            if question.required:
                raise UserError(f"Please answer this question too: {question.text}")
            continue
        options = {"scale": SCALE, "choice": question.options, "text": None}[question.kind]
        if options is not None and answer not in options:
            raise UserError(
                f"{answer[:80]!r} is no answer to: {question.text} Expected one of "
                f"{', '.join(options)}."
            )
        answers[question.key] = answer
    return answers

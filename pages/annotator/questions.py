"""How each question is put: its answers with their words and keys. A question that is not here
has no screen, and a test says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.crowd.answers import CANNOT_TELL, FORMS, offers_cannot_tell
from core.crowd.plan import QuestionPlan
from core.taxonomy import Taxonomy
from core.templates import text_hash
from core.types import Question
from db.queries.tasks import Task
from pages.annotator.words import Words, foreign_language

DIGITS = "1234567890"
# Free of S and D (all the same, all different), U, B and N.
GROUP_KEYS = "qwetyiopaf"
CONFIDENCE_KEYS = "jkl"
TICK_KEYS = "zxvghm"
CANNOT_TELL_KEY = "u"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer as its button shows it.

    key: pressed instead of the button; "" for none. language: of the label, where it is not the
    screen's.
    """

    answer: str
    label: str
    key: str
    language: str = ""

    @property
    def shown_key(self) -> str:
        """The key as it is drawn beside the label; a number that begins the label is its key."""
        return "" if self.key and self.label.startswith(self.key) else self.key


SCREENS: Mapping[Question, str] = {
    # Keys of the answers, in order.
    Question.EQUIVALENCE: "sd",
    Question.USEFULNESS: "yn",
    Question.SAME: "sd",
    Question.QUALITY: DIGITS,
    # A board takes the place of single answers: digits for responses, letters for groups.
    Question.GROUPING: "",
    Question.COUNT: DIGITS,
    Question.CATEGORY: DIGITS,
}


def choices(
    task: Task, plan: QuestionPlan | None, words: Words, taxonomy: Taxonomy
) -> list[Choice]:
    """The answers of a task in the order of their buttons, "can't tell" last."""
    question = Question(task.question)
    keys = SCREENS[question]
    found = [
        Choice(
            answer,
            answer_label(question, answer, words, taxonomy),
            key_at(keys, place),
            foreign_language(taxonomy[answer], words) if question == Question.CATEGORY else "",
        )
        for place, answer in enumerate(_answers(question, len(task.texts), taxonomy))
    ]
    if offers_cannot_tell(question, plan):
        found.append(Choice(CANNOT_TELL, words["rate.cannot_tell"], CANNOT_TELL_KEY))
    return found


def key_at(keys: str, place: int) -> str:
    """The key of what stands at a place; "" beyond the last."""
    return keys[place] if place < len(keys) else ""


def answer_label(question: Question, answer: str, words: Words, taxonomy: Taxonomy) -> str:
    """An answer in the words of its button."""
    if answer == CANNOT_TELL:
        return words["rate.cannot_tell"]
    match question:
        case Question.QUALITY:
            return f"{answer} {words[f'quality.label_{answer}']}"
        case Question.COUNT:
            return answer
        case Question.CATEGORY:
            return taxonomy[answer].name
        case Question.GROUPING:
            return grouping_label(answer)
        case _:
            return words[f"{question}.{'same' if answer == 'equivalent' else answer}"]


def grouping_label(partition: str) -> str:
    """A partition as people read it.

    >>> grouping_label("0,0,1,2,0")
    '1 2 5 · 3 · 4'
    """
    groups: dict[str, list[str]] = {}
    for number, group in enumerate(partition.split(","), start=1):
        groups.setdefault(group, []).append(str(number))
    return " · ".join(" ".join(members) for members in groups.values())


def template_of(
    task: Task,
    definition: str,
    plan: QuestionPlan | None,
    offered: Sequence[Choice],
    words: Words,
) -> str:
    """`annotate-QUESTION@HASH` over question, answers and definition as they were shown."""
    said = [part for name, text in sorted(words.of(task.question).items()) for part in (name, text)]
    said += [one.label for one in offered]
    if plan is not None:
        said += plan.ticks
        said += words.of("confidence").values() if plan.confidence else ()
    return f"annotate-{task.question}@{text_hash(definition, *said)}"


def _answers(question: Question, n_members: int, taxonomy: Taxonomy) -> Sequence[str]:
    match question:
        case Question.COUNT:
            return [str(number) for number in range(1, n_members + 1)]
        case Question.CATEGORY:
            return taxonomy.keys()
        case _:
            return FORMS[question].options

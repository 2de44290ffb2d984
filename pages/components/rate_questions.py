"""How each question is put: its buttons with their words and keys. A question that is not here
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
from pages.components.rate_words import Words

DIGITS = "1234567890"
# Free of S and D (all the same, all different), U, B and N; Streamlit refuses C and R.
GROUP_KEYS = "qwetyiopaf"
CONFIDENCE_KEYS = "jkl"
TICK_KEYS = "zxvghm"
CANNOT_TELL_KEY = "u"
BACK_KEY = "b"
NEXT_KEY = "n"
ALL_SAME_KEY, ALL_DIFFERENT_KEY = "s", "d"


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer as its button shows it. key: pressed instead of the button; "" for none."""

    answer: str
    label: str
    key: str


@dataclass(frozen=True, slots=True)
class Screen:
    """How a question's answers are pressed.

    Attributes:
        keys: one for each answer, in order.
        is_range: the keys follow each other, and the hint names only first and last.
    """

    keys: str
    is_range: bool = False


SCREENS: Mapping[Question, Screen] = {
    Question.EQUIVALENCE: Screen("sd"),
    Question.USEFULNESS: Screen("yn"),
    Question.SAME: Screen("sd"),
    Question.QUALITY: Screen(DIGITS, is_range=True),
    # The board of `rate_grouping` takes the place of single answers.
    Question.GROUPING: Screen(""),
    Question.COUNT: Screen(DIGITS, is_range=True),
    Question.CATEGORY: Screen(DIGITS, is_range=True),
}


def choices(
    task: Task, plan: QuestionPlan | None, words: Words, taxonomy: Taxonomy
) -> list[Choice]:
    """The answers of a task in the order of their buttons, "can't tell" last."""
    question = Question(task.question)
    screen = SCREENS[question]
    found = [
        Choice(answer, _label(question, answer, words, taxonomy), key)
        for answer, key in _with_keys(_answers(question, len(task.texts), taxonomy), screen.keys)
    ]
    if offers_cannot_tell(question, plan):
        found.append(Choice(CANNOT_TELL, words["rate.cannot_tell"], CANNOT_TELL_KEY))
    return found


def hint(task: Task, plan: QuestionPlan | None, offered: Sequence[Choice], words: Words) -> str:
    """The keys, in words."""
    count = len(task.texts)
    parts = []
    named = offered
    if task.question == Question.GROUPING:
        keys = ", ".join(GROUP_KEYS[:count].upper())
        parts.append(words.fill("keys.grouping", first=1, last=count, keys=keys))
    elif SCREENS[Question(task.question)].is_range:
        digits = [one.key for one in offered if one.key in DIGITS and one.key]
        parts.append(words.fill("keys.range", first=digits[0], last=digits[-1]))
        named = [one for one in offered if one.answer == CANNOT_TELL]
    parts += [words.fill("keys.one", press=one.key.upper(), label=one.label) for one in named]
    if plan is not None and plan.confidence:
        parts.append(words.fill("keys.confidence", keys=", ".join(CONFIDENCE_KEYS.upper())))
    parts.append(words.fill("keys.one", press=BACK_KEY.upper(), label=words["rate.back"]))
    return f"{words['keys.title']} {'; '.join(parts)}"


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


def _label(question: Question, answer: str, words: Words, taxonomy: Taxonomy) -> str:
    match question:
        case Question.QUALITY:
            return f"{answer} {words[f'quality.label_{answer}']}"
        case Question.COUNT:
            return answer
        case Question.CATEGORY:
            return taxonomy[answer].name
        case _:
            return words[f"{question}.{'same' if answer == 'equivalent' else answer}"]


def _with_keys(answers: Sequence[str], keys: str) -> list[tuple[str, str]]:
    return [(answer, keys[at] if at < len(keys) else "") for at, answer in enumerate(answers)]

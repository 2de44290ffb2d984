"""What answers each question: the values that are stored, and how a given answer becomes one."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from types import MappingProxyType
from typing import Literal

from core.crowd.plan import QuestionPlan
from core.errors import AnswerRefusedError, UserError
from core.types import Question, Verdict

# Given instead of an answer; stored as no value with this as the reason.
CANNOT_TELL = "cannot_tell"

ItemKind = Literal["pair", "response", "set", "prompt"]
_CATEGORY_KEY = re.compile(r"[A-Z][A-Z0-9]{0,7}")


@dataclass(frozen=True, slots=True)
class AnswerForm:
    """How a question is answered.

    Attributes:
        kind: of the items it is asked about.
        options: the answers, in the order they are offered; () where the item decides them.
        offers_cannot_tell: in studies without a plan that says so.
    """

    kind: ItemKind
    options: tuple[str, ...] = ()
    offers_cannot_tell: bool = True


_VERDICTS = (Verdict.EQUIVALENT.value, Verdict.DIFFERENT.value)

# `same` shares its values with `equivalence`, so that both are read by the same statistics; that
# nobody was told what "the same" means is what the question's name says.
FORMS: Mapping[Question, AnswerForm] = MappingProxyType(
    {
        Question.EQUIVALENCE: AnswerForm("pair", _VERDICTS),
        Question.USEFULNESS: AnswerForm("pair", ("useful", "not_useful")),
        Question.SAME: AnswerForm("pair", _VERDICTS),
        Question.QUALITY: AnswerForm(
            "response", ("1", "2", "3", "4", "5"), offers_cannot_tell=False
        ),
        Question.GROUPING: AnswerForm("set"),
        Question.COUNT: AnswerForm("set"),
        Question.CATEGORY: AnswerForm("prompt"),
    }
)

# How sure people are, as `rating.confidence`: guessing, fairly sure, very sure.
CONFIDENCES = (0.0, 0.5, 1.0)


def parse_answer(
    question: str,
    raw: str,
    *,
    question_plan: QuestionPlan | None = None,
    n_members: int = 0,
    categories: Collection[str] | None = None,
) -> str | None:
    """The answer in the form it is stored.

    Args:
        question_plan: how the study asks it; None where people were invited without a plan.
        n_members: responses in the set, for `grouping` and `count`.
        categories: the taxonomy's keys, for `category`; None takes anything shaped like one.

    Returns:
        None for "can't tell". Of `grouping`, the canonical partition: the group of each member in
        the item's own order, groups numbered from 0 as they first occur, such as "0,0,1,2,0".

    Raises:
        AnswerRefusedError: no answer to this question; says what was expected.
    """
    given = raw.strip()
    if given == CANNOT_TELL and offers_cannot_tell(question, question_plan):
        return None
    match question:
        case Question.COUNT:
            options = tuple(str(number) for number in range(1, n_members + 1))
        case Question.CATEGORY:
            options = tuple(categories or ())
            if categories is None and _CATEGORY_KEY.fullmatch(given):
                return given
        case Question.GROUPING:
            return _partition(given, n_members)
        case _:
            options = FORMS[Question(question)].options if question in FORMS else ()
    if given not in options:
        raise _no_answer(question, raw, f"one of {', '.join(options)}")
    return given


def offers_cannot_tell(question: str, question_plan: QuestionPlan | None) -> bool:
    """Whether people may say that they can't tell."""
    if question_plan is not None:
        return question_plan.cannot_tell
    return question in FORMS and FORMS[Question(question)].offers_cannot_tell


def canonical_partition(labels: Sequence[int]) -> str:
    """Groups numbered from 0 in the order in which they first occur.

    >>> canonical_partition([3, 3, 1, 0, 3])
    '0,0,1,2,0'
    """
    numbers: dict[int, int] = {}
    return ",".join(str(numbers.setdefault(label, len(numbers))) for label in labels)


def partition_labels(value: str) -> tuple[int, ...]:
    """The group of each member, from a canonical partition."""
    return tuple(int(part) for part in value.split(","))


def rearranged(value: str, order: Sequence[int]) -> str:
    """A partition of members as they were shown, told of members in the item's own order.

    Args:
        order: at each place on the screen, the member's place in the item.

    >>> rearranged("0,1,1", [2, 0, 1])
    '0,0,1'
    """
    labels = dict(zip(order, partition_labels(value), strict=True))
    return canonical_partition([labels[place] for place in range(len(order))])


def as_shown(value: str, order: Sequence[int]) -> str:
    """A partition of members in the item's own order, told of members as they were shown.

    >>> as_shown("0,0,1", [2, 0, 1])
    '0,1,1'
    """
    labels = partition_labels(value)
    return canonical_partition([labels[place] for place in order])


def pair_verdicts(value: str) -> dict[tuple[int, int], Verdict]:
    """(member, member) -> what a grouping says of the two; the first comes earlier in the item."""
    groups = partition_labels(value)
    return {
        (a, b): Verdict.EQUIVALENT if groups[a] == groups[b] else Verdict.DIFFERENT
        for a, b in combinations(range(len(groups)), 2)
    }


def shown_order(member_order: Sequence[int], members: Sequence[int]) -> tuple[int, ...]:
    """At each place on the screen, the member's place in the item.

    Args:
        member_order: an assignment's: places, or ids of the members; empty for the item's order.
        members: ids of the members in the item's order.

    Raises:
        UserError: the two do not hold the same members.
    """
    if not member_order:
        return tuple(range(len(members)))
    if sorted(member_order) == list(range(len(members))):
        return tuple(member_order)
    if sorted(member_order) != sorted(members):
        raise UserError(
            f"The set was put before a person as {list(member_order)}, but its members are "
            f"{list(members)}. Withdraw that assignment and draw the set anew."
        )
    return tuple(members.index(one) for one in member_order)


def _partition(given: str, n_members: int) -> str:
    parts = [part.strip() for part in given.split(",")]
    expected = f"{n_members} group numbers from 0 to {n_members - 1}, such as 0,0,1"
    if len(parts) != n_members or not all(re.fullmatch(r"[0-9]{1,3}", part) for part in parts):
        raise _no_answer(Question.GROUPING, given, expected)
    labels = [int(part) for part in parts]
    if max(labels) >= n_members:
        raise _no_answer(Question.GROUPING, given, expected)
    return canonical_partition(labels)


def _no_answer(question: str, raw: str, expected: str) -> AnswerRefusedError:
    message = f"{raw[:80]!r} is no answer to {str(question)!r}; expected {expected}."
    return AnswerRefusedError("no_answer", message)

"""Plain rows that results are computed from, and how several answers become one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from core.types import RaterKind

ENSEMBLE = "ensemble:majority"


@dataclass(frozen=True, slots=True)
class ResponseRow:
    """One slot of a prompt's set under a condition: a text, or a failure.

    One row per slot: where a slot was asked again, the caller gives the replicate that counts.

    Attributes:
        prompt_id: the prompt, however the caller names it.
        condition: label of the condition.
        n: responses per prompt that the condition asks for; slots from n on are ignored.
        category: category the prompt is counted under; None counts under "all" only.
        text: "" for a failure.
    """

    id: int
    prompt_id: str | int
    condition: str
    model: str
    strategy: str
    n: int
    sample_index: int
    category: str | None
    text: str
    status: Literal["ok", "failed"] = "ok"


@dataclass(frozen=True, slots=True)
class PairVerdict:
    """One rater's answer on two responses, given by id in either order.

    Attributes:
        equivalent: None = unscored.
    """

    response_a: int
    response_b: int
    rater: str
    rater_kind: RaterKind
    equivalent: bool | None


@dataclass(frozen=True, slots=True)
class QualityScore:
    """One rater's score of a response, 1 to 5.

    Attributes:
        value: None = unscored.
    """

    response: int
    rater: str
    rater_kind: RaterKind
    value: float | None


def majority_verdicts(verdicts: Iterable[PairVerdict]) -> dict[tuple[int, int], bool | None]:
    """Merge answers pair by pair: more than half of the raters' votes decides.

    Each rater has one vote per pair. Several answers of one rater (both orders, repeats) share
    it: two orders that disagree vote one half. Unscored answers do not vote.

    Args:
        verdicts: answers of all raters to be merged.

    Returns:
        (smaller response id, larger id) -> verdict; None for a tie or when nobody scored.
    """
    answers: dict[tuple[int, int], dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    for row in verdicts:
        a, b = row.response_a, row.response_b
        of_pair = answers[(a, b) if a < b else (b, a)]
        if row.equivalent is not None:
            of_pair[row.rater].append(row.equivalent)
    return {pair: _majority(by_rater.values()) for pair, by_rater in answers.items()}


def _majority(answers_by_rater: Iterable[list[bool]]) -> bool | None:
    votes = [sum(answers) / len(answers) for answers in answers_by_rater]
    balance = sum(vote - 0.5 for vote in votes)
    # Thirds from repeats are not exact in binary; a tie must not be decided by rounding.
    return None if abs(balance) < 1e-9 else balance > 0


def mean_scores(scores: Iterable[QualityScore]) -> dict[int, float]:
    """Mean over raters of each rater's mean score of a response.

    Args:
        scores: scores of all raters to be merged.

    Returns:
        response id -> mean; a response nobody scored is left out.
    """
    by_response: dict[int, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for row in scores:
        if row.value is not None:
            by_response[row.response][row.rater].append(row.value)
    return {
        response: sum(sum(own) / len(own) for own in by_rater.values()) / len(by_rater)
        for response, by_rater in by_response.items()
    }

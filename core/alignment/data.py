"""What alignment data is made of, and how much a response adds to its set.

The reward of a response is the share of its set that differs from it, by the category's own
definition, where difference is wanted; where the category wants the same answer (A), the share that
agrees with it. A response below the floor of quality earns nothing, however different it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.taxonomy import Taxonomy


@dataclass(frozen=True, slots=True)
class Candidate:
    """One response of a set.

    Attributes:
        quality: mean score, 1 to 5; None where nobody scored it.
    """

    id: int
    text: str
    quality: float | None


@dataclass(frozen=True, slots=True)
class CandidateSet:
    """The complete set of one prompt under one condition, with all its verdicts.

    Attributes:
        verdicts: (i, j) with i < j by place -> whether the two are equivalent; all pairs.
    """

    prompt_id: str
    prompt: str
    category: str | None
    condition: str
    candidates: tuple[Candidate, ...]
    verdicts: Mapping[tuple[int, int], bool]

    def differs(self, i: int, j: int) -> bool:
        return not self.verdicts[min(i, j), max(i, j)]


@dataclass(frozen=True, slots=True)
class Floor:
    """The least quality a rewarded or chosen response may have, 1 to 5."""

    quality: float = 4.0

    def holds(self, one: Candidate) -> bool:
        return one.quality is not None and one.quality >= self.quality


def diversity_wanted(category: str | None, taxonomy: Taxonomy) -> bool:
    """Whether the category wants its responses to differ."""
    if category is None or category not in taxonomy:
        return True
    return not taxonomy[category].homogenization_desired


def reward(one: CandidateSet, place: int, taxonomy: Taxonomy, floor: Floor) -> float:
    """0 to 1: the wanted relation with the rest of the set; 0 below the floor of quality."""
    if not floor.holds(one.candidates[place]) or len(one.candidates) < 2:
        return 0.0
    others = [other for other in range(len(one.candidates)) if other != place]
    n_different = sum(one.differs(place, other) for other in others)
    share = n_different / len(others)
    return share if diversity_wanted(one.category, taxonomy) else 1 - share


def provenance(study: str, rater: str, floor: Floor, one: CandidateSet) -> dict[str, Any]:
    """Where a row comes from, to be found again in the study."""
    return {
        "study": study,
        "prompt_id": one.prompt_id,
        "category": one.category,
        "condition": one.condition,
        "judged_by": rater,
        "quality_floor": floor.quality,
    }

"""NoveltyBench's two numbers: classes formed greedily in order of sampling, and their usefulness.

Source: Zhang et al. (arXiv 2504.05228), sections on distinct_k and utility_k.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.diversity.equivalence_graph import PairVerdicts, scored_pairs
from core.diversity.measure import Measure

PATIENCE = 0.8


def first_member_classes(n: int, verdicts: PairVerdicts) -> list[int] | None:
    """Class of each response, numbered from 0 by first appearance.

    A response joins the first class, in order of opening, whose *first* member it is equivalent
    to; else it opens one. Where verdicts are not transitive this differs from both components and
    cliques, and depends on the order of sampling.

    Args:
        n: responses in the set, in the order they were sampled.
        verdicts: (i, j) -> verdict, in either order.

    Returns:
        None where a comparison the rule needs has no verdict.

    Raises:
        InvalidRatingsError: an index outside the set, or a pair given both ways with two answers.
    """
    scored = scored_pairs(n, verdicts)
    firsts: list[int] = []
    classes: list[int] = []
    for one in range(n):
        found = len(firsts)
        for number, first in enumerate(firsts):
            equivalent = scored.get((first, one))
            if equivalent is None:
                return None
            if equivalent:
                found = number
                break
        if found == len(firsts):
            firsts.append(one)
        classes.append(found)
    return classes


def distinct_k(classes: Sequence[int]) -> int:
    """Number of classes among the k responses."""
    return len(set(classes))


def utility_k(
    classes: Sequence[int], scores: Sequence[float | None], *, patience: float = PATIENCE
) -> Measure:
    """How much a reader gains who goes on to the next response with probability `patience`.

    sum p^(i-1) s_i / sum p^(i-1) over i = 1 … k, where s_i is the quality of response i if it
    opens a new class, else 0.

    Args:
        classes: of each response, as `first_member_classes` gives them.
        scores: quality of each response; read only where the response opens a class.
        patience: p, above 0 and at most 1.

    Returns:
        On the scale of `scores`, from 0. Undefined for an empty set, or when a response that
        opens a class has no score.
    """
    if not classes:
        return Measure.undefined("no responses")
    seen: set[int] = set()
    gained = weight = 0.0
    for place, (own, score) in enumerate(zip(classes, scores, strict=True)):
        share = patience**place
        weight += share
        if own in seen:
            continue
        seen.add(own)
        if score is None:
            return Measure.undefined("a response that opens a class has no quality score")
        gained += share * score
    return Measure(gained / weight)

"""Which items come before people, and how likely each was to come: by chance, or by verdicts.

What judges say may steer the draw, as long as the probability of every item stays known: without
it nothing could be said about the study as a whole (measurement.md 6).
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from core.assignment import Candidate, Drawn, draw
from core.crowd.plan import ItemPlan

# Levels of disagreement closer than this are one: they come from sums of the same few fractions.
_DIGITS = 9


def sample(
    candidates: Sequence[Candidate],
    size: int,
    plan: ItemPlan,
    shares: Mapping[int, float],
    rng: np.random.Generator,
) -> list[Drawn]:
    """Draws items as a plan says.

    Args:
        shares: item id -> share of judges who call the pair equivalent; absent where none has.
            Empty for questions that are not about pairs, which are then drawn at random.

    Returns:
        Items with their inclusion probability; the stratum ends with what steered the draw.
    """
    if plan.selection == "balanced" and shares:
        return draw_balanced(candidates, size, shares, rng)
    if plan.selection == "disagreement" and shares:
        return draw_disagreement(candidates, size, shares, plan.random_floor, rng)
    return draw(candidates, size, rng)


def draw_balanced(
    candidates: Sequence[Candidate],
    size: int,
    shares: Mapping[int, float],
    rng: np.random.Generator,
) -> list[Drawn]:
    """Half from the pairs judged equivalent, half from those judged different.

    A kind with too few pairs gives all it has and the other the rest. Pairs no judge has decided,
    and those on which judges tie, cannot be drawn: the frame is what is decided.
    """
    kinds: dict[str, list[Candidate]] = {"equivalent": [], "different": []}
    for one in candidates:
        share = shares.get(one.item_id)
        if share is not None and share != 0.5:
            kind = "equivalent" if share > 0.5 else "different"
            kinds[kind].append(_under(one, kind))
    first, second = kinds.values()
    wanted = min(size, len(first) + len(second))
    n_first = min(len(first), max((wanted + 1) // 2, wanted - len(second)))
    parts = [draw(first, n_first, rng), draw(second, wanted - n_first, rng)]
    # Kinds take turns, so that any run of the draw is balanced too.
    longest = max(map(len, parts))
    return [part[turn] for turn in range(longest) for part in parts if turn < len(part)]


def draw_disagreement(
    candidates: Sequence[Candidate],
    size: int,
    shares: Mapping[int, float],
    random_floor: float,
    rng: np.random.Generator,
) -> list[Drawn]:
    """A floor drawn at random from everything, then the pairs judges disagree on most.

    Of pairs with equal disagreement chance decides. Pairs no judge has decided rank last.

    Args:
        random_floor: share of `size` drawn at random, rounded up.
    """
    levels = {one.item_id: _disagreement(shares.get(one.item_id)) for one in candidates}
    size = min(size, len(candidates))
    n_floor = min(size, math.ceil(round(random_floor * size, _DIGITS)))
    ordered = sorted(candidates, key=lambda one: one.item_id)
    mixed = [ordered[index] for index in rng.permutation(len(ordered))]
    floor, rest = mixed[:n_floor], mixed[n_floor:]
    # The sort keeps the random order within a level.
    top = sorted(rest, key=lambda one: -levels[one.item_id])[: size - n_floor]
    probabilities = mixture_probabilities(list(levels.values()), n_floor, size - n_floor)
    return [
        Drawn(_under(one, _level_name(level)), probabilities[level])
        for one in [*top, *floor]
        for level in [levels[one.item_id]]
    ]


def mixture_probabilities(levels: Sequence[float], n_floor: int, n_top: int) -> dict[float, float]:
    """Level of disagreement -> probability of an item at it to be drawn at all.

    First `n_floor` of the N items are drawn at random, then the `n_top` highest of the rest. Let K
    items have at least a level. The floor takes H of them, hypergeometric, so the two highest-first
    draws together reach min(K - H, n_top) of the rest; what a level adds to that expectation is
    shared by its items, beside the chance n_floor / N of the floor.
    """
    from scipy.stats import hypergeom

    n = len(levels)
    taken = np.arange(n_floor + 1)
    probabilities: dict[float, float] = {}
    reached, n_above = 0.0, 0
    for level in sorted(set(levels), reverse=True):
        n_here = sum(one == level for one in levels)
        n_above += n_here
        chance = hypergeom.pmf(taken, n, n_above, n_floor)
        expected = float(np.sum(chance * np.clip(n_above - taken, 0, n_top)))
        probabilities[level] = min(1.0, n_floor / n + (expected - reached) / n_here)
        reached = expected
    return probabilities


def _disagreement(share: float | None) -> float:
    """0 where judges agree, 1 where they are split evenly, -1 where none has judged."""
    return -1.0 if share is None else round(1 - abs(2 * share - 1), _DIGITS)


def _level_name(level: float) -> str:
    return "not judged" if level < 0 else f"disagreement {level:.2f}"


def _under(candidate: Candidate, name: str) -> Candidate:
    stratum: Hashable = candidate.stratum
    known = stratum if isinstance(stratum, tuple) else (stratum,)
    return replace(candidate, stratum=(*known, name))

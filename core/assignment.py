"""Who rates what, in which order, and which response stands left."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from core.errors import UserError

Side = Literal["a", "b", ""]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An item that may be drawn. stratum: what the plan is balanced over; sided: it is a pair."""

    item_id: int
    stratum: Hashable
    sided: bool


@dataclass(frozen=True, slots=True)
class Drawn:
    """A drawn item and how likely it was to be drawn."""

    candidate: Candidate
    inclusion_probability: float


@dataclass(frozen=True, slots=True)
class Planned:
    """One item for one person. position counts from 0; left is "" where there are no sides."""

    rater_index: int
    item_id: int
    position: int
    left: Side


def draw(candidates: Sequence[Candidate], size: int, rng: np.random.Generator) -> list[Drawn]:
    """Draws items with equal numbers per stratum, as far as the strata go.

    What cannot be shared out equally goes to strata chosen at random, so that no stratum is left
    out for its place in a list. Within a stratum every item is as likely as every other. The
    probability is recorded: without it no statement about the whole study could be weighted.

    Args:
        size: items wanted in all; all candidates when there are no more than that.

    Returns:
        Drawn items, strata taking turns, so that any run of them is balanced. The inclusion
        probability is over both draws: of strata for the rest, and of items within a stratum.
    """
    strata: dict[Hashable, list[Candidate]] = {}
    for candidate in sorted(candidates, key=lambda one: one.item_id):
        strata.setdefault(candidate.stratum, []).append(candidate)
    share, rest = _shares([len(members) for members in strata.values()], size)
    more = [number for number, members in enumerate(strata.values()) if len(members) > share]
    lucky = {more[index] for index in rng.permutation(len(more))[:rest]} if rest else set()
    drawn: list[list[Drawn]] = []
    for number, members in enumerate(strata.values()):
        quota = min(share, len(members)) + (number in lucky)
        expected = share + rest / len(more) if len(members) > share else len(members)
        chosen = rng.permutation(len(members))[:quota]
        drawn.append([Drawn(members[index], expected / len(members)) for index in chosen])
    longest = max((len(part) for part in drawn), default=0)
    return [part[turn] for turn in range(longest) for part in drawn if turn < len(part)]


def assign(
    items: Sequence[Candidate], *, n_raters: int, ratings_per_item: int, rng: np.random.Generator
) -> list[Planned]:
    """Gives every item to `ratings_per_item` different people, loads differing by one at most.

    Sides take turns within each item, so that each response of a pair is seen left and right
    equally often, and the turn starts at random.

    Raises:
        UserError: more ratings per item than people.
    """
    if not 1 <= ratings_per_item <= n_raters:
        raise UserError(
            f"{ratings_per_item} ratings per item need at least as many people; {n_raters} are "
            "planned. Add people or ask for fewer ratings per item."
        )
    loads = np.zeros(n_raters, dtype=int)
    given: list[list[tuple[int, Side]]] = [[] for _ in range(n_raters)]
    for item in items:
        # Least loaded first; the random key breaks ties without favouring low numbers.
        ranking = np.lexsort((rng.random(n_raters), loads))
        offset = int(rng.integers(2))
        for turn, rater in enumerate(ranking[:ratings_per_item]):
            left: Side = ("a", "b")[(turn + offset) % 2] if item.sided else ""
            given[rater].append((item.item_id, left))
            loads[rater] += 1
    plan: list[Planned] = []
    for rater, own in enumerate(given):
        for position, index in enumerate(rng.permutation(len(own))):
            item_id, left = own[index]
            plan.append(Planned(rater, item_id, position, left))
    return plan


def _shares(sizes: Sequence[int], wanted: int) -> tuple[int, int]:
    """(items every stratum gives if it can, items that remain for strata which have more)."""
    left = min(wanted, sum(sizes))
    share = 0
    while (able := sum(size > share for size in sizes)) and able <= left:
        share += 1
        left -= able
    return share, left

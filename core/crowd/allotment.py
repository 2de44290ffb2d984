"""What one person gets: chosen from what still needs answers, and put in order. Pure and seeded."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.assignment import Side
from core.crowd.plan import Order
from core.types import UNDEFINED_QUESTIONS
from core.work import WorkPurpose

# A repeat comes at least so many items after the first time, where the work is long enough.
REPEAT_GAP = 10


@dataclass(frozen=True, slots=True)
class Slot:
    """An item that may be put before a person.

    Attributes:
        taken: people who have answered it or are about to.
        n_left_a, n_left_b: how many of them see member a, member b first.
        n_members: of a set; 0 for anything else.
    """

    item_id: int
    question: str
    stratum: str = ""
    taken: int = 0
    n_left_a: int = 0
    n_left_b: int = 0
    is_sided: bool = False
    n_members: int = 0


@dataclass(frozen=True, slots=True)
class Placed:
    """One item at its place in a person's work, as it will be shown."""

    item_id: int
    question: str
    purpose: WorkPurpose
    repeat: int
    left: Side
    member_order: tuple[int, ...]


def choose(
    slots: Sequence[Slot],
    size: int,
    rng: np.random.Generator,
    *,
    held: Mapping[tuple[str, str], int] | None = None,
    seen_items: frozenset[int] = frozenset(),
) -> list[Slot]:
    """Takes items for one person: evenly over strata, of each stratum those with fewest answers.

    Questions share the work by how much each still has to give. An item the person knows from
    another question comes only when there is nothing else.

    Args:
        slots: what still needs answers and is not this person's yet.
        held: (question, stratum) -> items of it the person has had.
        seen_items: items the person has had under whatever question.
    """
    piles: dict[tuple[str, str], list[Slot]] = defaultdict(list)
    keys = rng.random(len(slots))
    ordered = sorted(
        zip(slots, keys, strict=True),
        key=lambda pair: (pair[0].item_id in seen_items, pair[0].taken, pair[1]),
        reverse=True,  # the best is last, from where it is taken
    )
    for slot, _ in ordered:
        piles[slot.question, slot.stratum].append(slot)
    strata: dict[str, list[str]] = defaultdict(list)
    for question, stratum in piles:
        strata[question].append(stratum)
    counts = Counter(dict(held or {}))
    chosen: list[Slot] = []
    taken_items: set[int] = set(seen_items)
    for question, share in _shares(Counter(slot.question for slot in slots), size).items():
        own = strata[question]
        for _ in range(share):
            stratum = _next_stratum(question, own, piles, counts, taken_items)
            slot = _take(piles[question, stratum], taken_items)
            chosen.append(slot)
            taken_items.add(slot.item_id)
            counts[question, stratum] += 1
    return chosen


def arrange(
    slots: Sequence[Slot],
    rng: np.random.Generator,
    *,
    questions: Sequence[str],
    order: Order = "random",
    checks: Iterable[Slot] = (),
    n_repeats: int = 0,
) -> list[Placed]:
    """Puts a person's items in order, attention checks among them, repeats towards the end.

    Questions without a definition come before any that give one (measurement.md 20), and what is
    mixed in stays with its own kind.

    Args:
        questions: in the order of the plan.
        checks: attention checks, each once.
        n_repeats: items asked a second time, as they were shown the first time.
    """
    known = [*slots, *checks]
    attention = {(one.item_id, one.question) for one in known[len(slots) :]}
    if order == "by_question":
        blocks = [[one] for one in _undefined_first(questions)]
    else:
        undefined = [one for one in questions if one in UNDEFINED_QUESTIONS]
        blocks = [undefined, [one for one in questions if one not in UNDEFINED_QUESTIONS]]
    placed: list[Placed] = []
    n_left = n_repeats
    for number, block in enumerate(blocks):
        own = [one for one in slots if one.question in block]
        mixed_in = [
            one
            for one in known
            if one.question in block and (one.item_id, one.question) in attention
        ]
        n_here = _repeats_here(n_left, own, blocks[number + 1 :], slots)
        n_left -= n_here
        placed += _arrange_block(own, mixed_in, n_here, rng)
    return placed


def with_side(slot: Slot, rng: np.random.Generator) -> Side:
    """The member seen first by fewer people so far; by chance where it is even."""
    if not slot.is_sided:
        return ""
    if slot.n_left_a != slot.n_left_b:
        return "a" if slot.n_left_a < slot.n_left_b else "b"
    return "a" if rng.random() < 0.5 else "b"


def _arrange_block(
    slots: Sequence[Slot], checks: Sequence[Slot], n_repeats: int, rng: np.random.Generator
) -> list[Placed]:
    work = [_place(slots[index], WorkPurpose.RATING, rng) for index in rng.permutation(len(slots))]
    n_repeats = min(n_repeats, len(work) // 2)
    # Those seen first are the furthest away when they come again.
    gap = min(REPEAT_GAP, len(work) - n_repeats)
    again = [work[index] for index in sorted(rng.permutation(max(len(work) - gap, 0))[:n_repeats])]
    # Position i of the tail is at least `gap` after where its item stood, since items keep their
    # order and each repeat pushes what follows one further back.
    work += [replace(one, purpose=WorkPurpose.REPEAT, repeat=1) for one in again]
    mixed = [_place(one, WorkPurpose.ATTENTION, rng) for one in checks]
    for number, check in enumerate(mixed):
        # One in each of as many equal stretches, never the very first item.
        start = (number * len(work)) // (len(mixed) or 1)
        stop = ((number + 1) * len(work)) // (len(mixed) or 1)
        at = max(1, int(rng.integers(start, max(stop, start + 1))))
        work.insert(min(at, len(work)), check)
    return work


def _place(slot: Slot, purpose: WorkPurpose, rng: np.random.Generator) -> Placed:
    order = tuple(int(place) for place in rng.permutation(slot.n_members))
    return Placed(slot.item_id, slot.question, purpose, 0, with_side(slot, rng), order)


def _repeats_here(
    wanted: int, own: Sequence[Slot], later: Sequence[Sequence[str]], slots: Sequence[Slot]
) -> int:
    """The block's part of the repeats, by its part of the work that is left."""
    n_later = sum(one.question in block for block in later for one in slots)
    total = len(own) + n_later
    return round(wanted * len(own) / total) if total else 0


def _undefined_first(questions: Sequence[str]) -> list[str]:
    return sorted(questions, key=lambda one: one not in UNDEFINED_QUESTIONS)


def _shares(available: Mapping[str, int], size: int) -> dict[str, int]:
    """Question -> items of it, in proportion to what is there, whole numbers summing to `size`."""
    total = sum(available.values())
    size = min(size, total)
    exact = {question: size * count / total for question, count in available.items()}
    shares = {question: int(value) for question, value in exact.items()}
    behind = sorted(exact, key=lambda one: (shares[one] - exact[one], one))
    for question in behind[: size - sum(shares.values())]:
        shares[question] += 1
    return shares


def _next_stratum(
    question: str,
    strata: Sequence[str],
    piles: Mapping[tuple[str, str], Sequence[Slot]],
    counts: Mapping[tuple[str, str], int],
    taken_items: set[int],
) -> str:
    """The stratum the person has had least of; of equals the one with most to give."""
    able = [one for one in strata if piles[question, one]]

    def rank(stratum: str) -> tuple[bool, int, int, str]:
        pile = piles[question, stratum]
        only_known = pile[-1].item_id in taken_items and all(
            one.item_id in taken_items for one in pile
        )
        return only_known, counts.get((question, stratum), 0), -len(pile), stratum

    return min(able, key=rank)


def _take(pile: list[Slot], taken_items: set[int]) -> Slot:
    """The best of a pile, past what was taken for another question meanwhile."""
    for index in range(len(pile) - 1, -1, -1):
        if pile[index].item_id not in taken_items:
            return pile.pop(index)
    return pile.pop()

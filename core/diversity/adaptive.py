"""Fewer questions to a judge for the same count: which pair of a set to ask about next.

Two modes, and they measure different things (measurement rule 18):

- `graph`: only pairs whose members are connected already are left out. Whatever their verdicts
  were, the number of components would be the same, so the count equals that of all pairs always.
  With k classes of sizes n_i it takes n - k + sum of n_i * n_j questions if verdicts are
  consistent, in whatever order pairs are asked.
- `transitive`: one "different" separates two classes as a whole. At best n - k + C(k, 2)
  questions; where a judge contradicts itself the count differs from that of all pairs, so it is
  another estimator, and a tenth of what it inferred is asked after all, as an audit.

Texts that are the same, character for character, are one node: a judge is not asked whether a
text equals itself, nor twice about the same two texts.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations, product
from typing import TYPE_CHECKING, Literal

from core.diversity.equivalence_graph import Pair, PairVerdicts
from core.diversity.vocabulary import words

if TYPE_CHECKING:
    import numpy as np

AdaptiveMode = Literal["graph", "transitive"]

# Of the pairs whose verdict was inferred, the share that is asked after all (rule 18).
AUDITED_SHARE = 0.10


class PairChooser:
    """Chooses the pairs of one set one after the other, from the verdicts so far.

    Args:
        texts: the responses of the set, n of them.
        mode: see the module.
    """

    def __init__(self, texts: Sequence[str], mode: AdaptiveMode) -> None:
        self._n = len(texts)
        self._mode = mode
        self._first = first_copies(texts)
        vocabularies = [words(text) for text in texts]
        self._similarity = [[_overlap(a, b) for b in vocabularies] for a in vocabularies]

    def next_pair(self, verdicts: PairVerdicts) -> Pair | None:
        """The pair (i, j), i < j, to ask about next; None when nothing is left that matters.

        Classes whose members share the most words come first, since they are likely to be
        equivalent and an equivalent pair makes others needless.

        Args:
            verdicts: everything asked so far, unreadable answers (None) included.
        """
        asked = {(min(pair), max(pair)) for pair in verdicts}
        classes = _classes(self._n, self._first, verdicts)
        apart = _separated(classes, verdicts) if self._mode == "transitive" else set()
        best: tuple[float, int, Pair] | None = None
        for (x, members), (y, others) in combinations(enumerate(classes), 2):
            if (x, y) in apart:
                continue
            candidate = self._candidate(members, others, asked)
            if candidate is not None and (best is None or candidate[:2] > best[:2]):
                best = candidate
        return best[2] if best else None

    def _candidate(
        self, members: Sequence[int], others: Sequence[int], asked: set[Pair]
    ) -> tuple[float, int, Pair] | None:
        """(mean similarity, size, the most similar pair not asked) of two classes."""
        pairs = [(min(i, j), max(i, j)) for i, j in product(members, others)]
        open_pairs = [
            pair
            for pair in pairs
            if pair not in asked and all(self._first[one] == one for one in pair)
        ]
        if not open_pairs:
            return None
        mean = sum(self._similarity[i][j] for i, j in pairs) / len(pairs)
        return (
            mean,
            len(pairs),
            max(open_pairs, key=lambda pair: self._similarity[pair[0]][pair[1]]),
        )


def complete_verdicts(
    texts: Sequence[str], verdicts: PairVerdicts, mode: AdaptiveMode
) -> dict[Pair, bool | None]:
    """Every pair of the set, with what was asked, what is free, and what the mode infers.

    Never ratings: nobody gave the verdicts that are filled in here.

    Args:
        texts: the responses of the set, n of them.
        verdicts: what was asked of them in this mode, audits left out.

    Returns:
        (i, j), i < j -> verdict. Pairs of one text are equivalent; a pair of the same two texts as
        one that was asked has its verdict. In `transitive` mode pairs inside a class are
        equivalent and pairs of separated classes different. None where nothing follows.
    """
    n = len(texts)
    first = first_copies(texts)
    classes = _classes(n, first, verdicts)
    class_of = {node: index for index, members in enumerate(classes) for node in members}
    apart = _separated(classes, verdicts) if mode == "transitive" else set()
    asked = _by_text(first, verdicts)
    completed: dict[Pair, bool | None] = {}
    for i, j in combinations(range(n), 2):
        nodes = (min(first[i], first[j]), max(first[i], first[j]))
        x, y = sorted((class_of[i], class_of[j]))
        if first[i] == first[j] or (mode == "transitive" and x == y):
            completed[i, j] = True
        elif (x, y) in apart:
            completed[i, j] = False
        else:
            completed[i, j] = asked.get(nodes)
    return completed


def inferred_pairs(texts: Sequence[str], verdicts: PairVerdicts) -> dict[Pair, bool]:
    """Pairs of different texts that `transitive` mode did not ask about -> verdict inferred."""
    first = first_copies(texts)
    asked = {(min(pair), max(pair)) for pair in verdicts}
    completed = complete_verdicts(texts, verdicts, "transitive")
    return {
        pair: verdict
        for pair, verdict in completed.items()
        if verdict is not None and pair not in asked and all(first[one] == one for one in pair)
    }


def choose_audit(pairs: Sequence[Pair], rng: np.random.Generator) -> list[Pair]:
    """At least a tenth of the pairs, drawn at random without replacement, in order."""
    if not pairs:
        return []
    size = math.ceil(AUDITED_SHARE * len(pairs))
    chosen = rng.choice(len(pairs), size=size, replace=False)
    return [pairs[int(index)] for index in sorted(chosen)]


def first_copies(texts: Sequence[str]) -> list[int]:
    """Index of the first response with the same text, for each response."""
    seen: dict[str, int] = {}
    return [seen.setdefault(text, index) for index, text in enumerate(texts)]


def _classes(n: int, first: Sequence[int], verdicts: PairVerdicts) -> list[list[int]]:
    """Members of each class known so far, classes by their first member."""
    label = list(first)
    for (i, j), equivalent in verdicts.items():
        if equivalent and label[i] != label[j]:
            old, new = max(label[i], label[j]), min(label[i], label[j])
            label = [new if one == old else one for one in label]
    members: dict[int, list[int]] = {}
    for node in range(n):
        members.setdefault(label[node], []).append(node)
    return list(members.values())


def _separated(classes: Sequence[Sequence[int]], verdicts: PairVerdicts) -> set[tuple[int, int]]:
    """Pairs of classes, by position, with a "different" between any two of their members."""
    class_of = {node: index for index, members in enumerate(classes) for node in members}
    return {
        (min(class_of[i], class_of[j]), max(class_of[i], class_of[j]))
        for (i, j), equivalent in verdicts.items()
        if equivalent is False and class_of[i] != class_of[j]
    }


def _by_text(first: Sequence[int], verdicts: PairVerdicts) -> dict[Pair, bool | None]:
    """Verdicts by first copies; one "equivalent" joins, whatever another copy got."""
    merged: dict[Pair, bool | None] = {}
    for (i, j), equivalent in verdicts.items():
        pair = (min(first[i], first[j]), max(first[i], first[j]))
        known = merged.get(pair)
        merged[pair] = equivalent if known is None else known or bool(equivalent)
    return merged


def _overlap(a: frozenset[str], b: frozenset[str]) -> float:
    """Shared words over all words, 0 to 1; the complement of the vocabulary distance."""
    return len(a & b) / len(a | b) if a or b else 1.0

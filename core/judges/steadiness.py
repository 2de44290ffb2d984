"""How steady a judge is: with the order of two responses, and when asked the same again.

Sources: Shi et al. (2406.07791) for position consistency; McNemar (1947), in its exact form.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.agreement.estimate import mean_estimate
from core.agreement.intervals import default_interval
from core.agreement.resampling import Resampler
from core.agreement.statistic import Statistic


@dataclass(frozen=True, slots=True)
class PairAnswer:
    """One answer of a judge about a pair.

    Attributes:
        item: the pair. cluster: its prompt.
        order: ab or ba; "" for an imported answer.
        repeat: 0 for the first time it was asked in this order.
        equivalent: None = unscored.
    """

    item: int
    cluster: str
    order: str
    repeat: int
    equivalent: bool | None


@dataclass(frozen=True, slots=True)
class Steadiness:
    """A judge's answers about pairs compared with each other.

    Attributes:
        n_both: pairs with a readable verdict in both orders.
        n_flips: those whose two verdicts differ.
        only_ab: equivalent when a was shown first, different when b was. only_ba: the reverse.
        consistency: share of pairs that keep their verdict, with an interval over prompts.
        flip_rate: 1 - consistency.
        mcnemar_p: two-sided exact p that flips go both ways equally often; it takes pairs as
            independent, which pairs of one prompt are not. None without flips.
        n_repeats: answers that repeat an earlier one in the same order, both readable.
        n_changed: those that differ from the first.
        noise: n_changed / n_repeats, with an interval over prompts: what a flip rate would be if
            the order did not matter at all.
    """

    n_both: int
    n_flips: int
    only_ab: int
    only_ba: int
    consistency: Statistic
    flip_rate: Statistic
    mcnemar_p: float | None
    n_repeats: int
    n_changed: int
    noise: Statistic


@dataclass(frozen=True, slots=True)
class DefinitionAgreement:
    """Anchored and general verdicts of one judge on the same pairs in the same order.

    Attributes:
        n: pairs with both verdicts readable; agreement: share of them that are the same.
        only_anchored: equivalent by the task's definition only. only_general: the reverse.
        share_anchored, share_general: share of the n called equivalent by each.
    """

    n: int
    only_anchored: int
    only_general: int
    agreement: Statistic
    share_anchored: float | None
    share_general: float | None


def measure_steadiness(answers: Iterable[PairAnswer], *, seed: int = 0) -> Steadiness:
    """Compares both orders (first answers only) and repeats in the same order.

    Args:
        answers: current answers of one judge with one template.
        seed: of the bootstrap over prompts.
    """
    rows = [row for row in answers if row.equivalent is not None]
    first: dict[int, dict[str, PairAnswer]] = defaultdict(dict)
    for row in rows:
        if row.repeat == 0:
            first[row.item][row.order] = row
    both = [(one["ab"], one["ba"]) for one in first.values() if {"ab", "ba"} <= one.keys()]
    flipped = [ab.equivalent != ba.equivalent for ab, ba in both]
    only_ab = sum(bool(ab.equivalent) and not ba.equivalent for ab, ba in both)
    only_ba = sum(flipped) - only_ab
    clusters = [ab.cluster for ab, _ in both]
    again = [
        (row, first[row.item][row.order])
        for row in rows
        if row.repeat > 0 and row.order in first[row.item]
    ]
    changed = [row.equivalent != earlier.equivalent for row, earlier in again]
    kept = [not one for one in flipped]
    return Steadiness(
        n_both=len(both),
        n_flips=sum(flipped),
        only_ab=only_ab,
        only_ba=only_ba,
        consistency=_share(kept, clusters, "no pair has a verdict in both orders", seed),
        flip_rate=_share(flipped, clusters, "no pair has a verdict in both orders", seed),
        mcnemar_p=mcnemar_p(only_ab, only_ba),
        n_repeats=len(again),
        n_changed=sum(changed),
        noise=_share(
            changed, [row.cluster for row, _ in again], "no pair was asked twice in one order", seed
        ),
    )


def compare_definitions(
    anchored: Iterable[PairAnswer], general: Iterable[PairAnswer], *, seed: int = 0
) -> DefinitionAgreement:
    """Agreement of a judge with itself under two definitions, on first answers in one order."""
    others = {
        (row.item, row.order): row.equivalent
        for row in general
        if row.repeat == 0 and row.equivalent is not None
    }
    both: dict[int, tuple[bool, bool, str]] = {}
    for row in sorted(anchored, key=lambda row: row.order):
        other = others.get((row.item, row.order))
        if row.repeat == 0 and row.equivalent is not None and other is not None:
            both.setdefault(row.item, (row.equivalent, other, row.cluster))
    pairs = list(both.values())
    n = len(pairs)
    return DefinitionAgreement(
        n=n,
        only_anchored=sum(one and not other for one, other, _ in pairs),
        only_general=sum(other and not one for one, other, _ in pairs),
        agreement=_share(
            [one == other for one, other, _ in pairs],
            [cluster for _, _, cluster in pairs],
            "no pair was asked about by both definitions",
            seed,
        ),
        share_anchored=sum(one for one, _, _ in pairs) / n if n else None,
        share_general=sum(other for _, other, _ in pairs) / n if n else None,
    )


def mcnemar_p(only_first: int, only_second: int) -> float | None:
    """Two-sided exact p of McNemar's test: the discordant pairs as tosses of a fair coin.

    None without discordant pairs: nothing was tossed.
    """
    if only_first + only_second == 0:
        return None
    from scipy.stats import binomtest

    return float(binomtest(only_first, only_first + only_second, 0.5).pvalue)


def _share(hits: Sequence[bool], clusters: Sequence[str], empty: str, seed: int) -> Statistic:
    if not hits:
        return Statistic.undefined(empty)
    import numpy as np

    scores = np.array(hits, dtype=float)
    estimate = mean_estimate(scores, np.ones(len(hits)), scale="proportion", empty=empty)
    rare = int(min(scores.sum(), len(hits) - scores.sum()))
    return default_interval(
        estimate, list(clusters), resampler=Resampler(np.random.default_rng(seed)), rare=rare
    )

"""How carefully somebody seems to have worked: figures with their evidence, never a verdict.

Every figure says what it counts and what chance alone would give, and names the answers it rests
on. Nothing here rejects anybody: rules that were set before the study opened name who breaks them,
and a person decides (measurement.md 21).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from core.crowd.plan import ExclusionRules
from core.work import WorkPurpose

SignalKey = Literal[
    "check_share",
    "fast_share",
    "longest_run",
    "same_share",
    "left_share",
    "repeat_share",
    "others_share",
]
# Nobody who reads takes less: 10 words a second are 600 a minute, two and a half times the average
# of silent reading (`core.crowd.estimate`), and a second goes by before a button is pressed.
FASTEST_WORDS_PER_S = 10.0
FASTEST_S = 1.0
# Answers that say there is something: of these the side is looked at.
_MARKED = frozenset({"different", "useful"})
_TAIL = 0.025
_RUN_CHANCE = 0.05


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One current answer of one person.

    Attributes:
        value: None for "can't tell".
        left: member shown first; "" where there are no sides.
        seconds: from drawing to answering; None when not known.
        words: that were to be read.
        is_right: of an attention check; None for anything else.
    """

    rating_id: int
    item_id: int
    question: str
    purpose: str
    value: str | None
    left: str = ""
    seconds: float | None = None
    words: int = 0
    is_right: bool | None = None


@dataclass(frozen=True, slots=True)
class Signal:
    """One figure about a person.

    Attributes:
        value: None where it cannot be given, with the reason.
        n: answers it rests on.
        low, high: what chance gives in 95 of 100 people who work well; None where nothing can be
            said of that.
        evidence: ids of the ratings that stand against the person.
    """

    key: SignalKey
    value: float | None
    n: int
    low: float | None = None
    high: float | None = None
    evidence: tuple[int, ...] = ()
    reason: str = ""

    @property
    def is_outside(self) -> bool:
        """Whether chance alone would seldom give this."""
        if self.value is None:
            return False
        too_low = self.low is not None and self.value < self.low
        return too_low or (self.high is not None and self.value > self.high)


def signals(
    own: Sequence[AnswerRow], others: Mapping[tuple[int, str], Sequence[str]]
) -> tuple[Signal, ...]:
    """All figures of one person.

    Args:
        own: their current answers, in the order they were given.
        others: (item, question) -> what other people answered.
    """
    work = [one for one in own if one.purpose == WorkPurpose.RATING]
    return (
        _check_share(own),
        _fast_share([*work, *(one for one in own if one.purpose == WorkPurpose.REPEAT)]),
        _longest_run(work),
        _same_share(work),
        _left_share(work),
        _repeat_share(own),
        _others_share(work, others),
    )


def apply_rules(rules: ExclusionRules, found: Sequence[Signal]) -> tuple[str, ...]:
    """Which of the rules set beforehand a person breaks, in words; a proposal, no more."""
    by_key = {one.key: one for one in found}
    broken = []
    for key, limit, is_least, what in (
        ("check_share", rules.min_check_share, True, "attention checks right"),
        ("repeat_share", rules.min_repeat_share, True, "repeats answered alike"),
        ("fast_share", rules.max_fast_share, False, "answers faster than reading allows"),
        ("same_share", rules.max_same_share, False, "answers that are the same"),
    ):
        one = by_key.get(key)  # type: ignore[call-overload]
        if one is None or one.value is None:
            continue
        if (one.value < limit) if is_least else (one.value > limit):
            bound = "at least" if is_least else "at most"
            broken.append(f"{one.value:.0%} of {one.n} {what}; the rule is {bound} {limit:.0%}")
    return tuple(broken)


def fastest_seconds(words: int) -> float:
    """Seconds below which nobody can have read so many words."""
    return max(FASTEST_S, words / FASTEST_WORDS_PER_S)


def _check_share(own: Sequence[AnswerRow]) -> Signal:
    checks = [
        one for one in own if one.purpose == WorkPurpose.ATTENTION and one.is_right is not None
    ]
    if not checks:
        return Signal("check_share", None, 0, reason="no attention check answered")
    wrong = tuple(one.rating_id for one in checks if not one.is_right)
    return Signal("check_share", 1 - len(wrong) / len(checks), len(checks), evidence=wrong)


def _fast_share(work: Sequence[AnswerRow]) -> Signal:
    timed = [one for one in work if one.seconds is not None]
    if not timed:
        return Signal("fast_share", None, 0, reason="no answer with a known time")
    fast = tuple(
        one.rating_id
        for one in timed
        if one.seconds is not None and one.seconds < fastest_seconds(one.words)
    )
    return Signal("fast_share", len(fast) / len(timed), len(timed), evidence=fast)


def _longest_run(work: Sequence[AnswerRow]) -> Signal:
    """The longest run of one answer, and what shuffling the person's own answers would reach.

    A run of length r begins at a given answer with a chance of at most p^r, p being the share of
    their most frequent answer; over n answers the chance of any is at most n p^r.
    """
    by_question = _by_question(work)
    if not by_question:
        return Signal("longest_run", None, 0, reason="nothing answered")
    runs = [list(run) for rows in by_question for _, run in groupby(rows, key=lambda r: r.value)]
    longest = max(runs, key=len)
    rows = next(rows for rows in by_question if longest[0] in rows)
    share = Counter(one.value for one in rows).most_common(1)[0][1] / len(rows)
    evidence = tuple(one.rating_id for one in longest)
    value, n = float(len(longest)), len(rows)
    if share == 1:
        reason = "always the same answer, so chance cannot be told from habit"
        return Signal("longest_run", value, n, evidence=evidence, reason=reason)
    length = 1
    while n * share**length >= _RUN_CHANCE:
        length += 1
    return Signal("longest_run", value, n, high=float(length), evidence=evidence)


def _same_share(work: Sequence[AnswerRow]) -> Signal:
    by_question = _by_question(work)
    n = sum(map(len, by_question))
    if not n:
        return Signal("same_share", None, 0, reason="nothing answered")
    most = sum(Counter(one.value for one in rows).most_common(1)[0][1] for rows in by_question)
    return Signal("same_share", most / n, n)


def _left_share(work: Sequence[AnswerRow]) -> Signal:
    """Of the answers "different" or "useful", the share given with member a first.

    Sides are given out by chance, so among N answers, K of them with a first, the m marked ones
    have a hypergeometric number with a first.
    """
    from scipy.stats import hypergeom

    sided = [one for one in work if one.left and one.value is not None]
    marked = [one for one in sided if one.value in _MARKED]
    if not marked:
        return Signal("left_share", None, 0, reason='no pair called "different" or "useful"')
    n_left = sum(one.left == "a" for one in sided)
    chance = hypergeom(len(sided), n_left, len(marked))
    low, high = float(chance.ppf(_TAIL)), float(chance.ppf(1 - _TAIL))
    value = sum(one.left == "a" for one in marked) / len(marked)
    n = len(marked)
    return Signal("left_share", value, n, low=low / n, high=high / n)


def _repeat_share(own: Sequence[AnswerRow]) -> Signal:
    first = {(one.item_id, one.question): one for one in own if one.purpose != WorkPurpose.REPEAT}
    pairs = [
        (first[one.item_id, one.question], one)
        for one in own
        if one.purpose == WorkPurpose.REPEAT and (one.item_id, one.question) in first
    ]
    if not pairs:
        return Signal("repeat_share", None, 0, reason="no repeat answered")
    unlike = [(a, b) for a, b in pairs if a.value != b.value]
    evidence = tuple(one.rating_id for pair in unlike for one in pair)
    return Signal("repeat_share", 1 - len(unlike) / len(pairs), len(pairs), evidence=evidence)


def _others_share(
    work: Sequence[AnswerRow], others: Mapping[tuple[int, str], Sequence[str]]
) -> Signal:
    """Mean share of the other people who gave the same answer, each item counting once."""
    shares: dict[int, float] = {}
    for one in work:
        said = others.get((one.item_id, one.question), ())
        if one.value is not None and said:
            shares[one.rating_id] = sum(value == one.value for value in said) / len(said)
    if not shares:
        return Signal("others_share", None, 0, reason="no item that others have answered too")
    alone = tuple(rating_id for rating_id, share in shares.items() if share == 0)
    return Signal("others_share", sum(shares.values()) / len(shares), len(shares), evidence=alone)


def _by_question(work: Sequence[AnswerRow]) -> list[list[AnswerRow]]:
    rows: dict[str, list[AnswerRow]] = defaultdict(list)
    for one in work:
        if one.value is not None:
            rows[one.question].append(one)
    return list(rows.values())

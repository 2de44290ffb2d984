"""The one sentence a report may say of a judge.

It never says that a judge replaces people, never calls a judge valid because judges agree, and
never reads "as often as" out of an interval too wide to tell. A judge is praised only where one
without skill would not have been.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from core.agreement.baselines import COIN, CONSTANT, TFIDF
from core.agreement.crossed import CROSSED
from core.agreement.rows import HumanRow, JudgeRow
from core.agreement.statistic import Statistic
from core.types import Question, Verdict

# A difference from people that could be larger than this, either way, is not called "as often".
WIDEST_CLAIM = 0.10

_ITEM_NOUNS: dict[str, str] = {Question.EQUIVALENCE: "pair", Question.QUALITY: "response"}
_PLAIN_WORDS: dict[str, str] = {
    Verdict.EQUIVALENT: "'same'",
    Verdict.DIFFERENT: "'different'",
}


def headline(
    row: JudgeRow,
    humans: HumanRow,
    baselines: Mapping[str, JudgeRow],
    *,
    question: str,
    constant: str | float | None,
) -> str:
    """A sentence about one judge over all categories.

    Args:
        row: the judge's "all" row.
        humans: people's "all" row.
        baselines: the "all" row of each skill-free baseline, by name.
        question: sets the noun (pair, response, item).
        constant: what the constant baseline answers.
    """
    if row.n_items == 0:
        return (
            f"Nothing can be said of {row.judge}: no item has both a person's answer "
            "and its verdict."
        )
    noun = _ITEM_NOUNS.get(question, "item")
    scope = f"On {_count(row.n_items, noun)} from {_count(row.n_prompts, 'prompt')}"
    minus_human = row.statistics["minus_human"]
    raters = _whom(humans.n_raters, minus_human)
    if minus_human.value is None:
        return f"{scope}, {_without_people_compared(row, noun, constant)}, {raters}."
    if minus_human.low is None or minus_human.high is None:
        return f"Too little data to compare {row.judge} with people: {minus_human.reason}."
    low, high = minus_human.low, minus_human.high
    if high < 0:
        return (
            f"{scope}, {row.judge} agrees with a person less often than another person does, "
            f"by {_points(-high, -low)}, {raters}."
        )
    if max(-low, high) > WIDEST_CLAIM and low <= 0:
        return (
            f"{scope}, too little data to say whether {row.judge} agrees with a person as often "
            f"as another person does: the difference lies between {_signed(low)} and "
            f"{_signed(high)} points, {raters}."
        )
    how = (
        f"more often than another person does, by {_points(low, high)}"
        if low > 0
        else f"as often as another person does, give or take {_ceiling(max(-low, high))}"
    )
    return (
        f"{scope}, {row.judge} agrees with a person {how}"
        f"{_beside_baseline(row, baselines, question, constant)}, {raters}."
    )


def _whom(n_raters: int, minus_human: Statistic) -> str:
    """Whom a sentence speaks for: other people only where the interval reckons with them."""
    if n_raters == 1:
        return "for this rater"
    if minus_human.method == CROSSED:
        return f"for raters like these {n_raters}"
    return f"for these {n_raters} raters"


def _beside_baseline(
    row: JudgeRow,
    baselines: Mapping[str, JudgeRow],
    question: str,
    constant: str | float | None,
) -> str:
    """What keeps praise honest: how a judge without skill does on the same items."""
    contrast = row.beats_baseline
    if contrast is None:
        return "; no judge without skill could be compared with it"
    doing_so = doing(contrast.baseline, constant)
    rival = baselines[contrast.baseline].statistics["minus_human"]
    if contrast.beats is None:
        return f"; whether it beats {doing_so} cannot be told ({contrast.difference.reason})"
    if not contrast.beats:
        passes = rival.high is not None and rival.high >= 0
        return (
            f", but so does {doing_so}" if passes else f", but it is not shown to beat {doing_so}"
        )
    unknown = unestimated_recall(row, question)
    if unknown:
        return f", and more often than {doing_so} does, but {unknown} cannot be estimated"
    if rival.high is not None and rival.high < 0:
        return f"; {doing_so} would not"
    return f", and more often than {doing_so} does"


def unestimated_recall(row: JudgeRow, question: str) -> str:
    """Which of sensitivity and specificity lacks an interval; empty for other questions."""
    if question != Question.EQUIVALENCE:
        return ""
    names = ("sensitivity", "specificity")
    return " and ".join(name for name in names if not row.statistics[name].has_interval)


def _without_people_compared(row: JudgeRow, noun: str, constant: str | float | None) -> str:
    percent = row.statistics["percent"]
    sentence = (
        f"no person-person comparison is possible: each {noun} has one person; {row.judge} gives "
        f"that person's answer on {_share(percent)} of them"
    )
    contrast = row.beats_baseline
    if contrast is None or contrast.beats is None:
        return sentence
    doing_so = doing(contrast.baseline, constant)
    if contrast.beats:
        return f"{sentence}, more often than {doing_so} does"
    return f"{sentence}, and is not shown to beat {doing_so}"


def doing(baseline: str, constant: str | float | None) -> str:
    """A baseline in plain words."""
    if baseline == CONSTANT:
        word = f"{constant:g}" if isinstance(constant, float) else str(constant)
        return f"always answering {_PLAIN_WORDS.get(word, repr(word))}"
    return {COIN: "answering at random", TFIDF: "comparing the words used"}[baseline]


def _share(percent: Statistic) -> str:
    if percent.value is None:
        return "no item"
    text = f"{percent.value:.0%}"
    if percent.low is None or percent.high is None:
        return text
    return f"{text} ({percent.low:.0%} to {percent.high:.0%})"


def _ceiling(share: float) -> str:
    """Points of a share, rounded up so that the claim is never tighter than the interval."""
    return _count(max(1, math.ceil(round(share * 100, 6))), "point")


def _points(low: float, high: float) -> str:
    return f"{low * 100:.0f} to {high * 100:.0f} points"


def _signed(share: float) -> str:
    return f"{share * 100:+.0f}"


def _count(n: int, noun: str) -> str:
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"

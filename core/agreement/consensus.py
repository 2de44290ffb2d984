"""Rules by which people's answers to an item become one answer, compared."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.agreement.dawid_skene import dawid_skene_of
from core.agreement.observations import IntArray
from core.agreement.panel import Panel, human_majority
from core.agreement.weights import FloatArray
from core.types import Level


@dataclass(frozen=True)
class ConsensusRules:
    """The same items settled by different rules.

    Attributes:
        rules: their names, `majority` (or `median` above nominal level) first.
        answers: position of the answer by each rule, -1 where it does not decide; shape (r, n).
        n_rated: items with an answer.
        n_undecided: of these, items each rule leaves open.
        agreement: share of items settled alike among those both rules settle, shape (r, r).
        parting: positions of items on which two rules that decide part.
        judge_match: match rate of a judge with each rule on the items all rules settle; empty
            without a judge.
        n_match: those items.
    """

    rules: tuple[str, ...]
    answers: IntArray
    n_rated: int
    n_undecided: tuple[int, ...]
    agreement: FloatArray
    parting: IntArray
    judge_match: tuple[float, ...] = ()
    n_match: int = 0


def compare_rules(panel: Panel, judge: FloatArray | None = None) -> ConsensusRules:
    """Majority (or median), plurality and Dawid-Skene on the answers of people alone.

    Judges take no part in a reference they are compared with (they agree with one another more
    than with people).

    Args:
        panel: items and ratings.
        judge: verdicts, shape (n, q), as `Verdicts.merged`.
    """
    counts, people = panel.counts, panel.people
    rated = counts.sum(axis=1) > 0
    fitted = dawid_skene_of(
        people.item,
        people.rater,
        people.value,
        n_items=len(counts),
        raters=people.names,
        options=panel.options,
    )
    common, _tied = human_majority(counts, panel.level, panel.options)
    answers = {_common_name(panel.level): common, "plurality": _plurality(counts)}
    if not fitted.reason:
        answers["dawid-skene"] = fitted.answers
    table = np.array(list(answers.values()))
    both = (table[:, None] >= 0) & (table[None] >= 0)
    alike = both & (table[:, None] == table[None])
    shared = both.sum(axis=2)
    agreement = np.where(shared > 0, alike.sum(axis=2) / np.maximum(shared, 1), np.nan)
    settled = np.all(table >= 0, axis=0)
    match: tuple[float, ...] = ()
    if judge is not None:
        settled &= judge.sum(axis=1) > 0
        rows = np.flatnonzero(settled)
        match = tuple(
            float(np.mean(judge[rows, rule[rows]])) if len(rows) else np.nan for rule in table
        )
    return ConsensusRules(
        tuple(answers),
        table,
        int(rated.sum()),
        tuple(int(np.count_nonzero(rated & (rule < 0))) for rule in table),
        agreement,
        np.flatnonzero(np.any(both & ~alike, axis=(0, 1))),
        match,
        int(settled.sum()) if judge is not None else 0,
    )


def _common_name(level: Level) -> str:
    return "majority" if level == "nominal" else "median"


def _plurality(counts: FloatArray) -> IntArray:
    """The commonest answer; -1 where two are."""
    if not counts.shape[1]:
        return np.full(len(counts), -1)
    most = counts.max(axis=1)
    alone = (counts == most[:, None]).sum(axis=1) == 1
    return np.where((most > 0) & alone, counts.argmax(axis=1), -1).astype(np.int64)

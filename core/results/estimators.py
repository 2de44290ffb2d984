"""From what raters said of pairs to the verdicts a count goes by, adaptive judging included.

A judge that was asked adaptively was not asked about every pair. What the mode infers is filled in
here, for the count alone: it is never a rating (measurement rule 18). `graph` counts as all pairs
do; `transitive` is another estimator and stands under a name of its own, `JUDGE~transitive`, so
that rows of one report, and conditions compared by it, were all judged in that mode.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from core.diversity.adaptive import AdaptiveMode, complete_verdicts
from core.judges.equivalence import is_general
from core.results.rows import ENSEMBLE, PairVerdict, ResponseRow, majority_verdicts

TRANSITIVE = "~transitive"
Pair = tuple[int, int]
_SLACK = 1e-9


@dataclass(frozen=True, slots=True)
class AdaptiveSet:
    """A prompt's set of responses as one judge was asked about it.

    Attributes:
        rater: key of the judge, as in `PairVerdict`.
        condition, prompt_id: as in `ResponseRow`.
        asked: (response id, response id) of the pairs the estimate goes by.
        audited: (response id, response id) -> verdict inferred before it was asked after all.
        n_inferred: pairs whose verdict was inferred, audited ones included.
    """

    rater: str
    mode: AdaptiveMode
    condition: str
    prompt_id: str | int
    asked: tuple[Pair, ...]
    audited: Mapping[Pair, bool] = field(default_factory=dict)
    n_inferred: int = 0


def estimator_of(rater: str) -> tuple[str, AdaptiveMode | None]:
    """(rater whose answers count, "transitive" or None) of a name in results."""
    if rater.endswith(TRANSITIVE):
        return rater.removesuffix(TRANSITIVE), "transitive"
    return rater, None


def transitive_raters(adaptive: Iterable[AdaptiveSet]) -> list[str]:
    """Names under which results can be seen by the transitive estimator."""
    return sorted({one.rater + TRANSITIVE for one in adaptive if one.mode == "transitive"})


def votes_in_ensemble(rater: str, rater_kind: str) -> bool:
    """Judges asked by the task's definition vote together; the general one is another question."""
    return rater_kind == "judge" and not is_general(rater)


def adaptive_keys(rater: str, adaptive: Iterable[AdaptiveSet]) -> set[tuple[str, str | int]]:
    """(condition, prompt id) of sets that give no non-transitivity rate for this rater.

    Which triples have three verdicts there depends on the verdicts themselves.
    """
    judge, _ = estimator_of(rater)
    return {
        (one.condition, one.prompt_id)
        for one in adaptive
        if judge == one.rater or (judge == ENSEMBLE and not is_general(one.rater))
    }


def count_verdicts(
    rater: str,
    verdicts: Sequence[PairVerdict],
    responses: Sequence[ResponseRow],
    adaptive: Sequence[AdaptiveSet],
) -> dict[Pair, bool | None]:
    """What distinct counts go by.

    With the ensemble, a pair that an adaptive judge was not asked about is decided only where the
    other judges' majority holds whatever its verdict.

    Args:
        rater: "ensemble:majority", a rater's key, or that with "~transitive".

    Returns:
        (smaller response id, larger id) -> verdict; None where nobody scored or votes tie.
    """
    judge, mode = estimator_of(rater)
    members = _members(responses)
    if mode == "transitive":
        own = [row for row in verdicts if row.rater == judge]
        sets = [one for one in adaptive if (one.rater, one.mode) == (judge, mode)]
        return _completed(majority_verdicts(own), sets, members)
    if judge != ENSEMBLE:
        own = [row for row in verdicts if row.rater == judge]
        merged = majority_verdicts(own)
        sets = [one for one in adaptive if (one.rater, one.mode) == (judge, "graph")]
        return {**_completed(merged, sets, members), **merged}
    voting = [row for row in verdicts if votes_in_ensemble(row.rater, row.rater_kind)]
    asked = [one for one in adaptive if not is_general(one.rater)]
    merged = majority_verdicts(voting)
    return {**merged, **_with_missing_votes(voting, asked, members)} if asked else merged


def audit_counts(
    judge: str, verdicts: Sequence[PairVerdict], adaptive: Iterable[AdaptiveSet]
) -> tuple[int, int, int]:
    """(pairs inferred, pairs audited with a readable answer, those that contradict the inference).

    Args:
        judge: key of the judge, without "~transitive".
    """
    said = majority_verdicts(row for row in verdicts if row.rater == judge)
    n_inferred = n_audited = n_contradicted = 0
    for one in adaptive:
        if one.rater != judge or one.mode != "transitive":
            continue
        n_inferred += one.n_inferred
        for (a, b), inferred in one.audited.items():
            answer = said.get((min(a, b), max(a, b)))
            n_audited += answer is not None
            n_contradicted += answer is not None and answer != inferred
    return n_inferred, n_audited, n_contradicted


_Members = Mapping[tuple[str, str | int], Sequence[ResponseRow]]


def _members(responses: Iterable[ResponseRow]) -> _Members:
    """Usable responses of each set, by sample index."""
    found: dict[tuple[str, str | int], list[ResponseRow]] = defaultdict(list)
    for row in responses:
        if row.status == "ok" and row.sample_index < row.n:
            found[row.condition, row.prompt_id].append(row)
    return {key: sorted(rows, key=lambda row: row.sample_index) for key, rows in found.items()}


def _completed(
    merged: Mapping[Pair, bool | None], sets: Iterable[AdaptiveSet], members: _Members
) -> dict[Pair, bool | None]:
    """Verdicts of these sets with what their mode fills in; nothing of other sets."""
    completed: dict[Pair, bool | None] = {}
    for one in sets:
        rows = members.get((one.condition, one.prompt_id), [])
        place = {row.id: index for index, row in enumerate(rows)}
        # In graph mode every answer counts; a transitive estimate goes by its own questions only.
        ids = [row.id for row in rows]
        known = one.asked if one.mode == "transitive" else combinations(ids, 2)
        asked = {
            (place[a], place[b]): merged[min(a, b), max(a, b)]
            for a, b in known
            if a in place and b in place and (min(a, b), max(a, b)) in merged
        }
        filled = complete_verdicts([row.text for row in rows], asked, one.mode)
        for (i, j), verdict in filled.items():
            a, b = rows[i].id, rows[j].id
            completed[min(a, b), max(a, b)] = verdict
    return completed


def _with_missing_votes(
    voting: Sequence[PairVerdict], adaptive: Sequence[AdaptiveSet], members: _Members
) -> dict[Pair, bool | None]:
    """Majorities on the pairs of sets that some judge was asked about adaptively."""
    by_judge: dict[str, dict[Pair, bool | None]] = {}
    for judge in {row.rater for row in voting} | {one.rater for one in adaptive}:
        merged = majority_verdicts(row for row in voting if row.rater == judge)
        sets = [one for one in adaptive if (one.rater, one.mode) == (judge, "graph")]
        by_judge[judge] = {**_completed(merged, sets, members), **merged}
    decided: dict[Pair, bool | None] = {}
    for key in {(one.condition, one.prompt_id) for one in adaptive}:
        ids = sorted(row.id for row in members.get(key, []))
        silent = {one.rater for one in adaptive if (one.condition, one.prompt_id) == key}
        for pair in combinations(ids, 2):
            said = {judge: found[pair] for judge, found in by_judge.items() if pair in found}
            balance = sum(
                0.5 if verdict else -0.5 for verdict in said.values() if verdict is not None
            )
            missing = 0.5 * sum(said.get(judge) is None for judge in silent)
            decided[pair] = None if abs(balance) <= missing + _SLACK else balance > 0
    return decided
